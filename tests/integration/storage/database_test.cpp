#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

namespace atrium::storage {
namespace {

using testing::TestDatabase;

/// What every repository relies on, the same on both databases.
class DatabaseTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        const char* table =
            GetParam() == SqlDialect::Sqlite
                ? "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT UNIQUE, amount INTEGER NOT NULL "
                  "DEFAULT 0, ratio REAL, note TEXT)"
                : "CREATE TABLE items (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(190) UNIQUE, "
                  "amount BIGINT NOT NULL DEFAULT 0, ratio DOUBLE, note TEXT) ENGINE=InnoDB";
        database->withSession([&](SqlSession& session) { session.executePlain(table); });
    }
    SqlRows query(std::string_view sql, const SqlParameters& parameters = {})
    {
        return database->transact(TransactionKind::Read,
                                  [&](Transaction& transaction) { return transaction.query(sql, parameters); });
    }
    std::int64_t write(std::string_view sql, const SqlParameters& parameters = {})
    {
        return database->transact(TransactionKind::Write,
                                  [&](Transaction& transaction) { return transaction.execute(sql, parameters); });
    }
    TestDatabase database{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Dialects, DatabaseTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(DatabaseTest, KeepsEveryKindOfValueAsItWas)
{
    const std::string emoji = "fête \xF0\x9F\x8E\x89";
    database->transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("INSERT INTO items (name, amount, ratio, note) VALUES (?, ?, ?, ?)",
                            {emoji, std::numeric_limits<std::int64_t>::min(), 0.1, ""});
        transaction.execute("INSERT INTO items (name, amount, ratio, note) VALUES (?, ?, ?, ?)",
                            {nullptr, 5'000'000'000, nullptr, nullptr});
    });
    const auto rows = query("SELECT name, amount, ratio, note FROM items ORDER BY id");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0][0].text(), emoji);
    EXPECT_EQ(rows[0][1].integer(), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(rows[0][2].number(), 0.1);
    EXPECT_EQ(rows[0][3].text(), "") << "empty text must not turn into NULL";
    EXPECT_TRUE(rows[1][0].isNull());
    EXPECT_EQ(rows[1][1].integer(), 5'000'000'000) << "64-bit values must not be cut (D4)";
    EXPECT_TRUE(rows[1][2].isNull());
    EXPECT_TRUE(rows[1][3].isNull());
}

TEST_P(DatabaseTest, TypesExpressionsByTheirValue)
{
    write("INSERT INTO items (name, amount, ratio) VALUES ('a', 9007199254740993, 0.5), ('b', 2, NULL)");
    const auto row = query("SELECT COUNT(*), SUM(amount), MAX(ratio), MIN(note), AVG(ratio) FROM items").at(0);
    EXPECT_EQ(row[0].integer(), 2);
    EXPECT_EQ(row[1].integer(), 9007199254740995) << "a sum of integers must be exact (D15)";
    EXPECT_EQ(row[2].number(), 0.5);
    EXPECT_TRUE(row[3].isNull());
    EXPECT_EQ(row[4].number(), 0.5);
    const auto mixed = query("SELECT ratio * 3 FROM items ORDER BY name DESC");
    EXPECT_TRUE(mixed[0][0].isNull());
    EXPECT_EQ(mixed[1][0].number(), 1.5) << "the first row being NULL must not decide the type";
}

TEST_P(DatabaseTest, AnswersNoRowWithNoRow)
{
    EXPECT_TRUE(query("SELECT id FROM items WHERE name = ?", {"x"}).empty());
}

TEST_P(DatabaseTest, RefusesWhatWouldNotComeBackTheSame)
{
    for (const auto& bad : {SqlValue(std::string("admin\0x", 7)), SqlValue("\xff\xfe"), SqlValue(std::nan(""))})
        EXPECT_THROW(write("INSERT INTO items (name) VALUES (?)", {bad}), StorageError);
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 0);
}

TEST_P(DatabaseTest, CarriesLongText)
{
    const std::string longText(60'000, 'j');
    write("INSERT INTO items (name, note) VALUES ('json', ?)", {longText});
    EXPECT_EQ(query("SELECT note FROM items")[0][0].text(), longText);
}

TEST_P(DatabaseTest, CountsMatchedRowsAndTellsTheNewKey)
{
    database->transact(TransactionKind::Write, [](Transaction& transaction) {
        EXPECT_EQ(transaction.execute("INSERT INTO items (name, amount) VALUES (?, ?)", {"a", 1}), 1);
        const auto first = transaction.lastInsertId();
        transaction.execute("INSERT INTO items (name, amount) VALUES (?, ?)", {"b", 1});
        EXPECT_EQ(transaction.lastInsertId(), first + 1);
        EXPECT_EQ(transaction.execute("UPDATE items SET amount = 1"), 2) << "matched, though nothing changes";
        EXPECT_EQ(transaction.execute("UPDATE items SET amount = 2 WHERE name = ?", {"none"}), 0);
        EXPECT_EQ(transaction.execute("DELETE FROM items WHERE name = ?", {"a"}), 1);
    });
}

TEST_P(DatabaseTest, NamesAViolatedConstraintAndLetsTheWorkGoOn)
{
    database->transact(TransactionKind::Durable, [](Transaction& transaction) {
        transaction.execute("INSERT INTO items (name) VALUES ('a')");
        try {
            transaction.execute("INSERT INTO items (name) VALUES ('a')");
            ADD_FAILURE() << "the unique name was taken";
        }
        catch (const StorageError& error) {
            EXPECT_EQ(error.kind(), StorageError::Kind::ConstraintViolated);
        }
        transaction.execute("INSERT INTO items (name) VALUES ('b')");
    });
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 2);
    EXPECT_THROW(write("INSERT INTO items (name, amount) VALUES ('c', NULL)"), StorageError);
}

TEST_P(DatabaseTest, RollsBackWhenTheWorkThrows)
{
    EXPECT_THROW(database->transact(TransactionKind::Write,
                                    [](Transaction& transaction) {
                                        transaction.execute("INSERT INTO items (name) VALUES ('half')");
                                        throw std::runtime_error("changed my mind");
                                    }),
                 std::runtime_error);
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 0);
    // The connection came back clean (D6, D11): the next write neither waits nor is lost.
    write("INSERT INTO items (name) VALUES ('whole')");
    database.reopen();
    EXPECT_EQ(query("SELECT name FROM items")[0][0].text(), "whole");
}

