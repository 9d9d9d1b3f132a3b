#pragma once

#include "storage/history_block.h"
#include "storage/sql_database.h"

namespace atrium::storage {

/// When history was recorded (table `history_uptime`): between two lives of the server nobody knew the values. Thread:
/// any that may block, one at a time. Throws StorageError.
class UptimeLog {
public:
    /// A pause shorter than this leaves no gap: a restart is no power cut.
    static constexpr std::chrono::seconds shortestOutage{5};

    explicit UptimeLog(SqlDatabase& database) : database_(database) {}

    /// The server lives from `now` on. Returns the outage before, if there was one; what was summarised over it is
    /// corrected, so that no value is said to have held while nobody looked.
    std::optional<HistoryGap> begin(UtcTime now);
    /// It still lives. Within the transaction that writes samples, or alone.
    void stayAlive(Transaction& transaction, UtcTime now);

    /// The outages that touch [from, to), sorted.
    static std::vector<HistoryGap> outages(Transaction& transaction, UtcTime from, UtcTime to);
    /// When the first life began; empty when none has.
    static std::optional<UtcTime> firstStart(Transaction& transaction);

private:
    void closeSummaries(const HistoryGap& outage);

    SqlDatabase& database_;
    std::int64_t startedAt_ = 0;
};

} // namespace atrium::storage
