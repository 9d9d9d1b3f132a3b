#pragma once

#include "storage/sql_session.h"

#include <Poco/Data/Session.h>

#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace atrium::storage {

/// What a SQLite connection is for; its pragmas follow from it.
enum class SqliteUse {
    Read,   ///< query_only
    Write,  ///< synchronous=NORMAL: the WAL may lose the last commits in a power cut
    Durable ///< synchronous=FULL: on the disk when COMMIT returns
};

/// One SQLite connection: WAL, busy time-out 2 s, foreign keys on, untrusted schema. Write transactions are
/// BEGIN IMMEDIATE, so a read-modify-write never fails half-way (D5). A `FOR UPDATE` at the end of a query, which
/// MariaDB needs, is dropped here. Thread: one at a time.
class SqliteSession : public SqlSession {
public:
    SqliteSession(const std::string& path, SqliteUse use);
    ~SqliteSession() override;

    SqlDialect dialect() const override { return SqlDialect::Sqlite; }
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
    std::int64_t lastInsertId() override;

private:
    static int onProgress(void* self) noexcept;
    sqlite3_stmt* prepared(std::string_view sql);
    void forgetStatements() noexcept;
    void bind(sqlite3_stmt* statement, const SqlParameters& parameters);
    void startClock();
    void step(sqlite3_stmt* statement);
    [[noreturn]] void fail(int code, std::string_view sql);

    Poco::Data::Session session_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<std::string, sqlite3_stmt*> statements_;
    std::chrono::milliseconds limit_{3000};
    std::chrono::steady_clock::time_point deadline_{};
    bool reading_ = false;
};

} // namespace atrium::storage
