// Faults that people make or suffer, one a test: the server must name each by its code, with numbers.
#include "atrium/json.h"
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

#include <fstream>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

class WhyTest : public ::testing::Test {
protected:
    WhyTest() : server(keys())
    {
        server.start();
        server.signIn();
        peer = std::make_unique<MqttPeer>(server.mqttPort(), "peer", "did/#");
        report(R"({"status":false,"power":20})");
        EXPECT_TRUE(eventually([&] {
            const auto device = server.get("/api/devices/7").body;
            return toJson(device).find("\"power\":20") != std::string::npos;
        }));
    }
    static std::vector<std::string> keys()
    {
        auto keys = demoKeysFor(Store::Sqlite);
        keys.push_back("automations.effects=20");
        return keys;
    }
    /// Saves an automation over REST; its id. A text that does not load goes to a file.
    void save(const std::string& source)
    {
        const auto answer = server.post("/api/automations", Object{{"name", "fault"}, {"source", source}});
        ASSERT_EQ(answer.status, 201) << answer.text;
        id = answer.body.integerOr("id", 0);
        ASSERT_TRUE(eventually([&] { return at("").body.textOr("state", "") == "active"; }));
    }
    void saveFile(const std::string& source)
    {
        std::ofstream(server.dataFolder() + "/automations/fault.lua") << source;
        ASSERT_TRUE(eventually([&] {
            const auto list = server.get("/api/automations").body;
            for (const auto& one : list.find("automations")->list())
                if (one.textOr("name", "") == "fault" && one.textOr("state", "") != "loading")
                    id = one.integerOr("id", 0);
            return id != 0;
        }));
    }
    HttpAnswer at(const std::string& path, const Headers& headers = {})
    {
        return server.request("GET", "/api/automations/" + std::to_string(id) + path, {}, headers);
    }
    void report(const std::string& payload) { peer->publish("aurion/devices/7/status", payload); }

    /// The facts of the cause with this code, once it is there.
    Value cause(const std::string& code)
    {
        Value facts;
        std::string last;
        EXPECT_TRUE(eventually(
            [&] {
                const auto answer = at("/why");
                last = answer.text;
                const Value* rules = answer.body.find("rules");
                const Value* causes = rules && rules->isList() && !rules->list().empty()
                                          ? rules->list()[0].find("causes")
                                          : answer.body.find("causes");
                for (const auto& one : causes ? causes->list() : List{}) {
                    if (one.textOr("code", "") != code) continue;
                    facts = *one.find("facts");
                    EXPECT_FALSE(one.textOr("text", "").empty());
                    return true;
                }
                return false;
            },
            5s))
            << code << " is not among the causes: " << last;
        return facts;
    }
    static double number(const Value& facts, const char* name)
    {
        const Value* value = facts.find(name);
        return value ? value->ifNumber().value_or(-1) : -1;
    }

    ServerProcess server;
    std::unique_ptr<MqttPeer> peer;
    std::int64_t id = 0;
};

std::string onPower(const std::string& test, const std::string& rest = "")
{
    return "local plug = device \"cuisine/prise\"\nrule \"R\" { on = { plug.power" + test + " }, " + rest +
           "run = function() mqtt.publish(\"did/it\", \"1\") end }";
}

TEST_F(WhyTest, AThresholdThatWasNotCrossedIsToldWithWhatCameNearest)
{
    save(onPower(":above(25)"));
    report(R"({"power":24.8})");
    report(R"({"power":21})");
    ASSERT_TRUE(eventually([&] { return number(cause("not_crossed"), "value") == 21; }));
    const auto facts = cause("not_crossed");
    EXPECT_EQ(number(facts, "limit"), 25);
    EXPECT_EQ(number(facts, "missing"), 4);
    EXPECT_EQ(number(facts, "nearest"), 24.8);
    EXPECT_FALSE(facts.textOr("nearest_at", "").empty());
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("et doit dépasser 25"), std::string::npos);
    EXPECT_NE(at("/why", {{"Accept-Language", "en"}}).text.find("has to rise above 25"), std::string::npos);
}

