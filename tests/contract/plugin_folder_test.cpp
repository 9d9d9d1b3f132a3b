#include "plugins/manifest.h"
#include "support/test_database.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace atrium::contract {
namespace {

namespace fs = std::filesystem;
const fs::path tree = ATRIUM_SOURCE_DIR;

std::vector<fs::path> pluginFolders()
{
    std::vector<fs::path> folders{tree / "sdk" / "template"};
    for (const auto& entry : fs::directory_iterator(tree / "plugins"))
        if (entry.is_directory()) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::string read(const fs::path& file)
{
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::set<std::string> filesIn(const fs::path& folder, const std::string& ending)
{
    std::set<std::string> names;
    if (!fs::exists(folder)) return names;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().ends_with(ending)) names.insert(entry.path().filename());
    return names;
}

/// `table.column` of everything that migrations made in an empty database of one dialect.
std::set<std::string> columnsAfter(SqlDialect dialect, const fs::path& migrations)
{
    testing::TestDatabase database(dialect);
    database.migrate("contract", migrations);
    constexpr const char* sqlite =
        "SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    constexpr const char* mysql = "SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns "
                                  "WHERE table_schema = DATABASE()";
    std::set<std::string> columns;
    const auto rows = database->transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query(dialect == SqlDialect::Sqlite ? sqlite : mysql);
    });
    for (const auto& row : rows) columns.insert(row.at(0).text());
    return columns;
}

void expectSameTables(const fs::path& migrations)
{
    const auto files = filesIn(migrations / "sqlite", ".sql");
    EXPECT_EQ(files, filesIn(migrations / "mysql", ".sql"));
    if (files.empty()) return;
    const auto columns = columnsAfter(SqlDialect::Sqlite, migrations);
    EXPECT_FALSE(columns.empty());
    EXPECT_EQ(columns, columnsAfter(SqlDialect::MySql, migrations));
}

class PluginFolderTest : public ::testing::TestWithParam<fs::path> {
protected:
    const fs::path folder = GetParam();
    const Value manifest = parseJson(read(folder / "plugin.json")).value();
    const std::string id = manifest.textOr("id", "");
};

INSTANTIATE_TEST_SUITE_P(Tree, PluginFolderTest, ::testing::ValuesIn(pluginFolders()),
                         [](const auto& info) { return info.param.filename().string(); });

TEST_P(PluginFolderTest, DescribesItselfInBothLanguages)
{
    for (const char* key : {"name", "description"}) {
        const Value* text = manifest.find(key);
        ASSERT_TRUE(text) << key;
        EXPECT_FALSE(text->textOr("fr", "").empty()) << key;
        EXPECT_FALSE(text->textOr("en", "").empty()) << key;
    }
    EXPECT_NE(manifest.find("description")->textOr("fr", ""), manifest.find("description")->textOr("en", ""));
    const std::set<std::string> stabilities{"stable", "beta", "experimental"};
    EXPECT_TRUE(stabilities.contains(manifest.textOr("stability", "")));
    for (const char* key : {"requires", "provides", "permissions"}) EXPECT_TRUE(manifest.find(key)) << key;
}

TEST_P(PluginFolderTest, IsAcceptedByTheServerAsItIsBuilt)
{
    const auto built = plugins::readManifest(fs::path(ATRIUM_BINARY_DIR) / "lib/plugins" / id);
    ASSERT_TRUE(built) << built.error().message.en;
    EXPECT_EQ(built->id, id);
    EXPECT_TRUE(fs::exists(built->folder / ("lib" + id + ".so")));
    EXPECT_EQ(filesIn(built->folder / "migrations/sqlite", ".sql"), filesIn(folder / "migrations/sqlite", ".sql"));
}

TEST_P(PluginFolderTest, GivesEachPermissionARoleAndASentence)
{
    for (const auto& permission : manifest.find("permissions")->list()) {
        EXPECT_TRUE(permission.textOr("id", "").find('.') != std::string::npos) << toJson(permission);
        EXPECT_TRUE(parseRole(permission.textOr("weakestRole", ""))) << toJson(permission);
        EXPECT_FALSE(permission.textOr("description", "").empty()) << toJson(permission);
    }
}

TEST_P(PluginFolderTest, GivesEachSettingADefaultAndADescription)
{
    if (!manifest.find("settings")) return;
    const auto schema = parseJson(read(folder / manifest.textOr("settings", ""))).value();
    ASSERT_TRUE(schema.find("properties"));
    for (const auto& [name, property] : schema.find("properties")->object()) {
        EXPECT_TRUE(property.find("default")) << name;
        EXPECT_FALSE(property.textOr("description", "").empty()) << name;
        EXPECT_FALSE(property.textOr("type", "").empty()) << name;
    }
}

TEST_P(PluginFolderTest, HasAReadmeAndTests)
{
    EXPECT_GT(read(folder / "README.md").size(), 200u);
    EXPECT_NE(read(folder / "CMakeLists.txt").find("atrium_add_plugin_tests(" + id), std::string::npos);
    EXPECT_FALSE(filesIn(folder / "tests", "_test.cpp").empty());
    EXPECT_EQ(filesIn(folder / "src", "_plugin.cpp"), std::set<std::string>{id + "_plugin.cpp"});
}

TEST_P(PluginFolderTest, MakesTheSameTablesInBothDatabases) { expectSameTables(folder / "migrations"); }

TEST(CoreMigrationsTest, MakeTheSameTablesInBothDatabases) { expectSameTables(tree / "database" / "migrations"); }

} // namespace
} // namespace atrium::contract
