#include "audit_log.h"

#include "atrium/text.h"
#include "atrium/value.h"

namespace atrium::auth {

namespace {

/// At most `bytes` bytes, cut between characters.
std::string cut(std::string text, std::size_t bytes)
{
    if (!isCleanUtf8(text)) return "?";
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
    text.resize(bytes);
    return text;
}

} // namespace

AuditLog::AuditLog(Database& database, const Clock& clock, Log& log, Metrics& metrics)
    : database_(database), clock_(clock), log_(log),
      dropped_(metrics.counter("atrium_audit_dropped_total", "Audit entries dropped because the queue was full"))
{}

void AuditLog::record(AuditEntry entry)
{
    entry.actor = cut(std::move(entry.actor), 300);
    entry.action = cut(std::move(entry.action), 100);
    entry.object = cut(std::move(entry.object), 300);
    entry.detail = cut(std::move(entry.detail), 300);
    entry.address = cut(std::move(entry.address), 60);
    {
        std::lock_guard lock(mutex_);
        if (waiting_.size() < queueLimit) {
            waiting_.push_back({0, clock_.now(), std::move(entry)});
            return;
        }
    }
    dropped_.add();
    log_.error("the audit log is full, an entry is lost", {{"action", entry.action}});
}

void AuditLog::flush()
{
    // One writer at a time, so that ids follow the order of the events.
    std::lock_guard turn(flushing_);
    std::deque<AuditRecord> records;
    {
        std::lock_guard lock(mutex_);
        records.swap(waiting_);
    }
    if (records.empty()) return;
    std::vector<SqlParameters> rows;
    rows.reserve(records.size());
    for (const auto& [id, at, entry] : records)
        rows.push_back({toMicroseconds(at), entry.user.value, entry.actor, entry.action, entry.object, entry.address,
                        entry.allowed, entry.status, entry.detail});
    try {
        database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
            transaction.executeMany("INSERT INTO auth_audit (at, user_id, actor, action, object, address, allowed, "
                                    "status, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    rows);
        });
    }
    catch (const StorageError& error) {
        log_.error("the audit log could not be written, its entries wait", {{"reason", error.what()}});
        std::lock_guard lock(mutex_);
        waiting_.insert(waiting_.begin(), std::make_move_iterator(records.begin()),
                        std::make_move_iterator(records.end()));
        while (waiting_.size() > queueLimit) {
            waiting_.pop_back();
            dropped_.add();
        }
    }
}

std::vector<AuditRecord> AuditLog::query(const AuditQuery& query)
{
    flush();
    std::string sql = "SELECT id, at, user_id, actor, action, object, address, allowed, status, detail FROM auth_audit "
                      "WHERE 1 = 1";
    SqlParameters parameters;
    const auto add = [&](const char* condition, SqlValue value) {
        sql += condition;
        parameters.push_back(std::move(value));
    };
    const auto escaped = [](std::string_view text) {
        std::string pattern;
        for (const char c : text) {
            if (c == '%' || c == '_' || c == '!') pattern += '!';
            pattern += c;
        }
        return pattern;
    };
    if (query.user) add(" AND user_id = ?", query.user.value);
    if (!query.action.empty() && query.action.back() == '*')
        add(" AND action LIKE ? ESCAPE '!'",
            escaped(std::string_view(query.action).substr(0, query.action.size() - 1)) + "%");
    else if (!query.action.empty()) add(" AND action = ?", query.action);
    if (!query.object.empty()) add(" AND object LIKE ? ESCAPE '!'", "%" + escaped(query.object) + "%");
    if (query.allowed) add(" AND allowed = ?", *query.allowed);
    if (query.from != UtcTime{}) add(" AND at >= ?", toMicroseconds(query.from));
    if (query.to != UtcTime{}) add(" AND at < ?", toMicroseconds(query.to));
    if (query.before > 0) add(" AND id < ?", query.before);
    add(" ORDER BY id DESC LIMIT ?", query.limit);
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        std::vector<AuditRecord> records;
        for (const auto& row : transaction.query(sql, parameters)) {
            AuditEntry entry{UserId{row[2].integer()},
                             row[3].text(),
                             row[4].text(),
                             row[5].text(),
                             row[6].text(),
                             row[7].boolean(),
                             static_cast<int>(row[8].integer()),
                             row[9].text()};
            records.push_back({row[0].integer(), fromMicroseconds(row[1].integer()), std::move(entry)});
        }
        return records;
    });
}

void AuditLog::deleteBefore(UtcTime time)
{
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM auth_audit WHERE at < ?", {toMicroseconds(time)});
    });
}

std::string toCsv(const std::vector<AuditRecord>& records)
{
    const auto cell = [](std::string text) {
        if (!text.empty() && std::string_view("=+-@\t").find(text.front()) != std::string_view::npos)
            text.insert(text.begin(), '\'');
        std::string quoted = "\"";
        for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
        return quoted + '"';
    };
    std::string csv = "id,at,user,actor,action,object,address,allowed,status,detail\r\n";
    for (const auto& [id, at, entry] : records) {
        csv += std::to_string(id) + ',' + toIso8601(at) + ',' + std::to_string(entry.user.value);
        for (const auto* text : {&entry.actor, &entry.action, &entry.object, &entry.address}) csv += ',' + cell(*text);
        csv += std::string(entry.allowed ? ",true," : ",false,") + std::to_string(entry.status) + ',' +
               cell(entry.detail) + "\r\n";
    }
    return csv;
}

} // namespace atrium::auth
