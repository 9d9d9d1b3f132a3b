#include "storage/history_writer.h"

#include "runtime/thread.h"

#include "atrium/time.h"

#include <algorithm>

namespace atrium::storage {

namespace {

constexpr std::chrono::milliseconds shortestInterval{50};
constexpr std::chrono::milliseconds longestInterval{1000};
constexpr std::chrono::milliseconds idleLook{500};
constexpr std::chrono::milliseconds retryPause{1000};
constexpr std::chrono::seconds logPause{10};
/// Devices whose owed last values go with one transaction: when there is time, and while the queue is long.
constexpr std::size_t owedAtRest = 500;
constexpr std::size_t owedInFlood = 200;

} // namespace

HistoryWriter::HistoryWriter(SqlDatabase& database, AttributeNames& names, const Clock& clock, Log& log,
                             Metrics& metrics, HistoryOptions options)
    : database_(database), names_(names), clock_(clock), log_(log), options_(std::move(options)),
      written_(metrics.counter("atrium_history_written_samples_total", "Samples written to the database")),
      dropped_(metrics.counter("atrium_history_dropped_samples_total", "Samples lost because the queue was full")),
      failures_(metrics.counter("atrium_history_failures_total", "Group commits that failed")),
      queuedGauge_(metrics.gauge("atrium_history_queued_samples", "Samples that wait to be written")),
      flushSeconds_(metrics.histogram("atrium_history_flush_seconds", "Duration of group commits")),
      usedGauge_(metrics.gauge("atrium_database_bytes", "Size of the database as the bound of history sees it")),
      queue_(options_.queueLimit), eraser_(database), budget_(database, options_.maxBytes, options_.keep),
      uptime_(database), nextRetention_(clock.steadyNow() + options_.retentionPeriod)
{}

HistoryWriter::~HistoryWriter() { stop(); }

void HistoryWriter::start()
{
    thread_ = runtime::startThread("storage-writer", [this] { run(); });
}

void HistoryWriter::stop()
{
    {
        std::lock_guard lock(mutex_);
        if (!std::exchange(stopping_, true)) stopUntil_ = std::chrono::steady_clock::now() + options_.stopLimit;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void HistoryWriter::record(std::vector<HistorySample> samples)
{
    if (samples.empty()) return;
    bool mustWake = false;
    {
        std::lock_guard lock(mutex_);
        const auto before = queue_.samples();
        const bool wasEmpty = queue_.empty();
        const auto dropped = queue_.push(std::move(samples));
        dropped_.add(dropped);
        droppedSinceLog_ += dropped;
        mustWake = wasEmpty || (before < options_.batchLimit && queue_.samples() >= options_.batchLimit);
        queuedGauge_.set(static_cast<double>(queue_.samples()));
    }
    if (mustWake) wake_.notify_one();
}

void HistoryWriter::forget(DeviceId device)
{
    {
        std::lock_guard lock(mutex_);
        queue_.forget(device);
    }
    wake_.notify_one();
}

bool HistoryWriter::flush(std::chrono::milliseconds limit)
{
    std::unique_lock lock(mutex_);
    const auto ticket = ++flushWanted_;
    wake_.notify_one();
    return done_.wait_for(lock, limit, [&] { return flushDone_ >= ticket; });
}

bool HistoryWriter::applyRetention(std::chrono::milliseconds limit)
{
    std::unique_lock lock(mutex_);
    const auto ticket = ++retentionWanted_;
    wake_.notify_one();
    return done_.wait_for(lock, limit, [&] { return retentionDone_ >= ticket; });
}

void HistoryWriter::run()
{
    for (;;) {
        keepAlive();
        const bool stopping = waitForWork();
        takeQueue();
        const bool written = processTaken();
        const bool last = stopping && (!written || isDrained() || isLate());
        if (written) {
            {
                std::lock_guard lock(mutex_);
                flushDone_ = std::max(flushDone_, takenFlush_);
            }
            done_.notify_all();
            if (!last) {
                keepWithinBudget();
                continueRetention();
            }
        }
        if (last) return finish(written);
        if (!written) {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, retryPause, [this] { return stopping_; });
        }
    }
}

bool HistoryWriter::isLate()
{
    std::lock_guard lock(mutex_);
    return std::chrono::steady_clock::now() >= stopUntil_;
}

void HistoryWriter::finish(bool databaseAnswers)
{
    std::size_t lost = batch_ ? batch_->sampleCount() : 0;
    {
        std::lock_guard lock(mutex_);
        for (const auto& item : taken_) {
            lost += item.samples.size();
            queue_.owe(item.samples);
        }
        taken_.clear();
        lost += queue_.giveUp();
        stopUntil_ = std::chrono::steady_clock::now() + options_.stopLimit;
    }
    if (lost > 0) {
        dropped_.add(lost);
        log_.error(databaseAnswers ? "history is lost: it could not be written in the time that stopping has"
                                   : "history is lost: the database is away while stopping",
                   {{"samples", static_cast<std::int64_t>(lost)}});
    }
    // The last values are the state that the next start begins with: they have as long again.
    while (databaseAnswers && !isLate() && takeOwed(owedAtRest)) databaseAnswers = processTaken();
    {
        std::lock_guard lock(mutex_);
        if (const auto owed = queue_.owed() + takenOwed_.size(); owed > 0)
            log_.error("last values are lost while stopping", {{"devices", static_cast<std::int64_t>(owed)}});
    }
    nextAlive_ = {};
    keepAlive();
}

bool HistoryWriter::takeOwed(std::size_t devices)
{
    std::lock_guard lock(mutex_);
    takenOwed_ = queue_.takeOwed(devices);
    return !takenOwed_.empty();
}

bool HistoryWriter::waitForWork()
{
    std::unique_lock lock(mutex_);
    const auto isUrgent = [this] {
        return stopping_ || flushWanted_ > takenFlush_ || retentionWanted_ > retentionRun_ ||
               queue_.samples() >= options_.batchLimit;
    };
    if (batch_ || !taken_.empty() || queue_.owed() > 0 || (retains_ && !retentionWaits_)) return stopping_;
    wake_.wait_for(lock, idleLook, [&] { return isUrgent() || !queue_.empty(); });
    if (!queue_.empty()) wake_.wait_for(lock, interval_, isUrgent);
    return stopping_;
}

void HistoryWriter::takeQueue()
{
    std::uint64_t droppedNow = 0;
    {
        std::lock_guard lock(mutex_);
        if (clock_.steadyNow() >= nextRetention_) ++retentionWanted_;
        // While a batch waits for the database to come back, the bounded queue takes the rest.
        if (batch_ || !taken_.empty() || !takenOwed_.empty()) return;
        // One transaction's worth: the rest stays where it is bounded.
        queue_.take(taken_, options_.batchLimit);
        isBehind_ = queue_.samples() >= options_.batchLimit;
        takenOwed_ = queue_.takeOwed(isBehind_ ? owedInFlood : owedAtRest);
        if (queue_.empty() && queue_.owed() == 0) takenFlush_ = flushWanted_;
        queuedGauge_.set(static_cast<double>(queue_.samples()));
        std::swap(droppedNow, droppedSinceLog_);
    }
    if (droppedNow > 0)
        logLimited(LogLevel::Warning, "history samples were dropped: the database does not keep up",
                   {{"samples", static_cast<std::int64_t>(droppedNow)}});
}

bool HistoryWriter::isDrained()
{
    std::lock_guard lock(mutex_);
    return queue_.empty() && queue_.owed() == 0;
}

bool HistoryWriter::processTaken()
{
    while (batch_ || !taken_.empty() || !takenOwed_.empty()) {
        if (!batch_ && !taken_.empty() && taken_.front().forget) {
            const auto device = taken_.front().forget;
            if (!guarded("deleting the history of a device", [&] { eraser_.eraseDevice(device); })) return false;
            taken_.pop_front();
            continue;
        }
        if (!writeSamples()) return false;
    }
    return true;
}

bool HistoryWriter::writeSamples()
{
    if (!batch_) {
        std::vector<HistorySample> samples;
        for (; !taken_.empty() && !taken_.front().forget; taken_.pop_front()) {
            auto& next = taken_.front().samples;
            if (samples.empty()) samples = std::move(next);
            else
                samples.insert(samples.end(), std::make_move_iterator(next.begin()),
                               std::make_move_iterator(next.end()));
        }
        const bool areOwed = options_.lastValuesOf && isBehind_;
        if (areOwed) {
            std::lock_guard lock(mutex_);
            queue_.owe(samples);
        }
        if (room_ == HistoryBudget::State::Full) {
            dropped_.add(samples.size());
            logLimited(LogLevel::Error,
                       "history samples were dropped: the database is as large as history.max.mb allows",
                       {{"samples", static_cast<std::int64_t>(samples.size())}, {"bytes", budget_.usedBytes()}});
            std::erase_if(samples, [](const HistorySample& sample) { return sample.keep == HistoryKeep::Gap; });
            for (auto& sample : samples) sample.keep = HistoryKeep::LastValueOnly;
        }
        for (const auto device : std::exchange(takenOwed_, {}))
            if (options_.lastValuesOf)
                for (auto& value : options_.lastValuesOf(device)) samples.push_back(std::move(value));
        batch_.emplace(std::move(samples), areOwed ? LastValues::OnlyOwn : LastValues::OfAll);
    }
    const auto start = std::chrono::steady_clock::now();
    const bool answered = guarded("writing history", [&] {
        const auto newNames = names_.unsaved();
        database_.transactJob(TransactionKind::Write, [&](Transaction& transaction) {
            // Ignoring known ones: a commit whose answer was lost may have stored them.
            const char* insert = transaction.dialect() == SqlDialect::Sqlite
                                     ? "INSERT OR IGNORE INTO attribute_names (id, name) VALUES (?, ?)"
                                     : "INSERT IGNORE INTO attribute_names (id, name) VALUES (?, ?)";
            for (const auto& [key, name] : newNames) transaction.execute(insert, {key, name});
            batch_->write(transaction);
            if (uptimeBegun_) uptime_.stayAlive(transaction, clock_.now());
        });
        if (!newNames.empty()) names_.markSaved(newNames.back().first);
        written_.add(batch_->sampleCount());
        writtenSinceMeasured_ += batch_->sampleCount();
        nextAlive_ = clock_.steadyNow() + options_.alivePeriod;
    });
    if (!answered) return false;
    batch_.reset();
    const auto took = std::chrono::steady_clock::now() - start;
    flushSeconds_.observe(std::chrono::duration<double>(took).count());
    interval_ =
        std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(took * 10), shortestInterval, longestInterval);
    return true;
}

bool HistoryWriter::guarded(const char* what, const std::function<void()>& work)
{
    try {
        work();
        return true;
    }
    catch (const StorageError& error) {
        failures_.add();
        const bool comesBack =
            error.kind() == StorageError::Kind::Busy || error.kind() == StorageError::Kind::Unavailable;
        logLimited(LogLevel::Error, comesBack ? "history waits for the database" : "history was refused and dropped",
                   {{"what", what}, {"reason", error.what()}});
        return !comesBack;
    }
}

void HistoryWriter::keepAlive()
{
    if (uptimeBegun_ && clock_.steadyNow() < nextAlive_) return;
    nextAlive_ = clock_.steadyNow() + options_.alivePeriod;
    guarded("noting that history is recorded", [this] {
        if (uptimeBegun_) {
            database_.transactJob(TransactionKind::Write,
                                  [this](Transaction& transaction) { uptime_.stayAlive(transaction, clock_.now()); });
            return;
        }
        const auto outage = uptime_.begin(clock_.now());
        uptimeBegun_ = true;
        if (outage)
            log_.info("history has a gap: the server was down",
                      {{"from", toIso8601(outage->from)}, {"to", toIso8601(outage->to)}});
    });
}

void HistoryWriter::logLimited(LogLevel level, std::string_view message, const Object& fields)
{
    const auto now = clock_.steadyNow();
    if (lastLog_ && now - *lastLog_ < logPause) return;
    lastLog_ = now;
    log_.write(level, message, fields);
}

} // namespace atrium::storage
