#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"
#include "support/websocket_client.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sys/wait.h>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

/// Runs a program to its end: its exit status, a space, and what it said.
std::string outcome(const std::vector<std::string>& command)
{
    const TempFolder folder;
    ChildProcess process(command, folder.str() + "/output");
    const int status = WEXITSTATUS(process.wait(10s));
    std::ifstream output(folder.str() + "/output");
    return std::to_string(status) + ' ' + std::string(std::istreambuf_iterator<char>(output), {});
}

class ServerTest : public ::testing::TestWithParam<Store> {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }
    bool deviceHas(int id, const char* attribute, const Value& value)
    {
        return eventually([&] {
            const auto device = server.get("/api/devices/" + std::to_string(id)).body;
            const Value* all = device.find("attributes");
            const Value* one = all ? all->find(attribute) : nullptr;
            const Value* now = one ? one->find("value") : nullptr;
            return now && *now == value;
        });
    }

    ServerProcess server{demoKeysFor(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Stores, ServerTest, ::testing::Values(Store::Sqlite, Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

TEST_P(ServerTest, TellsProgramsOfThisMachineItsAddresses)
{
    std::ifstream file(server.dataFolder() + "/addresses");
    const std::string addresses(std::istreambuf_iterator<char>(file), {});
    EXPECT_NE(addresses.find("http=http://localhost:" + std::to_string(server.httpPort()) + "\n"), std::string::npos);
    EXPECT_NE(addresses.find("mqtt=mqtt://127.0.0.1:" + std::to_string(server.mqttPort()) + "\n"), std::string::npos)
        << addresses;
}

TEST_P(ServerTest, AMessageBecomesStateHistoryAndAnUpdateOnTheScreen)
{
    WebSocketClient screen(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + server.token());
    MqttPeer device(server.mqttPort(), "lamp", "aurion/devices/1/command");
    device.publish("aurion/devices/1/status", R"({"status":true,"power":42.5})");
    EXPECT_TRUE(deviceHas(1, "power", 42.5));
    EXPECT_TRUE(eventually([&] {
        const auto history = server.get("/api/devices/1/history?attribute=power").body;
        const Value* points = history.find("points");
        return points && points->isList() && points->list().size() == 1 &&
               *points->list()[0].find("value") == Value(42.5);
    }));
    bool seen = false;
    for (int i = 0; i < 10 && !seen; ++i) {
        const auto message = screen.receiveJson(2s);
        seen = message.textOr("type", "") == "device_update" && toJson(message).find("42.5") != std::string::npos;
    }
    EXPECT_TRUE(seen);
}

TEST_P(ServerTest, AToggleReachesTheDeviceOnce)
{
    MqttPeer device(server.mqttPort(), "lamp", "aurion/devices/1/command");
    const auto answer = server.post("/api/devices/1/toggle");
    ASSERT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(*answer.body.find("status"), Value(true));
    EXPECT_EQ(*answer.body.find("assumed"), Value(true));
    EXPECT_TRUE(device.hears(R"(aurion/devices/1/command {"status":true})"));
    device.publish("aurion/devices/1/status", R"({"status":true})");
    EXPECT_TRUE(eventually([&] { return *server.get("/api/devices/1").body.find("assumed") == Value(false); }));
    EXPECT_EQ(server.post("/api/devices/999/toggle").status, 404);
    EXPECT_EQ(server.post("/api/devices/999/toggle").body.textOr("message", ""), "Appareil non trouvé");
}

TEST_P(ServerTest, KillLosesNothingThatWasAcknowledged)
{
    const auto added =
        server.post("/api/devices", Object{{"name", "Radiateur"}, {"type", "climate"}, {"room", "Séjour"}});
    ASSERT_EQ(added.status, 201) << added.text;
    const int id = static_cast<int>(added.body.integerOr("id", 0));
    ASSERT_EQ(server.post("/api/devices/2/toggle").status, 200);
    {
        MqttPeer device(server.mqttPort(), "lamp", "nothing");
        device.publish("aurion/devices/1/status", R"({"status":true,"power":7})");
        ASSERT_TRUE(deviceHas(1, "power", 7));
    }
    std::this_thread::sleep_for(1s); // telemetry may lose its last second, nothing older
    server.kill();
    server.start();
    EXPECT_EQ(server.get("/api/devices/" + std::to_string(id)).status, 200)
        << "the token and the device are still good";
    EXPECT_TRUE(deviceHas(1, "power", 7));
    EXPECT_EQ(*server.get("/api/devices/2").body.find("status"), Value(true)) << "what the command assumed";
    EXPECT_EQ(server.stop(), 0);
}

TEST_P(ServerTest, StopsCleanlyUnderLoadWithinTenSeconds)
{
    std::atomic<bool> stop{false};
    std::vector<std::thread> load;
    for (int i = 0; i < 3; ++i)
        load.emplace_back([&] {
            while (!stop) {
                try {
                    server.get("/api/devices");
                }
                catch (const std::exception&) {
                }
            }
        });
    {
        MqttPeer device(server.mqttPort(), "flood", "nothing");
        for (int i = 0; i < 5000; ++i)
            device.publish("aurion/devices/" + std::to_string(1 + i % 10) + "/status",
                           "{\"power\":" + std::to_string(i) + "}");
    }
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(server.stop(), 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    stop = true;
    for (auto& thread : load) thread.join();
}

class SingleServerTest : public ServerTest {};
INSTANTIATE_TEST_SUITE_P(Sqlite, SingleServerTest, ::testing::Values(Store::Sqlite),
                         [](const auto&) { return "Once"; });

TEST_P(SingleServerTest, TwoServersCannotShareADataFolder)
{
    const auto twin = outcome({ATRIUMD, "-Ddata.dir=" + server.dataFolder()});
    EXPECT_NE(twin.find("is in use by the server with process id"), std::string::npos) << twin;
    EXPECT_TRUE(twin.starts_with("70 ")) << twin;
}

TEST_P(SingleServerTest, AWrongValueStopsTheStartWithASentence)
{
    const auto startWith = [&](const std::string& key) {
        return outcome({ATRIUMD, "-Ddata.dir=" + server.folder().str() + "/other", "-D" + key});
    };
    EXPECT_EQ(startWith("http.port=seventy"),
              "78 configuration: http.port = seventy: allowed is port numbers, separated by commas\n");
    EXPECT_EQ(startWith("log.level=loud"),
              "78 configuration: log.level = loud: allowed is one of trace debug info warning error\n");
    EXPECT_EQ(startWith("http.prot=1"), "78 configuration: http.prot: there is no such key\n");
    EXPECT_EQ(startWith("site.timezone=Mars/Base"),
              "78 configuration: site.timezone = Mars/Base: allowed is an IANA time zone such as Europe/Paris\n");
    EXPECT_NE(startWith("mqtt.url=http://x").find("mqtt.url"), std::string::npos);
    const auto database = startWith("database.url=oracle://secret@x");
    EXPECT_NE(database.find("sqlite:"), std::string::npos) << database;
    EXPECT_EQ(database.find("secret"), std::string::npos) << database;
}

TEST_P(SingleServerTest, ThePortBeingTakenIsSaid)
{
    const auto taken = outcome({ATRIUMD, "-Ddata.dir=" + server.folder().str() + "/other",
                                "-Dhttp.port=" + std::to_string(server.httpPort()), "-Dhttp.bind=127.0.0.1",
                                "-Dmqtt.port=" + std::to_string(freePort()), "-Dmqtt.websocket.port=0"});
    EXPECT_TRUE(taken.starts_with("70 ")) << taken;
    EXPECT_NE(taken.find(std::to_string(server.httpPort())), std::string::npos) << taken;
}

TEST_P(SingleServerTest, HealthMetricsAndDocumentationAnswer)
{
    const auto health = server.get("/api/health");
    EXPECT_EQ(health.body.textOr("status", ""), "ok");
    EXPECT_EQ(server.get("/readyz").status, 200);
    EXPECT_EQ(server.get("/livez").status, 200);
    EXPECT_NE(server.get("/metrics").text.find("atrium_http_requests_total{"), std::string::npos);
    const auto openapi = server.get("/api/openapi.json");
    EXPECT_EQ(openapi.body.textOr("openapi", ""), "3.1.0");
    EXPECT_TRUE(openapi.body.find("paths")->find("/api/devices/{id}/toggle"));
    EXPECT_EQ(server.get("/api/docs").status, 200);
    server.setToken("");
    EXPECT_EQ(server.get("/metrics").status, 401);
}

TEST_P(SingleServerTest, TheCommandLineClientAdministersPlugins)
{
    const auto run = [&](const std::vector<std::string>& words) {
        std::vector<std::string> command{ATRIUMCTL, "--url", "http://127.0.0.1:" + std::to_string(server.httpPort()),
                                         "--data", server.dataFolder()};
        command.insert(command.end(), words.begin(), words.end());
        return outcome(command);
    };
    EXPECT_NE(run({"plugins"}).find("devices              0.1.0    running    healthy"), std::string::npos)
        << run({"plugins"});
    EXPECT_EQ(run({"plugins", "disable", "devices"}), "0 devices: disabled \n");
    EXPECT_EQ(server.get("/api/devices").status, 404);
    EXPECT_EQ(run({"plugins", "enable", "devices"}), "0 devices: running \n");
    EXPECT_EQ(server.get("/api/devices").status, 200);
    EXPECT_EQ(run({"plugins", "load", "nonsense"}).substr(0, 5), "1 404");
    EXPECT_EQ(run({"log", "debug", "mqtt"}), "0 ");
}

} // namespace
} // namespace atrium::testing
