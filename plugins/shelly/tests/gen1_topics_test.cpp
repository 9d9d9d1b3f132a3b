#include "gen1_topics.h"

#include <gtest/gtest.h>

namespace atrium::shelly {
namespace {

/// The entity, a space and its first value; `-` = nothing for the house, `!` = it does not fit.
std::string said(std::string_view path, std::string_view payload)
{
    const auto read = readGen1(path, payload);
    if (!read) return "!";
    if (!*read) return "-";
    const auto& message = **read;
    if (!message.event.empty()) return message.entity + " event " + message.event;
    if (message.values.empty()) return message.entity;
    const auto& value = message.values[0].second;
    if (const auto* flag = value.ifBoolean()) return message.entity + (*flag ? " true" : " false");
    if (const auto* text = value.ifText()) return message.entity + ' ' + *text;
    return message.entity + ' ' + std::to_string(value.ifNumber().value_or(-1));
}

TEST(Gen1TopicsTest, TellsWhatATopicSays)
{
    EXPECT_EQ(said("relay/0", "on"), "relay-0 true");
    EXPECT_EQ(said("relay/1", "overpower"), "relay-1 false") << "it switched itself off";
    EXPECT_EQ(said("relay/0", "maybe"), "!");
    EXPECT_EQ(said("relay/0/power", "42.5"), "relay-0-power 42.500000");
    EXPECT_EQ(said("relay/0/energy", "120"), "relay-0-energy 2.000000") << "watt-minutes become watt-hours";
    EXPECT_EQ(said("emeter/2/total", "1200.5"), "emeter-2-total 1200.500000") << "these are watt-hours already";
    EXPECT_EQ(said("input/1", "1"), "input-1 true");
    EXPECT_EQ(said("input_event/0", R"({"event":"SS","event_cnt":4})"), "input_event-0 event SS");
    EXPECT_EQ(said("input_event/0", R"({"event":"","event_cnt":4})"), "-");
    EXPECT_EQ(said("sensor/state", "open"), "sensor-state true");
    EXPECT_EQ(said("sensor/temperature", "999"), "sensor-temperature -1.000000") << "no probe: unknown";
    EXPECT_EQ(said("roller/0", "open"), "roller-0 opening");
    EXPECT_EQ(said("light/0/status", R"({"ison":true,"brightness":30})"), "light-0 true");
    EXPECT_EQ(said("relay/0/command", "on"), "-") << "a command of somebody is no state";
    EXPECT_EQ(said("something/new", "7 of 9"), "something-new 7 of 9") << "kept though not understood";
}

TEST(Gen1TopicsTest, DescribesWhatItReads)
{
    const auto entity = describeGen1("shelly1-1", **readGen1("relay/0", "on"));
    EXPECT_EQ(entity.id, "shelly1-1-relay-0");
    EXPECT_EQ(entity.spec.component, "switch");
    EXPECT_EQ(*entity.spec.name, "Relay 0");
    EXPECT_EQ(describeGen1("x", **readGen1("relay/0/energy", "1")).spec.unit, "Wh");
    EXPECT_EQ(describeGen1("x", **readGen1("something/new", "1")).spec.component, "raw");
}

std::string sent(const std::string& entity, const std::string& name, Object arguments = {})
{
    const Device device{};
    const Entity spoken{};
    const Cause cause;
    const auto plan = planGen1("shellies/x", entity, {device, spoken, "x", name, arguments, cause});
    return plan ? plan->publications.at(0).topic + ' ' + plan->publications.at(0).payload : "refused";
}

TEST(Gen1TopicsTest, PlansCommands)
{
    EXPECT_EQ(sent("relay-1", "turn_off"), "shellies/x/relay/1/command off");
    EXPECT_EQ(sent("roller-0", "set_position", {{"position", 30}}), "shellies/x/roller/0/command/pos 30");
    EXPECT_EQ(sent("light-0", "set_brightness", {{"brightness_pct", 40}}),
              R"(shellies/x/light/0/set {"turn":"on","brightness":40})");
    EXPECT_EQ(sent("light-0", "set_brightness", {{"brightness_pct", 400}}), "refused");
    EXPECT_EQ(sent("color-0", "set_rgb", {{"rgb", List{1, 2, 3}}}),
              R"(shellies/x/color/0/set {"turn":"on","red":1,"green":2,"blue":3})");
}

} // namespace
} // namespace atrium::shelly
