#include "aurion_protocol.h"

#include <gtest/gtest.h>

namespace atrium::devices {
namespace {

Device lamp()
{
    Device device;
    device.info.edit().id = DeviceId(7);
    AttributeSpec status{"status", Value::Kind::Boolean, "", true};
    AttributeSpec level{"level", Value::Kind::Number, "%", true, true, 0.0, 100.0};
    AttributeSpec power{"power", Value::Kind::Number, "W", false};
    device.attributes = {{status}, {level}, {power}};
    return device;
}

Result<CommandPlan> encode(const char* name, Value arguments = {}, const Device& device = lamp())
{
    Command command;
    command.name = name;
    command.arguments = std::move(arguments);
    return encodeCommand("aurion", device, command);
}

TEST(AurionProtocol, FindsTheDeviceInItsTopic)
{
    EXPECT_EQ(deviceOfStatusTopic("aurion", "aurion/devices/12/status"), "12");
    EXPECT_EQ(deviceOfStatusTopic("ma/maison", "ma/maison/devices/Salle é/status"), "Salle é");
    for (const auto* topic : {"aurion/devices/status", "aurion/devices//status", "aurion/devices/1/2/status",
                              "aurion/devices/1/command", "other/devices/1/status", "aurion"})
        EXPECT_EQ(deviceOfStatusTopic("aurion", topic), "") << topic;
}

TEST(AurionProtocol, ReadsScalarsAndTheWordsThatDevicesUse)
{
    const auto values =
        decodeStatus(R"({"status":"ON","power":42.5,"nested":{"a":1},"list":[1],"nothing":null,"battery":92})");
    ASSERT_TRUE(values);
    ASSERT_EQ(values->size(), 3u);
    EXPECT_EQ((*values)[0], (std::pair<std::string, Value>{"status", true}));
    EXPECT_EQ((*values)[1].second, Value(42.5));
    EXPECT_EQ(decodeStatus(R"({"status":0})")->at(0).second, Value(false));
}

TEST(AurionProtocol, RefusesWhatIsNoObject)
{
    for (const auto* payload : {"", "on", "[]", "42", "{\"status\":", "{\"status\":true,\"status\":false}", "\xff\xfe"})
        EXPECT_FALSE(decodeStatus(payload)) << payload;
}

TEST(AurionProtocol, SendsOneMessageACommand)
{
    const auto plan = encode("on", Object{{"level", 60}});
    ASSERT_TRUE(plan);
    ASSERT_EQ(plan->publications.size(), 1u);
    EXPECT_EQ(plan->publications[0].topic, "aurion/devices/7/command");
    EXPECT_EQ(plan->publications[0].payload, R"({"status":true,"level":60})");
    EXPECT_FALSE(plan->publications[0].retain);
    EXPECT_EQ(encode("off")->publications[0].payload, R"({"status":false})");
    EXPECT_EQ(encode("set", Object{{"level", 5}})->assumed, (Object{{"level", 5}}));
}

TEST(AurionProtocol, RefusesArgumentsThatTheDeviceDoesNotHave)
{
    EXPECT_FALSE(encode("set", Object{{"colour", "red"}}));
    EXPECT_FALSE(encode("set", Object{{"level", "bright"}}));
    EXPECT_FALSE(encode("set", Object{{"level", 101}}));
    EXPECT_FALSE(encode("set", Object{{"power", 5}})) << "not writable";
    EXPECT_FALSE(encode("set"));
    EXPECT_FALSE(encode("explode"));
    EXPECT_FALSE(encode("on", "now"));
    EXPECT_FALSE(encode("on", {}, Device{})) << "nothing to switch";
}

} // namespace
} // namespace atrium::devices
