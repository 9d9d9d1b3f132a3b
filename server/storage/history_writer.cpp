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
constexpr std::chrono::milliseconds retentionSlice{50};
constexpr std::chrono::seconds logPause{10};
/// After so many samples, or so long, the size of the database is looked at.
constexpr std::size_t measureRows = 20'000;
constexpr std::chrono::seconds measurePause{60};

/// For how long what was erased still counts: MariaDB frees pages a while after the commit.
std::chrono::seconds settlePause(SqlDialect dialect)
{
    return std::chrono::seconds{dialect == SqlDialect::Sqlite ? 0 : 2};
}

} // namespace

HistoryWriter::HistoryWriter(SqlDatabase& database, AttributeNames& names, const Clock& clock, Log& log,
                             Metrics& metrics, HistoryOptions options)
    : database_(database), names_(names), clock_(clock), log_(log), options_(options),
      written_(metrics.counter("atrium_history_written_samples_total", "Samples written to the database")),
      dropped_(metrics.counter("atrium_history_dropped_samples_total", "Samples lost because the queue was full")),
      failures_(metrics.counter("atrium_history_failures_total", "Group commits that failed")),
      queuedGauge_(metrics.gauge("atrium_history_queued_samples", "Samples that wait to be written")),
      flushSeconds_(metrics.histogram("atrium_history_flush_seconds", "Duration of group commits")),
      usedGauge_(metrics.gauge("atrium_database_bytes", "Size of the database as the bound of history sees it")),
      eraser_(database), budget_(database, options.maxBytes, options.keep), uptime_(database),
      nextRetention_(clock.steadyNow() + options.retentionPeriod)
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
        stopping_ = true;
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
        auto oldest = queue_.begin();
        while (queuedSamples_ > 0 && queuedSamples_ + samples.size() > options_.queueLimit && oldest != queue_.end()) {
            if (oldest->forget) {
                ++oldest;
                continue;
            }
            for (const auto& sample : oldest->samples)
                if (sample.keep != HistoryKeep::Gap) keepLast(overflowLast_, sample);
            dropped_.add(oldest->samples.size());
            droppedSinceLog_ += oldest->samples.size();
            queuedSamples_ -= oldest->samples.size();
            oldest = queue_.erase(oldest);
        }
        const auto before = queuedSamples_;
        queuedSamples_ += samples.size();
        mustWake = queue_.empty() || (before < options_.batchLimit && queuedSamples_ >= options_.batchLimit);
        queue_.push_back({std::move(samples), {}});
        queuedGauge_.set(static_cast<double>(queuedSamples_));
    }
    if (mustWake) wake_.notify_one();
}

void HistoryWriter::forget(DeviceId device)
{
    {
        std::lock_guard lock(mutex_);
        // What was dropped from before this point must not come back after it.
        std::erase_if(overflowLast_, [&](const auto& entry) { return entry.first.device == device; });
        queue_.push_back({{}, device});
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
        const bool last = stopping && (!written || isDrained());
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
        if (last) {
            std::size_t lost = batch_ ? batch_->sampleCount() : 0;
            for (const auto& item : taken_) lost += item.samples.size();
            {
                std::lock_guard lock(mutex_);
                lost += queuedSamples_;
            }
            if (lost > 0)
                log_.error("history is lost: the database is away while stopping",
                           {{"samples", static_cast<std::int64_t>(lost)}});
            nextAlive_ = {};
            keepAlive();
            return;
        }
        if (!written) {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, retryPause, [this] { return stopping_; });
        }
    }
}

bool HistoryWriter::waitForWork()
{
    std::unique_lock lock(mutex_);
    const auto isUrgent = [this] {
        return stopping_ || flushWanted_ > takenFlush_ || retentionWanted_ > retentionRun_ ||
               queuedSamples_ >= options_.batchLimit;
    };
    if (batch_ || !taken_.empty() || !retentionTodo_.empty()) return stopping_;
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
        if (batch_ || !taken_.empty()) return;
        // One transaction's worth: the rest stays where it is bounded.
        for (std::size_t samples = 0; samples < options_.batchLimit && !queue_.empty(); queue_.pop_front()) {
            samples += queue_.front().samples.size();
            queuedSamples_ -= queue_.front().samples.size();
            taken_.push_back(std::move(queue_.front()));
        }
        takenLast_.swap(overflowLast_);
        if (queue_.empty()) takenFlush_ = flushWanted_;
        queuedGauge_.set(static_cast<double>(queuedSamples_));
        std::swap(droppedNow, droppedSinceLog_);
    }
    if (droppedNow > 0)
        logLimited(LogLevel::Warning, "history samples were dropped: the database does not keep up",
                   {{"samples", static_cast<std::int64_t>(droppedNow)}});
}

