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
    bool maySee = true;
    std::map<std::string, PendingHold> holds;
    Surroundings surroundings{{}, loop, clock, [this](const AttributeChanged& change) { dispatcher.onChange(change); }};
    Dispatcher dispatcher{
        devices,
        mqtt,
        loop,
        clock,
        surroundings,
        {[this](RuleKey key, Object event, const Cause&) { fired.emplace_back(key, std::move(event)); },
         [this](RuleKey, const char*, const WhyNot& why) { skipped.push_back(why().text.en); },
         [this](const MirrorUpdate& update) { mirrored.push_back(update); },
         [this](RuleKey key, Object event, const Cause&, UtcTime) { fired.emplace_back(key, std::move(event)); },
         [this](RuleKey, const char*, const WhyNot& why, UtcTime) { skipped.push_back(why().text.en); },
         [this](RuleKey) { return clock.now(); }, [this](RuleKey, const Device&) { return maySee; },
         [this](RuleKey key, Object event, const Cause&, const AttributeTrigger& trigger) {
             if (trigger.hold > 0) holds[fingerprintOf(trigger)] = {clock.now(), {}, {}, {}};
             else holds.erase(fingerprintOf(trigger));
             fired.emplace_back(key, std::move(event));
         },
         [this](RuleKey, const AttributeTrigger& trigger, const std::optional<PendingHold>& hold) {
             if (hold) holds[fingerprintOf(trigger)] = *hold;
             else holds.erase(fingerprintOf(trigger));
         },
         [this](RuleKey, const AttributeTrigger& trigger) -> const PendingHold* {
             const auto found = holds.find(fingerprintOf(trigger));
             return found == holds.end() ? nullptr : &found->second;
         }}};
};

TEST_F(DispatcherTest, DevicesJoinAndLeaveSelections)
{
    const auto put = [&](std::int64_t id, const std::string& room) {
        DeviceInfo info;
        info.id = DeviceId{id};
        info.uid = "plug/" + std::to_string(id);
        info.type = "plug";
        info.room = room;
        Attribute power;
        power.spec = AttributeSpec{"power"};
        power.value = 0.0;
        devices.put(info, {power}).value();
    };
    const auto reportPower = [&](std::int64_t id, double value) {
        devices.report({DeviceId{id}, {{"power", value}}, clock.now(), {"c", "device", 0}});
    };
    put(1, "dorm");
    AttributeTrigger above;
    above.attribute = "power";
    above.test = AttributeTest::Above;
    above.operand = 100.0;
    ASSERT_TRUE(dispatcher.add(1, {rule({SelectedTrigger{{"plug", "dorm", "", ""}, above, 0}})}));
    put(2, "dorm");
    put(3, "cellar");
    for (const std::int64_t id : {1, 2, 3, 7}) reportPower(id, 200);
    ASSERT_EQ(fired.size(), 2u);
    EXPECT_EQ(*Value(fired[1].second).find("device"), Value(2));
    put(2, "cellar");
    reportPower(2, 0);
    reportPower(2, 200);
    EXPECT_EQ(fired.size(), 2u) << "it moved out";
    maySee = false;
    reportPower(1, 0);
    reportPower(1, 200);
    EXPECT_EQ(fired.size(), 2u) << "nobody hears of what they may not see";
    maySee = true;
    dispatcher.remove(1);
    reportPower(1, 0);
    reportPower(1, 200);
    EXPECT_EQ(fired.size(), 2u);
}

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
    ASSERT_TRUE(dispatcher.add(
        1, {rule({EveryTrigger{60'000'000}}), rule({ScheduleTrigger{AtTrigger{9000, 0x7f, "", DstPolicy::Once}}})}));
    const auto upcoming = dispatcher.upcoming(clock.now() + 48h, 10);
    ASSERT_EQ(upcoming.size(), 2u);
    EXPECT_EQ(upcoming[0].localTime, "2026-03-29T03:00:00+02:00");
    clock.advance(1min);
    loop.turn();
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(fired[0].first, (RuleKey{1, 0}));
    for (int minute = 0; minute < 13 * 60; ++minute) {
        clock.advance(1min);
        loop.turn();
    }
    std::size_t scheduled = 0;
    for (const auto& [key, event] : fired) scheduled += key.rule == 1;
    EXPECT_EQ(scheduled, 1u);
    EXPECT_EQ(dispatcher.upcoming(clock.now() + 48h, 1).at(0).localTime, "2026-03-30T02:30:00+02:00");
}

