#include "schedules_plugin.h"

#include "atrium/json.h"
#include "atrium/services/accounts.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::schedules {
namespace {

using namespace std::chrono_literals;
using Permissions = std::set<Permission, std::less<>>;

/// Accounts whose rights the test changes.
struct People : Accounts {
    std::map<UserId, Permissions> rights;
    std::optional<Person> find(UserId) const override { return {}; }
    std::vector<Person> everybody() const override { return {}; }
    Result<Principal> principalOf(UserId id) const override
    {
        const auto found = rights.find(id);
        if (found == rights.end()) return makeError(ErrorCode::NotFound);
        Principal principal;
        principal.user = id;
        principal.permissions = std::make_shared<Permissions>(found->second);
        return principal;
    }
    Subscription onRemoved(std::function<void(UserId)> handler) override
    {
        removed = std::move(handler);
        return {};
    }
    std::function<void(UserId)> removed;
};

class SchedulesPluginTest : public ::testing::Test {
protected:
    SchedulesPluginTest()
    {
        context.settings().set("openHome", false).set("limit", 3);
        people->rights[UserId{4}] = {"devices.read", "devices.control"};
        provided = context.services().provide<Accounts>(people);
        DeviceInfo info;
        info.id = DeviceId{1};
        info.uid = "salon/lampe";
        info.name = "Lampe";
        info.integration = "fake";
        context.devices().put(info, {}).value();
        handling = context.commands().handle("fake", [](const Device&, const Command&) { return CommandPlan{}; });
        start();
    }
    void start()
    {
        plugin = std::make_unique<SchedulesPlugin>();
        plugin->configure(context);
        plugin->start();
    }
    Result<HttpResponse> send(HttpMethod method, const std::string& path, Value body = {})
    {
        testing::FakeRequest request;
        request.method = method;
        request.path = path;
        request.body = std::move(body);
        request.principal = people->principalOf(UserId{4}).value();
        return context.http().send(request);
    }
    std::int64_t make()
    {
        const auto made = send(HttpMethod::Post, "/api/devices/1/schedule",
                               Object{{"type", "daily"}, {"time", "07:30"}, {"action", "on"}, {"days", List{}}});
        EXPECT_TRUE(made);
        return parseJson(made.value().body).value().find("schedule")->integerOr("id", 0);
    }
    Result<Value> run(std::int64_t id)
    {
        return context.automation().call("schedule", "run", {id}, "schedules/" + std::to_string(id));
    }
    std::string path(std::int64_t id, const char* rest = "") { return "/api/schedules/" + std::to_string(id) + rest; }

    testing::TempDatabase database{std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"};
    testing::FakePluginContext context{"schedules", database.folder() / "plugin-data", database.database()};
    std::shared_ptr<People> people = std::make_shared<People>();
    Subscription provided, handling;
    std::unique_ptr<SchedulesPlugin> plugin;
};

TEST_F(SchedulesPluginTest, AScheduleIsAnAutomationThatCommandsItsDevice)
{
    const auto id = make();
    const auto& automation = context.automation().provided.at("schedules/" + std::to_string(id));
    EXPECT_NE(automation.source.find("at(\"07:30\""), std::string::npos);
    EXPECT_EQ(context.automation().call("schedule", "run", {id}).error().code, ErrorCode::Forbidden)
        << "a rule of people does not borrow the rights of the schedule's owner";
    EXPECT_EQ(context.automation().call("schedule", "run", {id}, "schedules/999").error().code, ErrorCode::Forbidden);
    ASSERT_TRUE(run(id));
    ASSERT_EQ(context.commands().sent.size(), 1u);
    EXPECT_EQ(context.commands().sent[0].name, "on");
    EXPECT_EQ(context.commands().sent[0].cause.origin, "schedule:" + std::to_string(id));
    EXPECT_FALSE(context.commands().sent[0].idempotencyKey.empty());
}

TEST_F(SchedulesPluginTest, RightsAreAskedForWhenItIsMadeAndWhenItRuns)
{
    const auto id = make();
    people->rights[UserId{4}] = {"devices.read"};
    const auto refused = run(id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
    EXPECT_EQ(
        send(HttpMethod::Post, "/api/devices/1/schedule", Object{{"time", "07:30"}, {"action", "on"}}).error().code,
        ErrorCode::Forbidden);
    EXPECT_EQ(send(HttpMethod::Delete, path(id)).error().code, ErrorCode::Forbidden);
    people->rights.clear();
    EXPECT_FALSE(run(id));
    EXPECT_TRUE(context.commands().sent.empty());
}

TEST_F(SchedulesPluginTest, IsPausedEditedAndDeleted)
{
    const auto id = make();
    ASSERT_TRUE(send(HttpMethod::Post, path(id, "/pause")));
    const auto key = "schedules/" + std::to_string(id);
    EXPECT_EQ(context.automation().provided.at(key).triggers, PluginAutomation::Triggers::Paused);
    ASSERT_TRUE(send(HttpMethod::Put, path(id),
                     Object{{"type", "weekly"}, {"time", "08:00"}, {"action", "off"}, {"days", List{0}}}));
    EXPECT_EQ(context.automation().provided.at(key).triggers, PluginAutomation::Triggers::Armed);
    EXPECT_NE(context.automation().provided.at(key).source.find("08:00"), std::string::npos);
    EXPECT_EQ(parseJson(send(HttpMethod::Get, "/api/devices/1/schedules").value().body).value().list().size(), 1u);
    ASSERT_TRUE(send(HttpMethod::Delete, "/api/devices/schedules/" + std::to_string(id)));
    EXPECT_TRUE(context.automation().provided.empty());
    EXPECT_EQ(send(HttpMethod::Delete, path(id)).error().code, ErrorCode::NotFound);
}

TEST_F(SchedulesPluginTest, SurvivesARestartAndKnowsItsLimit)
{
    for (int i = 0; i < 3; ++i) make();
    EXPECT_EQ(
        send(HttpMethod::Post, "/api/devices/1/schedule", Object{{"time", "07:30"}, {"action", "on"}}).error().code,
        ErrorCode::TooManyRequests);
    plugin.reset();
    context.automation().provided.clear();
    start();
    EXPECT_EQ(context.automation().provided.size(), 3u);
}

TEST_F(SchedulesPluginTest, GoesWithItsDeviceAndWithItsPerson)
{
    make();
    context.devices().remove(DeviceId{1});
    EXPECT_TRUE(context.automation().provided.empty());
}

} // namespace
} // namespace atrium::schedules
