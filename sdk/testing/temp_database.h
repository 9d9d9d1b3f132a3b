#pragma once

#include "atrium/database.h"

#include <filesystem>
#include <memory>
#include <string>

namespace atrium::testing {

/// The server's own SQLite database in a temporary folder, with the migrations of a plugin applied: the same code that
/// runs in the house. Link `Atrium::temp_database` beside the fakes. Removed with its folder at the end.
/// Thread: as Database.
class TempDatabase {
public:
    /// An empty database.
    TempDatabase();
    /// Applies `migrations`, a plugin's folder that holds `sqlite/` (and `mysql/`). Throws std::runtime_error that
    /// names the file and the statement.
    explicit TempDatabase(const std::filesystem::path& migrations);
    ~TempDatabase();

    Database& database();
    /// The folder of the database, for other files of the test.
    const std::filesystem::path& folder() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace atrium::testing
