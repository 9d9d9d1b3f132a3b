#include "storage/uptime_log.h"

#include "storage/history_sample.h"

#include <algorithm>

namespace atrium::storage {

namespace {
/// Series whose open summaries one transaction corrects.
constexpr std::size_t closeStep = 10'000;
} // namespace

std::optional<HistoryGap> UptimeLog::begin(UtcTime now)
{
    std::optional<HistoryGap> outage;
    database_.transactJob(TransactionKind::Read, [&](Transaction& transaction) {
        outage.reset();
        startedAt_ = toMicroseconds(now);
        const auto last =
            transaction.query("SELECT started_at, alive_at FROM history_uptime ORDER BY started_at DESC LIMIT 1");
        if (last.empty()) return;
        const auto aliveAt = fromMicroseconds(last[0][1].integer());
        // A clock that went back goes on with the old life as well: two lives never overlap.
        if (now - aliveAt < shortestOutage) startedAt_ = last[0][0].integer();
        else outage = HistoryGap{aliveAt, now};
    });
    if (outage) closeSummaries(*outage);
    database_.transactJob(TransactionKind::Write, [&](Transaction& transaction) { stayAlive(transaction, now); });
    return outage;
}

void UptimeLog::stayAlive(Transaction& transaction, UtcTime now)
{
    transaction.execute(transaction.dialect() == SqlDialect::Sqlite
                            ? "INSERT INTO history_uptime (started_at, alive_at) VALUES (?, ?) "
                              "ON CONFLICT (started_at) DO UPDATE SET alive_at = MAX(alive_at, excluded.alive_at)"
                            : "INSERT INTO history_uptime (started_at, alive_at) VALUES (?, ?) "
                              "ON DUPLICATE KEY UPDATE alive_at = GREATEST(alive_at, VALUES(alive_at))",
                        {startedAt_, toMicroseconds(now)});
}

void UptimeLog::closeSummaries(const HistoryGap& outage)
{
    std::vector<SqlParameters> series;
    database_.transactJob(TransactionKind::Read, [&](Transaction& transaction) {
        series = transaction.query("SELECT device_id, attribute_id FROM device_state");
    });
    const auto diedAt = toMicroseconds(outage.from);
    for (const auto width : rollupWidths) {
        const auto start = intervalStart(diedAt, width);
        const auto end = std::min(toMicroseconds(outage.to), start + std::chrono::microseconds(width).count());
        for (std::size_t first = 0; first < series.size(); first += closeStep) {
            std::vector<SqlParameters> rows;
            for (std::size_t i = first; i < std::min(series.size(), first + closeStep); ++i)
                rows.push_back({diedAt, diedAt, end, width.count(), series[i][0], series[i][1], start, diedAt});
            // The value counts again from the end of the outage on: it is what the server restores.
            database_.transactJob(TransactionKind::Write, [&](Transaction& transaction) {
                transaction.executeMany(
                    "UPDATE history_rollups SET integral = integral + last_number * ((? - last_at) / 1000000.0), "
                    "covered = covered + (? - last_at) / 1000000.0, last_at = ? WHERE resolution = ? AND "
                    "device_id = ? AND attribute_id = ? AND start_at = ? AND held = 1 AND last_at <= ?",
                    rows);
            });
        }
    }
}

std::vector<HistoryGap> UptimeLog::outages(Transaction& transaction, UtcTime from, UtcTime to)
{
    std::vector<HistoryGap> found;
    // The life before the first outage that may touch `from` belongs to it.
    const auto lives = transaction.query(
        "SELECT started_at, alive_at FROM history_uptime WHERE started_at >= COALESCE((SELECT MAX(started_at) FROM "
        "history_uptime WHERE started_at <= ?), 0) AND started_at <= ? ORDER BY started_at",
        {toMicroseconds(from), toMicroseconds(to)});
    for (std::size_t i = 1; i < lives.size(); ++i) {
        const HistoryGap gap{fromMicroseconds(lives[i - 1][1].integer()), fromMicroseconds(lives[i][0].integer())};
        if (gap.to > gap.from && gap.to > from && gap.from < to) found.push_back(gap);
    }
    // One that has not ended before `to` has its end in the next life.
    if (!lives.empty() && fromMicroseconds(lives.back()[1].integer()) < to) {
        const auto next = transaction.query("SELECT MIN(started_at) FROM history_uptime WHERE started_at > ?",
                                            {toMicroseconds(to)})[0][0];
        if (!next.isNull())
            found.push_back({fromMicroseconds(lives.back()[1].integer()), fromMicroseconds(next.integer())});
    }
    return found;
}

std::optional<UtcTime> UptimeLog::firstStart(Transaction& transaction)
{
    const auto first = transaction.query("SELECT MIN(started_at) FROM history_uptime")[0][0];
    return first.isNull() ? std::nullopt : std::optional(fromMicroseconds(first.integer()));
}

} // namespace atrium::storage
