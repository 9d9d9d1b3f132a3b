#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"
#include "support/websocket_client.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

/// Sensors and alerts of a real server.
class SecurityTest : public ::testing::TestWithParam<Store> {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }
    static std::vector<std::string> keys()
    {
        auto keys = keysFor(GetParam());
        keys.push_back("plugins.security.demo=true");
        return keys;
    }
    List alerts() { return server.get("/api/security/alerts?limit=50").body.list(); }
    bool hasAlerts(std::size_t count)
    {
        return eventually([&] { return alerts().size() == count; });
    }
    /// Saves an automation as a file and waits until it runs.
    void save(const std::string& source)
    {
        std::ofstream(server.dataFolder() + "/automations/house.lua") << source;
        ASSERT_TRUE(eventually([&] {
            const auto answer = server.get("/api/automations").body;
            const auto& list = answer.find("automations")->list();
            return !list.empty() && list[0].textOr("state", "") == "active";
        })) << server.get("/api/automations").text;
    }

    ServerProcess server{keys()};
};

INSTANTIATE_TEST_SUITE_P(Stores, SecurityTest, ::testing::Values(Store::Sqlite, Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

TEST_P(SecurityTest, AReadingReachesThePersonAndIsAcknowledged)
{
    WebSocketClient screen(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + server.token());
    MqttPeer detector(server.mqttPort(), "smoke", "aurion/alerts/#");
    detector.publish("aurion/sensors/2/data", R"({"triggered":true,"battery":64})");
    ASSERT_TRUE(hasAlerts(1));
    const auto alert = alerts()[0];
    EXPECT_EQ(alert.textOr("message", ""), "Fumée détectée");
    EXPECT_EQ(alert.textOr("severity", ""), "critical");
    std::set<std::string> types;
    for (int i = 0; i < 10 && types.size() < 3; ++i) {
        const auto type = screen.receiveJson(2s).textOr("type", "");
        if (type == "alert" || type == "notification" || type == "sensor_update") types.insert(type);
    }
    EXPECT_EQ(types.size(), 3u);
    EXPECT_TRUE(eventually(
        [&] { return !detector.received().empty() && detector.received().back().starts_with("aurion/alerts/1 "); }));

    EXPECT_EQ(server.get("/api/security/stats").body.integerOr("criticalAlerts", 0), 1);
    EXPECT_EQ(server.post("/api/security/alerts/1/acknowledge").status, 200);
    EXPECT_EQ(server.post("/api/security/alerts/9/acknowledge").status, 404);
    EXPECT_EQ(server.get("/api/security/stats").body.integerOr("criticalAlerts", 1), 0);
    server.setToken("");
    EXPECT_EQ(server.get("/api/security/alerts").status, 401);
}

TEST_P(SecurityTest, AlertsSurviveAKillAndASensorStaysTriggered)
{
    MqttPeer(server.mqttPort(), "motion", "x").publish("aurion/sensors/1/data", R"({"triggered":true})");
    ASSERT_TRUE(hasAlerts(1));
    EXPECT_TRUE(
        eventually([&] { return server.get("/api/security/sensors").body.list()[0].booleanOr("triggered", false); }));
    std::this_thread::sleep_for(1500ms); // readings are written within a second
    server.kill();
    server.start();
    server.signIn();
    MqttPeer sensor(server.mqttPort(), "motion", "x");
    sensor.publish("aurion/sensors/1/data", R"({"triggered":true})");
    sensor.publish("aurion/sensors/2/data", R"({"triggered":true})");
    EXPECT_TRUE(hasAlerts(2)) << "the movement goes on, the smoke is new";
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(alerts().size(), 2u);
}

TEST_P(SecurityTest, RulesRaiseAlertsAndAnswerThem)
{
    save(R"(rule "Leak" {
  on  = { mqtt "leak" },
  run = function(ev) alert.raise{ key = "leak", severity = "critical", text = "Water in the cellar" } end,
}
rule "Valve" {
  on  = { event "alert.raised:rule:leak" },
  run = function(ev) mqtt.publish("valve", ev.data.severity) end,
})");
    MqttPeer peer(server.mqttPort(), "valve", "valve");
    peer.publish("leak", "1");
    EXPECT_TRUE(peer.hears("valve critical")) << server.log();
    ASSERT_TRUE(hasAlerts(1));
    EXPECT_EQ(alerts()[0].textOr("message", ""), "Water in the cellar");
    EXPECT_EQ(alerts()[0].textOr("key", ""), "rule:leak");
}

} // namespace
} // namespace atrium::testing
