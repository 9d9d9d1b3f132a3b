#include "away_plugin.h"

#include "atrium/json.h"
#include "testing/fake_accounts.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::away {
namespace {

using namespace std::chrono_literals;

class AwayPluginTest : public ::testing::Test {
protected:
    AwayPluginTest()
    {
        context.settings().set("types", "light, plug").set("spreadMinutes", 0).set("openHome", false);
        people->rights = {{"devices.control", "*"}};
        provided = context.services().provide<Accounts>(people);
        addDevice(1, "light");
        addDevice(2, "fan");
        handling = context.commands().handle("fake", [](const Device&, const Command& command) -> Result<CommandPlan> {
            CommandPlan plan;
            plan.assumed.set("status", command.name == "on");
            return plan;
        });
        const auto lastWeek = context.clock().now() - 168h;
        for (const DeviceId device : {DeviceId{1}, DeviceId{2}}) {
            context.history().add(device, "status", lastWeek - 1h, false);
            context.history().add(device, "status", lastWeek + 30min, true);
            context.history().add(device, "status", lastWeek + 3h, false);
        }
        start();
    }
    void addDevice(std::int64_t id, const char* type)
    {
        DeviceInfo info;
        info.id = DeviceId{id};
        info.uid = info.name = type;
        info.type = type;
        info.integration = "fake";
        Attribute status;
        status.spec = AttributeSpec{"status", Value::Kind::Boolean};
        status.value = false;
        context.devices().put(info, {status}).value();
    }
    void start()
    {
        plugin = std::make_unique<AwayPlugin>();
        plugin->configure(context);
        plugin->start();
    }
    Value send(HttpMethod method, Value body = {})
    {
        testing::FakeRequest request;
        request.method = method;
        request.path = "/api/devices/away-mode";
        request.body = std::move(body);
        request.principal.user = UserId{4};
        request.principal.permissions = std::make_shared<std::set<Permission, std::less<>>>(rights);
        const auto answer = context.http().send(request);
        if (!answer) return Value(Object{{"code", static_cast<std::int64_t>(answer.error().code)}});
        return parseJson(answer->body).value();
    }
    /// The names of the commands that were sent, with their devices.
    std::string commands()
    {
        std::string text;
        for (const auto& command : context.commands().sent)
            text += command.name + std::to_string(command.device.value) + ' ';
        return text;
    }

    testing::TempDatabase database{std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"};
    testing::FakePluginContext context{"away", database.folder() / "plugin-data", database.database()};
    std::set<Permission, std::less<>> rights{"devices.read", "devices.control"};
    std::shared_ptr<testing::FakeAccounts> people = std::make_shared<testing::FakeAccounts>();
    Subscription provided, handling;
    std::unique_ptr<AwayPlugin> plugin;
};

TEST_F(AwayPluginTest, PlaysTheLightsOfAWeekAgoUntilSomebodyIsHome)
{
    EXPECT_FALSE(send(HttpMethod::Get).booleanOr("enabled", true));
    const auto begun = send(HttpMethod::Post, Object{{"enabled", true}});
    EXPECT_TRUE(begun.booleanOr("enabled", false));
    ASSERT_TRUE(begun.find("next")) << toJson(begun);
    ASSERT_EQ(begun.find("next")->list().size(), 1u) << "the fan is no light";
    EXPECT_EQ(begun.find("next")->list()[0].textOr("action", ""), "on");
    context.advance(29min);
    EXPECT_EQ(commands(), "");
    context.advance(2min);
    EXPECT_EQ(commands(), "on1 ");
    EXPECT_EQ(context.commands().sent[0].cause.origin, "away-mode");
    context.advance(148min);
    EXPECT_EQ(commands(), "on1 ");
    context.advance(2min);
    EXPECT_EQ(commands(), "on1 off1 ");
    send(HttpMethod::Post, Object{{"enabled", false}});
    context.advance(24h);
    EXPECT_EQ(commands(), "on1 off1 ");
}

TEST_F(AwayPluginTest, SwitchesOffWhatItSwitchedOnWhenItEnds)
{
    send(HttpMethod::Post, Object{{"enabled", true}});
    context.advance(40min);
    send(HttpMethod::Post, Object{{"enabled", false}});
    EXPECT_EQ(commands(), "on1 off1 ");
}

TEST_F(AwayPluginTest, GoesOnAfterARestartWithTheStateOfThatTime)
{
    send(HttpMethod::Post, Object{{"enabled", true}});
    plugin.reset();
    context.advance(1h);
    start();
    EXPECT_TRUE(send(HttpMethod::Get).booleanOr("enabled", false));
    EXPECT_EQ(commands(), "on1 ") << "a week ago the light was on by now";
}

TEST_F(AwayPluginTest, ActsOnlyWhereWhoeverAskedForItMay)
{
    rights = {"devices.read"};
    EXPECT_EQ(send(HttpMethod::Post, Object{{"enabled", true}}).integerOr("code", -1),
              static_cast<std::int64_t>(ErrorCode::Forbidden));
    EXPECT_FALSE(send(HttpMethod::Get).booleanOr("enabled", true));
    rights = {"devices.read", "devices.control"};
    send(HttpMethod::Post, Object{{"enabled", true}});
    people->rights.clear();
    context.advance(1h);
    EXPECT_EQ(commands(), "") << "the person lost the right meanwhile";
    EXPECT_TRUE(context.log().mentions("may not switch"));
}

} // namespace
} // namespace atrium::away
