#pragma once

#include "atrium/clock.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "storage/history_budget.h"
#include "storage/history_eraser.h"
#include "storage/history_tables.h"
#include "storage/sql_database.h"
#include "storage/uptime_log.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace atrium::storage {

struct HistoryOptions {
    std::size_t queueLimit = 350'000; ///< samples
    std::size_t batchLimit = 20'000;  ///< samples of one transaction, written without waiting for the interval
    HistoryAges keep;
    std::chrono::minutes retentionPeriod{60};
    std::int64_t maxBytes = std::int64_t{4096} << 20; ///< of the database; see HistoryBudget
    std::chrono::seconds alivePeriod{30};             ///< how exactly a crash is known afterwards
};

/// Writes samples, summaries and last values in group commits: every 50 ms, or less often when that takes more than a
/// tenth of the time, up to a second, so a crash loses at most the last second. Owns the thread `storage-writer`.
///
/// The queue is bounded: when the database does not keep up, the oldest samples are dropped and counted
/// (`atrium_history_dropped_samples_total`), their last values are not. The same holds for samples that would make the
/// database larger than `maxBytes` although history is as short as it gets. A batch that the database refuses for good
/// is dropped, counted and logged; while the database is away it is tried again each second. Thread: any.
class HistoryWriter {
public:
    HistoryWriter(SqlDatabase& database, AttributeNames& names, const Clock& clock, Log& log, Metrics& metrics,
                  HistoryOptions options = {});
    /// stop()
    ~HistoryWriter();

    void start();
    /// Writes what is queued and ends the thread. Idempotent.
    void stop();

    /// Queues samples; never waits.
    void record(std::vector<HistorySample> samples);
    /// Deletes all history and state of a device, after what was recorded before; never waits.
    void forget(DeviceId device);

    /// Waits until everything that was queued before is in the database; false when that takes longer.
    bool flush(std::chrono::milliseconds limit = std::chrono::seconds{10});
    /// Deletes what is too old now instead of at the next period, and waits for it.
    bool applyRetention(std::chrono::milliseconds limit = std::chrono::seconds{30});

private:
    struct Item {
        std::vector<HistorySample> samples;
        DeviceId forget;
    };

    void run();
    bool waitForWork();
    void takeQueue();
    bool isDrained();
    /// False when the database is away.
    bool processTaken();
    bool writeSamples();
    bool guarded(const char* what, const std::function<void()>& work);
    void continueRetention();
    void keepAlive();
    void keepWithinBudget();
    void logLimited(LogLevel level, std::string_view message, const Object& fields);

    SqlDatabase& database_;
    AttributeNames& names_;
    const Clock& clock_;
    Log& log_;
    const HistoryOptions options_;
    Counter& written_;
    Counter& dropped_;
    Counter& failures_;
    Gauge& queuedGauge_;
    Histogram& flushSeconds_;
    Gauge& usedGauge_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable done_;
    std::deque<Item> queue_;
    std::size_t queuedSamples_ = 0;
    LastValues overflowLast_; ///< last values of dropped samples; bounded by the number of attributes
    std::uint64_t droppedSinceLog_ = 0;
    std::uint64_t flushWanted_ = 0;
    std::uint64_t flushDone_ = 0;
    std::uint64_t retentionWanted_ = 0;
    std::uint64_t retentionDone_ = 0;
    bool stopping_ = false;

    // Only the thread:
    HistoryEraser eraser_;
    HistoryBudget budget_;
    UptimeLog uptime_;
    bool uptimeBegun_ = false;
    SteadyTime nextAlive_{};
    HistoryBudget::State room_ = HistoryBudget::State::Easy;
    std::size_t writtenSinceMeasured_ = 0;
    SteadyTime nextMeasure_{};
    std::deque<Item> taken_;
    LastValues takenLast_;
    std::uint64_t takenFlush_ = 0;
    std::optional<HistoryBatch> batch_; ///< being written, or to be tried again
    std::vector<SeriesKey> retentionTodo_;
    std::uint64_t retentionRun_ = 0;
    SteadyTime nextRetention_{};
    std::optional<SteadyTime> lastLog_;
    std::chrono::milliseconds interval_{50};
    std::thread thread_;
};

} // namespace atrium::storage
