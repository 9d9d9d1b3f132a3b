#include "schedule_repository.h"

#include "atrium/json.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

namespace atrium::schedules {
namespace {

class ScheduleRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("schedules", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    testing::TestDatabase database{GetParam()};
    ScheduleRepository repository{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, ScheduleRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(ScheduleRepositoryTest, GivesSchedulesBackAsTheyWere)
{
    auto schedule =
        readSchedule(parseJson(R"({"type":"weekly","time":"07:30","action":"on","days":[1],"name":"Été 🐱"})").value())
            .value();
    schedule.device = DeviceId{7};
    schedule.owner = UserId{4};
    schedule.createdAt = schedule.changedAt = fromMicroseconds(1'700'000'000'000'000);
    schedule.id = repository.add(schedule);
    schedule.state = ScheduleState::Paused;
    schedule.changedAt += std::chrono::seconds{1};
    repository.update(schedule);
    auto all = repository.loadAll();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(toJson(toView(all[0])), toJson(toView(schedule)));
    EXPECT_EQ(all[0].device, DeviceId{7});
    repository.remove(schedule.id);
    EXPECT_TRUE(repository.loadAll().empty());
}

} // namespace
} // namespace atrium::schedules
