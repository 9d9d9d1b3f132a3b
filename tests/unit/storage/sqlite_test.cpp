#include "storage/sql_database.h"
#include "storage/sqlite_session.h"
#include "support/temp_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace atrium::storage {
namespace {

using namespace std::chrono_literals;

class SqliteTest : public ::testing::Test {
protected:
    std::string path() const { return (folder.path() / "test.db").string(); }
    DatabaseUrl url() const { return parseDatabaseUrl("sqlite:test.db", folder.str()); }
    testing::TempFolder folder;
};

SqlValue pragma(SqlSession& session, const std::string& name)
{
    return session.query("PRAGMA " + name, {}).at(0).at(0);
}

TEST_F(SqliteTest, SetsEveryConnectionUp)
{
    const std::pair<SqliteUse, int> levels[] = {{SqliteUse::Durable, 2}, {SqliteUse::Write, 1}, {SqliteUse::Read, 1}};
    for (const auto& [use, synchronous] : levels) {
        SqliteSession session(path(), use);
        EXPECT_EQ(pragma(session, "journal_mode").text(), "wal");
        EXPECT_EQ(pragma(session, "busy_timeout").integer(), 2000) << "POCO's default is a minute (D7)";
        EXPECT_EQ(pragma(session, "foreign_keys").integer(), 1);
        EXPECT_EQ(pragma(session, "trusted_schema").integer(), 0);
        EXPECT_EQ(pragma(session, "synchronous").integer(), synchronous);
        EXPECT_EQ(pragma(session, "query_only").integer(), use == SqliteUse::Read ? 1 : 0);
    }
}

TEST_F(SqliteTest, ReadsColumnsOfAnyDeclaredType)
{
    SqliteSession session(path(), SqliteUse::Durable);
    session.executePlain("CREATE TABLE odd (j JSON, a ANY, n, d DECIMAL(10,2), b BLOB)");
    session.execute("INSERT INTO odd VALUES (?, ?, ?, ?, x'')", {"{}", 5, "text", 12.5});
    const auto row = session.query("SELECT * FROM odd", {}).at(0);
    EXPECT_EQ(row[0].text(), "{}") << "POCO throws NotFoundException here (D8)";
    EXPECT_EQ(row[1].integer(), 5);
    EXPECT_EQ(row[2].text(), "text");
    EXPECT_EQ(row[3].number(), 12.5);
    EXPECT_EQ(row[4].text(), "");
}

TEST_F(SqliteTest, CountsNoRowsForAStatementThatChangesNone)
{
    SqliteSession session(path(), SqliteUse::Durable);
    session.executePlain("CREATE TABLE t (a)");
    EXPECT_EQ(session.execute("INSERT INTO t VALUES (1), (2), (3)", {}), 3);
    EXPECT_EQ(session.execute("CREATE TABLE u (a)", {}), 0) << "not the count of the statement before (D10)";
}

TEST_F(SqliteTest, DropsForUpdateAtTheEndOnly)
{
    SqliteSession session(path(), SqliteUse::Durable);
    EXPECT_EQ(session.query("SELECT 'for update' AS x For Update ;\n", {})[0][0].text(), "for update");
    EXPECT_EQ(session.query("SELECT 'for update'", {})[0][0].text(), "for update");
}

TEST_F(SqliteTest, ReportsAnotherProcessThatHoldsTheWriteLock)
{
    SqlDatabase database(url());
    SqliteSession other(path(), SqliteUse::Durable);
    other.begin(TransactionKind::Durable);
    const auto start = std::chrono::steady_clock::now();
    try {
        database.transact(TransactionKind::Write, [](Transaction&) { ADD_FAILURE() << "the lock is taken"; });
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Busy);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
    EXPECT_TRUE(other.rollback());
    EXPECT_NO_THROW(database.transact(TransactionKind::Write, [](Transaction&) {}));
}

TEST_F(SqliteTest, ReadersDoNotWaitForTheWriter)
{
    SqlDatabase database(url());
    database.withSession([](SqlSession& session) { session.executePlain("CREATE TABLE t (a INTEGER)"); });
    database.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.execute("INSERT INTO t VALUES (1)");
        std::thread([&] {
            const auto rows = database.transact(
                TransactionKind::Read, [](Transaction& reader) { return reader.query("SELECT COUNT(*) FROM t"); });
            EXPECT_EQ(rows[0][0].integer(), 0) << "and do not see what is not committed";
        }).join();
    });
}

TEST_F(SqliteTest, WritersTakeTurnsAndGiveUpInTime)
{
    SqlDatabaseOptions options;
    options.wait = 100ms;
    SqlDatabase database(url(), options);
    database.transact(TransactionKind::Durable, [&](Transaction&) {
        std::thread([&] {
            const auto start = std::chrono::steady_clock::now();
            EXPECT_THROW(database.transact(TransactionKind::Write, [](Transaction&) {}), StorageError);
            EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
        }).join();
    });
    EXPECT_NO_THROW(database.transact(TransactionKind::Write, [](Transaction&) {}));
}

TEST_F(SqliteTest, EnforcesForeignKeys)
{
    SqlDatabase database(url());
    database.withSession([](SqlSession& session) {
        session.executePlain("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        session.executePlain("CREATE TABLE b (a_id INTEGER NOT NULL REFERENCES a (id) ON DELETE CASCADE)");
    });
    try {
        database.transact(TransactionKind::Durable,
                          [](Transaction& transaction) { transaction.execute("INSERT INTO b VALUES (1)"); });
        ADD_FAILURE();
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::ConstraintViolated);
    }
}

TEST_F(SqliteTest, SaysWhichFileCannotBeOpened)
{
    folder.write("not-a-folder", "");
    auto wrong = url();
    wrong.path = (folder.path() / "not-a-folder" / "test.db").string();
    try {
        SqlDatabase database(wrong);
        ADD_FAILURE();
    }
    catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::Unavailable);
        EXPECT_NE(std::string(error.what()).find(wrong.path), std::string::npos);
    }
    folder.write("garbage.db", std::string(10'000, 'g'));
    wrong.path = (folder.path() / "garbage.db").string();
    EXPECT_THROW(SqlDatabase{wrong}, StorageError);
}

} // namespace
} // namespace atrium::storage
