#include "rest_fixture.h"
#include "support/test_database.h"

#include "atrium/json.h"
#include "testing/manual_clock.h"

namespace atrium::devices {
namespace {

class DecisionsTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("devices", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    testing::TestDatabase database{GetParam()};
    testing::ManualClock clock;
    Decisions decisions{*database, clock};
};

INSTANTIATE_TEST_SUITE_P(Dialects, DecisionsTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(DecisionsTest, ARestartKnowsWhatWasSaidLast)
{
    decisions.decide({DeviceId(1'000'001), DeviceId(1'000'002)}, Decision::Ignored, UserId(4));
    decisions.decide({DeviceId(1'000'002)}, Decision::Accepted, UserId(4));
    decisions.decide({DeviceId(1'000'001)}, Decision::New, UserId(4));
    Decisions again(*database, clock);
    again.restore();
    EXPECT_EQ(again.of(DeviceId(1'000'001)), Decision::New);
    EXPECT_EQ(again.of(DeviceId(1'000'002)), Decision::Accepted);
    EXPECT_EQ(again.of(DeviceId(7)), Decision::New);
}

class InboxTest : public RestFixture {
protected:
    void SetUp() override
    {
        RestFixture::SetUp();
        port = context.services().find<Integrations>()->open("maker", nullptr);
        for (const char* room : {"Salon", "Cave"}) {
            DeviceAnnouncement announcement;
            announcement.key = announcement.name = std::string("Lampe ") + room;
            announcement.suggestedRoom = room;
            announcement.identifiers = {std::string("id-") + room};
            AnnouncedEntity entity;
            entity.id = "lamp";
            entity.spec.component = "light";
            entity.spec.commands = {"turn_on", "set_value"};
            AnnouncedAttribute level{"state", {}};
            level.spec.kind = Value::Kind::Number;
            level.spec.minimum = 10;
            level.spec.maximum = 90;
            level.spec.step = 5;
            level.spec.writable = true;
            entity.attributes.push_back(level);
            announcement.entities.push_back(entity);
            port->announce(announcement);
        }
        context.scheduler().advance(DeviceDirectory::gathering + std::chrono::milliseconds(10));
    }
    Value inbox(std::shared_ptr<const Rights> rights = nullptr)
    {
        return *parseJson(send(HttpMethod::Get, "/api/devices/discovered", {}, std::move(rights))->body);
    }
    Result<HttpResponse> decide(const char* decision, List devices, std::shared_ptr<const Rights> rights = nullptr)
    {
        return send(HttpMethod::Post, "/api/devices/discovered",
                    Object{{"decision", decision}, {"devices", std::move(devices)}}, std::move(rights));
    }
    static constexpr std::int64_t first = DeviceDirectory::firstId;

    std::shared_ptr<IntegrationPort> port;
};

TEST_F(InboxTest, WhatAnnouncesItselfIsNewUntilAPersonAcceptsOrIgnoresIt)
{
    EXPECT_EQ(*inbox().find("new"), Value(2)) << "the devices that people made themselves are none of it";
    EXPECT_EQ(inbox().find("devices")->list()[0].textOr("name", ""), "Lampe Salon");
    ASSERT_TRUE(decide("accepted", {first}));
    ASSERT_TRUE(decide("ignored", {first + 1}));
    EXPECT_EQ(*inbox().find("new"), Value(0));
    EXPECT_EQ(*inbox().find("ignored"), Value(List{first + 1}));
    ASSERT_EQ(inbox().find("devices")->list().size(), 1u);
    EXPECT_EQ(inbox().find("devices")->list()[0].textOr("decision", ""), "ignored");
    ASSERT_TRUE(decide("new", {first + 1}));
    EXPECT_EQ(*inbox().find("new"), Value(1)) << "it was taken back";
}

TEST_F(InboxTest, WhatWasDecidedGoesWithTheDevice)
{
    ASSERT_TRUE(decide("ignored", {first + 1}));
    ASSERT_TRUE(send(HttpMethod::Delete, "/api/devices/" + std::to_string(first + 1)));
    EXPECT_EQ(*inbox().find("ignored"), Value(List{}));
    Decisions again(database.database(), context.clock());
    again.restore();
    EXPECT_EQ(again.of(DeviceId(first + 1)), Decision::New);
}

TEST_F(InboxTest, OnlyDiscoveredDevicesAreDecidedUpon)
{
    EXPECT_EQ(decide("accepted", {1}).error().code, ErrorCode::InvalidArgument) << "made by hand";
    EXPECT_EQ(decide("accepted", {first, 999'999'999}).error().code, ErrorCode::NotFound);
    EXPECT_EQ(*inbox().find("new"), Value(2)) << "all or none";
}

TEST_F(InboxTest, EachDeviceIsAskedForByItself)
{
    const auto rights = std::make_shared<RoomRights>("Cave");
    EXPECT_EQ(*inbox(rights).find("new"), Value(1));
    EXPECT_EQ(decide("accepted", {first}, rights).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(decide("accepted", {first + 1}, rights));
}

TEST_F(InboxTest, TheDetailOfADeviceTellsWhatAControlMustKnow)
{
    const auto detail = *parseJson(send(HttpMethod::Get, "/api/devices/" + std::to_string(first))->body);
    const auto& entity = detail.find("entities")->list().at(0);
    const auto name = entity.find("attributeNames")->textOr("state", "");
    const auto& spec = *detail.find("specs")->find(name);
    EXPECT_EQ(*spec.find("min"), Value(10.0));
    EXPECT_EQ(*spec.find("max"), Value(90.0));
    EXPECT_EQ(*spec.find("step"), Value(5.0));
    EXPECT_EQ(*spec.find("writable"), Value(true));
    EXPECT_EQ(spec.textOr("entity", ""), "lamp");
    EXPECT_FALSE(spec.find("desired"));
}

} // namespace
} // namespace atrium::devices
