#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RulesTest : public ::testing::Test {
protected:
    RulesTest()
    {
        house.addDevice(1, "hall/light", {{"status", false}, {"power", 0.0}});
        house.addDevice(2, "hall/pir", {{"motion", false}, {"illuminance", 100.0}});
    }
    House house;
};

TEST_F(RulesTest, AnswersAMessageWithAMessage)
{
    ASSERT_EQ(house.load(1, R"(
        on(mqtt("campus/+building/leak", {json = true}), function(ev)
          mqtt.publish("alarm/" .. ev.topic.building, {wet = ev.json.wet}, {retain = true})
        end))"),
              "");
    house.mqtt.deliver("campus/north/leak", R"({"wet":true})");
    ASSERT_TRUE(house.until([&] { return !house.mqtt.published.empty(); }));
    EXPECT_EQ(house.mqtt.published[0].topic, "alarm/north");
    EXPECT_EQ(house.mqtt.published[0].payload, R"({"wet":true})");
    EXPECT_TRUE(house.mqtt.published[0].retain);
    const auto* run = house.finishedRun(1);
    ASSERT_TRUE(run);
    EXPECT_EQ(run->state, RunState::Finished) << run->message;
}

TEST_F(RulesTest, TurnsTheLightOffAfterTheWait)
{
    ASSERT_EQ(house.load(1, R"(
        local hall, pir = device "hall/light", device "hall/pir"
        rule "Hall light" {
          on = { pir.motion:becomes(true) },
          when = { pir.illuminance:is(100.0), function() return hall.status:is(false) end },
          mode = "restart",
          run = function(ev)
            hall:on{ level = 60 }
            wait "2m"
            hall:off()
          end,
        })"),
              "");
    house.report(2, "motion", true);
    ASSERT_TRUE(house.until([&] { return house.commands.sent.size() == 1; }));
    EXPECT_EQ(house.commands.sent[0].name, "on");
    EXPECT_EQ(house.commands.sent[0].arguments, Value(Object{{"level", 60}}));
    EXPECT_EQ(house.commands.sent[0].cause.origin, "rule:Hall light");
    EXPECT_EQ(house.commands.sent[0].cause.hops, 1);
    ASSERT_TRUE(house.until([&] {
        return !house.engine->runner().live(AutomationId{1}).empty() &&
               house.engine->runner().live(AutomationId{1})[0]->state == RunState::Waiting;
    }));
    house.advance(119s);
    house.settle();
    EXPECT_EQ(house.commands.sent.size(), 1u);
    house.advance(1s);
    ASSERT_TRUE(house.until([&] { return house.commands.sent.size() == 2; }));
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "off"));
    EXPECT_THAT(house.finishedRun(1)->steps.size(), 3u);
}

} // namespace
} // namespace atrium::automation
