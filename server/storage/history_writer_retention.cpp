#include "storage/history_writer.h"

namespace atrium::storage {

namespace {

constexpr std::chrono::milliseconds retentionSlice{50};
/// After so many samples, or so long, the size of the database is looked at.
constexpr std::size_t measureRows = 20'000;
constexpr std::chrono::seconds measurePause{60};

/// For how long what was erased still counts: MariaDB frees pages a while after the commit.
std::chrono::seconds settlePause(SqlDialect dialect)
{
    return std::chrono::seconds{dialect == SqlDialect::Sqlite ? 0 : 2};
}

} // namespace

void HistoryWriter::keepWithinBudget()
{
    // A pass that makes history shorter ends before the next look.
    if (retains_) return;
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
        retains_ = true;
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
    if (!retains_) {
        if (wanted <= retentionRun_) return;
        nextRetention_ = clock_.steadyNow() + options_.retentionPeriod;
        retentionRun_ = wanted;
        retains_ = true;
        budget_.relax();
    }
    // A slice at a time, so that new samples are not kept waiting.
    const auto end = std::chrono::steady_clock::now() + retentionSlice;
    bool isDone = false;
    retentionWaits_ = false;
    while (!isDone && std::chrono::steady_clock::now() < end) {
        if (retentionTodo_.empty()) {
            retentionWaits_ =
                !guarded("looking for old history", [this] { retentionTodo_ = eraser_.seriesAfter(retentionDoneTo_); });
            if (retentionWaits_) return;
            isDone = retentionTodo_.empty();
            continue;
        }
        const auto series = retentionTodo_.front();
        retentionWaits_ =
            !guarded("deleting old history", [&] { eraser_.eraseOld(series, budget_.ages(), clock_.now()); });
        if (retentionWaits_) return;
        retentionDoneTo_ = series;
        retentionTodo_.pop_front();
    }
    if (!isDone) return;
    retains_ = false;
    retentionDoneTo_ = {};
    {
        std::lock_guard lock(mutex_);
        retentionDone_ = std::max(retentionDone_, retentionRun_);
    }
    done_.notify_all();
}

} // namespace atrium::storage
