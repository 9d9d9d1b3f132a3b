#include "sensor.h"

#include "alert_module.h"

#include <gtest/gtest.h>

namespace atrium::security {
namespace {

using namespace std::chrono_literals;

std::optional<bool> triggered(const char* payload, const char* type = "motion")
{
    const auto reading = decodeReading(payload, type);
    return reading ? reading->triggered : std::nullopt;
}

TEST(ReadingTest, IsTriggeredInEachOfTheThreeWays)
{
    EXPECT_EQ(triggered(R"({"triggered":true})"), true);
    EXPECT_EQ(triggered(R"({"triggered":false,"motion":true,"value":1})"), false) << "the plainest word decides";
    EXPECT_EQ(triggered(R"({"motion":true})"), true);
    EXPECT_EQ(triggered(R"({"smoke":true})"), std::nullopt) << "the field of another type";
    EXPECT_EQ(triggered(R"({"smoke":true})", "smoke"), true);
    EXPECT_EQ(triggered(R"({"value":0.5})"), true);
    EXPECT_EQ(triggered(R"({"value":0})"), false);
    EXPECT_EQ(triggered(R"({"battery":80})"), std::nullopt);
    EXPECT_EQ(triggered(R"({"triggered":"yes"})"), std::nullopt);
    EXPECT_EQ(decodeReading(R"({"battery":80.5})", "motion")->battery, 80.5);
    for (const char* bad : {"", "x", "[1]", "{", "\xFF", R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}})"})
        EXPECT_FALSE(decodeReading(bad, "motion")) << bad;
}

TEST(ReadingTest, FindsTheSensorInTheTopic)
{
    EXPECT_EQ(sensorOfTopic("aurion", "aurion/sensors/12/data"), SensorId{12});
    for (const char* topic :
         {"aurion/sensors//data", "aurion/sensors/x/data", "aurion/sensors/1/2/data", "aurion/sensors/-1/data",
          "aurion/sensors/data", "other/sensors/1/data", "aurion/sensors/99999999999999999999/data"})
        EXPECT_FALSE(sensorOfTopic("aurion", topic)) << topic;
}

TEST(AlertTest, CutsTextsBetweenLetters)
{
    Alert alert;
    alert.report.key = std::string(189, 'k') + "\xC3\xA9";
    alert.report.title = "\xC3";
    fit(alert);
    EXPECT_EQ(alert.report.key, std::string(189, 'k'));
    EXPECT_EQ(alert.report.title, "?");
}

TEST(AlertTest, ReadsDurationsOfRules)
{
    EXPECT_EQ(parseDuration("30s"), 30s);
    EXPECT_EQ(parseDuration("10m"), 10min);
    EXPECT_EQ(parseDuration("2d"), 48h);
    for (const char* bad : {"", "m", "10", "-1m", "0s", "1.5h", "10 m", "999999d", "99999999999s"})
        EXPECT_FALSE(parseDuration(bad)) << bad;
}

} // namespace
} // namespace atrium::security
