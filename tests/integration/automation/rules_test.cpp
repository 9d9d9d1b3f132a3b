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
    bool isWaiting()
    {
        const auto live = house.engine->runner().live(AutomationId{1});
        return live.size() == 1 && live[0]->state == RunState::Waiting;
    }
    House house;
};

TEST_F(RulesTest, AnswersAMessageWithAMessage)
{
    const char* script = R"lua(
        on(mqtt("campus/+building/leak", {json = true}), function(ev)
          mqtt.publish("alarm/" .. ev.topic.building, {wet = ev.json.wet}, {retain = true})
        end))lua";
    ASSERT_EQ(house.load(1, script), "");
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
    const char* script = R"lua(
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
        })lua";
    ASSERT_EQ(house.load(1, script), "");
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

TEST_F(RulesTest, NamesTheLineAndWhatWasMeant)
{
    EXPECT_EQ(house.load(1, "local x = 1\nlocal l = device 'hall/ligth'"),
              "test.lua:2: unknown device \"hall/ligth\" (did you mean \"hall/light\"?)");
    EXPECT_EQ(house.load(1, "local l = device 'hall/light'\n\nlocal t = l.powr:above(3)"),
              "test.lua:3: device \"hall/light\" has no attribute \"powr\" (did you mean \"power\"?)");
    EXPECT_EQ(house.load(1, "every '1m' (function()\n  mqtt.publish('a', tostrnig(1))\nend)"),
              "test.lua:2: unknown name \"tostrnig\" (did you mean \"tostring\"?)");
    EXPECT_EQ(house.load(1, "every '1m' (function()\n\n  mqtt.pubish('a', 1)\nend)"),
              "test.lua:3: \"mqtt\" has no \"pubish\" (did you mean \"publish\"?)");
    EXPECT_EQ(house.load(1, "every '1m' (function() local x = 1 return function() return math.flor(x) end end)"),
              "test.lua:1: \"math\" has no \"flor\" (did you mean \"floor\"?)");
    EXPECT_EQ(house.load(1, "string.trim = function(s) return s end\nlocal x = string.trim ' a '"), "");
    EXPECT_EQ(
        house.load(1, "local mine = { flor = 1 }\nlocal x = (mine or math).flor\nmath = mine\nlocal y = math.flor"), "")
        << "what the file makes itself has the members that it gives it";
    EXPECT_EQ(house.load(1, "rule 'a' {\n on = startup, whenn = {}, run = function() end }"),
              "test.lua:1: rule \"a\": unknown key \"whenn\" (did you mean \"when\"?)");
    EXPECT_EQ(house.load(1, "every 'often' (function() end)"),
              "test.lua:1: the period: \"often\" is no duration (examples: 30s, 2m, 1h30m)");
    EXPECT_THAT(house.load(1, "every '1m' (function()"), HasSubstr("test.lua:1: "));
    EXPECT_THAT(house.load(1, "at('07:30', {tz = 'Europe/Pariss'})(function() end)"), HasSubstr("Unknown time zone"));
}

TEST_F(RulesTest, SaysThatAnAttributeIsNotItsValueWhereSomebodyComputesWithIt)
{
    for (const char* expression : {"lamp.power > 100", "100 <= lamp.power", "lamp.power + 1", "'at ' .. lamp.power"})
        EXPECT_EQ(house.load(1, "local lamp = device 'hall/light'\nlocal x = " + std::string(expression)),
                  "test.lua:2: hall/light.power is an attribute, not its value: write hall/light.power.value")
            << expression;
}

TEST_F(RulesTest, KeepsTheOldVersionWhileTheNewOneDoesNotLoad)
{
    ASSERT_EQ(house.load(1, "on(mqtt 'go', function() mqtt.publish('old', '') end)"), "");
    EXPECT_NE(house.load(1, "on(mqtt 'go', function() mqtt.publish('new', '') end"), "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 1; }));
    EXPECT_EQ(house.mqtt.published[0].topic, "old");
    ASSERT_EQ(house.load(1, "on(mqtt 'go', function() mqtt.publish('new', '') end)"), "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 2; }));
    house.settle();
    ASSERT_EQ(house.mqtt.published.size(), 2u);
    EXPECT_EQ(house.mqtt.published[1].topic, "new");
}

TEST_F(RulesTest, LoadsWhenTheMissingDeviceAppears)
{
    EXPECT_NE(
        house.load(1, "on(device('attic/fan').speed:changes(), function(ev) mqtt.publish('s', tostring(ev.new)) end)"),
        "");
    house.addDevice(9, "attic/fan", {{"speed", 1}});
    house.advance(1s);
    ASSERT_TRUE(house.until([&] { return house.loaded.contains(AutomationId{1}); }));
    house.report(9, "speed", 2);
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 1; }));
    EXPECT_EQ(house.mqtt.published[0].payload, "2");
}

