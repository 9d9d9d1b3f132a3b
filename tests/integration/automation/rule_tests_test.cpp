#include "automation/simulation/rule_tests.h"

#include "test_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

WorldPlan house()
{
    WorldPlan plan;
    plan.host.program = ATRIUM_BINARY_DIR "/bin/atrium-luahost";
    plan.begin = *parseTime("2026-11-02T12:00:00Z");
    plan.devices = {testDevice(1, "hall/light", {{"status", false}, {"level", 0.0}}),
                    testDevice(2, "hall/pir", {{"motion", false}, {"illuminance", 100.0}})};
    return plan;
}

/// `passed`, or the message.
std::vector<std::string> results(const std::string& source)
{
    const auto tests = runRuleTests(house(), "hall.lua", source);
    if (!tests) return {"does not load: " + tests.error().message.en};
    std::vector<std::string> list;
    for (const auto& test : *tests) list.push_back(test.passed ? "passed" : test.message);
    return list;
}

constexpr const char* hall = R"lua(
    local hall, pir = device "hall/light", device "hall/pir"
    rule "Hall light" {
      on = { pir.motion:becomes(true) }, when = { sun.down, house.mode:is_not "away" }, mode = "restart",
      store = { times = 0 },
      run = function(ev, store)
        store.times = store.times + 1
        hall:on{ level = 60 }
        wait "2m"
        hall:off()
        mqtt.publish("hall/times", tostring(store.times))
      end,
    }
)lua";

TEST(RuleTestsTest, TheLightGoesOffAcrossTheAutumnClockChange)
{
    EXPECT_THAT(results(std::string(hall) + R"lua(
        test "light goes off across the autumn clock change" (function(t)
          t:clock("2026-10-25 02:59:00", "Europe/Paris")
          t:set("hall/pir.motion", true); t:expect("hall/light"):got("on", { level = 60 })
          t:advance "2m"; t:restart_server(); t:advance "1s"
          t:expect("hall/light"):got "off"; t:expect("mqtt"):got("hall/times", "1"); t:expect():no_other_effects()
        end)
        test "nothing happens by day, or when nobody is at home" (function(t)
          t:clock("2026-06-21 12:00:00")
          t:set("hall/pir.motion", true); t:expect("hall/light"):nothing()
          t:clock("2026-06-21 23:30:00"); t:advance "12h"; t:advance "12h"
          t:mode "away"
          t:set("hall/pir.motion", false); t:set("hall/pir.motion", true); t:expect():nothing()
          t:mode "night"
          t:set("hall/pir.motion", false); t:set("hall/pir.motion", true); t:expect("hall/light"):got "on"
        end))lua"),
                ElementsAre("passed", "passed"));
}

TEST(RuleTestsTest, ARestartInTheMiddleOfAWaitLosesAndDoublesNothing)
{
    EXPECT_THAT(results(std::string(hall) + R"lua(
        test "restarts" (function(t)
          t:clock("2026-11-02 23:00:00")
          t:set("hall/pir.motion", true)
          for i = 1, 3 do t:advance "30s"; t:restart_server() end
          t:expect("hall/light"):got("on"); t:expect("hall/light"):nothing()
          t:advance "30s"
          t:expect("hall/light"):got("off"); t:expect("mqtt"):got("hall/times", "1"); t:expect():no_other_effects()
        end))lua"),
                ElementsAre("passed"));
}

TEST(RuleTestsTest, AFailureNamesTheLineAndWhatHappened)
{
    EXPECT_THAT(
        results(std::string(hall) + R"lua(
        test "too bright" (function(t)
          t:clock("2026-11-02 23:00:00"); t:set("hall/pir.motion", true)
          t:expect("hall/light"):got("on", { level = 100 })
        end)
        test "typo" (function(t) t:set("hall/pir.moton", true) end)
        test "forgotten" (function(t)
          t:clock("2026-11-02 23:00:00"); t:set("hall/pir.motion", true); t:expect():no_other_effects()
        end))lua"),
        ElementsAre(R"(hall.lua:17: expected hall/light on {"level":100}; happened: hall/light on {"level":60})",
                    R"(hall.lua:19: "hall/pir.moton": there is no such attribute)",
                    R"(hall.lua:21: expected nothing more; happened: hall/light on {"level":60})"));
}

TEST(RuleTestsTest, SaysWhyATextDoesNotLoad)
{
    EXPECT_THAT(results("rule \"x\" {"), ElementsAre(HasSubstr("does not load: hall.lua:1:")));
    EXPECT_THAT(results("test \"x\" (3)"), ElementsAre(HasSubstr("wants a function")));
}

TEST(RuleTestsTest, ATestThatNeverEndsIsEnded)
{
    EXPECT_THAT(results("test \"x\" (function(t) while true do end end)"),
                ElementsAre(HasSubstr("CPU time is used up")));
    EXPECT_THAT(results("test \"x\" (function(t) while true do t:advance \"1s\" end end)"),
                ElementsAre(HasSubstr("more than 2000 steps")));
}

} // namespace
} // namespace atrium::automation
