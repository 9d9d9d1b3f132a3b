#include "coordinator.h"
#include "group.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::zigbee2mqtt {
namespace {

using std::chrono::seconds;

List exposed(const char* text) { return groupable(*parseJson(text)); }

TEST(GroupTest, CanDoWhatAnyOfItsMembersCan)
{
    const auto groups = groupsOf("z", *parseJson(R"([{"id":4,"friendly_name":"All","members":[
        {"ieee_address":"0x1","endpoint":1},{"ieee_address":"0x2","endpoint":1},{"ieee_address":"0x2","endpoint":2}],
        "scenes":[{"id":1,"name":"Film"}]}])"));
    ASSERT_EQ(groups.size(), 1u);
    EXPECT_EQ(groups[0].members, (std::vector<std::string>{"0x1", "0x2"})) << "each device once";
    const List plain = exposed(R"([{"type":"light","features":[
        {"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"}]}])");
    const List dimmed = exposed(R"([{"type":"light","endpoint":"l1","features":[
        {"type":"binary","name":"state","property":"state_l1","endpoint":"l1","access":7,"value_on":"ON","value_off":"OFF"},
        {"type":"numeric","name":"brightness","property":"brightness_l1","endpoint":"l1","access":7,"value_max":254}]},
        {"type":"numeric","name":"battery","property":"battery","access":1}])");
    const auto entities = entitiesOf(groups[0], {&plain, &dimmed}, {"Left", "Right"});
    ASSERT_EQ(entities.size(), 2u) << "a lamp and a scene; a battery is no matter of the group";
    EXPECT_EQ(entities[0].announced.spec.component, "light");
    EXPECT_EQ(*entities[0].announced.spec.capabilities.find("members"), Value(List{"Left", "Right"}));
    const auto values = readState(entities[0], *parseJson(R"({"state":"ON","brightness":127})"));
    ASSERT_EQ(values.size(), 2u);
    EXPECT_EQ(values[1].second, Value(50));
    const auto setting = settingFor(entities[0], "set_brightness", {{"brightness_pct", 100}});
    ASSERT_TRUE(setting);
    EXPECT_EQ(toJson(setting->message), R"({"state":"ON","brightness":254})") << "without an endpoint";
    EXPECT_EQ(toJson(settingFor(entities[1], "activate", {})->message), R"({"scene_recall":1})");
}

TEST(CoordinatorTest, SaysHowLongDevicesMayJoin)
{
    Coordinator bridge("zigbee2mqtt");
    const UtcTime now{seconds(1'000)};
    bridge.learn(*parseJson(R"({"version":"2.1","permit_join":true,"permit_join_end":1002500})"), now);
    EXPECT_EQ(bridge.remaining(), seconds(3));
    bridge.tick();
    bridge.tick();
    EXPECT_EQ(bridge.tick().values[0].second, Value(false)) << "the last second ends it";
    bridge.learn(*parseJson(R"({"permit_join":true,"permit_join_timeout":60})"), now);
    EXPECT_EQ(bridge.remaining(), seconds(60)) << "as version 1 says it";
    bridge.learn(*parseJson(R"({"permit_join":false})"), now);
    EXPECT_EQ(bridge.values()[0].values[0].second, Value(false));
}

TEST(CoordinatorTest, OpensAndClosesTheNetwork)
{
    const Coordinator bridge("zigbee2mqtt");
    const Device owner;
    const Entity join{SharedText(bridge.permitJoin()), {}, {}};
    const Cause cause;
    const auto sent = [&](const std::string& name, const Object& arguments) {
        const auto plan = bridge.plan({owner, join, bridge.key(), name, arguments, cause});
        return plan ? plan->publications.at(0).topic + ' ' + std::string(plan->publications.at(0).payload) : "refused";
    };
    EXPECT_EQ(sent("turn_on", {}), R"(zigbee2mqtt/bridge/request/permit_join {"time":254})");
    EXPECT_EQ(sent("turn_on", {{"time", 60}}), R"(zigbee2mqtt/bridge/request/permit_join {"time":60})");
    EXPECT_EQ(sent("turn_off", {}), R"(zigbee2mqtt/bridge/request/permit_join {"time":0})");
    EXPECT_EQ(sent("turn_on", {{"time", 1000}}), "refused");
}

} // namespace
} // namespace atrium::zigbee2mqtt
