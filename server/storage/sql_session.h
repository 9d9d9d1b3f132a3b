#pragma once

#include "atrium/database.h"
#include "storage/sql_failure.h"

#include <chrono>
#include <functional>
#include <string_view>

namespace atrium::storage {

enum class NextRow { Wanted, NotWanted };
/// Gets the rows of a query one by one; the row is used again for the next one.
using RowVisitor = std::function<NextRow(SqlRow& row)>;

/// One connection. POCO opens and closes it (Poco::Data::Session with its connectors); statements run on its native
/// handle, because POCO 1.11 types results by column declaration: expressions come back as text on SQLite, sums of
/// integers as rounded doubles and JSON columns as a crash on MySQL (library-traps D4, D9, D10, D15).
/// Thread: one at a time. Every method throws SqlFailure unless it says otherwise.
class SqlSession {
public:
    virtual ~SqlSession() = default;
    virtual SqlDialect dialect() const = 0;

    /// Makes the connection ready for one unit of work: alive, autocommit on, no statement longer than `limit`.
    virtual void checkOut(std::chrono::milliseconds limit) = 0;
    virtual void begin(TransactionKind kind) = 0;
    virtual void commit() = 0;
    /// Whether the connection is clean afterwards; never throws.
    virtual bool rollback() noexcept = 0;
    virtual bool inTransaction() const = 0;

    virtual std::int64_t execute(std::string_view sql, const SqlParameters& parameters) = 0;
    virtual SqlRows query(std::string_view sql, const SqlParameters& parameters) = 0;
    /// query() without keeping the rows, until the visitor wants no more.
    virtual void scan(std::string_view sql, const SqlParameters& parameters, const RowVisitor& visit) = 0;
    virtual void executeMany(std::string_view sql, const std::vector<SqlParameters>& rows) = 0;
    /// One statement without parameters by the plain protocol: for migrations.
    virtual void executePlain(const std::string& sql) = 0;
    virtual std::int64_t lastInsertId() = 0;
};

/// Refuses what the databases would store differently or cut: text that is not clean UTF-8 (NUL included, D9) and
/// numbers that are not finite. Throws SqlFailure.
void requireBindable(const SqlValue& value);

} // namespace atrium::storage
