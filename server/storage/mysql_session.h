#pragma once

#include "storage/database_url.h"
#include "storage/query_watchdog.h"
#include "storage/sql_session.h"

#include <Poco/Data/Session.h>

#include <memory>
#include <string>
#include <unordered_map>

struct st_mysql;

namespace atrium::storage {

class MySqlStatement;

/// One connection to MariaDB or MySQL: utf8mb4, strict mode, autocommit on, never reconnected behind our back
/// (D11-D16). Every call to the server is guarded by the watchdog. Thread: one at a time.
class MySqlSession : public SqlSession {
public:
    MySqlSession(const DatabaseUrl& url, QueryWatchdog& watchdog);
    ~MySqlSession() override;

    SqlDialect dialect() const override { return SqlDialect::MySql; }
    void checkOut(std::chrono::milliseconds limit) override;
    void begin(TransactionKind kind) override;
    void commit() override;
    bool rollback() noexcept override;
    bool inTransaction() const override;
    std::int64_t execute(std::string_view sql, const SqlParameters& parameters) override;
    SqlRows query(std::string_view sql, const SqlParameters& parameters) override;
    void scan(std::string_view sql, const SqlParameters& parameters, const RowVisitor& visit) override;
    void executeMany(std::string_view sql, const std::vector<SqlParameters>& rows) override;
    void executePlain(const std::string& sql) override;
    std::int64_t lastInsertId() override { return lastInsertId_; }

private:
    /// Runs `call` under the watchdog; a call that it broke fails for good instead of being run again.
    template <class Call>
    auto guarded(Call&& call);
    MySqlStatement& prepared(std::string_view sql);
    void send(const std::string& sql);

    QueryWatchdog& watchdog_;
    Poco::Data::Session session_;
    st_mysql* handle_ = nullptr;
    int socket_ = -1;
    bool isMariaDb_ = true;
    std::chrono::milliseconds limit_{3000};
    std::chrono::milliseconds serverLimit_{0}; ///< what the server was told
    std::chrono::steady_clock::time_point lastUsed_{};
    std::int64_t lastInsertId_ = 0;
    std::unordered_map<std::string, std::unique_ptr<MySqlStatement>> statements_;
};

} // namespace atrium::storage
