#include "testing/temp_database.h"

#include "runtime/system_clock.h"
#include "storage/migration_runner.h"

#include <cstdlib>
#include <stdexcept>

namespace atrium::testing {

namespace {

std::filesystem::path makeFolder()
{
    auto name = (std::filesystem::temp_directory_path() / "atrium-database-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    return name;
}

} // namespace

struct TempDatabase::Parts {
    std::filesystem::path folder = makeFolder();
    std::unique_ptr<storage::SqlDatabase> database =
        std::make_unique<storage::SqlDatabase>(storage::parseDatabaseUrl("sqlite:test.db", folder.string()));

    ~Parts()
    {
        database.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
};

TempDatabase::TempDatabase() : parts_(std::make_unique<Parts>()) {}

TempDatabase::TempDatabase(const std::filesystem::path& migrations) : TempDatabase()
{
    const runtime::SystemClock clock;
    storage::MigrationRunner(*parts_->database, clock).migrate("plugin", migrations);
}

TempDatabase::~TempDatabase() = default;

Database& TempDatabase::database() { return *parts_->database; }

const std::filesystem::path& TempDatabase::folder() const { return parts_->folder; }

} // namespace atrium::testing
