#include "atrium/json.h"
#include "support/raw_client.h"
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

/// Automations of a real server, saved as files while it runs.
class ServerAutomationTest : public ::testing::TestWithParam<Store> {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }
    /// Saves a file and waits until the server has loaded it, or says why not.
    std::string save(const std::string& name, const std::string& source)
    {
        std::ofstream(server.dataFolder() + "/automations/" + name + ".lua") << source;
        std::string result = "nothing happened";
        eventually([&] {
            const auto answer = server.get("/api/automations").body;
            for (const auto& one : answer.find("automations")->list()) {
                if (one.textOr("name", "") != name || one.textOr("state", "") == "loading") continue;
                result = one.textOr("error", "");
                return true;
            }
            return false;
        });
        return result;
    }
    std::size_t count(const MqttPeer& peer, const std::string& message)
    {
        const auto all = peer.received();
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), message));
    }
    static std::vector<std::string> keys()
    {
        auto keys = keysFor(GetParam());
        keys.push_back("plugins.devices.demo=true");
        return keys;
    }

    ServerProcess server{keys()};
};

INSTANTIATE_TEST_SUITE_P(Stores, ServerAutomationTest, ::testing::Values(Store::Sqlite, Store::MariaDb),
                         [](const auto& info) { return info.param == Store::Sqlite ? "Sqlite" : "MariaDb"; });

TEST_P(ServerAutomationTest, ADevicesMessageMakesARuleCommandAnother)
{
    ASSERT_EQ(save("desk", R"(rule "Desk" {
  on  = { device "cuisine/prise".status:becomes(true) },
  run = function(ev) device "bureau/lampe":on{ level = 30 } end,
})"),
              "");
    MqttPeer peer(server.mqttPort(), "lamp", "aurion/devices/10/command");
    peer.publish("aurion/devices/7/status", R"({"status":true})");
    EXPECT_TRUE(peer.hears(R"(aurion/devices/10/command {"status":true,"level":30})"));
    EXPECT_TRUE(eventually([&] {
        const auto runs = server.get("/api/automations/1/runs").body;
        const Value* list = runs.find("runs");
        return list && !list->list().empty() && list->list()[0].textOr("state", "") == "finished";
    }));
}

TEST_P(ServerAutomationTest, AWaitSurvivesAKillAndItsEffectsHappenOnce)
{
    ASSERT_EQ(save("later", R"(rule "Later" {
  on  = { mqtt "go" },
  run = function(ev) mqtt.publish("did/first", "1"); wait "4s"; mqtt.publish("did/second", "2") end,
})"),
              "");
    {
        MqttPeer peer(server.mqttPort(), "before", "did/#");
        peer.publish("go", "now");
        ASSERT_TRUE(peer.hears("did/first 1"));
        std::this_thread::sleep_for(1s);
        EXPECT_EQ(count(peer, "did/second 2"), 0u);
    }
    server.kill();
    server.start();
    MqttPeer peer(server.mqttPort(), "after", "did/#");
    EXPECT_TRUE(eventually([&] { return count(peer, "did/second 2") == 1; }, 10s));
    std::this_thread::sleep_for(1s);
    EXPECT_EQ(count(peer, "did/second 2"), 1u);
    EXPECT_EQ(count(peer, "did/first 1"), 0u) << "a step that is journaled is not done again";
}

TEST_P(ServerAutomationTest, AQuietTimeThatARunWaitsForSurvivesAKill)
{
    ASSERT_EQ(save("quiet", R"(rule "Quiet" {
  on  = { mqtt "go" },
  run = function(ev)
    mqtt.publish("did/wait", "1")
    local got = wait_for(device "cuisine/prise".power:changes():debounce "4s")
    mqtt.publish("did/quiet", ("%d"):format(got.new))
  end,
})"),
              "");
    {
        MqttPeer peer(server.mqttPort(), "before", "did/#");
        peer.publish("go", "now");
        ASSERT_TRUE(peer.hears("did/wait 1"));
        std::this_thread::sleep_for(500ms);
        peer.publish("aurion/devices/7/status", R"({"power":31})");
        std::this_thread::sleep_for(1s);
        EXPECT_EQ(count(peer, "did/quiet 31"), 0u);
    }
    server.kill();
    server.start();
    MqttPeer peer(server.mqttPort(), "after", "did/#");
    EXPECT_TRUE(eventually([&] { return count(peer, "did/quiet 31") == 1; }, 10s))
        << "no report came after the restart";
}

