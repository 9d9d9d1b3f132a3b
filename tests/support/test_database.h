#pragma once

#include "storage/sql_database.h"
#include "support/temp_folder.h"

#include <filesystem>
#include <memory>

namespace atrium::testing {

/// An empty database of one dialect: a file in a temporary folder, or a new database on the shared MariaDbServer.
class TestDatabase {
public:
    explicit TestDatabase(SqlDialect dialect, storage::SqlDatabaseOptions options = {});

    storage::SqlDatabase& operator*() const { return *database_; }
    storage::SqlDatabase* operator->() const { return database_.get(); }
    const storage::DatabaseUrl& url() const { return database_->url(); }
    /// Closes it and opens it again, as after a restart.
    void reopen(storage::SqlDatabaseOptions options = {});

    /// Applies the migrations of a folder that has `sqlite/` and `mysql/`.
    void migrate(const std::string& owner, const std::filesystem::path& folder);
    /// Applies the migrations of the core.
    void migrateCore();

private:
    TempFolder folder_;
    std::unique_ptr<storage::SqlDatabase> database_;
};

/// For the names of parameterised tests.
inline const char* nameOf(SqlDialect dialect) { return dialect == SqlDialect::Sqlite ? "Sqlite" : "MariaDb"; }

} // namespace atrium::testing