TEST_F(RulesTest, ObeysModes)
{
    const char* script = R"lua(
        local function body(name) return function(ev) mqtt.publish(name, ev.payload) wait "1m" end end
        rule "single"   { on = mqtt "go", mode = "single", run = body "single" }
        rule "restart"  { on = mqtt "go", mode = "restart", run = body "restart" }
        rule "queued"   { on = mqtt "go", mode = "queued(1)", run = body "queued" }
        rule "parallel" { on = mqtt "go", mode = "parallel(2)", run = body "parallel" })lua";
    ASSERT_EQ(house.load(1, script), "");
    const auto topics = [&] {
        std::vector<std::string> list;
        for (const auto& publication : house.mqtt.published) list.push_back(publication.topic + publication.payload);
        std::sort(list.begin(), list.end());
        return list;
    };
    for (const char* payload : {"1", "2", "3"}) {
        house.mqtt.deliver("go", payload);
        house.settle();
    }
    EXPECT_THAT(topics(),
                ElementsAre("parallel1", "parallel2", "queued1", "restart1", "restart2", "restart3", "single1"));
    house.mqtt.published.clear();
    house.advance(1min);
    house.settle();
    EXPECT_THAT(topics(), ElementsAre("queued2"));
    // What was turned away says why.
    EXPECT_EQ(house.engine->runLog().skips(AutomationId{1}).size(), 4u);
}

TEST_F(RulesTest, EndsChainsOfRulesThatSetEachOtherOff)
{
    const char* script = R"lua(
        local light = device "hall/light"
        rule "flip" { on = light.status:changes(), mode = "parallel(100)", run = function() light:toggle() end })lua";
    ASSERT_EQ(house.load(1, script), "");
    house.report(1, "status", true);
    house.settle(500ms);
    EXPECT_EQ(house.commands.sent.size(), static_cast<std::size_t>(Cause::maxHops));
    EXPECT_THAT(house.engine->runLog().skips(AutomationId{1}).at(0).why().text.en, HasSubstr("chain of rules"));
}

TEST_F(RulesTest, CallsPluginsAsSteps)
{
    std::vector<std::string> keys;
    AutomationModule module{"tariff", {{"price", "", [&](const AutomationCall& call) -> Result<Value> {
                                            keys.push_back(call.idempotencyKey);
                                            if (call.arguments.empty())
                                                return makeError(ErrorCode::InvalidArgument, {"Quoi ?", "What?"});
                                            return Value(Object{{"price", call.arguments[0].number() * 2}});
                                        }}}};
    house.engine->effects().addModule(module);
    house.engine->onModulesChanged();
    const char* script = R"lua(on(mqtt "go", function()
        local none, reason = tariff.price()
        mqtt.publish("price", tariff.price(21).price .. " " .. tostring(none) .. " " .. reason)
        end))lua";
    ASSERT_EQ(house.load(1, script), "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 1; }));
    EXPECT_EQ(house.mqtt.published[0].payload, "42.0 nil What?");
    ASSERT_EQ(keys.size(), 2u);
    EXPECT_THAT(keys[0], ::testing::EndsWith(":1"));
}

TEST_F(RulesTest, ReadsLiveValuesAndEvents)
{
    const char* script = R"lua(
        local hall, pir = device "hall/light", device "hall/pir"
        rule "all" { on = { pir.illuminance:changes(), event "exam" }, when = any{ hall.status:is(true), none{ hall.power:is(5.0) } },
          run = function(ev)
            mqtt.publish("out", { kind = ev.kind, lux = pir.illuminance.value, get = hall:get "power", id = ev.id or ev.data.room,
                                  same = ev.device ~= nil and ev.device.uid or "none" })
          end })lua";
    ASSERT_EQ(house.load(1, script), "");
    house.report(2, "illuminance", 55.5);
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 1; }));
    EXPECT_THAT(house.mqtt.published[0].payload, HasSubstr(R"("lux":55.5)"));
    EXPECT_THAT(house.mqtt.published[0].payload, HasSubstr(R"("same":"hall/pir")"));
    house.engine->raiseEvent("exam", {{"room", "B12"}}, {"c", "plugin:x", 0});
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 2; }));
    EXPECT_THAT(house.mqtt.published[1].payload, HasSubstr(R"("id":"B12")"));
    house.report(1, "power", 5.0);
    house.report(2, "illuminance", 56.5);
    ASSERT_TRUE(house.until([&] { return house.engine->runLog().skips(AutomationId{1}).size() == 1; }));
    EXPECT_THAT(house.engine->runLog().skips(AutomationId{1})[0].why().text.en, HasSubstr("any"));
}