TEST_F(WhyTest, AValueThatIsBeyondAlreadyHasToComeBackFirst)
{
    save(onPower(":above(15, { hysteresis = 3 })"));
    const auto facts = cause("already_beyond");
    EXPECT_EQ(number(facts, "value"), 20);
    EXPECT_EQ(number(facts, "rearm_at"), 12);
    EXPECT_FALSE(facts.textOr("since", "").empty());
    report(R"({"power":13})");
    EXPECT_EQ(number(cause("not_rearmed"), "rearm_at"), 12);
}

TEST_F(WhyTest, AHoldThatRunsAndOneThatWasCutShortAreTold)
{
    save(onPower(":above(25):holds \"10m\""));
    report(R"({"power":30})");
    const auto running = cause("hold_running");
    EXPECT_EQ(number(running, "hold_s"), 600);
    EXPECT_NEAR(number(running, "left_s"), 600, 10);
    report(R"({"power":10})");
    const auto cut = cause("hold_cut_short");
    EXPECT_EQ(number(cut, "hold_s"), 600);
    EXPECT_LT(number(cut, "lasted_s"), 60);
    EXPECT_EQ(number(cause("not_crossed"), "value"), 10);
}

TEST_F(WhyTest, AQuietTimeThatRunsIsTold)
{
    save(onPower(":changes():debounce \"10m\""));
    EXPECT_EQ(number(cause("no_change"), "value"), 20);
    report(R"({"power":30})");
    EXPECT_NEAR(number(cause("debounce_running"), "left_s"), 600, 10);
}

TEST_F(WhyTest, AValueThatIsNotAsWantedOrIsSoAlreadyIsTold)
{
    save("rule 'R' { on = { device 'cuisine/prise'.status:becomes(true) }, run = function() end }");
    EXPECT_EQ(*cause("not_so").find("wanted"), Value(true));
    report(R"({"status":true})");
    EXPECT_EQ(*cause("already_so").find("value"), Value(true));
}

TEST_F(WhyTest, AConditionThatIsFalseIsToldWithWhatItRead)
{
    save(onPower(":above(25)", "when = { plug.status:is(true), any{ house.mode:is \"away\", "
                               "function() return plug.power.value > 100 end } }, "));
    const auto facts = cause("condition_false");
    EXPECT_NE(facts.textOr("clause", "").find("cuisine/prise.status:is(true)"), std::string::npos) << toJson(facts);
    const auto answer = at("/why").body;
    const auto& conditions = answer.find("rules")->list()[0].find("conditions")->list();
    ASSERT_EQ(conditions.size(), 4u) << toJson(answer);
    for (const auto& one : conditions) EXPECT_EQ(*one.find("holds"), Value(false)) << toJson(one);
    EXPECT_EQ(conditions[0].find("read")->list().at(0).find("value")->boolean(), false);
    EXPECT_EQ(conditions[3].integerOr("depth", 0), 1);
    report(R"({"power":30})");
    ASSERT_TRUE(eventually([&] {
        const auto told = at("/why").body;
        return !told.find("rules")->list()[0].find("not_run")->list().empty();
    }));
    const auto told = at("/why").body;
    const auto& skip = told.find("rules")->list()[0].find("not_run")->list()[0];
    EXPECT_EQ(skip.textOr("code", ""), "condition_false");
    EXPECT_EQ(skip.find("read")->list().size(), 1u);
}

TEST_F(WhyTest, AHouseThatIsAwayIsTold)
{
    save(onPower(":above(25)", "when = { house.mode:is_not \"away\" }, "));
    ASSERT_EQ(server.request("PUT", "/api/house/mode", Object{{"mode", "away"}}).status, 200);
    EXPECT_NE(cause("condition_false").textOr("clause", "").find("house.mode"), std::string::npos);
}