TEST_P(DatabaseTest, KeepsPlainWritesAfterEarlierTransactions)
{
    for (int i = 0; i < 5; ++i) write("INSERT INTO items (name) VALUES (?)", {std::to_string(i)});
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 5) << "a reader must not keep an old snapshot (D11)";
    database.reopen();
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 5);
}

TEST_P(DatabaseTest, InsertsManyRowsInOrder)
{
    std::vector<SqlParameters> rows;
    for (int i = 0; i < 2'345; ++i)
        rows.push_back({"n" + std::to_string(i), i, i % 7 == 0 ? SqlValue() : SqlValue(i * 0.5)});
    database->transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.executeMany("INSERT INTO items (name, amount, ratio) VALUES (?, ?, ?)", rows);
        transaction.executeMany("UPDATE items SET note = ? WHERE name = ?", {{"first", "n0"}, {"last", "n2344"}});
    });
    const auto row = query("SELECT COUNT(*), SUM(amount), COUNT(ratio), COUNT(note) FROM items")[0];
    EXPECT_EQ(row[0].integer(), 2'345);
    EXPECT_EQ(row[1].integer(), 2'345 * 2'344 / 2);
    EXPECT_EQ(row[2].integer(), 2'345 - 335);
    EXPECT_EQ(row[3].integer(), 2);
    EXPECT_THROW(database->transact(
                     TransactionKind::Write,
                     [](Transaction& transaction) {
                         transaction.executeMany("INSERT INTO items (name, amount) VALUES (?, ?)", {{"x", 1}, {"y"}});
                     }),
                 StorageError);
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 2'345);
}

TEST_P(DatabaseTest, AddsUpExactlyWhenTwoThreadsReadModifyAndWrite)
{
    write("INSERT INTO items (name, amount) VALUES ('sum', 0)");
    std::atomic<int> errors{0};
    const auto work = [&] {
        for (int i = 0; i < 150; ++i) {
            try {
                database->transact(TransactionKind::Write, [](Transaction& transaction) {
                    const auto old =
                        transaction.query("SELECT amount FROM items WHERE name = 'sum' FOR UPDATE")[0][0].integer();
                    transaction.execute("UPDATE items SET amount = ? WHERE name = 'sum'", {old + 1});
                });
            }
            catch (const StorageError&) {
                ++errors;
            }
        }
    };
    std::thread other(work);
    work();
    other.join();
    EXPECT_EQ(errors, 0);
    EXPECT_EQ(query("SELECT amount FROM items WHERE name = 'sum'")[0][0].integer(), 300);
}

TEST_P(DatabaseTest, RefusesToWriteInAReadTransaction)
{
    EXPECT_THROW(database->transact(
                     TransactionKind::Read,
                     [](Transaction& transaction) { transaction.execute("INSERT INTO items (name) VALUES ('x')"); }),
                 StorageError);
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 0);
}

