#include "storage/mysql_session.h"

#include "storage/mysql_statement.h"
#include "storage/sql_text.h"

#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/MySQL/Utility.h>
#include <Poco/Exception.h>

#include <mutex>
#include <type_traits>

namespace atrium::storage {

namespace {

constexpr std::size_t connectSeconds = 2;
constexpr std::size_t maxCachedStatements = 64;
constexpr std::size_t rowsPerList = 1000;
constexpr std::size_t maxPlaceholders = 65'535;
constexpr std::chrono::seconds pingAfterIdle{2};
/// The server is told a little less than the watchdog waits, so that it can answer with a proper error first.
constexpr std::chrono::milliseconds watchdogSlack{250};

Poco::Data::Session open(const DatabaseUrl& url)
{
    static std::once_flag registered;
    std::call_once(registered, [] { Poco::Data::MySQL::Connector::registerConnector(); });
    const std::string options = "host=" + url.host + ";port=" + std::to_string(url.port) + ";user=" + url.user +
                                ";password=" + url.password + ";db=" + url.name +
                                ";character-set=utf8mb4;auto-reconnect=false";
    try {
        return Poco::Data::Session("MySQL", options, connectSeconds);
    }
    catch (const Poco::Exception& error) {
        // The connector's text names host and user, never the password.
        throw SqlFailure(StorageError::Kind::Unavailable, SqlFailure::Recovery::Broken,
                         "cannot connect to " + url.describe() + ": " + error.displayText());
    }
}

} // namespace

MySqlSession::MySqlSession(const DatabaseUrl& url, QueryWatchdog& watchdog) : watchdog_(watchdog), session_(open(url))
{
    handle_ = Poco::Data::MySQL::Utility::handle(session_);
    socket_ = static_cast<int>(mysql_get_socket(handle_));
    isMariaDb_ = std::string_view(mysql_get_server_info(handle_)).find("MariaDB") != std::string_view::npos;
    executePlain("SET SESSION autocommit=1, innodb_lock_wait_timeout=2, time_zone='+00:00', "
                 "sql_mode='STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
                 "NO_ENGINE_SUBSTITUTION'");
    lastUsed_ = std::chrono::steady_clock::now();
}

MySqlSession::~MySqlSession() = default;

template <class Call>
auto MySqlSession::guarded(Call&& call)
{
    QueryWatchdog::Guard guard(watchdog_, socket_, limit_ + watchdogSlack);
    try {
        return call();
    }
    catch (const SqlFailure& failure) {
        if (failure.recovery() == SqlFailure::Recovery::Lost && guard.fired())
            throw SqlFailure(StorageError::Kind::Unavailable, SqlFailure::Recovery::Broken,
                             std::string("time-out: ") + failure.what());
        throw;
    }
}

void MySqlSession::checkOut(std::chrono::milliseconds limit)
{
    const auto now = std::chrono::steady_clock::now();
    if (now - lastUsed_ > pingAfterIdle) {
        limit_ = std::chrono::seconds{1};
        guarded([&] {
            if (mysql_ping(handle_) != 0) failMySql(mysql_errno(handle_), mysql_error(handle_), "ping");
        });
    }
    limit_ = limit;
    if (serverLimit_ != limit) {
        const auto count = limit.count();
        executePlain(isMariaDb_ ? "SET SESSION max_statement_time=" + std::to_string(count / 1000) + "." +
                                      std::to_string(count % 1000 + 1000).substr(1)
                                : "SET SESSION max_execution_time=" + std::to_string(count));
        serverLimit_ = limit;
    }
    lastUsed_ = now;
}

void MySqlSession::begin(TransactionKind kind)
{
    send(kind == TransactionKind::Read ? "START TRANSACTION READ ONLY" : "START TRANSACTION");
}

void MySqlSession::commit() { send("COMMIT"); }

bool MySqlSession::rollback() noexcept
{
    try {
        if (inTransaction()) send("ROLLBACK");
        return !inTransaction() && (handle_->server_status & SERVER_STATUS_AUTOCOMMIT) != 0;
    }
    catch (...) {
        return false;
    }
}

bool MySqlSession::inTransaction() const { return (handle_->server_status & SERVER_STATUS_IN_TRANS) != 0; }

std::int64_t MySqlSession::execute(std::string_view sql, const SqlParameters& parameters)
{
    return guarded([&] {
        auto& statement = prepared(sql);
        statement.execute({&parameters, 1});
        const auto affected = statement.affectedRows();
        if (const auto id = statement.insertId(); id != 0) lastInsertId_ = id;
        statement.rows();
        return affected;
    });
}

SqlRows MySqlSession::query(std::string_view sql, const SqlParameters& parameters)
{
    return guarded([&] {
        auto& statement = prepared(sql);
        statement.execute({&parameters, 1});
        return statement.rows();
    });
}

void MySqlSession::scan(std::string_view sql, const SqlParameters& parameters, const RowVisitor& visit)
{
    guarded([&] {
        auto& statement = prepared(sql);
        statement.execute({&parameters, 1});
        statement.scan(visit);
    });
}

void MySqlSession::executeMany(std::string_view sql, const std::vector<SqlParameters>& rows)
{
    if (rows.empty()) return;
    const std::span<const SqlParameters> all(rows);
    const auto width = rows.front().size();
    for (const auto& row : rows)
        if (row.size() != width)
            throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::None, "rows of different lengths");
    const auto list = findValuesList(sql);
    if (!list || width == 0) {
        for (std::size_t i = 0; i < rows.size(); ++i) guarded([&] { prepared(sql).execute(all.subspan(i, 1)); });
        return;
    }
    const auto chunk = std::max<std::size_t>(1, std::min(rowsPerList, maxPlaceholders / width));
    std::size_t done = 0;
    if (rows.size() >= chunk) {
        const auto repeated = repeatValuesList(sql, *list, chunk);
        for (; rows.size() - done >= chunk; done += chunk)
            guarded([&] { prepared(repeated).execute(all.subspan(done, chunk)); });
    }
    if (done < rows.size())
        guarded([&] {
            // Its length is as good as random: not worth a place in the cache.
            MySqlStatement(handle_, repeatValuesList(sql, *list, rows.size() - done)).execute(all.subspan(done));
        });
}

void MySqlSession::executePlain(const std::string& sql) { send(sql); }

MySqlStatement& MySqlSession::prepared(std::string_view sql)
{
    std::string key(sql);
    if (const auto known = statements_.find(key); known != statements_.end()) return *known->second;
    auto statement = std::make_unique<MySqlStatement>(handle_, sql);
    if (statements_.size() >= maxCachedStatements) statements_.clear();
    return *statements_.emplace(std::move(key), std::move(statement)).first->second;
}

void MySqlSession::send(const std::string& sql)
{
    guarded([&] {
        if (mysql_real_query(handle_, sql.data(), sql.size()) != 0)
            failMySql(mysql_errno(handle_), mysql_error(handle_), sql);
        if (auto* result = mysql_store_result(handle_)) mysql_free_result(result);
    });
}

} // namespace atrium::storage
