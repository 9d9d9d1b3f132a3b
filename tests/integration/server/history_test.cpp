#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

class HistoryApiTest : public ::testing::TestWithParam<Store> {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }
    Value history(const std::string& query) { return server.get("/api/devices/1/history?" + query).body; }
    /// Waits until so many samples of an attribute are stored.
    bool hasPoints(const std::string& attribute, std::size_t count)
    {
        return eventually([&] {
            const auto answer = history("resolution=raw&attribute=" + attribute);
            const Value* points = answer.find("points");
            return points && points->list().size() == count;
        });
    }

    ServerProcess server{demoKeysFor(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Stores, HistoryApiTest, ::testing::Values(Store::Sqlite, Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

TEST_P(HistoryApiTest, KeepsWhatACommandChangedOnceTheDeviceConfirmsIt)
{
    MqttPeer device(server.mqttPort(), "lamp", "aurion/devices/1/command");
    device.publish("aurion/devices/1/status", R"({"status":false})");
    ASSERT_TRUE(hasPoints("status", 1));
    ASSERT_EQ(server.post("/api/devices/1/toggle").status, 200);
    ASSERT_TRUE(device.hears(R"(aurion/devices/1/command {"status":true})"));
    device.publish("aurion/devices/1/status", R"({"status":true})");
    ASSERT_TRUE(hasPoints("status", 2));
    const auto points = history("resolution=raw&attribute=status");
    EXPECT_EQ(*points.find("points")->list()[1].find("value"), Value(true));
}

TEST_P(HistoryApiTest, AnswersStatisticsAndAFile)
{
    MqttPeer device(server.mqttPort(), "lamp", "nothing");
    device.publish("aurion/devices/1/status", R"({"status":true,"power":10})");
    ASSERT_TRUE(hasPoints("power", 1));
    device.publish("aurion/devices/1/status", R"({"status":true,"power":30.5})");
    ASSERT_TRUE(hasPoints("power", 2));
    const auto answer = history("attribute=power&statistics=true");
    const Value* statistics = answer.find("statistics");
    ASSERT_NE(statistics, nullptr);
    EXPECT_EQ(statistics->find("min")->ifNumber(), 10);
    EXPECT_EQ(statistics->find("max")->ifNumber(), 30.5);
    EXPECT_GT(statistics->find("knownSeconds")->ifNumber(), 0);
    EXPECT_GT(statistics->find("unknownSeconds")->ifNumber(), 86'000) << "nothing was known yesterday";
    EXPECT_TRUE(answer.find("gaps")->list().empty()) << "what was before the first value is no gap";
    EXPECT_EQ(history("attribute=power").find("statistics"), nullptr);

    const auto file = server.get("/api/devices/1/history?attribute=power&format=csv");
    EXPECT_EQ(file.status, 200);
    EXPECT_TRUE(file.header("content-type").starts_with("text/csv"));
    EXPECT_TRUE(file.text.starts_with("at,value\r\n20")) << file.text;
    EXPECT_NE(file.text.find(",30.5\r\n"), std::string::npos);
    EXPECT_EQ(server.get("/api/devices/1/history?format=xml").status, 400);
}

TEST_P(HistoryApiTest, WhileTheServerIsDownThereIsAGap)
{
    {
        MqttPeer device(server.mqttPort(), "lamp", "nothing");
        device.publish("aurion/devices/1/status", R"({"power":10})");
        ASSERT_TRUE(hasPoints("power", 1));
    }
    ASSERT_EQ(server.stop(), 0);
    std::this_thread::sleep_for(5500ms);
    server.start();
    const auto answer = history("resolution=raw&attribute=power");
    const auto& gaps = answer.find("gaps")->list();
    ASSERT_EQ(gaps.size(), 1u);
    const auto seconds = *parseTime(gaps[0].textOr("to", "")) - *parseTime(gaps[0].textOr("from", ""));
    EXPECT_GT(seconds, 5s);
    EXPECT_LT(seconds, 12s);
}

} // namespace
} // namespace atrium::testing
