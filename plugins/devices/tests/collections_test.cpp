#include "collections.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

namespace atrium::devices {
namespace {

class CollectionsTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("devices", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    testing::TestDatabase database{GetParam()};
    Collections collections{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, CollectionsTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(CollectionsTest, ARestartKnowsThemAsTheyWere)
{
    const auto group = collections.save(Group{0, "Étage 🏠", {DeviceId(3), DeviceId(1'000'001)}});
    ASSERT_TRUE(group);
    const auto scene = collections.save(Scene{
        0, "Cinema", {{DeviceId(3), "", "on", Object{{"level", 20}}}, {DeviceId(4), "cover.blind", "close", {}}}});
    ASSERT_TRUE(scene);
    Collections again(*database);
    again.restore();
    ASSERT_TRUE(again.group(group->id));
    EXPECT_EQ(again.group(group->id)->name, "Étage 🏠");
    EXPECT_EQ(again.group(group->id)->members, (std::vector{DeviceId(3), DeviceId(1'000'001)}));
    const auto steps = again.scene(scene->id)->steps;
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(*steps[0].arguments.find("level"), Value(20));
    EXPECT_EQ(steps[1].entity, "cover.blind");
}

TEST_P(CollectionsTest, NamesAreTakenOnce)
{
    const auto first = collections.save(Group{0, "All", {}});
    EXPECT_EQ(collections.save(Group{0, "All", {}}).error().code, ErrorCode::Conflict);
    EXPECT_TRUE(collections.save(Group{first->id, "All", {DeviceId(1)}})) << "its own name is no conflict";
    EXPECT_EQ(collections.save(Group{999, "Other", {}}).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(collections.removeGroup(first->id));
    EXPECT_FALSE(collections.removeGroup(first->id));
    EXPECT_FALSE(collections.group(first->id));
    EXPECT_TRUE(collections.save(Group{0, "All", {}})) << "the name is free again";
}

TEST_P(CollectionsTest, WhatDoesNotFitIsRefused)
{
    Scene large{0, "Large", {}};
    for (int i = 0; i < 300; ++i)
        large.steps.push_back({DeviceId(i + 1), "", "set", Object{{"text", std::string(300, 'x')}}});
    EXPECT_EQ(collections.save(large).error().code, ErrorCode::InvalidArgument);
    EXPECT_TRUE(collections.scenes().empty());
}

} // namespace
} // namespace atrium::devices