TEST_F(DispatcherTest, RefusesAnUnknownZoneAsAWhole)
{
    EXPECT_FALSE(dispatcher.add(1, {rule({*parseTopicPattern("t")}),
                                    rule({ScheduleTrigger{AtTrigger{0, 0x7f, "Nowhere/At_All", DstPolicy::Once}}})}));
    mqtt.deliver("t", "");
    EXPECT_TRUE(fired.empty());
}

TEST_F(DispatcherTest, FiresWhenAValueHasHeldForTheTime)
{
    AttributeTrigger hot{7, "temp", AttributeTest::Above, 80.0, 2.0};
    hot.hold = 180'000'000;
    ASSERT_TRUE(dispatcher.add(1, {rule({hot})}));
    const auto pass = [&](auto time) {
        clock.advance(time);
        loop.turn();
    };
    report(85);
    pass(2min);
    report(79); // within the hysteresis: still hot
    pass(30s);
    EXPECT_TRUE(fired.empty());
    report(70);
    EXPECT_EQ(skipped, std::vector<std::string>{"it did not stay so for 3m (2m30s)"});
    pass(10min);
    EXPECT_TRUE(fired.empty());
    report(90);
    pass(3min);
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(*Value(fired[0].second).find("new"), Value(90.0));
    pass(1h);
    EXPECT_EQ(fired.size(), 1u) << "once a crossing";
}

TEST_F(DispatcherTest, GoesOnWithAHoldThatBeganBeforeItWasLoaded)
{
    report(85);
    clock.advance(2min);
    AttributeTrigger hot{7, "temp", AttributeTest::Above, 80.0};
    hot.hold = 180'000'000;
    ASSERT_TRUE(dispatcher.add(1, {rule({hot})}));
    clock.advance(59s);
    loop.turn();
    EXPECT_TRUE(fired.empty());
    clock.advance(1s);
    loop.turn();
    EXPECT_EQ(fired.size(), 1u);
}

TEST_F(DispatcherTest, WaitsForQuietAfterChanges)
{
    AttributeTrigger changes{7, "temp", AttributeTest::Changes};
    changes.quiet = 5'000'000;
    ASSERT_TRUE(dispatcher.add(1, {rule({changes})}));
    for (const double value : {21.0, 22.0, 23.0}) {
        report(value);
        clock.advance(4s);
        loop.turn();
    }
    EXPECT_TRUE(fired.empty());
    clock.advance(1s);
    loop.turn();
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(*Value(fired[0].second).find("new"), Value(23.0));
}

TEST_F(DispatcherTest, TellsOfEachSilenceOnce)
{
    ASSERT_TRUE(dispatcher.add(1, {rule({SilenceTrigger{7, "temp", 1'200'000'000}})}));
    const auto pass = [&](std::chrono::minutes time) {
        for (; time > 0min; time -= 1min) {
            clock.advance(1min);
            loop.turn();
        }
    };
    pass(19min);
    report(20.0); // the same value is a sign of life too
    pass(19min);
    EXPECT_TRUE(fired.empty());
    pass(1min);
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(*Value(fired[0].second).find("kind"), Value("silent"));
    pass(120min);
    EXPECT_EQ(fired.size(), 1u);
    report(21.0);
    pass(41min);
    EXPECT_EQ(fired.size(), 2u);
}

TEST_F(DispatcherTest, WatchesWhetherADeviceIsThere)
{
    AttributeTrigger gone{7, "online", AttributeTest::Becomes, false};
    gone.hold = 300'000'000;
    ASSERT_TRUE(dispatcher.add(1, {rule({gone})}));
    devices.setOnline(DeviceId{7}, false);
    clock.advance(5min);
    loop.turn();
    ASSERT_EQ(fired.size(), 1u);
    EXPECT_EQ(*Value(fired[0].second).find("id"), Value("boiler.online"));
}

} // namespace
} // namespace atrium::automation
