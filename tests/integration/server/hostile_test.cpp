// Garbage from everywhere at once, against the whole process: what it holds returns, what it knows stays.
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"
#include "support/websocket_client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

#ifdef __SANITIZE_ADDRESS__
constexpr long memoryThatMayStay = 300 * 1024; // KiB; freed memory waits in its quarantine
#else
constexpr long memoryThatMayStay = 32 * 1024;
#endif

class HostileTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }

    /// Without those of the database: its pool opens another session whenever it likes, up to its bound.
    long descriptors() const
    {
        const auto folder = std::filesystem::directory_iterator("/proc/" + std::to_string(server.id()) + "/fd");
        return std::count_if(begin(folder), end(folder), [](const auto& entry) {
            std::error_code closedMeanwhile;
            return read_symlink(entry, closedMeanwhile).string().find("atrium.db") == std::string::npos;
        });
    }
    /// Resident memory in KiB.
    long memory() const
    {
        std::ifstream status("/proc/" + std::to_string(server.id()) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
        return 0;
    }
    std::string bytes(std::size_t most)
    {
        std::string text(random() % most, '\0');
        for (auto& c : text) c = static_cast<char>(random());
        return text;
    }
    /// `text` with a few bytes changed, removed or repeated.
    std::string damaged(std::string text)
    {
        for (int i = 0; i < 3 && !text.empty(); ++i) {
            const auto place = random() % text.size();
            switch (random() % 4) {
            case 0: text[place] = static_cast<char>(random()); break;
            case 1: text.erase(place, 1 + random() % 8); break;
            case 2: text.insert(place, text.substr(place, random() % 32)); break;
            default: text.resize(place); break;
            }
        }
        return text;
    }

    void attackHttp(int connections)
    {
        for (int i = 0; i < connections; ++i) {
            RawClient client(static_cast<std::uint16_t>(server.httpPort()));
            const auto good =
                requestText("POST", "/api/devices/987654/commands",
                            "Authorization: Bearer " + server.token() + "\r\nTransfer-Encoding: chunked\r\n",
                            R"({"command":"on"})");
            client.send(i % 3 == 0 ? bytes(4000) : damaged(good));
            if (i % 2) client.finishSending();
            // Half of them leave at once, the others see how the server ends it.
            if (i % 4 == 1) client.receive(RawClient::Body::None, 20ms);
        }
    }
    void attackWebSocket(int clients)
    {
        for (int i = 0; i < clients; ++i) {
            WebSocketClient client(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + server.token());
            switch (i % 3) {
            case 0: client.raw().send(bytes(2000)); break;
            case 1: client.raw().send(clientFrame(static_cast<unsigned>(random() % 256), bytes(300))); break;
            default: client.sendText(damaged(R"({"type":"subscribe","topics":["devices"],"deep":[[[[{}]]]]})")); break;
            }
        }
    }
    /// Devices 1 to 10 exist; what is sent is never a good message for one of them.
    void attackMqtt(int messages)
    {
        MqttPeer attacker(server.mqttPort(), "attacker", "nothing");
        const std::vector<std::string> broken{R"({"status":)",
                                              R"({"status":true,"status":false})",
                                              "[[[[[[[[[[",
                                              "null",
                                              "\xff\xfe",
                                              R"({"status":{"a":1}})",
                                              "{}",
                                              "",
                                              std::string(70'000, 'x'),
                                              std::string(5'000, '[') + std::string(5'000, ']')};
        for (int i = 0; i < messages; ++i) {
            std::string topic;
            switch (i % 4) {
            case 0: topic = "aurion/devices/1/status"; break;
            case 1: topic = "aurion/devices/" + std::to_string(random()) + "/status"; break;
            case 2: topic = "aurion/devices/" + std::string(1 + random() % 500, 'z') + "/status"; break;
            default: topic = "aurion/" + std::string(random() % 20, '/') + "status"; break;
            }
            attacker.publish(topic, i % 5 == 4 ? bytes(200) : broken[random() % broken.size()]);
        }
        // In the order of one client: once this is back, the server has had all of them.
        ASSERT_TRUE(eventually([&] {
            attacker.publish("aurion/devices/2/status", R"({"status":false,"power":3})");
            return *server.get("/api/devices/2").body.find("power") == Value(3);
        }));
    }

    /// The sum of a counter at /metrics over all its labels.
    double counted(const std::string& name)
    {
        std::istringstream lines(server.get("/metrics").text);
        double sum = 0;
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(name)) sum += std::stod(line.substr(line.rfind(' ')));
        return sum;
    }

    ServerProcess server{{"plugins.devices.demo=true", "plugins.auth.bcryptCost=10"}};
    std::mt19937 random{20260101};
};

TEST_F(HostileTest, GarbageFromEverywhereLeavesTheHouseAsItWas)
{
    const auto device = [&] { return *server.get("/api/devices/1").body.find("attributes"); };
    {
        MqttPeer lamp(server.mqttPort(), "lamp", "nothing");
        lamp.publish("aurion/devices/1/status", R"({"status":true,"power":42})");
        ASSERT_TRUE(eventually([&] { return toJson(device()).find("42") != std::string::npos; }));
    }
    // Once before measuring: buffers that stay are made.
    attackHttp(50);
    attackWebSocket(10);
    ASSERT_TRUE(eventually([&] { return server.get("/api/health").status == 200; }));
    std::this_thread::sleep_for(300ms);
    const auto stateBefore = device();
    const auto descriptorsBefore = descriptors();
    const auto memoryBefore = memory();

    attackHttp(300);
    attackWebSocket(60);
    attackMqtt(1000);

    EXPECT_GT(counted("atrium_device_messages_refused_total"), 400) << "the messages have arrived";
    EXPECT_GT(counted("atrium_http_rejected_total"), 100) << "so have the requests";
    EXPECT_EQ(device(), stateBefore);
    EXPECT_EQ(server.get("/api/devices").body.list().size(), 10u);
    EXPECT_TRUE(eventually([&] { return descriptors() <= descriptorsBefore; }, 10s))
        << descriptors() << " instead of " << descriptorsBefore;
    EXPECT_LT(memory() - memoryBefore, memoryThatMayStay) << "KiB that did not come back";

    MqttPeer lamp(server.mqttPort(), "lamp", "nothing");
    WebSocketClient screen(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + server.token());
    ASSERT_FALSE(screen.receiveJson().isNull()) << "the first message";
    lamp.publish("aurion/devices/1/status", R"({"status":false,"power":17})");
    for (std::string text; text.find("17") == std::string::npos;) {
        const auto message = screen.receiveJson(2s);
        ASSERT_FALSE(message.isNull());
        text = toJson(message);
    }
    for (const char* sign : {"terminate", "signal", "exception was caught"})
        EXPECT_EQ(server.log().find(sign), std::string::npos) << server.log();
    EXPECT_EQ(server.stop(), 0);
}

} // namespace
} // namespace atrium::testing
