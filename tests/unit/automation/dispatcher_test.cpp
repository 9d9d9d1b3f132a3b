#include "automation/dispatcher.h"
#include "runtime/core_loop.h"
#include "testing/fake_devices.h"
#include "testing/fake_mqtt.h"
#include "testing/manual_clock.h"

#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class DispatcherTest : public ::testing::Test {
protected:
    DispatcherTest()
    {
        DeviceInfo info;
        info.id = DeviceId{7};
        info.uid = "boiler";
        Attribute temperature;
        temperature.spec = AttributeSpec{"temp"};
        temperature.value = 20.0;
        devices.put(info, {temperature}).value();
    }
    RuleView rule(std::vector<Trigger> triggers) const { return {"r", {}, 1, std::move(triggers), {}}; }
    void report(double value) { devices.report({DeviceId{7}, {{"temp", value}}, clock.now(), {"c", "device", 0}}); }

    testing::ManualClock clock;
    runtime::CoreLoop loop{clock, [](const std::string&) {}};
    testing::FakeDevices devices{clock};
    testing::FakeMqtt mqtt{clock};
    std::vector<std::pair<RuleKey, Object>> fired;
    std::vector<std::string> skipped;
    std::vector<MirrorUpdate> mirrored;
    Dispatcher dispatcher{
        devices,
        mqtt,
        loop,
        clock,
        "Europe/Paris",
        {[this](RuleKey key, Object event, const Cause&) { fired.emplace_back(key, std::move(event)); },
         [this](RuleKey, const std::string& reason) { skipped.push_back(reason); },
         [this](const MirrorUpdate& update) { mirrored.push_back(update); }}};
};

TEST_F(DispatcherTest, StartsOnlyTheRulesThatMatch)
{
    std::vector<RuleView> rules;
    for (int i = 0; i < 1000; ++i) rules.push_back(rule({*parseTopicPattern("room/" + std::to_string(i) + "/+what")}));
    ASSERT_TRUE(dispatcher.add(1, rules));
    mqtt.deliver("room/512/leak", "x");
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(fired[0].first, (RuleKey{1, 512}));
    EXPECT_EQ(*Value(fired[0].second).find("topic"), Value(Object{{"what", "leak"}}));
    dispatcher.remove(1);
    mqtt.deliver("room/512/leak", "x");
    EXPECT_EQ(fired.size(), 1u);
}

TEST_F(DispatcherTest, TellsWhyAMessageStartedNothing)
{
    auto trigger = *parseTopicPattern("t");
    trigger.json = true;
    ASSERT_TRUE(dispatcher.add(1, {rule({trigger})}));
    mqtt.deliver("t", "{broken");
    EXPECT_TRUE(fired.empty());
    EXPECT_EQ(skipped.size(), 1u);
    mqtt.deliver("t", "{\"a\":1}");
    EXPECT_EQ(fired.size(), 1u);
}

TEST_F(DispatcherTest, CrossesAThresholdOnceWithHysteresis)
{
    ASSERT_TRUE(dispatcher.add(1, {rule({AttributeTrigger{7, "temp", AttributeTest::Above, 80.0, 2.0}})}));
    for (const double value : {81.0, 82.0, 79.0, 81.0, 77.0, 85.0}) report(value);
    ASSERT_EQ(fired.size(), 2u);
    EXPECT_EQ(*Value(fired[1].second).find("new"), Value(85.0));
    EXPECT_EQ(*Value(fired[1].second).find("id"), Value("boiler.temp"));
}

TEST_F(DispatcherTest, MirrorsTheNamedAttributesOnly)
{
    report(30);
    EXPECT_TRUE(mirrored.empty());
    dispatcher.addMirror(1, {7, {"temp"}});
    report(31);
    ASSERT_EQ(mirrored.size(), 1u);
    EXPECT_EQ(mirrored[0].value, Value(31.0));
    dispatcher.removeMirror(1);
    report(32);
    EXPECT_EQ(mirrored.size(), 1u);
}

TEST_F(DispatcherTest, RepeatsAndKeepsLocalTimes)
{
    clock.jumpTo(*parseTime("2026-03-28T12:00:00Z"));
    ASSERT_TRUE(
        dispatcher.add(1, {rule({EveryTrigger{60'000'000}}), rule({AtTrigger{9000, 0x7f, "", DstPolicy::Once}})}));
    const auto upcoming = dispatcher.upcoming(clock.now() + 48h, 10);
    ASSERT_EQ(upcoming.size(), 2u);
    EXPECT_EQ(upcoming[0].localTime, "2026-03-29T03:00:00+02:00");
    clock.advance(1min);
    loop.turn();
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(fired[0].first, (RuleKey{1, 0}));
    clock.advance(13h);
    loop.turn();
    std::size_t scheduled = 0;
    for (const auto& [key, event] : fired) scheduled += key.rule == 1;
    EXPECT_EQ(scheduled, 1u);
    EXPECT_EQ(dispatcher.upcoming(clock.now() + 48h, 1).at(0).localTime, "2026-03-30T02:30:00+02:00");
}

TEST_F(DispatcherTest, RefusesAnUnknownZoneAsAWhole)
{
    EXPECT_FALSE(dispatcher.add(
        1, {rule({*parseTopicPattern("t")}), rule({AtTrigger{0, 0x7f, "Nowhere/At_All", DstPolicy::Once}})}));
    mqtt.deliver("t", "");
    EXPECT_TRUE(fired.empty());
}

} // namespace
} // namespace atrium::automation
