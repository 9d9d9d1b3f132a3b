#include "shelly_device.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::shelly {
namespace {

TEST(ShellyDeviceTest, AStatusBecomesASwitchAndItsMeasures)
{
    ShellyDevice device("desk");
    EXPECT_TRUE(device.take("switch:0", *parseJson(R"({"output":true,"apower":4.5,"aenergy":{"total":12.5}})")));
    const auto announcement = device.announcement();
    ASSERT_EQ(announcement.entities.size(), 3u);
    EXPECT_EQ(announcement.entities[0].id, "desk-switch:0");
    EXPECT_EQ(announcement.entities[2].spec.unit, "Wh");
}

TEST(ShellyDeviceTest, APartIsLaidOverWhatIsKnown)
{
    ShellyDevice device("desk");
    device.take("switch:0", *parseJson(R"({"output":true,"aenergy":{"total":12.5}})"));
    EXPECT_FALSE(device.take("switch:0", *parseJson(R"({"output":false})"))) << "no new entity";
    const auto readings = device.read("switch:0");
    EXPECT_EQ(readings[0].values[0].second, Value(false));
    EXPECT_EQ(readings[1].values[0].second, Value(12.5)) << "what was not said again still holds";
}

TEST(ShellyDeviceTest, UnknownComponentsAreLeftAlone)
{
    ShellyDevice device("desk");
    EXPECT_FALSE(device.take("ws", *parseJson(R"({"connected":false})")));
    EXPECT_FALSE(device.take("switch:0", Value("text")));
    EXPECT_FALSE(device.hasEntities());
}

} // namespace
} // namespace atrium::shelly
