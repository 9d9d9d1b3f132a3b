#pragma once

#include "atrium/clock.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "storage/history_batch.h"
#include "storage/history_budget.h"
#include "storage/history_eraser.h"
#include "storage/history_queue.h"
#include "storage/sql_database.h"
#include "storage/uptime_log.h"

#include <condition_variable>
#include <deque>
#include <functional>
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
    /// For so long stop() writes samples, and then for as long again last values.
    std::chrono::milliseconds stopLimit{5'000};
    /// What the state knows of a device. Without it each sample brings its last value along. Thread: storage-writer.
    std::function<std::vector<HistorySample>(DeviceId)> lastValuesOf;
};

/// Writes samples, summaries and last values in group commits: every 50 ms, or less often when that takes more than a
/// tenth of the time, up to a second, so a crash loses at most the last second. Owns the thread `storage-writer`.
///
/// The queue is bounded: when the database does not keep up, the oldest samples are dropped and counted
/// (`atrium_history_dropped_samples_total`). Then last values are not written with each sample either, but asked from
/// the state: each device is owed its own, and gets them soon when there is time, in a flood in turns. Of samples that
/// would make the database larger than `maxBytes`, although history is as short as it gets, only last values are
/// written. A batch that the database refuses for good is dropped, counted and logged; while the database is away it is
/// tried again each second. Thread: any.
class HistoryWriter {
public:
    HistoryWriter(SqlDatabase& database, AttributeNames& names, const Clock& clock, Log& log, Metrics& metrics,
                  HistoryOptions options = {});
    /// stop()
    ~HistoryWriter();

    void start();
    /// Writes what is queued and ends the thread, within twice the `stopLimit` and the transaction in hand: what is not
    /// written until then is lost, counted and logged. Idempotent.
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
    void run();
    bool isLate();
    void finish(bool databaseAnswers);
    /// False when no device is owed anything.
    bool takeOwed(std::size_t devices);
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
    HistoryQueue queue_;
    std::uint64_t droppedSinceLog_ = 0;
    std::uint64_t flushWanted_ = 0;
    std::uint64_t flushDone_ = 0;
    std::uint64_t retentionWanted_ = 0;
    std::uint64_t retentionDone_ = 0;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point stopUntil_{};

    // Only the thread:
    HistoryEraser eraser_;
    HistoryBudget budget_;
    UptimeLog uptime_;
    bool uptimeBegun_ = false;
    SteadyTime nextAlive_{};
    HistoryBudget::State room_ = HistoryBudget::State::Easy;
    std::size_t writtenSinceMeasured_ = 0;
    SteadyTime nextMeasure_{};
    std::deque<HistoryQueue::Item> taken_;
    std::vector<DeviceId> takenOwed_;
    std::uint64_t takenFlush_ = 0;
    std::optional<HistoryBatch> batch_; ///< being written, or to be tried again
    bool isBehind_ = false;             ///< more waits than one transaction takes
    bool retains_ = false;              ///< a pass over all series is under way
    bool retentionWaits_ = false;       ///< for the database
    SeriesKey retentionDoneTo_;
    std::deque<SeriesKey> retentionTodo_; ///< the next ones
    std::uint64_t retentionRun_ = 0;
    SteadyTime nextRetention_{};
    std::optional<SteadyTime> lastLog_;
    std::chrono::milliseconds interval_{50};
    std::thread thread_;
};

} // namespace atrium::storage