TEST_F(WhyTest, WhoDisabledAnAutomationIsToldAfterARestartToo)
{
    save(onPower(":above(25)"));
    ASSERT_EQ(server.post("/api/automations/" + std::to_string(id) + "/disable").status, 200);
    const auto facts = cause("disabled");
    EXPECT_GT(number(facts, "by"), 0);
    EXPECT_FALSE(facts.textOr("since", "").empty());
    server.stop();
    server.start();
    server.signIn();
    EXPECT_GT(number(cause("disabled"), "by"), 0);
}

TEST_F(WhyTest, WhatMadeTheServerStopAnAutomationIsToldAfterARestartToo)
{
    save("rule 'R' { on = { mqtt 'go' }, run = function() error 'no lamp' end, on_error = { disable_after = 2 } }");
    peer->publish("go", "1");
    peer->publish("go", "2");
    EXPECT_NE(cause("stopped_by_server").textOr("why", "").find("no lamp"), std::string::npos);
    server.kill();
    server.start();
    server.signIn();
    EXPECT_NE(cause("stopped_by_server").textOr("why", "").find("2 times in a row"), std::string::npos);
}

TEST_F(WhyTest, ABudgetThatIsUsedUpIsToldWithItsNumbers)
{
    save("rule 'R' { on = { mqtt 'go' }, run = function() for i = 1, 30 do mqtt.publish('did/it', i) end end }");
    peer->publish("go", "1");
    const auto facts = cause("budget");
    EXPECT_EQ(number(facts, "limit"), 20);
    EXPECT_GT(number(facts, "used"), 20);
    EXPECT_EQ(number(cause("over_budget"), "allowed"), 3);
}

TEST_F(WhyTest, MessagesThatCannotBeReadAreTold)
{
    save("rule 'R' { on = { mqtt('leak', { json = true }) }, run = function() end }");
    EXPECT_EQ(cause("no_message").textOr("what", ""), "leak");
    peer->publish("leak", "{wet");
    EXPECT_FALSE(cause("no_json").textOr("error", "").empty());
    EXPECT_FALSE(cause("last_message").textOr("at", "").empty());
}

TEST_F(WhyTest, AReportThatCannotBeReadIsTold)
{
    save(onPower(":above(25)"));
    report("{power: 30");
    EXPECT_FALSE(cause("report_refused").textOr("why", "").empty());
}

TEST_F(WhyTest, AReportOfTheWrongTypeIsToldWithItsValue)
{
    save(onPower(":above(25)"));
    report(R"({"power":"high"})");
    EXPECT_NE(cause("report_refused").textOr("why", "").find("\"high\""), std::string::npos);
    save("rule 'R' { on = { house.mode:above(3) }, run = function() end }");
    EXPECT_EQ(cause("wrong_type").textOr("value", ""), "home");
}

TEST_F(WhyTest, ADeviceThatIsOfflineAndOneThatNeverSpokeAreTold)
{
    peer->publish("homeassistant/device/probe/config",
                  R"({"device":{"identifiers":["probe"],"name":"Sonde"},"origin":{"name":"test"},
                      "availability_topic":"probe/there","components":{"t":{"platform":"sensor","unique_id":"probe_t",
                      "device_class":"temperature","unit_of_measurement":"°C","state_topic":"probe/t"}}})");
    ASSERT_TRUE(eventually([&] { return server.get("/api/devices").text.find("Sonde") != std::string::npos; }));
    peer->publish("probe/there", "online");
    saveFile("rule 'R' { on = { device 'Sonde'.temperature:below(5) }, run = function() end }");
    EXPECT_FALSE(cause("never_reported").textOr("what", "").empty()) << at("").text;
    peer->publish("probe/t", "12.5");
    EXPECT_EQ(number(cause("not_crossed"), "missing"), 7.5);
    peer->publish("probe/there", "offline");
    EXPECT_FALSE(cause("device_offline").textOr("last_seen", "").empty());
}

TEST_F(WhyTest, ADeviceThatWasRemovedIsTold)
{
    save(onPower(":above(25)"));
    ASSERT_EQ(server.request("DELETE", "/api/devices/7").status, 200);
    EXPECT_EQ(number(cause("device_gone"), "device"), 7);
}

