#include "storage/sql_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SqlTextTest, SplitsAtSemicolonsOutsideOfQuotesAndComments)
{
    EXPECT_THAT(
        splitStatements("-- a; b\nINSERT INTO t VALUES ('a;''b', \"c;d\"); /* ; */ DELETE FROM `x;y` # z;\n;;\n"),
        ElementsAre("INSERT INTO t VALUES ('a;''b', \"c;d\")", "DELETE FROM `x;y`"));
    EXPECT_THAT(splitStatements("SELECT 1"), ElementsAre("SELECT 1"));
    EXPECT_THAT(splitStatements(" -- nothing\n/* at all */ ;"), IsEmpty());
    EXPECT_THAT(splitStatements("SELECT 1 - -1"), ElementsAre("SELECT 1 - -1"));
}

TEST(SqlTextTest, KeepsTheBodyOfATriggerTogether)
{
    EXPECT_THAT(
        splitStatements("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET x = CASE WHEN 1 THEN 2 END; DELETE "
                        "FROM c; END; SELECT 1;"),
        ElementsAre("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET x = CASE WHEN 1 THEN 2 END; DELETE FROM "
                    "c; END",
                    "SELECT 1"));
    EXPECT_THAT(splitStatements("CREATE TABLE trigger_log (a); CREATE TABLE ends (begin_at)"),
                ElementsAre("CREATE TABLE trigger_log (a)", "CREATE TABLE ends (begin_at)"));
}

TEST(SqlTextTest, RefusesWhatIsNotClosed)
{
    for (const char* bad :
         {"SELECT 'a", "SELECT 1 /* x", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;", "SELECT `a"})
        EXPECT_THROW(splitStatements(bad), std::invalid_argument) << bad;
}

std::string doubled(std::string_view sql)
{
    const auto list = findValuesList(sql);
    return list ? repeatValuesList(sql, *list, 2) : "no list";
}

TEST(SqlTextTest, RepeatsTheListBehindValues)
{
    EXPECT_EQ(doubled("INSERT INTO t (a, b) VALUES (?, ?)"), "INSERT INTO t (a, b) VALUES (?, ?),(?, ?)");
    EXPECT_EQ(doubled("replace into t values (?, LOWER(?)) "), "replace into t values (?, LOWER(?)),(?, LOWER(?)) ");
    EXPECT_EQ(doubled("INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a), b = IF(a > 1, 2, 3)"),
              "INSERT INTO t (a) VALUES (?),(?) ON DUPLICATE KEY UPDATE a = VALUES(a), b = IF(a > 1, 2, 3)");
    EXPECT_EQ(doubled("INSERT INTO t (`values`) VALUES (')', ?)"), "INSERT INTO t (`values`) VALUES (')', ?),(')', ?)");
}

TEST(SqlTextTest, LeavesOtherStatementsAlone)
{
    for (const char* sql :
         {"UPDATE t SET a = ? WHERE b = ?", "DELETE FROM t WHERE a IN (?)", "INSERT INTO t SELECT ?",
          "INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE a = ?", "INSERT INTO t (a) VALUES (?), (?)"})
        EXPECT_EQ(doubled(sql), "no list") << sql;
}

} // namespace
} // namespace atrium::storage
