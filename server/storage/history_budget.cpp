#include "storage/history_budget.h"

#include "storage/sql_session.h"
#include "storage/uptime_log.h"

#include <algorithm>

namespace atrium::storage {

namespace {

/// In the order in which they give way, and how short each may become.
struct AgeFloor {
    std::chrono::hours HistoryAges::*age;
    std::chrono::hours floor;
};
constexpr AgeFloor floors[] = {
    {&HistoryAges::raw, std::chrono::hours{24}},         {&HistoryAges::fiveMinutes, std::chrono::hours{24 * 7}},
    {&HistoryAges::raw, std::chrono::hours{0}},          {&HistoryAges::hours, std::chrono::hours{24 * 31}},
    {&HistoryAges::fiveMinutes, std::chrono::hours{24}}, {&HistoryAges::days, std::chrono::hours{24 * 366}}};
constexpr std::chrono::hours HistoryAges::*allAges[] = {&HistoryAges::raw, &HistoryAges::fiveMinutes,
                                                        &HistoryAges::hours, &HistoryAges::days};

} // namespace

HistoryBudget::HistoryBudget(SqlDatabase& database, std::int64_t limitBytes, HistoryAges configured)
    : database_(database), limitBytes_(limitBytes), configured_(configured), ages_(configured)
{}

HistoryBudget::State HistoryBudget::measure()
{
    usedBytes_ = measureBytes();
    const double share = static_cast<double>(usedBytes_) / static_cast<double>(limitBytes_);
    return share >= 1 ? State::Full : share >= comfort ? State::Tight : State::Easy;
}

std::int64_t HistoryBudget::measureBytes()
{
    std::int64_t bytes = 0;
    if (database_.dialect() == SqlDialect::Sqlite) {
        database_.transactJob(TransactionKind::Read, [&](Transaction& transaction) {
            const auto pragma = [&](const char* name) {
                return transaction.query(std::string("PRAGMA ") + name)[0][0].integer();
            };
            bytes = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
        });
        return bytes;
    }
    database_.withSession([&](SqlSession& session) {
        // The sizes that MariaDB tells are those of the last look; a look at twenty pages brings them up to date.
        for (const auto* table : {"history_samples", "history_rollups"})
            session.query(std::string("ANALYZE TABLE ") + table, {});
        bytes = session
                    .query("SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS SIGNED) FROM "
                           "information_schema.TABLES WHERE table_schema = DATABASE()",
                           {})[0][0]
                    .integer();
    });
    return bytes;
}

bool HistoryBudget::tighten(UtcTime now)
{
    // Ages beyond the first sample erase nothing: begin with what is there.
    std::optional<UtcTime> first;
    database_.transactJob(TransactionKind::Read,
                          [&](Transaction& transaction) { first = UptimeLog::firstStart(transaction); });
    const auto life = std::chrono::ceil<std::chrono::hours>(now - first.value_or(now));
    for (const auto& [age, floor] : floors) {
        auto& current = ages_.*age;
        current = std::min(current, std::max(life, floor));
        if (current <= floor) continue;
        current = std::max(floor, std::min(current - std::chrono::hours{1}, current * 4 / 5));
        return true;
    }
    return false;
}

void HistoryBudget::relax()
{
    if (static_cast<double>(usedBytes_) >= plenty * static_cast<double>(limitBytes_)) return;
    for (const auto age : allAges)
        ages_.*age = std::min(configured_.*age, ages_.*age + std::max(ages_.*age / 10, std::chrono::hours{1}));
}

} // namespace atrium::storage
