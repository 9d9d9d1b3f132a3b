#include "storage/sqlite_session.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Exception.h>
#include <sqlite3.h>

#include <cctype>
#include <mutex>

namespace atrium::storage {

namespace {

constexpr std::size_t openSeconds = 2;
constexpr std::size_t maxCachedStatements = 64;
constexpr int progressInstructions = 2000;
constexpr std::size_t maxSqlInMessage = 200;

Poco::Data::Session open(const std::string& path)
{
    static std::once_flag registered;
    std::call_once(registered, [] {
        // A session has one thread at a time: SQLite need not lock a mutex for each column of each row.
        Poco::Data::SQLite::Utility::setThreadMode(Poco::Data::SQLite::Utility::THREAD_MODE_MULTI);
        Poco::Data::SQLite::Connector::registerConnector();
    });
    try {
        // POCO tries again until its time-out, a minute by default, whatever the reason.
        return Poco::Data::Session("SQLite", path, openSeconds);
    }
    catch (const Poco::Exception& error) {
        throw SqlFailure(StorageError::Kind::Unavailable, SqlFailure::Recovery::Broken,
                         "cannot open sqlite:" + path + ": " + error.displayText());
    }
}

/// MariaDB's `FOR UPDATE` at the end; a write transaction of SQLite has excluded all others anyway.
std::string_view withoutForUpdate(std::string_view sql)
{
    constexpr std::string_view clause = "for update";
    auto end = sql.find_last_not_of(" \t\r\n;");
    if (end == std::string_view::npos || end + 1 < clause.size()) return sql;
    const auto tail = sql.substr(end + 1 - clause.size(), clause.size());
    for (std::size_t i = 0; i < clause.size(); ++i)
        if (std::tolower(static_cast<unsigned char>(tail[i])) != clause[i]) return sql;
    return sql.substr(0, end + 1 - clause.size());
}

/// Resets on every way out, so that no cursor stays open between calls.
struct StatementUse {
    sqlite3_stmt* statement;
    ~StatementUse()
    {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

SqlValue readColumn(sqlite3_stmt* statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
    default: break;
    }
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return bytes ? std::string(bytes, size) : std::string();
}

} // namespace

SqliteSession::SqliteSession(const std::string& path, SqliteUse use) : session_(open(path))
{
    handle_ = Poco::Data::SQLite::Utility::dbHandle(session_);
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, 2000);
    sqlite3_progress_handler(handle_, progressInstructions, &SqliteSession::onProgress, this);
    startClock();
    executePlain("PRAGMA journal_mode=WAL");
    executePlain("PRAGMA foreign_keys=ON");
    executePlain("PRAGMA trusted_schema=OFF");
    executePlain("PRAGMA temp_store=MEMORY");
    executePlain("PRAGMA journal_size_limit=67108864");
    executePlain(use == SqliteUse::Durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    // KiB. History hops through large tables; what is written durably is small, and readers share the system's cache.
    executePlain(use == SqliteUse::Write  ? "PRAGMA cache_size=-8192"
                 : use == SqliteUse::Read ? "PRAGMA cache_size=-2048"
                                          : "PRAGMA cache_size=-1024");
    executePlain("PRAGMA wal_autocheckpoint=4000");
    if (use == SqliteUse::Read) executePlain("PRAGMA query_only=ON");
}

SqliteSession::~SqliteSession()
{
    // POCO cannot close a connection with statements left in it.
    forgetStatements();
    sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
}

int SqliteSession::onProgress(void* self) noexcept
{
    return std::chrono::steady_clock::now() > static_cast<SqliteSession*>(self)->deadline_ ? 1 : 0;
}

void SqliteSession::startClock()
{
    if (!reading_) deadline_ = std::chrono::steady_clock::now() + limit_;
}

void SqliteSession::checkOut(std::chrono::milliseconds limit)
{
    limit_ = limit;
    reading_ = false;
}

void SqliteSession::begin(TransactionKind kind)
{
    executePlain(kind == TransactionKind::Read ? "BEGIN" : "BEGIN IMMEDIATE");
    // A long reader stops checkpoints and the WAL grows (X3): all its statements share one deadline.
    reading_ = kind == TransactionKind::Read;
}

void SqliteSession::commit() { executePlain("COMMIT"); }

bool SqliteSession::rollback() noexcept
{
    if (!inTransaction()) return true;
    // A rollback must run although the deadline of the work has passed.
    deadline_ = std::chrono::steady_clock::time_point::max();
    return sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK && !inTransaction();
}

bool SqliteSession::inTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }

std::int64_t SqliteSession::execute(std::string_view sql, const SqlParameters& parameters)
{
    auto* statement = prepared(sql);
    StatementUse use{statement};
    startClock();
    bind(statement, parameters);
    const auto before = sqlite3_total_changes64(handle_);
    step(statement);
    // sqlite3_changes() repeats the previous count after a statement that changes no rows (D10).
    return sqlite3_total_changes64(handle_) == before ? 0 : sqlite3_changes64(handle_);
}

SqlRows SqliteSession::query(std::string_view sql, const SqlParameters& parameters)
{
    SqlRows rows;
    scan(sql, parameters, [&](SqlRow& row) {
        rows.push_back(std::move(row));
        return NextRow::Wanted;
    });
    return rows;
}

void SqliteSession::scan(std::string_view sql, const SqlParameters& parameters, const RowVisitor& visit)
{
    auto* statement = prepared(withoutForUpdate(sql));
    StatementUse use{statement};
    startClock();
    bind(statement, parameters);
    const int columns = sqlite3_column_count(statement);
    SqlRow row;
    for (;;) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) return;
        if (code != SQLITE_ROW) fail(code, sql);
        row.resize(static_cast<std::size_t>(columns));
        for (int column = 0; column < columns; ++column)
            row[static_cast<std::size_t>(column)] = readColumn(statement, column);
        if (visit(row) == NextRow::NotWanted) return;
    }
}