bool HistoryWriter::isDrained()
{
    std::lock_guard lock(mutex_);
    return queue_.empty();
}

bool HistoryWriter::processTaken()
{
    while (batch_ || !taken_.empty() || !takenLast_.empty()) {
        if (!batch_ && !taken_.empty() && taken_.front().forget) {
            const auto device = taken_.front().forget;
            std::erase_if(takenLast_, [&](const auto& entry) { return entry.first.device == device; });
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
        if (room_ == HistoryBudget::State::Full) {
            for (const auto& sample : samples)
                if (sample.keep != HistoryKeep::Gap) keepLast(takenLast_, sample);
            dropped_.add(samples.size());
            logLimited(LogLevel::Error,
                       "history samples were dropped: the database is as large as history.max.mb allows",
                       {{"samples", static_cast<std::int64_t>(samples.size())}, {"bytes", budget_.usedBytes()}});
            samples.clear();
        }
        batch_.emplace(std::move(samples), takenLast_);
        takenLast_.clear();
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

void HistoryWriter::keepWithinBudget()
{
    // A pass that makes history shorter ends before the next look.
    if (!retentionTodo_.empty()) return;
    const bool isEasy = room_ == HistoryBudget::State::Easy;
    const bool wroteMuch = isEasy && writtenSinceMeasured_ >= measureRows;
    if (clock_.steadyNow() < nextMeasure_ && !wroteMuch) return;
    writtenSinceMeasured_ = 0;
    nextMeasure_ = clock_.steadyNow() + measurePause;
    guarded("measuring the database", [this] {
        room_ = budget_.measure();
        usedGauge_.set(static_cast<double>(budget_.usedBytes()));
        if (room_ == HistoryBudget::State::Easy || !budget_.tighten(clock_.now())) return;
        log_.info("history is made shorter to keep the database within history.max.mb",
                  {{"bytes", budget_.usedBytes()}, {"samplesKeptHours", budget_.ages().raw.count()}});
        retentionTodo_ = eraser_.allSeries();
        nextMeasure_ = clock_.steadyNow() + settlePause(database_.dialect());
    });
}

void HistoryWriter::continueRetention()
{
    std::uint64_t wanted = 0;
    {
        std::lock_guard lock(mutex_);
        wanted = retentionWanted_;
    }
    if (retentionTodo_.empty()) {
        if (wanted <= retentionRun_) return;
        const bool answered = guarded("looking for old history", [this] { retentionTodo_ = eraser_.allSeries(); });
        if (!answered) return;
        nextRetention_ = clock_.steadyNow() + options_.retentionPeriod;
        retentionRun_ = wanted;
        budget_.relax();
    }
    // A slice at a time, so that new samples are not kept waiting.
    const auto end = std::chrono::steady_clock::now() + retentionSlice;
    while (!retentionTodo_.empty() && std::chrono::steady_clock::now() < end) {
        const auto series = retentionTodo_.back();
        const bool answered =
            guarded("deleting old history", [&] { eraser_.eraseOld(series, budget_.ages(), clock_.now()); });
        if (!answered) return;
        retentionTodo_.pop_back();
    }
    if (!retentionTodo_.empty()) return;
    {
        std::lock_guard lock(mutex_);
        retentionDone_ = std::max(retentionDone_, retentionRun_);
    }
    done_.notify_all();
}

void HistoryWriter::logLimited(LogLevel level, std::string_view message, const Object& fields)
{
    const auto now = clock_.steadyNow();
    if (lastLog_ && now - *lastLog_ < logPause) return;
    lastLog_ = now;
    log_.write(level, message, fields);
}

} // namespace atrium::storage