TEST_F(WhyTest, ANameOfNoDeviceIsToldWithWhatWasProbablyMeant)
{
    saveFile("rule 'R' { on = { device 'cuisine/prize'.power:above(25) }, run = function() end }");
    const auto facts = cause("unknown_device");
    EXPECT_EQ(facts.textOr("device", ""), "cuisine/prize");
    EXPECT_EQ(facts.textOr("suggestion", ""), "cuisine/prise");
    EXPECT_EQ(number(facts, "line"), 1);
}

TEST_F(WhyTest, ATextThatDoesNotLoadIsToldWithItsLine)
{
    saveFile("\n\nrule 'R' { on = 5 }");
    EXPECT_EQ(number(cause("not_loaded"), "line"), 3);
}

TEST_F(WhyTest, ARunThatStandsInTheWayIsTold)
{
    save("rule 'R' { on = { mqtt 'go' }, mode = 'single', run = function() wait '10m' end }");
    peer->publish("go", "1");
    EXPECT_FALSE(cause("mode_single").textOr("running_since", "").empty());
    save("rule 'R' { on = { mqtt 'go' }, mode = 'queued(1)', run = function() wait '10m' end }");
    peer->publish("go", "1");
    peer->publish("go", "2");
    EXPECT_EQ(number(cause("queue_full"), "limit"), 1);
    save("rule 'R' { on = { mqtt 'go' }, mode = 'parallel(2)', run = function() wait '10m' end }");
    peer->publish("go", "1");
    peer->publish("go", "2");
    EXPECT_EQ(number(cause("mode_parallel"), "running"), 2);
}

TEST_F(WhyTest, APauseAfterARunIsToldWithWhatIsLeftOfIt)
{
    save("rule 'R' { on = { mqtt 'go' }, mode = 'throttle 10m', run = function() end }");
    peer->publish("go", "1");
    EXPECT_NEAR(number(cause("mode_throttle"), "left_s"), 600, 10);
}

TEST_F(WhyTest, ADayThatAScheduleLeavesOutIsTold)
{
    const auto day = [](int ahead) {
        const auto then = std::chrono::system_clock::now() + ahead * 24h;
        return toIso8601(std::chrono::time_point_cast<std::chrono::microseconds>(then)).substr(0, 10);
    };
    save("rule 'R' { on = { at('12:00', { tz = 'UTC', except = { '" + day(0) + "', '" + day(-1) + "', '" + day(1) +
         "' } }) }, run = function() end }");
    EXPECT_FALSE(cause("exception_day").textOr("left_out", "").empty());
    EXPECT_GT(number(cause("next_time"), "left_s"), 3600);
    save("rule 'R' { on = { at('12:00', { last = '2020-01-01' }) }, run = function() end }");
    cause("schedule_over");
}

TEST_F(WhyTest, WhatOtherTriggersWaitForIsTold)
{
    save("rule 'R' { on = { every '10m', webhook('POST', 'door'), event 'exam-started', startup(), shutdown(), "
         "device 'cuisine/prise'.power:silent '1h' }, run = function() end }");
    EXPECT_GT(number(cause("next_period"), "left_s"), 500);
    EXPECT_EQ(cause("no_call").textOr("hook", ""), "door");
    EXPECT_EQ(cause("no_event").textOr("event", ""), "exam-started");
    EXPECT_GT(number(cause("not_silent"), "left_s"), 3500);
    for (const char* code : {"only_at_start", "only_at_stop"}) cause(code);
}

TEST_F(WhyTest, MembersOfASelectionAreToldEachTheOneThatMattersFirst)
{
    save("rule 'R' { on = { devices{ uid = 'cuisine/*' }.status:becomes(true) }, run = function() end }");
    report(R"({"status":true})");
    EXPECT_NE(cause("already_so").textOr("what", "").find("cuisine/prise"), std::string::npos);
    EXPECT_EQ(server.get("/api/automations/99999/why").status, 404);
}

} // namespace
} // namespace atrium::testing
