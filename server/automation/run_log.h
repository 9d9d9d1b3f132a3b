#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "automation/messages.h"
#include "automation/pending_hold.h"
#include "automation/reason.h"
#include "automation/tracing.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace atrium::automation {

enum class RunState { Running, Waiting, Finished, Failed, OverBudget, Cancelled, Queued };
const char* toString(RunState state);
/// Whether it is over.
bool hasEnded(RunState state);
/// Running for an unknown word.
RunState parseRunState(std::string_view word);

/// One step as the run log shows it and the journal keeps it.
struct StepRecord {
    StepKind kind = StepKind::Log;
    Value payload; ///< what was asked for
    bool done = false;
    bool ok = true;
    Value result;
    std::vector<ReadValue> reads;
    UtcTime at{};
    UtcTime due{};   ///< of a wait
    WaitHolds holds; ///< of a wait_for that is not over
};

/// One run of one rule, from its trigger to its end.
struct RunRecord {
    std::uint64_t id = 0;
    AutomationId automation;
    std::string rule;
    std::string version; ///< hash of the source that it runs
    Value event;
    Value store;
    std::string correlationId;
    int hops = 0;
    RunState state = RunState::Running;
    std::string message; ///< the error with `file:line:`
    UtcTime startedAt{};
    UtcTime endedAt{};
    std::int64_t cpuMicroseconds = 0;
    std::vector<StepRecord> steps;
};

/// One that does not change any more: of a run that is over, or a copy of what one was.
using KeptRun = std::shared_ptr<const RunRecord>;

/// A trigger that started nothing, and why.
struct SkipRecord {
    std::string rule;
    std::string trigger; ///< kind of the event
    WhyNot why;
    std::vector<ReadValue> reads; ///< what the clause saw
    UtcTime at{};
};

/// The last runs and non-runs of each automation, in memory. Old ones fall off the end. Thread: core.
class RunLog {
public:
    static constexpr std::size_t runsKept = 50;
    static constexpr std::size_t skipsKept = 20;

    void add(KeptRun run);
    void add(AutomationId automation, SkipRecord skip);
    void forget(AutomationId automation);
    void setTracing(Tracing tracing) { tracing_ = tracing; }
    bool notesSkips() const { return tracing_ == Tracing::On; }
    /// Newest first.
    std::vector<const RunRecord*> runs(AutomationId automation, std::size_t limit) const;
    const std::deque<SkipRecord>& skips(AutomationId automation) const;
    const RunRecord* last(AutomationId automation) const;

private:
    std::map<AutomationId, std::deque<KeptRun>> runs_;
    std::map<AutomationId, std::deque<SkipRecord>> skips_;
    Tracing tracing_ = Tracing::On;
};

/// As REST and WebSocket clients see it. Names that look like secrets are redacted.
Object toObject(const RunRecord& run);
Object toObject(const SkipRecord& skip, Language language = Language::English);

} // namespace atrium::automation
