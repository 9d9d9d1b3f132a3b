#include "storage/session_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace atrium::storage {
namespace {

using namespace std::chrono_literals;

std::atomic<int> openSessions{0};

/// A connection that only counts.
class CountedSession : public SqlSession {
public:
    CountedSession() { ++openSessions; }
    ~CountedSession() override { --openSessions; }
    SqlDialect dialect() const override { return SqlDialect::Sqlite; }
    void checkOut(std::chrono::milliseconds) override {}
    void begin(TransactionKind) override {}
    void commit() override {}
    bool rollback() noexcept override { return true; }
    bool inTransaction() const override { return false; }
    std::int64_t execute(std::string_view, const SqlParameters&) override { return 0; }
    SqlRows query(std::string_view, const SqlParameters&) override { return {}; }
    void scan(std::string_view, const SqlParameters&, const RowVisitor&) override {}
    void executeMany(std::string_view, const std::vector<SqlParameters>&) override {}
    void executePlain(const std::string&) override {}
    std::int64_t lastInsertId() override { return 0; }
};

SessionPool poolOf(std::size_t limit, std::chrono::milliseconds wait = 50ms)
{
    return SessionPool(limit, wait, [] { return std::make_unique<CountedSession>(); });
}

TEST(SessionPoolTest, ReusesWhatWasGivenBackAndClosesTheRest)
{
    {
        auto pool = poolOf(2);
        {
            auto lease = pool.acquire();
            EXPECT_EQ(pool.inUse(), 1u);
            lease.giveBack();
        }
        EXPECT_EQ(pool.idle(), 1u);
        EXPECT_EQ(openSessions, 1);
        {
            const auto failed = pool.acquire();
            EXPECT_EQ(openSessions, 1);
        }
        EXPECT_EQ(openSessions, 0) << "a connection that was not given back is closed (D12)";
        EXPECT_EQ(pool.inUse(), 0u);
    }
    EXPECT_EQ(openSessions, 0);
}

TEST(SessionPoolTest, WaitsForAFreeConnection)
{
    auto pool = poolOf(1, 2s);
    auto first = std::make_unique<SessionPool::Lease>(pool.acquire());
    std::thread other([&] {
        std::this_thread::sleep_for(20ms);
        first->giveBack();
        first.reset();
    });
    EXPECT_NO_THROW(pool.acquire()) << "POCO's pool would have thrown at once (D1)";
    other.join();
}

TEST(SessionPoolTest, GivesUpInTime)
{
    auto pool = poolOf(1);
    const auto held = pool.acquire();
    const auto start = std::chrono::steady_clock::now();
    try {
        pool.acquire();
        ADD_FAILURE();
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Unavailable);
    }
    const auto took = std::chrono::steady_clock::now() - start;
    EXPECT_GE(took, 50ms);
    EXPECT_LT(took, 1s);
}

TEST(SessionPoolTest, FreesThePlaceWhenConnectingFails)
{
    int attempts = 0;
    SessionPool pool(1, 50ms, [&]() -> std::unique_ptr<SqlSession> {
        if (++attempts == 1) throw SqlFailure(StorageError::Kind::Unavailable, SqlFailure::Recovery::Broken, "down");
        return std::make_unique<CountedSession>();
    });
    EXPECT_THROW(pool.acquire(), StorageError);
    EXPECT_NO_THROW(pool.acquire());
}

TEST(SessionPoolTest, AConnectionInTheMakingDoesNotStallTheOthers)
{
    std::atomic<bool> connecting{false}, finish{false};
    SessionPool pool(2, 2s, [&]() -> std::unique_ptr<SqlSession> {
        if (!connecting.exchange(true))
            while (!finish) std::this_thread::sleep_for(1ms);
        return std::make_unique<CountedSession>();
    });
    std::thread slow([&] { pool.acquire(); });
    while (!connecting) std::this_thread::yield();
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(pool.inUse(), 1u);
    EXPECT_NO_THROW(pool.acquire());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
    finish = true;
    slow.join();
}

TEST(SessionPoolTest, DropsTheIdleAndTheOldOnesOfADeadServer)
{
    auto pool = poolOf(2);
    {
        auto held = pool.acquire();
        {
            auto other = pool.acquire();
            other.giveBack();
        }
        pool.dropAll();
        EXPECT_EQ(pool.idle(), 0u);
        held.giveBack();
    }
    EXPECT_EQ(pool.idle(), 0u) << "made before the server was seen dead";
    EXPECT_EQ(openSessions, 0);
}

} // namespace
} // namespace atrium::storage
