#include "storage/sql_database.h"

#include "storage/mysql_session.h"
#include "storage/sqlite_session.h"

#include <filesystem>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>

namespace atrium::storage {

namespace {

constexpr int maxAttempts = 3;

/// The database whose unit of work this thread is in.
thread_local const SqlDatabase* currentDatabase = nullptr;

struct Nesting {
    explicit Nesting(const SqlDatabase& database)
    {
        // The inner one would wait for the connection or the writer's turn that the outer one holds.
        if (currentDatabase) throw std::logic_error("a unit of work was started inside of another one");
        currentDatabase = &database;
    }
    ~Nesting() { currentDatabase = nullptr; }
};

/// What the work sees. Once the database has given the transaction up, nothing more is sent: it would run outside of
/// any transaction and be committed by itself.
class SqlTransaction : public Transaction {
public:
    explicit SqlTransaction(SqlSession& session) : session_(session) {}

    SqlDialect dialect() const override { return session_.dialect(); }
    std::int64_t execute(std::string_view sql, const SqlParameters& parameters) override
    {
        return watched([&] { return session_.execute(sql, parameters); });
    }
    SqlRows query(std::string_view sql, const SqlParameters& parameters) override
    {
        return watched([&] { return session_.query(sql, parameters); });
    }
    void executeMany(std::string_view sql, const std::vector<SqlParameters>& rows) override
    {
        watched([&] { session_.executeMany(sql, rows); });
    }
    std::int64_t lastInsertId() override { return session_.lastInsertId(); }

    void throwIfLost() const
    {
        if (lost_) throw SqlFailure(*lost_);
    }

private:
    template <class Call>
    auto watched(Call&& call) -> std::invoke_result_t<Call&>
    {
        throwIfLost();
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Call&>>) {
                call();
                requireOpen();
            }
            else {
                auto result = call();
                requireOpen();
                return result;
            }
        }
        catch (const SqlFailure& failure) {
            if (failure.recovery() != SqlFailure::Recovery::None) lost_.emplace(failure);
            else if (!session_.inTransaction())
                lost_.emplace(failure.kind(), SqlFailure::Recovery::Broken, failure.what());
            throw;
        }
    }
    void requireOpen() const
    {
        if (!session_.inTransaction())
            throw SqlFailure(StorageError::Kind::Other, SqlFailure::Recovery::Broken,
                             "the statement ended the transaction (COMMIT, or DDL on MariaDB)");
    }

    SqlSession& session_;
    std::optional<SqlFailure> lost_;
};

void pauseBeforeRetry()
{
    thread_local std::minstd_rand random{std::random_device{}()};
    std::this_thread::sleep_for(std::chrono::milliseconds{std::uniform_int_distribution<int>{5, 25}(random)});
}

} // namespace

SqlDatabase::SqlDatabase(DatabaseUrl url, SqlDatabaseOptions options)
    : url_(std::move(url)), options_(std::move(options)), readAhead_(url_.path)
{
    if (url_.dialect == SqlDialect::MySql) {
        watchdog_ = std::make_unique<QueryWatchdog>();
        readers_ = std::make_unique<SessionPool>(options_.connections, options_.wait,
                                                 [this] { return std::make_unique<MySqlSession>(url_, *watchdog_); });
        readers_->acquire().giveBack();
        return;
    }
    std::error_code ignored; // opening the file says what is wrong
    std::filesystem::create_directories(std::filesystem::path(url_.path).parent_path(), ignored);
    const auto pool = [this](std::size_t limit, SqliteUse use) {
        return std::make_unique<SessionPool>(limit, options_.wait,
                                             [this, use] { return std::make_unique<SqliteSession>(url_.path, use); });
    };
    turns_ = std::make_unique<WriterTurns>();
    readers_ = pool(options_.connections, SqliteUse::Read);
    writers_ = pool(1, SqliteUse::Write);
    durableWriters_ = pool(1, SqliteUse::Durable);
    durableWriters_->acquire().giveBack();
}

SqlDatabase::~SqlDatabase() = default;

void SqlDatabase::run(TransactionKind kind, const std::function<void(Transaction&)>& work)
{
    runWithin(options_.requestLimit, kind, work);
}

void SqlDatabase::transactJob(TransactionKind kind, const std::function<void(Transaction&)>& work)
{
    runWithin(options_.jobLimit, kind, work);
}

