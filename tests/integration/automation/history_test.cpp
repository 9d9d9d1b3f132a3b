#include "tests/integration/automation/automation_house.h"

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class HistoryTest : public ::testing::Test {
protected:
    HistoryTest()
    {
        house.addDevice(1, "meter", {{"power", 400.0}, {"energy", 12.0}});
        house.addDevice(2, "lamp", {{"status", true}, {"scene", "evening"}});
        const auto add = [&](std::int64_t id, const char* attribute, std::chrono::hours ago, Value value) {
            house.history.add(DeviceId{id}, attribute, house.clock.now() - ago, std::move(value));
        };
        add(1, "power", 4h, 100.0);
        add(1, "power", 2h, 300.0);
        add(1, "power", 1h, 400.0);
        add(1, "energy", 30h, 7.0);
        add(1, "energy", 3h, 12.0);
        add(2, "status", 10h, false);
        add(2, "status", 3h, true);
        add(2, "scene", 5h, "day");
        add(2, "scene", 2h, "evening");
    }

    /// What `expression` is in a run, as text.
    std::string value(const std::string& expression)
    {
        EXPECT_EQ(house.load(1, "local meter, lamp = device 'meter', device 'lamp'\n"
                                "rule 'Ask' { on = { event 'ask' }, run = function() local a, why = " +
                                    expression + " mqtt.publish('answer', tostring(a) .. (why or '')) end }"),
                  "");
        house.engine->raiseEvent("ask", {}, Cause{newCorrelationId(), "test", 0});
        const auto* run = house.finishedRun(1, ++runs);
        if (!run || run->state != RunState::Finished) return run ? run->message : "no end";
        return house.mqtt.published.back().payload;
    }

    House house;
    std::size_t runs = 0;
};

TEST_F(HistoryTest, AnswersOfNumbers)
{
    EXPECT_EQ(value("history(meter.power):avg '4h'"), "225.0") << "2 h of 100, 1 h of 300, 1 h of 400";
    EXPECT_EQ(value("history(meter.power):min '90m'"), "300.0") << "what was carried in counts";
    EXPECT_EQ(value("history(meter.power):max '4h'"), "400.0");
    EXPECT_EQ(value("history(meter.power):at '3h'"), "100.0");
    EXPECT_EQ(value("history(meter.power):previous()"), "300.0");
    EXPECT_EQ(value("history(meter.energy):delta '1d'"), "5.0");
}

TEST_F(HistoryTest, AnswersOfStates)
{
    EXPECT_EQ(value("history(lamp.status):duration(true, '1d')"), "10800.0");
    EXPECT_EQ(value("history(lamp.status):count(true, '1d')"), "1");
    EXPECT_EQ(value("history(lamp.scene):duration('day', '1d')"), "10800.0");
    EXPECT_EQ(value("history(lamp.scene):previous()"), "day");
    EXPECT_EQ(value("history(lamp.scene):count('night', '1d')"), "0");
}

TEST_F(HistoryTest, SaysWhatIsNotKnownAndWhatCannotBeAsked)
{
    EXPECT_EQ(value("history(meter.power):at '9h'"), "nil");
    EXPECT_EQ(value("history(meter.power):duration(3, '1d')"), "nilduration and count are for on/off and texts");
    EXPECT_NE(value("history(meter.power):avgg '1d'").find("history has no \"avgg\" (did you mean \"avg\"?)"),
              std::string::npos);
    EXPECT_NE(value("history(sun.up):avg '1d'").find("nothing is recorded"), std::string::npos);
    EXPECT_NE(value("history(meter.power):avg(7)").find("how far back"), std::string::npos);
}

TEST_F(HistoryTest, OutsideOfARunItIsAnErrorWithItsLine)
{
    EXPECT_EQ(house.load(1, "local meter = device 'meter'\nlocal usual = history(meter.power):avg '7d'", "usual.lua"),
              "usual.lua:2: history works while a rule runs, not while its file is loaded");
    ASSERT_EQ(house.load(1, R"lua(local meter = device 'meter'
        rule 'Ask' {
          on = { event 'ask' },
          when = function()
            return history(meter.power):avg '7d' > 100
          end,
          run = function() end,
        })lua",
                         "usual.lua"),
              "");
    house.engine->raiseEvent("ask", {}, Cause{newCorrelationId(), "test", 0});
    const auto* run = house.finishedRun(1);
    ASSERT_NE(run, nullptr);
    EXPECT_EQ(run->state, RunState::Failed);
    EXPECT_EQ(run->message, "usual.lua:5: a condition only looks: history belongs into run");
}

TEST_F(HistoryTest, AConditionPublishesNothingEither)
{
    ASSERT_EQ(house.load(1,
                         "rule 'Ask' { on = { event 'ask' },\nwhen = function() mqtt.publish('answer', 'x') end,\n"
                         "run = function() end }",
                         "usual.lua"),
              "");
    house.engine->raiseEvent("ask", {}, Cause{newCorrelationId(), "test", 0});
    const auto* run = house.finishedRun(1);
    ASSERT_NE(run, nullptr);
    EXPECT_EQ(run->message, "usual.lua:2: a condition only looks: publish belongs into run");
    EXPECT_TRUE(house.mqtt.published.empty());
}

TEST_F(HistoryTest, TheAnswerIsInTheJournalAndDoesNotChangeWhenTheRunGoesOn)
{
    ASSERT_EQ(house.load(1, R"lua(
        local meter = device 'meter'
        on(event 'ask', function() local a = history(meter.power):avg '4h' wait '1h' mqtt.publish('answer', a) end))lua"),
              "");
    house.engine->raiseEvent("ask", {}, Cause{newCorrelationId(), "test", 0});
    ASSERT_TRUE(house.until([&] {
        const auto live = house.engine->runner().live(AutomationId{1});
        return !live.empty() && live[0]->state == RunState::Waiting;
    }));
    const auto before = *house.engine->runner().live(AutomationId{1})[0];
    ASSERT_EQ(before.steps.size(), 2u);
    EXPECT_EQ(before.steps[0].kind, StepKind::History);
    EXPECT_EQ(before.steps[0].result, Value(225.0));
    house.close();
    house.history.add(DeviceId{1}, "power", house.clock.now(), 9999.0);
    house.open();
    house.engine->keepForResume({before});
    ASSERT_EQ(house.load(1, R"lua(
        local meter = device 'meter'
        on(event 'ask', function() local a = history(meter.power):avg '4h' wait '1h' mqtt.publish('answer', a) end))lua"),
              "");
    house.advance(1h);
    ASSERT_NE(house.finishedRun(1), nullptr);
    EXPECT_TRUE(house.published("answer", "225"));
}

} // namespace
} // namespace atrium::automation
