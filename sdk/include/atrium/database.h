#pragma once

#include "atrium/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace atrium {

enum class SqlDialect { Sqlite, MySql };

/// A value in or out of SQL. Integers are 64 bit; there is no NUL in text (refused when bound). Times are stored as
/// microseconds in an integer, money in minor units, booleans as 0 and 1.
class SqlValue {
public:
    SqlValue() = default;
    SqlValue(std::nullptr_t) {}
    SqlValue(bool value) : content_(static_cast<std::int64_t>(value)) {}
    template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) SqlValue(T value)
        : content_(static_cast<std::int64_t>(value))
    {}
    SqlValue(double value) : content_(value) {}
    SqlValue(const char* value) : content_(std::string(value)) {}
    SqlValue(std::string_view value) : content_(std::string(value)) {}
    SqlValue(std::string value) : content_(std::move(value)) {}

    bool isNull() const { return content_.index() == 0; }
    /// Each throws std::bad_variant_access for another kind and for NULL; integer() also reads a whole double.
    std::int64_t integer() const;
    double number() const;
    const std::string& text() const { return std::get<std::string>(content_); }
    bool boolean() const { return integer() != 0; }

    const std::variant<std::monostate, std::int64_t, double, std::string>& content() const { return content_; }

private:
    std::variant<std::monostate, std::int64_t, double, std::string> content_;
};

using SqlParameters = std::vector<SqlValue>;
using SqlRow = std::vector<SqlValue>;
using SqlRows = std::vector<SqlRow>;

/// One open transaction. Lives as long as the call of Database::transact. Thread: the one that runs the work.
class Transaction {
public:
    virtual ~Transaction() = default;
    virtual SqlDialect dialect() const = 0;
    /// Runs a statement with `?` placeholders; returns the number of affected rows. Throws StorageError.
    virtual std::int64_t execute(std::string_view sql, const SqlParameters& parameters = {}) = 0;
    /// Runs a query; every row has as many values as there are columns. In a write transaction, a SELECT whose rows
    /// decide what is written ends in `FOR UPDATE`: MariaDB locks them; SQLite has excluded other writers and drops the
    /// words. Throws StorageError.
    virtual SqlRows query(std::string_view sql, const SqlParameters& parameters = {}) = 0;
    /// Runs one statement for many rows at the speed of the database's own batch form. All rows are equally long.
    virtual void executeMany(std::string_view sql, const std::vector<SqlParameters>& rows) = 0;
    /// The key that the last INSERT made.
    virtual std::int64_t lastInsertId() = 0;
};

/// A statement or the database itself failed. `what()` is for logs only.
class StorageError : public std::runtime_error {
public:
    enum class Kind {
        ConstraintViolated, ///< unique, foreign key, not null, check
        Busy,               ///< locked or deadlocked, after all retries
        Unavailable,        ///< no connection, time-out, disk full
        Other,
    };
    StorageError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
    Kind kind() const { return kind_; }

private:
    Kind kind_;
};

enum class TransactionKind {
    Read,
    Write,   ///< telemetry and other data that may lose its last second in a power cut
    Durable, ///< money, accounts, commands, journals: on the disk before transact() returns
};

/// The database of the site: SQLite or MariaDB/MySQL. Thread: any thread that may block, never core or an HTTP worker
/// (asserted).
class Database {
public:
    virtual ~Database() = default;
    virtual SqlDialect dialect() const = 0;

    /// Runs `work` in one transaction: committed when it returns, rolled back when it throws. `work` is run again (at
    /// most three times in all) on a deadlock or a lost connection before the commit, so it must have no effects but
    /// through the transaction. Waits at most 2 s for a connection; a statement may take 3 s. Not inside of another
    /// unit of work of the thread. Throws StorageError, or what `work` throws.
    void transact(TransactionKind kind, const std::function<void(Transaction&)>& work) { run(kind, work); }

    /// The same with a result.
    template <class Work>
    requires(!std::is_void_v<std::invoke_result_t<Work&, Transaction&>>) auto transact(TransactionKind kind,
                                                                                       Work&& work)
        -> std::invoke_result_t<Work&, Transaction&>
    {
        std::optional<std::invoke_result_t<Work&, Transaction&>> result;
        run(kind, [&](Transaction& transaction) { result.emplace(work(transaction)); });
        return std::move(*result);
    }

protected:
    virtual void run(TransactionKind kind, const std::function<void(Transaction&)>& work) = 0;
};

} // namespace atrium