TEST_P(ServerAutomationTest, AnErrorNamesItsLineAndTheOldVersionGoesOn)
{
    ASSERT_EQ(
        save("hello", R"(rule "Hello" { on = { mqtt "hello" }, run = function() mqtt.publish("answer", "old") end })"),
        "");
    std::ofstream(server.dataFolder() + "/automations/hello.lua")
        << "rule \"Hello\" {\n  on = { device \"salon/lumire\".status:becomes(true) },\n}";
    std::string error;
    ASSERT_TRUE(eventually([&] {
        error = server.get("/api/automations/1").body.textOr("error", "");
        return !error.empty();
    }));
    EXPECT_NE(error.find("hello.lua:2"), std::string::npos) << error;
    EXPECT_NE(error.find("salon/lumiere"), std::string::npos) << "a suggestion: " << error;
    MqttPeer peer(server.mqttPort(), "peer", "answer");
    peer.publish("hello", "x");
    EXPECT_TRUE(peer.hears("answer old"));
}

TEST_P(ServerAutomationTest, TheModeOfTheHouseIsKeptAndRulesSeeIt)
{
    ASSERT_EQ(save("mode", R"(on(house.mode:changes(), function(ev) mqtt.publish("mode/is", ev.new) end))"), "");
    EXPECT_EQ(server.get("/api/house").body.textOr("mode", ""), "home");
    EXPECT_EQ(server.request("PUT", "/api/house/mode", Object{{"mode", "party"}}).status, 400);
    MqttPeer peer(server.mqttPort(), "peer", "mode/#");
    ASSERT_EQ(server.request("PUT", "/api/house/mode", Object{{"mode", "away"}}).status, 200);
    EXPECT_TRUE(peer.hears("mode/is away"));
    std::this_thread::sleep_for(300ms);
    server.kill();
    server.start();
    EXPECT_EQ(server.get("/api/house").body.textOr("mode", ""), "away");
}

TEST_P(ServerAutomationTest, TestsOfATextRunInASimulatedHouse)
{
    const char* source = R"(
on(device "cuisine/prise".status:becomes(true), function() device "bureau/lampe":on{ level = 30 } end)
test "the lamp follows" (function(t)
  t:set("cuisine/prise.status", false); t:set("cuisine/prise.status", true)
  t:expect("bureau/lampe"):got("on", { level = 30 })
end)
test "wrong" (function(t) t:expect("bureau/lampe"):got("off") end))";
    MqttPeer peer(server.mqttPort(), "peer", "aurion/devices/10/command");
    const auto answer = server.post("/api/automations/test", Object{{"name", "lamp.lua"}, {"source", source}});
    ASSERT_EQ(answer.status, 200) << toJson(answer.body);
    EXPECT_EQ(answer.body.integerOr("passed", -1), 1) << toJson(answer.body);
    EXPECT_EQ(answer.body.integerOr("failed", -1), 1);
    EXPECT_EQ(answer.body.find("tests")->list()[1].textOr("message", ""),
              "lamp.lua:7: expected bureau/lampe off; happened: nothing");
    EXPECT_EQ(server.post("/api/automations/test", Object{{"source", "rule"}}).status, 422);
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(count(peer, R"(aurion/devices/10/command {"status":true,"level":30})"), 0u)
        << "nothing reaches the real house";
}

