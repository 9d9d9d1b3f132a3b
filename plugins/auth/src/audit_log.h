#pragma once

#include "atrium/clock.h"
#include "atrium/database.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/services/audit.h"
#include "atrium/time.h"

#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace atrium::auth {

struct AuditRecord {
    std::int64_t id = 0;
    UtcTime at{};
    AuditEntry entry;
};

/// What to look for; what is empty does not matter.
struct AuditQuery {
    UserId user;
    std::string action; ///< exact, or a prefix that ends in `*`
    std::string object; ///< a part of it
    std::optional<bool> allowed;
    UtcTime from{};
    UtcTime to{};
    std::int64_t before = 0; ///< only records with a smaller id: the next page
    std::int64_t limit = 100;
};

/// The audit log: entries wait in a bounded queue (10,000; overflow drops the new one, counted and logged) and are
/// written by flush(), which the plugin calls every second on a worker and at its stop. Thread: any.
class AuditLog : public Audit {
public:
    static constexpr std::size_t queueLimit = 10'000;

    AuditLog(Database& database, const Clock& clock, Log& log, Metrics& metrics);

    void record(AuditEntry entry) override;
    /// Writes what waits; what the database refuses waits on. Blocks.
    void flush();
    /// Newest first, what waits included. Blocks.
    std::vector<AuditRecord> query(const AuditQuery& query);
    /// Blocks.
    void deleteBefore(UtcTime time);

private:
    Database& database_;
    const Clock& clock_;
    Log& log_;
    Counter& dropped_;
    std::mutex mutex_;
    std::mutex flushing_;
    std::deque<AuditRecord> waiting_;
};

/// RFC 4180, with a header line; cells that a spreadsheet would run as a formula are quoted with an apostrophe.
std::string toCsv(const std::vector<AuditRecord>& records);

} // namespace atrium::auth
