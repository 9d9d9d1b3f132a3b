#pragma once

#include "storage/database_url.h"
#include "storage/file_read_ahead.h"
#include "storage/query_watchdog.h"
#include "storage/session_pool.h"
#include "storage/writer_turns.h"

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace atrium::storage {

struct SqlDatabaseOptions {
    /// Says whether the calling thread may block; false = std::logic_error. Empty = every thread may.
    std::function<bool()> mayBlockHere;
    std::size_t connections = 8;                  ///< readers on SQLite, all connections on MariaDB
    std::chrono::milliseconds wait{2000};         ///< for a free connection, and for the turn to write on SQLite
    std::chrono::milliseconds requestLimit{3000}; ///< longest statement of transact()
    std::chrono::milliseconds jobLimit{10'000};   ///< longest statement of transactJob()
};

/// The site's database: the one layer that stands between POCO's sessions and everybody else. Opens nothing but one
/// connection in the constructor, to fail early; throws StorageError there.
///
/// SQLite: many readers, and one writer at a time in the order of arrival; write transactions are BEGIN IMMEDIATE;
/// Durable ones use a connection with synchronous=FULL. MariaDB: InnoDB with innodb_flush_log_at_trx_commit=1 (the
/// server's default) makes every commit durable. A unit of work is run again, three times in all, after a deadlock or a
/// connection lost before the commit; a connection lost during the commit is an error that says so, because the commit
/// may have happened. Thread: any that may block.
class SqlDatabase : public Database {
public:
    explicit SqlDatabase(DatabaseUrl url, SqlDatabaseOptions options = {});
    ~SqlDatabase() override;

    SqlDialect dialect() const override { return url_.dialect; }
    const DatabaseUrl& url() const { return url_; }

    /// transact() for background jobs: statements may take `jobLimit`.
    void transactJob(TransactionKind kind, const std::function<void(Transaction&)>& work);
    /// Runs a query for each of `parameters` in one read transaction, in which statements may take `jobLimit`, and
    /// hands the rows over as they come, with the index of their parameters, until the visitor wants no more. Never run
    /// again.
    void scan(std::string_view sql, std::span<const SqlParameters> parameters,
              const std::function<NextRow(std::size_t index, SqlRow& row)>& visit);
    /// For who is about to read much of it: see FileReadAhead. Nothing on MariaDB, which has a cache of its own.
    void readAhead(const std::function<bool()>& goesOn);
    /// Runs `work` on a connection without any transaction; for migrations. Nobody else writes on SQLite meanwhile.
    void withSession(const std::function<void(SqlSession&)>& work);
    /// Whether a connection answers; for the health page. Never throws.
    bool answers() noexcept;

    /// Connections in use and idle, over all pools; for metrics.
    std::size_t connectionsInUse() const;
    std::size_t connectionsIdle() const;

protected:
    void run(TransactionKind kind, const std::function<void(Transaction&)>& work) override;

private:
    void runWithin(std::chrono::milliseconds limit, TransactionKind kind,
                   const std::function<void(Transaction&)>& work);
    /// One attempt; throws SqlFailure with its recovery.
    void attempt(std::chrono::milliseconds limit, TransactionKind kind, const std::function<void(Transaction&)>& work);
    SessionPool& poolFor(TransactionKind kind) const;
    void requireMayBlock() const;

    const DatabaseUrl url_;
    const SqlDatabaseOptions options_;
    std::unique_ptr<QueryWatchdog> watchdog_; ///< MariaDB only
    FileReadAhead readAhead_;                 ///< outlives the connections
    std::unique_ptr<WriterTurns> turns_;      ///< SQLite only
    std::unique_ptr<SessionPool> readers_;    ///< all connections on MariaDB
    std::unique_ptr<SessionPool> writers_;
    std::unique_ptr<SessionPool> durableWriters_;
};

} // namespace atrium::storage
