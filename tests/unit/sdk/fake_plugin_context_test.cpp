#include "testing/fake_plugin_context.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

class FakePluginContextTest : public ::testing::Test {
protected:
    FakePluginContext context{"lamps", std::filesystem::temp_directory_path() / "atrium-fake-context"};
};

TEST_F(FakePluginContextTest, RunsTimersInTheOrderInWhichTheyAreDue)
{
    std::string order;
    const auto start = context.clock().now();
    auto& scheduler = context.scheduler();
    const auto often = scheduler.every(10s, [&] { order += "e"; });
    const auto once = scheduler.after(15s, [&] {
        order += "a";
        EXPECT_EQ(context.clock().now(), start + 15s);
    });
    const auto late = scheduler.at(start + 25s, [&] { order += "t"; });
    {
        const auto withdrawn = scheduler.after(1s, [&] { order += "!"; });
    }
    context.advance(30s);
    EXPECT_EQ(order, "eaete");
    EXPECT_EQ(context.clock().now(), start + 30s);
}

TEST_F(FakePluginContextTest, MatchesTopicsAsTheStandardSays)
{
    const std::tuple<const char*, const char*, bool> cases[] = {
        {"a/b", "a/b", true},       {"a/+", "a/b", true},    {"a/+", "a/b/c", false}, {"a/#", "a/b/c", true},
        {"a/#", "a", true},         {"#", "a/b", true},      {"#", "$SYS/x", false},  {"+/x", "$SYS/x", false},
        {"$SYS/#", "$SYS/x", true}, {"a/+/c", "a//c", true}, {"a/b", "a/b/c", false}, {"a/b/c", "a/b", false},
        {"+", "/a", false},         {"+/+", "/a", true},     {"a/+", "a", false}};
    for (const auto& [filter, topic, expected] : cases)
        EXPECT_EQ(FakeMqtt::matches(filter, topic), expected) << filter << " " << topic;
}

TEST_F(FakePluginContextTest, DeliversMessagesUntilTheSubscriptionEnds)
{
    std::string heard;
    auto subscription =
        context.mqtt().subscribe("lamps/+/status", [&](const MqttMessage& message) { heard += message.payload; });
    context.mqtt().deliver("lamps/1/status", "on");
    context.mqtt().deliver("fans/1/status", "off");
    subscription.reset();
    context.mqtt().deliver("lamps/1/status", "again");
    EXPECT_EQ(heard, "on");
    EXPECT_FALSE(context.mqtt().publish({"lamps/+", "x"}).ok());
}

TEST_F(FakePluginContextTest, CallsRoutesWithTypedParametersAndAccess)
{
    Route route(RouteAccess::permitted("lamps.read"));
    route.path = "/api/lamps/{id}";
    route.operationId = "readLamp";
    route.query = {{"limit", Value::Kind::Integer, "", 10}};
    const auto registered = context.http().route(route, [](const HttpRequest& request) -> Result<HttpResponse> {
        return HttpResponse::json(Object{{"id", request.idParameter("id")}, {"limit", *request.query.find("limit")}});
    });
    FakeRequest request;
    request.path = "/api/lamps/7?limit=3";
    EXPECT_EQ(context.http().send(request).error().code, ErrorCode::Unauthenticated);
    request.principal.user = UserId{1};
    EXPECT_EQ(context.http().send(request).error().code, ErrorCode::Forbidden);
    request.principal.permissions =
        std::make_shared<std::set<Permission, std::less<>>>(std::set<Permission, std::less<>>{"lamps.read"});
    EXPECT_EQ(context.http().send(request)->body, R"({"id":7,"limit":3})");
    request.path = "/api/lamps/7";
    EXPECT_EQ(context.http().send(request)->body, R"({"id":7,"limit":10})");
    request.path = "/api/lamps/7?limit=x";
    EXPECT_EQ(context.http().send(request).error().code, ErrorCode::InvalidArgument);
    request.path = "/api/lamps";
    EXPECT_EQ(context.http().send(request).error().code, ErrorCode::NotFound);
    EXPECT_THROW((void)context.http().route(route, nullptr), std::invalid_argument);
}

TEST_F(FakePluginContextTest, KeepsDevicesAndTellsOnlyOfChanges)
{
    auto& devices = context.devices();
    std::vector<std::string> events;
    const auto attributes = devices.onAttributeChanged([&](const AttributeChanged& event) {
        events.push_back(event.attribute.spec->name + "=" + toJson(event.attribute.value));
    });
    DeviceInfo info;
    info.id = DeviceId{1};
    info.uid = "hall/light";
    info.integration = "lamps";
    Attribute status;
    status.spec = AttributeSpec{"status", Value::Kind::Boolean};
    ASSERT_TRUE(devices.put(info, {status}).ok());
    EXPECT_TRUE(devices.report({info.id, {{"status", true}}, context.clock().now(), {}}));
    EXPECT_TRUE(devices.report({info.id, {{"status", true}}, context.clock().now(), {}}));
    EXPECT_FALSE(devices.report({info.id, {{"status", "on"}}, context.clock().now(), {}})) << "of another kind";
    EXPECT_FALSE(devices.report({info.id, {{"power", 5}}, context.clock().now(), {}}));
    EXPECT_EQ(events, (std::vector<std::string>{"status=true"}));

    const auto handler =
        context.commands().handle("lamps", [](const Device&, const Command& command) -> Result<CommandPlan> {
            return CommandPlan{{}, Object{{"status", command.name == "on"}}};
        });
    Command toggle;
    toggle.device = info.id;
    toggle.name = "toggle";
    bool accepted = false;
    context.commands().send(toggle, [&](Result<CommandReceipt> receipt) { accepted = receipt.ok(); });
    EXPECT_TRUE(accepted);
    EXPECT_EQ(context.commands().sent.at(0).name, "off");
    EXPECT_EQ(devices.find("hall/light")->value("status"), Value(false));
    EXPECT_TRUE(devices.find("hall/light")->find("status")->assumed());
    EXPECT_TRUE(devices.remove(info.id));
    EXPECT_EQ(devices.find(info.id), nullptr);
}

TEST_F(FakePluginContextTest, SaysWhatTheTestForgot)
{
    EXPECT_THROW(context.database(), std::logic_error);
    EXPECT_THROW(context.settings().text("missing"), std::out_of_range);
}

} // namespace
} // namespace atrium::testing
