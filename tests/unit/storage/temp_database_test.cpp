#include "testing/temp_database.h"

#include "support/temp_folder.h"

#include <gtest/gtest.h>

namespace atrium::testing {
namespace {

TEST(TempDatabaseTest, AppliesAPluginsMigrationsAndCleansUp)
{
    const TempFolder plugin;
    plugin.write("sqlite/0001_lamps.sql", "CREATE TABLE lamps (id INTEGER PRIMARY KEY)");
    std::filesystem::path folder;
    {
        TempDatabase temp(plugin.path());
        folder = temp.folder();
        temp.database().transact(TransactionKind::Durable,
                                 [](Transaction& transaction) { transaction.execute("INSERT INTO lamps VALUES (1)"); });
        EXPECT_TRUE(std::filesystem::exists(folder));
    }
    EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(TempDatabaseTest, NamesAStatementThatFails)
{
    const TempFolder plugin;
    plugin.write("sqlite/0001_lamps.sql", "CREATE LAMPS");
    EXPECT_THROW(TempDatabase{plugin.path()}, std::runtime_error);
}

} // namespace
} // namespace atrium::testing
