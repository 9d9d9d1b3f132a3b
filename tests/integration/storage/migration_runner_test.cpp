#include "storage/migration_runner.h"

#include "support/test_database.h"
#include "testing/manual_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::storage {
namespace {

using ::testing::HasSubstr;

class MigrationRunnerTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    std::filesystem::path write(const std::string& name, const std::string& sql)
    {
        return folder.write((GetParam() == SqlDialect::Sqlite ? "sqlite/" : "mysql/") + name, sql);
    }
    std::size_t migrate(const std::string& owner = "lamps")
    {
        return MigrationRunner(*database, clock).migrate(owner, folder.path());
    }
    std::string refusal()
    {
        try {
            migrate();
        }
        catch (const MigrationError& error) {
            return error.what();
        }
        return "not refused";
    }
    SqlRows query(std::string_view sql)
    {
        return database->transact(TransactionKind::Read,
                                  [&](Transaction& transaction) { return transaction.query(sql); });
    }
    testing::TempFolder folder;
    testing::TestDatabase database{GetParam()};
    testing::ManualClock clock;
};

INSTANTIATE_TEST_SUITE_P(Dialects, MigrationRunnerTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(MigrationRunnerTest, AppliesNewFilesInOrderAndOnce)
{
    EXPECT_EQ(migrate(), 0u) << "a folder that does not exist holds no migrations";
    write("0001_lamps.sql", "CREATE TABLE lamps (id BIGINT); -- first\nINSERT INTO lamps VALUES (1);");
    EXPECT_EQ(migrate(), 1u);
    write("0002_more.sql", "INSERT INTO lamps VALUES (2)");
    EXPECT_EQ(migrate(), 1u);
    EXPECT_EQ(migrate(), 0u);
    EXPECT_EQ(query("SELECT COUNT(*) FROM lamps")[0][0].integer(), 2);
    const auto rows = query("SELECT owner, version, name, applied_at FROM atrium_migrations ORDER BY version");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[1][0].text(), "lamps");
    EXPECT_EQ(rows[1][2].text(), "0002_more.sql");
    EXPECT_EQ(rows[1][3].integer(), toMicroseconds(clock.now()));
}

TEST_P(MigrationRunnerTest, KeepsTheOwnersApart)
{
    write("0001_lamps.sql", "CREATE TABLE IF NOT EXISTS lamps (id BIGINT)");
    EXPECT_EQ(migrate("lamps"), 1u);
    EXPECT_EQ(migrate("fans"), 1u);
}

TEST_P(MigrationRunnerTest, RefusesATamperedFile)
{
    write("0001_lamps.sql", "CREATE TABLE lamps (id BIGINT)");
    migrate();
    write("0001_lamps.sql", "CREATE TABLE lamps (id BIGINT) ");
    EXPECT_THAT(refusal(), HasSubstr("0001_lamps.sql: was changed"));
    std::filesystem::remove(write("0001_lamps.sql", ""));
    EXPECT_THAT(refusal(), HasSubstr("0001_lamps.sql: was applied, but the file is gone"));
}

TEST_P(MigrationRunnerTest, RefusesGapsTwinsAndBadNames)
{
    write("0001_a.sql", "CREATE TABLE a (id BIGINT)");
    const auto third = write("0003_c.sql", "CREATE TABLE c (id BIGINT)");
    EXPECT_THAT(refusal(), HasSubstr("0003_c.sql: number 2 is missing"));
    std::filesystem::remove(third);
    const auto twin = write("0001_b.sql", "CREATE TABLE b (id BIGINT)");
    EXPECT_THAT(refusal(), HasSubstr("the number is taken by"));
    std::filesystem::remove(twin);
    for (const char* name : {"1_x.sql", "000a_x.sql", "0000_x.sql", "lamps.sql"}) {
        const auto bad = write(name, "SELECT 1");
        EXPECT_THAT(refusal(), HasSubstr(std::string(name) + ": the name must be")) << name;
        std::filesystem::remove(bad);
    }
    const auto open = write("0002_open.sql", "INSERT INTO a VALUES ('");
    EXPECT_THAT(refusal(), HasSubstr("0002_open.sql: a quote is not closed"));
    EXPECT_EQ(query("SELECT 1").size(), 1u);
}

TEST_P(MigrationRunnerTest, NamesTheStatementThatFails)
{
    write("0001_lamps.sql",
          "CREATE TABLE lamps (id BIGINT); INSERT INTO nowhere VALUES (1); CREATE TABLE fans (id BIGINT)");
    EXPECT_THAT(refusal(), HasSubstr("lamps: 0001_lamps.sql, statement 2 of 3 failed: "));
    if (GetParam() == SqlDialect::Sqlite) {
        EXPECT_THROW(query("SELECT * FROM lamps"), StorageError) << "the whole file is rolled back";
        write("0001_lamps.sql", "CREATE TABLE lamps (id BIGINT)");
        EXPECT_EQ(migrate(), 1u) << "and a corrected one is applied";
    }
    else {
        write("0001_lamps.sql", "CREATE TABLE lamps (id BIGINT)");
        EXPECT_THAT(refusal(), HasSubstr("0001_lamps.sql: stopped half-way, after 1 statements"));
    }
}

TEST_P(MigrationRunnerTest, RunsAFileAgainWhoseFirstStatementFailed)
{
    write("0001_lamps.sql", "CREATE TABEL lamps (id BIGINT)");
    EXPECT_THAT(refusal(), HasSubstr("CREATE TABEL lamps"));
    write("0001_lamps.sql", "CREATE TABLE lamps (id BIGINT)");
    EXPECT_EQ(migrate(), 1u);
}

TEST_P(MigrationRunnerTest, AppliesTheTablesOfTheCore)
{
    database.migrateCore();
    for (const char* table : {"attribute_names", "device_state", "history_samples", "history_rollups"})
        EXPECT_TRUE(query(std::string("SELECT * FROM ") + table).empty());
}

} // namespace
} // namespace atrium::storage
