#include "support/test_database.h"

#include "runtime/system_clock.h"
#include "storage/migration_runner.h"
#include "support/mariadb_server.h"

namespace atrium::testing {

TestDatabase::TestDatabase(SqlDialect dialect, storage::SqlDatabaseOptions options)
{
    database_ = std::make_unique<storage::SqlDatabase>(dialect == SqlDialect::Sqlite
                                                           ? storage::parseDatabaseUrl("sqlite:test.db", folder_.str())
                                                           : MariaDbServer::shared().createDatabase(),
                                                       std::move(options));
}

void TestDatabase::reopen(storage::SqlDatabaseOptions options)
{
    const auto url = database_->url();
    database_.reset();
    database_ = std::make_unique<storage::SqlDatabase>(url, std::move(options));
}

void TestDatabase::migrate(const std::string& owner, const std::filesystem::path& folder)
{
    const runtime::SystemClock clock;
    storage::MigrationRunner(*database_, clock).migrate(owner, folder);
}

void TestDatabase::migrateCore()
{
    migrate("core", std::filesystem::path(ATRIUM_SOURCE_DIR) / "database" / "migrations");
}

} // namespace atrium::testing