TEST_P(ServerAutomationTest, ASimulationIsListedAndEndsWithItsCaller)
{
    // A rule that waits for what never comes: the simulation takes as long as it may.
    const Object draft{
        {"source",
         "rule 'Busy' { on = { event 'go' }, run = function() local n = 0 while true do n = n + 1 wait '1s' end end }"},
        {"event", Object{{"kind", "manual"}}}};
    const auto body = toJson(draft);
    const auto simulations = [&] {
        return server.get("/api/automations/simulations").body.find("simulations")->list();
    };
    EXPECT_TRUE(simulations().empty());
    {
        RawClient caller(static_cast<std::uint16_t>(server.httpPort()));
        caller.send(
            requestText("POST", "/api/automations/dry-run", "Authorization: Bearer " + server.token() + "\r\n", body));
        ASSERT_TRUE(eventually([&] {
            const auto all = simulations();
            return all.size() == 1 && all[0].textOr("state", "") == "running";
        }));
    }
    const auto gone = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return simulations().empty(); }, 3s));
    EXPECT_LT(std::chrono::steady_clock::now() - gone, 2s);
    // The thread is free for the next one.
    EXPECT_EQ(server
                  .post("/api/automations/dry-run",
                        Object{{"source", "rule 'Idle' { on = { event 'go' }, run = function() end }"},
                               {"event", Object{{"kind", "manual"}}}})
                  .status,
              200);
}

TEST_P(ServerAutomationTest, ADryRunReplaysWhatWasRecorded)
{
    ASSERT_EQ(save("warm", R"(rule "Warm" {
  on = { device "cuisine/prise".power:above(100, { hysteresis = 10 }) },
  run = function(ev) mqtt.publish("power/high", ev.new) wait "1s" device "cuisine/prise":off() end })"),
              "");
    ASSERT_EQ(server.post("/api/automations/1/disable").status, 200);
    MqttPeer peer(server.mqttPort(), "peer", "power/#");
    const auto from = toIso8601(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
    for (const double power : {20.0, 150.0, 160.0, 50.0, 120.0}) {
        peer.publish("aurion/devices/7/status", toJson(Object{{"status", true}, {"power", power}}));
        std::this_thread::sleep_for(50ms);
    }
    HttpAnswer answer;
    EXPECT_TRUE(eventually([&] {
        answer = server.post("/api/automations/1/dry-run", Object{{"from", from}});
        return answer.status == 200 && answer.body.integerOr("values", 0) >= 5;
    })) << toJson(answer.body);
    const auto& effects = answer.body.find("effects")->list();
    ASSERT_GE(effects.size(), 1u) << toJson(answer.body);
    EXPECT_EQ(effects[0].textOr("name", ""), "power/high");
    EXPECT_EQ(effects[0].textOr("arguments", ""), "150");
    for (const auto& message : peer.received()) EXPECT_FALSE(message.starts_with("power/")) << message;

    const Object event{{"event", Object{{"new", 7}}}};
    const auto tried = server.post("/api/automations/1/dry-run", event);
    ASSERT_EQ(tried.status, 200) << toJson(tried.body);
    ASSERT_EQ(tried.body.find("effects")->list().size(), 2u) << toJson(tried.body);
    EXPECT_EQ(tried.body.find("effects")->list()[1].textOr("target", ""), "cuisine/prise");
    EXPECT_EQ(server.post("/api/automations/1/dry-run", Object{{"from", "soon"}}).status, 400);

    // What is not saved anywhere can be tried too, and says where it is wrong.
    const auto draft =
        Object{{"source", "on(mqtt 'x', function() mqtt.publish('drafted', '1') end)"}, {"event", Object{}}};
    const auto drafted = server.post("/api/automations/dry-run", draft);
    ASSERT_EQ(drafted.status, 200) << drafted.text;
    EXPECT_EQ(drafted.body.find("effects")->list().at(0).textOr("name", ""), "drafted");
    const auto faulty = server.post("/api/automations/validate", Object{{"source", "-- é\nlocal x = '€', devize 'a'"}});
    ASSERT_EQ(faulty.status, 422);
    const auto& fault = faulty.body.find("errors")->list().at(0);
    EXPECT_EQ(fault.integerOr("line", 0), 2);
    EXPECT_EQ(fault.integerOr("column", 0), 16);
    EXPECT_EQ(fault.integerOr("endColumn", 0), 22);
    EXPECT_EQ(server.post("/api/automations/99/dry-run", event).status, 404);
}

} // namespace
} // namespace atrium::testing