TEST_F(RulesTest, KnowsTheTriggersThatWait)
{
    house.addDevice(11, "boiler", {{"temp", 20.0}});
    house.addDevice(12, "gw", {{"power", 1.0}});
    ASSERT_EQ(house.load(1, R"(
        local boiler, gw = device "boiler", device "gw"
        rule "hot"   { on = { boiler.temp:above(80, { hysteresis = 2, hold = "3m" }) }, run = function(ev) mqtt.publish("out", ev.id) end }
        rule "quiet" { on = { boiler.temp:changes():debounce "5s" }, run = function(ev) mqtt.publish("out", "settled at " .. ev.new) end }
        rule "gone"  { on = { gw.online:becomes(false):holds "5m" }, run = function(ev) mqtt.publish("out", ev.id) end }
        rule "mute"  { on = { gw.power:silent "20m" }, run = function(ev) mqtt.publish("out", ev.kind) end }
        rule "dawn"  { on = { sunrise "-20m", sunset{ offset = "10m", latest = "21:30" }, cron("0 6 * * mon-fri", { tz = "Europe/Paris" }) },
                       run = function(ev) mqtt.publish("out", ev.kind) end }
    )"),
              "");
    house.report(11, "temp", 90.0);
    house.clock.advance(std::chrono::seconds{5});
    EXPECT_TRUE(house.until([&] { return house.published("out", "settled at 90.0"); }));
    house.clock.advance(std::chrono::minutes{3});
    EXPECT_TRUE(house.until([&] { return house.published("out", "boiler.temp"); }));
    house.devices.setOnline(DeviceId{12}, false);
    house.clock.advance(std::chrono::minutes{5});
    EXPECT_TRUE(house.until([&] { return house.published("out", "gw.online"); }));
    house.clock.advance(std::chrono::minutes{15});
    EXPECT_TRUE(house.until([&] { return house.published("out", "silent"); }));
    for (int hour = 0; hour < 24 * 3; ++hour) {
        house.clock.advance(std::chrono::hours{1});
        house.loop->turn();
    }
    for (const char* kind : {"sunrise", "sunset", "cron"})
        EXPECT_TRUE(house.until([&] { return house.published("out", kind); })) << kind;
}

TEST_F(RulesTest, SaysWhatIsWrongWithATriggerThatWaits)
{
    house.addDevice(11, "boiler", {{"temp", 20.0}});
    const auto error = [&](const std::string& trigger) {
        return house.load(1, "rule \"r\" { on = { " + trigger + " }, run = function() end }");
    };
    EXPECT_NE(error(R"(device "boiler".temp:above(80):holds "soon")").find("\"soon\" is no duration"),
              std::string::npos);
    EXPECT_NE(error(R"(every "1m":holds "5s")").find("holds and debounce are for triggers on an attribute"),
              std::string::npos);
    EXPECT_NE(error(R"(device "boiler".temp:above(80, { holt = "1s" }))").find("did you mean \"hold\"?"),
              std::string::npos);
    EXPECT_NE(error(R"(cron "0 25 * * *")").find("is no schedule"), std::string::npos);
    EXPECT_NE(error(R"(sunset "later")").find("the offset from the sun"), std::string::npos);
}

TEST_F(RulesTest, ThrottlesByTheStartOfTheLastRun)
{
    ASSERT_EQ(house.load(1, R"(
        rule "r" { on = { mqtt "in" }, mode = "throttle 10s", run = function(ev) mqtt.publish("out", ev.payload) end }
    )"),
              "");
    house.mqtt.deliver("in", "first");
    house.clock.advance(std::chrono::seconds{9});
    house.mqtt.deliver("in", "second");
    house.clock.advance(std::chrono::seconds{1});
    house.mqtt.deliver("in", "third");
    EXPECT_TRUE(house.until([&] { return house.published("out", "third"); }));
    EXPECT_TRUE(house.published("out", "first"));
    EXPECT_FALSE(house.published("out", "second"));
}