TEST_P(DatabaseTest, RefusesAStatementThatEndsTheTransaction)
{
    EXPECT_THROW(database->transact(TransactionKind::Write,
                                    [](Transaction& transaction) {
                                        transaction.execute("INSERT INTO items (name) VALUES ('x')");
                                        transaction.execute("ROLLBACK");
                                        transaction.execute("INSERT INTO items (name) VALUES ('outside')");
                                    }),
                 StorageError);
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 0);
}

TEST_P(DatabaseTest, RefusesAWrongNumberOfParametersAndTwoStatements)
{
    EXPECT_THROW(write("INSERT INTO items (name) VALUES (?)", {}), StorageError);
    EXPECT_THROW(write("INSERT INTO items (name) VALUES (?)", {"a", "b"}), StorageError);
    EXPECT_THROW(write("INSERT INTO items (name) VALUES ('a'); INSERT INTO items (name) VALUES ('b')"), StorageError);
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 0);
}

TEST_P(DatabaseTest, GivesUpWhenNoConnectionGetsFree)
{
    SqlDatabaseOptions options;
    options.connections = 1;
    options.wait = std::chrono::milliseconds{100};
    database.reopen(options);
    std::atomic<bool> holding{false}, release{false};
    std::thread holder([&] {
        database->transact(TransactionKind::Read, [&](Transaction&) {
            holding = true;
            while (!release) std::this_thread::sleep_for(std::chrono::milliseconds{1});
        });
    });
    while (!holding) std::this_thread::yield();
    try {
        query("SELECT 1");
        ADD_FAILURE() << "the only connection was in use";
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Unavailable);
    }
    release = true;
    holder.join();
    EXPECT_EQ(query("SELECT 1")[0][0].integer(), 1);
    EXPECT_EQ(database->connectionsInUse(), 0u);
}

TEST_P(DatabaseTest, RefusesThreadsThatMustNotBlockAndNestedWork)
{
    SqlDatabaseOptions options;
    bool may = false;
    options.mayBlockHere = [&] { return may; };
    database.reopen(options);
    EXPECT_THROW(query("SELECT 1"), std::logic_error);
    may = true;
    EXPECT_EQ(query("SELECT 1").size(), 1u);
    EXPECT_THROW(database->transact(TransactionKind::Write,
                                    [&](Transaction&) { write("INSERT INTO items (name) VALUES ('x')"); }),
                 std::logic_error);
}

TEST_P(DatabaseTest, EndsAStatementAtItsDeadline)
{
    SqlDatabaseOptions options;
    options.requestLimit = std::chrono::milliseconds{300};
    database.reopen(options);
    std::vector<SqlParameters> rows;
    for (int i = 0; i < 3'000; ++i) rows.push_back({i});
    database->transactJob(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.executeMany("INSERT INTO items (amount) VALUES (?)", rows);
    });
    const auto start = std::chrono::steady_clock::now();
    try {
        query("SELECT COUNT(*) FROM items a, items b, items c WHERE a.amount + b.amount + c.amount = -1");
        ADD_FAILURE() << "27 billion rows in 0.3 s";
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Unavailable);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{2});
    EXPECT_EQ(query("SELECT COUNT(*) FROM items")[0][0].integer(), 3'000);
}

} // namespace
} // namespace atrium::storage
