#pragma once

#include "automation/sql_journal_store.h"
#include "testing/temp_database.h"
#include "tests/integration/automation/automation_house.h"
#include "tests/integration/automation/mortal_store.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace atrium::automation {

/// A house with one automation, whose server can be killed at any moment; its journal is a database.
class KillableHouse : public ::testing::Test {
protected:
    explicit KillableHouse(const std::string& name)
    {
        id = store.save({{}, "local/" + name + ".lua", SourceKind::LocalFile, name, "", true, {}}).value;
        house = std::make_unique<House>(std::chrono::milliseconds{200}, mortal);
    }
    /// Nothing reaches the disk any more, and the process is gone.
    void killServer()
    {
        mortal->die();
        house->close();
        mortal->live();
    }

    /// How often a test kills the server: ATRIUM_KILLS, or a number that takes seconds. The bar is a thousand.
    static int killsWanted()
    {
        const char* wanted = std::getenv("ATRIUM_KILLS");
        return wanted ? std::atoi(wanted) : 120;
    }

    testing::TempDatabase temp{std::filesystem::path(ATRIUM_SOURCE_DIR "/database/migrations")};
    SqlJournalStore store{temp.database()};
    std::shared_ptr<MortalStore> mortal = std::make_shared<MortalStore>(store);
    std::int64_t id = 0;
    std::unique_ptr<House> house;
};

} // namespace atrium::automation