TEST_F(RulesTest, WaitsForWhatHappensNext)
{
    const char* script = R"lua(
        local hall, pir = device "hall/light", device "hall/pir"
        local dark = pir.illuminance:below(20)
        on(pir.motion:becomes(true), function()
          local ev = wait_for({dark, mqtt "go/+who"}, {timeout = "15m"})
          if not ev then mqtt.publish("seen", "nothing") return end
          mqtt.publish("seen", ev.kind)
          local again = wait_for(pir.illuminance:above(50):holds "10s")
          mqtt.publish("bright", again.device.uid .. " " .. again.new)
        end))lua";
    ASSERT_EQ(house.load(1, script), "");
    house.report(2, "motion", true);
    ASSERT_TRUE(house.until([&] { return isWaiting(); }));
    house.report(2, "illuminance", 10.0);
    ASSERT_TRUE(house.until([&] { return house.published("seen", "attribute"); }));
    ASSERT_TRUE(house.until([&] { return isWaiting(); }));
    house.report(2, "illuminance", 60.0);
    house.advance(9s);
    house.settle();
    EXPECT_FALSE(house.published("bright", "hall/pir 60.0"));
    house.advance(1s);
    EXPECT_TRUE(house.until([&] { return house.published("bright", "hall/pir 60.0"); }));

    house.report(2, "motion", false);
    house.report(2, "motion", true);
    ASSERT_TRUE(house.until([&] { return isWaiting(); }));
    house.advance(15min);
    EXPECT_TRUE(house.until([&] { return house.published("seen", "nothing"); }));
    house.mqtt.deliver("go/anna", "");
    house.settle();
    EXPECT_FALSE(house.published("seen", "mqtt")) << "nobody waits any more";
}

TEST_F(RulesTest, ForgetsWhatACancelledRunWaitedFor)
{
    const char* script = R"lua(
        rule "w" { on = { mqtt "start" }, mode = "restart",
          run = function(ev) wait_for(mqtt "go") mqtt.publish("went", ev.payload) end })lua";
    ASSERT_EQ(house.load(1, script), "");
    house.mqtt.deliver("start", "1");
    ASSERT_TRUE(house.until([&] { return isWaiting(); }));
    house.mqtt.deliver("start", "2");
    ASSERT_TRUE(house.until([&] { return house.engine->runLog().runs(AutomationId{1}, 10).size() == 1; }));
    ASSERT_TRUE(house.until([&] { return isWaiting(); }));
    house.mqtt.deliver("go", "");
    EXPECT_TRUE(house.until([&] { return house.published("went", "2"); }));
    EXPECT_FALSE(house.published("went", "1"));
}

TEST_F(RulesTest, RefusesToWaitForNothing)
{
    EXPECT_EQ(house.load(1, R"(wait_for(mqtt "go"))"),
              "test.lua:1: wait_for works while a rule runs, not while its file is loaded");
    ASSERT_EQ(house.load(1, R"(on(mqtt "go", function() wait_for({}, {}) end))"), "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.finishedRun(1));
    EXPECT_THAT(house.finishedRun(1)->message, HasSubstr("1 to 20 triggers"));
}

TEST_F(RulesTest, KnowsTheSunAndTheModeOfTheHouse)
{
    const char* script = R"lua(
        on(sun.down:becomes(true), function() mqtt.publish("sun", "down") end)
        rule "light" {
          on = { mqtt "go" }, when = { sun.down, house.mode:is_not "away" },
          run = function()
            mqtt.publish("light", house.mode.value)
            house:set{ mode = "away" }
          end }
        on(house.mode:changes(), function(ev) mqtt.publish("mode", ev.old .. " to " .. ev.device.mode.value) end)
      )lua";
    house.clock.jumpTo(*parseTime("2026-06-21T12:00:00Z"));
    house.close();
    house.open();
    ASSERT_EQ(house.load(1, script), "");
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.engine->runLog().skips(AutomationId{1}).size() == 1; }));
    EXPECT_THAT(house.engine->runLog().skips(AutomationId{1})[0].why().text.en, HasSubstr("sun.down"));
    house.clock.jumpTo(*parseTime("2026-06-21T19:57:00Z"));
    house.settle();
    EXPECT_FALSE(house.published("sun", "down"));
    house.clock.jumpTo(*parseTime("2026-06-21T19:59:00Z"));
    EXPECT_TRUE(house.until([&] { return house.published("sun", "down"); }));
    house.mqtt.deliver("go", "");
    EXPECT_TRUE(house.until([&] { return house.published("mode", "home to away"); }));
    EXPECT_TRUE(house.published("light", "home"));
    house.mqtt.deliver("go", "");
    ASSERT_TRUE(house.until([&] { return house.engine->runLog().skips(AutomationId{1}).size() == 2; }));
    EXPECT_THAT(house.engine->runLog().skips(AutomationId{1})[0].why().text.en, HasSubstr("house.mode:is_not"));
}

TEST_F(RulesTest, RefusesAModeThatTheHouseDoesNotHave)
{
    ASSERT_EQ(house.load(1, R"(on(mqtt "go", function()
        local ok, why = house:set{ mode = "party" }
        mqtt.publish("why", tostring(ok) .. " " .. why) end))"),
              "");
    house.mqtt.deliver("go", "");
    EXPECT_TRUE(house.until(
        [&] { return house.published("why", "nil There is no mode \"party\" (modes: home, away, night, vacation)"); }));
}

} // namespace
} // namespace atrium::automation