void SqlDatabase::runWithin(std::chrono::milliseconds limit, TransactionKind kind,
                            const std::function<void(Transaction&)>& work)
{
    requireMayBlock();
    Nesting nesting(*this);
    for (int tries = 1;; ++tries) {
        try {
            attempt(limit, kind, work);
            return;
        }
        catch (const SqlFailure& failure) {
            const auto recovery = failure.recovery();
            // The other idle connections died with this one; they would only use up the tries.
            if (recovery == SqlFailure::Recovery::Lost) poolFor(kind).dropAll();
            const bool again = recovery == SqlFailure::Recovery::Lost || recovery == SqlFailure::Recovery::RolledBack;
            if (!again || tries == maxAttempts) throw;
        }
        pauseBeforeRetry();
    }
}

void SqlDatabase::attempt(std::chrono::milliseconds limit, TransactionKind kind,
                          const std::function<void(Transaction&)>& work)
{
    std::optional<WriterTurns::Turn> turn;
    if (turns_ && kind != TransactionKind::Read) turn.emplace(*turns_, options_.wait);
    auto lease = poolFor(kind).acquire();
    lease->checkOut(limit);
    try {
        lease->begin(kind);
        SqlTransaction transaction(*lease);
        work(transaction);
        transaction.throwIfLost();
        try {
            lease->commit();
        }
        catch (const SqlFailure& failure) {
            if (failure.recovery() == SqlFailure::Recovery::Lost)
                throw SqlFailure(StorageError::Kind::Unavailable, SqlFailure::Recovery::Broken,
                                 std::string("the connection was lost during the commit, which may have happened: ") +
                                     failure.what());
            throw;
        }
    }
    catch (const SqlFailure& failure) {
        if (failure.kind() == StorageError::Kind::ConstraintViolated && lease->rollback()) lease.giveBack();
        throw;
    }
    catch (...) {
        // The work's own exception: the connection is as good as before.
        if (lease->rollback()) lease.giveBack();
        throw;
    }
    lease.giveBack();
}

void SqlDatabase::scan(std::string_view sql, std::span<const SqlParameters> parameters,
                       const std::function<NextRow(std::size_t, SqlRow&)>& visit)
{
    requireMayBlock();
    Nesting nesting(*this);
    auto lease = poolFor(TransactionKind::Read).acquire();
    lease->checkOut(options_.jobLimit);
    lease->begin(TransactionKind::Read);
    auto next = NextRow::Wanted;
    for (std::size_t i = 0; i < parameters.size() && next == NextRow::Wanted; ++i)
        lease->scan(sql, parameters[i], [&](SqlRow& row) { return next = visit(i, row); });
    if (lease->rollback()) lease.giveBack();
}

void SqlDatabase::readAhead(const std::function<bool()>& goesOn)
{
    requireMayBlock();
    if (url_.dialect == SqlDialect::Sqlite) readAhead_.run(goesOn);
}

void SqlDatabase::withSession(const std::function<void(SqlSession&)>& work)
{
    requireMayBlock();
    Nesting nesting(*this);
    std::optional<WriterTurns::Turn> turn;
    if (turns_) turn.emplace(*turns_, options_.wait);
    auto lease = poolFor(TransactionKind::Durable).acquire();
    lease->checkOut(std::chrono::minutes{10});
    try {
        work(*lease);
    }
    catch (...) {
        lease->rollback();
        throw;
    }
    if (!lease->inTransaction()) lease.giveBack();
}

bool SqlDatabase::answers() noexcept
{
    try {
        runWithin(options_.requestLimit, TransactionKind::Read,
                  [](Transaction& transaction) { transaction.query("SELECT 1"); });
        return true;
    }
    catch (...) {
        return false;
    }
}

SessionPool& SqlDatabase::poolFor(TransactionKind kind) const
{
    if (url_.dialect == SqlDialect::MySql || kind == TransactionKind::Read) return *readers_;
    return kind == TransactionKind::Durable ? *durableWriters_ : *writers_;
}

void SqlDatabase::requireMayBlock() const
{
    if (options_.mayBlockHere && !options_.mayBlockHere())
        throw std::logic_error("the database was called on a thread that must not block");
}

std::size_t SqlDatabase::connectionsInUse() const
{
    return readers_->inUse() + (writers_ ? writers_->inUse() + durableWriters_->inUse() : 0);
}

std::size_t SqlDatabase::connectionsIdle() const
{
    return readers_->idle() + (writers_ ? writers_->idle() + durableWriters_->idle() : 0);
}

} // namespace atrium::storage
