#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "automation/history_question.h"

#include <deque>
#include <functional>
#include <memory>

namespace atrium::automation {

/// Answers what rules ask of the past, on workers, at most two questions at a time so that reports and requests find
/// workers too. Thread: core.
///
/// Bounds: 1,000 questions wait; more are refused and counted.
class HistoryDesk {
public:
    /// All outlive the desk; the worker must have run out of tasks before destruction.
    HistoryDesk(RecordedHistory& history, Executor& worker, Executor& core, const Clock& clock, const Devices& devices,
                Log& log, Metrics& metrics);
    ~HistoryDesk();

    /// The answer, or the reason as text. On core, maybe before ask() returns.
    using Done = std::function<void(bool ok, Value result)>;
    /// `payload` is what the step of a script carries: device, attribute, function, microseconds, state.
    void ask(const Object& payload, Done done);

private:
    struct Waiting {
        HistoryQuestion question;
        Done done;
    };
    void begin();

    RecordedHistory& history_;
    Executor& worker_;
    Executor& core_;
    const Clock& clock_;
    const Devices& devices_;
    Log& log_;
    Gauge& depth_;
    Counter& refused_;
    std::deque<Waiting> waiting_;
    int asked_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace atrium::automation