void SqliteSession::executeMany(std::string_view sql, const std::vector<SqlParameters>& rows)
{
    if (rows.empty()) return;
    auto* statement = prepared(sql);
    StatementUse use{statement};
    startClock();
    for (const auto& row : rows) {
        bind(statement, row);
        step(statement);
        sqlite3_reset(statement);
    }
}

void SqliteSession::executePlain(const std::string& sql)
{
    startClock();
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code, sql);
}

std::int64_t SqliteSession::lastInsertId() { return sqlite3_last_insert_rowid(handle_); }

sqlite3_stmt* SqliteSession::prepared(std::string_view sql)
{
    std::string key(sql);
    if (const auto known = statements_.find(key); known != statements_.end()) return known->second;
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(handle_, key.c_str(), static_cast<int>(key.size()) + 1,
                                        SQLITE_PREPARE_PERSISTENT, &statement, &tail);
    if (code != SQLITE_OK) fail(code, sql);
    if (!statement || std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        sqlite3_finalize(statement);
        throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None,
                         "exactly one statement is expected: " + key.substr(0, maxSqlInMessage));
    }
    if (statements_.size() >= maxCachedStatements) forgetStatements();
    statements_.emplace(std::move(key), statement);
    return statement;
}

void SqliteSession::forgetStatements() noexcept
{
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    statements_.clear();
}

void SqliteSession::bind(sqlite3_stmt* statement, const SqlParameters& parameters)
{
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) != parameters.size())
        throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None,
                         "wrong number of parameters: " +
                             std::string(sqlite3_sql(statement)).substr(0, maxSqlInMessage));
    int index = 0;
    for (const auto& parameter : parameters) {
        ++index;
        requireBindable(parameter);
        const auto& content = parameter.content();
        int code = SQLITE_OK;
        if (const auto* integer = std::get_if<std::int64_t>(&content))
            code = sqlite3_bind_int64(statement, index, *integer);
        else if (const auto* number = std::get_if<double>(&content))
            code = sqlite3_bind_double(statement, index, *number);
        else if (const auto* text = std::get_if<std::string>(&content))
            code = sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
        else code = sqlite3_bind_null(statement, index);
        if (code != SQLITE_OK) fail(code, sqlite3_sql(statement));
    }
}

void SqliteSession::step(sqlite3_stmt* statement)
{
    int code = sqlite3_step(statement);
    while (code == SQLITE_ROW) code = sqlite3_step(statement);
    if (code != SQLITE_DONE) fail(code, sqlite3_sql(statement));
}

void SqliteSession::fail(int code, std::string_view sql)
{
    using Kind = StorageError::Kind;
    using Recovery = SqlFailure::Recovery;
    const std::string what = std::string(sqlite3_errmsg(handle_)) + " (" + std::to_string(code) +
                             "): " + std::string(sql.substr(0, maxSqlInMessage));
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT: throw SqlFailure(Kind::ConstraintViolated, Recovery::None, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: throw SqlFailure(Kind::Busy, Recovery::Broken, what);
    case SQLITE_INTERRUPT: throw SqlFailure(Kind::Unavailable, Recovery::Broken, "time-out: " + what);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_NOMEM: throw SqlFailure(Kind::Unavailable, Recovery::Broken, what);
    default: throw SqlFailure(Kind::Other, Recovery::None, what);
    }
}

} // namespace atrium::storage
