#pragma once

#include "alert_repository.h"
#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/result.h"

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <variant>

namespace atrium::security {

/// Where an alert comes from, when it comes from a sensor.
struct SensorSource {
    SensorId sensor;
    std::string name;
    std::string location;
};

/// All alerts. What is raised or cleared waits in one bounded queue and is written in that order, in batches, on the
/// worker pool; only then is it told. A database that fails keeps the queue waiting. Thread: any.
class AlertBook : public Alerts {
public:
    static constexpr std::size_t queueLimit = 1000;

    struct Services {
        const Clock& clock;
        const Devices& devices;
        Executor& workers;
        Log& log;
        Metrics& metrics;
    };
    /// `onChange` is called for each change that is on the disk, in order, on a thread that may block.
    using OnChange = std::function<void(AlertChange, const Alert&)>;

    AlertBook(AlertRepository& repository, Services services, OnChange onChange);

    void raise(AlertReport report) override { raise(std::move(report), Written{}); }
    /// Called once an alert is on the disk, on a thread that may block; at once and false when the queue is full.
    using Written = std::function<void(bool)>;
    void raise(AlertReport report, Written written);
    void raise(AlertReport report, SensorSource source);
    void clear(const std::string& key) override { clear(key, {}); }
    void clear(const std::string& key, Written written);

    /// Blocks. Errors: NotFound.
    Result<Alert> acknowledge(AlertId id, UserId user);

    /// Writes what waits and what is due. For a timer that runs every second; never blocks.
    void tick();
    /// Writes what waits, on this thread; before the plugin stops. Blocks.
    void flush();

private:
    struct Clearing {
        std::string key;
    };
    struct Entry {
        std::variant<Alert, Clearing> what;
        Written written; ///< may be empty
    };

    void put(Entry entry);
    /// Starts a drain on the workers unless one runs.
    void wake();
    /// False when the database failed: the rest waits.
    bool drain();
    void write(const Entry& entry);
    void tell(const AlertChanges& changes);

    AlertRepository& repository_;
    const Services services_;
    const OnChange onChange_;
    Counter& dropped_;
    Gauge& depth_;

    std::mutex writing_; ///< held by the one that drains: what is told keeps its order
    std::mutex mutex_;
    std::deque<Entry> queue_;
    bool overflowing_ = false;
    std::atomic<bool> draining_{false};
    std::atomic<std::int64_t> nextTime_{0}; ///< microseconds UTC, when times have to be applied
};

} // namespace atrium::security
