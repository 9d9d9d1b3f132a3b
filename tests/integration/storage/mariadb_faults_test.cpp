#include "support/mariadb_server.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>

namespace atrium::storage {
namespace {

using testing::MariaDbServer;
using testing::TestDatabase;

class MariaDbFaultsTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        database->withSession([](SqlSession& session) {
            session.executePlain(
                "CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL) ENGINE=InnoDB");
        });
        write("INSERT INTO accounts VALUES (1, 100), (2, 0)");
    }
    void write(std::string_view sql)
    {
        database->transact(TransactionKind::Durable, [&](Transaction& transaction) { transaction.execute(sql); });
    }
    std::vector<std::int64_t> balances()
    {
        std::vector<std::int64_t> result;
        database->transact(TransactionKind::Read, [&](Transaction& transaction) {
            result.clear();
            for (const auto& row : transaction.query("SELECT balance FROM accounts ORDER BY id"))
                result.push_back(row[0].integer());
        });
        return result;
    }
    TestDatabase database{SqlDialect::MySql};
};

TEST_F(MariaDbFaultsTest, RunsTheWholeTransferAgainWhenItsConnectionIsKilled)
{
    int runs = 0;
    database->transact(TransactionKind::Durable, [&](Transaction& transaction) {
        ++runs;
        transaction.execute("UPDATE accounts SET balance = balance - 60 WHERE id = 1");
        if (runs == 1) {
            const auto id = transaction.query("SELECT CONNECTION_ID()")[0][0].integer();
            std::thread([&] {
                database->transact(TransactionKind::Read,
                                   [&](Transaction& other) { other.execute("KILL " + std::to_string(id)); });
            }).join();
        }
        transaction.execute("UPDATE accounts SET balance = balance + 60 WHERE id = 2");
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{40, 60})) << "never half of a transfer (D13)";
}

TEST_F(MariaDbFaultsTest, LeavesNothingBehindWhenTheWorkSwallowsTheLostConnection)
{
    EXPECT_THROW(database->transact(TransactionKind::Durable,
                                    [&](Transaction& transaction) {
                                        transaction.execute("UPDATE accounts SET balance = 0 WHERE id = 1");
                                        const auto id = transaction.query("SELECT CONNECTION_ID()")[0][0].integer();
                                        std::thread([&] {
                                            database->transact(TransactionKind::Read, [&](Transaction& other) {
                                                other.execute("KILL " + std::to_string(id));
                                            });
                                        }).join();
                                        for (int i = 0; i < 2; ++i) {
                                            try {
                                                transaction.execute("UPDATE accounts SET balance = 7 WHERE id = 2");
                                            }
                                            catch (const StorageError&) {
                                            }
                                        }
                                    }),
                 StorageError);
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{100, 0}));
}

TEST_F(MariaDbFaultsTest, RetriesADeadlock)
{
    std::atomic<int> runs{0}, holding{0};
    const auto transfer = [&](int from, int to) {
        bool isFirst = true;
        database->transact(TransactionKind::Durable, [&](Transaction& transaction) {
            ++runs;
            transaction.execute("UPDATE accounts SET balance = balance - 1 WHERE id = ?", {from});
            // Each holds one row and wants the other's.
            if (std::exchange(isFirst, false))
                for (++holding; holding < 2;) std::this_thread::yield();
            transaction.execute("UPDATE accounts SET balance = balance + 1 WHERE id = ?", {to});
        });
    };
    std::thread other([&] { transfer(2, 1); });
    transfer(1, 2);
    other.join();
    EXPECT_GE(runs, 3) << "the test must have met a deadlock";
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{100, 0}));
}

TEST_F(MariaDbFaultsTest, RecoversFromARestartOfTheServer)
{
    // Several idle connections that all die.
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { balances(); });
    for (auto& thread : threads) thread.join();
    MariaDbServer::shared().stop();
    const auto start = std::chrono::steady_clock::now();
    EXPECT_THROW(balances(), StorageError);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{4});
    EXPECT_FALSE(database->answers());
    MariaDbServer::shared().start();
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{100, 0})) << "dead connections must be replaced (D5, D12)";
    write("UPDATE accounts SET balance = 5 WHERE id = 2");
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{100, 5}));
}

TEST_F(MariaDbFaultsTest, RestartsInTheMiddleOfAUnitOfWork)
{
    int runs = 0;
    database->transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE accounts SET balance = balance - 60 WHERE id = 1");
        if (++runs == 1) {
            MariaDbServer::shared().stop();
            MariaDbServer::shared().start();
        }
        transaction.execute("UPDATE accounts SET balance = balance + 60 WHERE id = 2");
    });
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{40, 60}));
}

TEST_F(MariaDbFaultsTest, FreesTheThreadWhenTheServerFreezes)
{
    SqlDatabaseOptions options;
    options.requestLimit = std::chrono::milliseconds{500};
    database.reopen(options);
    balances();
    const auto start = std::chrono::steady_clock::now();
    MariaDbServer::shared().freeze();
    try {
        balances();
        ADD_FAILURE() << "a frozen server cannot answer";
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Unavailable);
    }
    const auto known = std::chrono::steady_clock::now() - start;
    EXPECT_THROW(balances(), StorageError) << "and a new connection cannot be made";
    const auto fresh = std::chrono::steady_clock::now() - start - known;
    MariaDbServer::shared().thaw();
    EXPECT_LT(known, std::chrono::milliseconds{2500}) << "the watchdog breaks the call (D14)";
    EXPECT_LT(fresh, std::chrono::milliseconds{4000}) << "connecting has a deadline";
    EXPECT_EQ(balances(), (std::vector<std::int64_t>{100, 0}));
}

TEST_F(MariaDbFaultsTest, ReadsColumnsThatCrashPoco)
{
    database->withSession([](SqlSession& session) {
        session.executePlain("CREATE TABLE odd (j JSON, l LONGTEXT, m MEDIUMTEXT, t TIMESTAMP NULL, d DECIMAL(20,2), "
                             "u BIGINT UNSIGNED)");
        session.executePlain("INSERT INTO odd VALUES ('{\"a\":1}', REPEAT('x', 300000), 'm', '2026-11-21 08:00:00', "
                             "12.50, 7)");
    });
    const auto row = database->transact(
        TransactionKind::Read, [](Transaction& transaction) { return transaction.query("SELECT * FROM odd").at(0); });
    EXPECT_EQ(row[0].text(), "{\"a\":1}");
    EXPECT_EQ(row[1].text().size(), 300'000u);
    EXPECT_EQ(row[2].text(), "m");
    EXPECT_EQ(row[3].text(), "2026-11-21 08:00:00");
    EXPECT_EQ(row[4].number(), 12.5);
    EXPECT_EQ(row[5].integer(), 7);
    EXPECT_THROW(database->transact(TransactionKind::Read,
                                    [](Transaction& transaction) {
                                        return transaction.query("SELECT CAST(18446744073709551615 AS UNSIGNED)");
                                    }),
                 StorageError)
        << "a value above 63 bits must not become negative (D4)";
}

TEST_F(MariaDbFaultsTest, NeverShowsThePassword)
{
    auto url = database.url();
    EXPECT_EQ(url.describe().find(url.password), std::string::npos);
    url.password = "hunter2-wrong";
    try {
        SqlDatabase wrong(url);
        ADD_FAILURE() << "the password was wrong";
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Unavailable);
        EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
    }
}

} // namespace
} // namespace atrium::storage
