#include "homie_device.h"

#include <gtest/gtest.h>

namespace atrium::homie {
namespace {

TEST(HomieDeviceTest, ReadsADescription)
{
    HomieDevice device("t", "homie/5/t");
    ASSERT_TRUE(device.describe(R"({"name":"T","nodes":{"n":{"name":"N","properties":{
        "p":{"datatype":"float","format":"5:30:0.5","settable":true,"unit":"°C"},"w":{"datatype":"boolean"}}}}})"));
    const auto announcement = device.announcement();
    ASSERT_EQ(announcement.entities.size(), 3u) << "and the one that says how it is";
    EXPECT_EQ(announcement.entities[1].spec.component, "number");
    EXPECT_EQ(announcement.entities[1].attributes[0].spec.maximum, 30.0);
    EXPECT_EQ(announcement.entities[2].spec.component, "binary_sensor");
    EXPECT_FALSE(device.describe("nonsense"));
}

TEST(HomieDeviceTest, CollectsTheAttributesOfVersionFour)
{
    HomieDevice device("s", "homie/s");
    EXPECT_FALSE(device.isDescribed());
    for (const auto& [path, text] : {std::pair{"$nodes", "relay"},
                                     {"relay/$properties", "on"},
                                     {"relay/on/$datatype", "boolean"},
                                     {"relay/on/$settable", "true"}})
        EXPECT_TRUE(device.setAttribute(path, text));
    EXPECT_FALSE(device.setAttribute("$nodes", "relay")) << "nothing new";
    ASSERT_EQ(device.properties().size(), 1u);
    EXPECT_EQ(device.announcement().entities[1].spec.component, "switch");
}

TEST(HomieDeviceTest, RefusesTextsOfAnotherType)
{
    const HomieDevice device("t", "homie/5/t");
    EXPECT_FALSE(device.read({"n/p", "", "", "integer"}, "x"));
    EXPECT_FALSE(device.read({"n/p", "", "", "boolean"}, "1"));
    EXPECT_FALSE(device.read({"n/p", "", "", "enum", "a,b"}, "c"));
    EXPECT_EQ(device.read({"n/p", "", "", "enum", "a,b"}, "b"), Value("b"));
    EXPECT_FALSE(device.read({"n/p", "", "", "integer"}, "2.5"));
    EXPECT_FALSE(device.read({"n/p", "", "", "float", "0:10"}, "11")) << "outside of its format";
    EXPECT_FALSE(device.read({"n/p", "", "", "json"}, "{"));
    EXPECT_FALSE(device.read({"n/p", "", "", "color", "rgb,hsv"}, "cmyk,1,2,3"));
    EXPECT_EQ(device.read({"n/p", "", "", "color", "rgb,hsv"}, "hsv,1,2,3"), Value("hsv,1,2,3"));
    EXPECT_EQ(device.read({"n/p"}, std::string_view("\0", 1)), Value("")) << "how the empty text is sent";
}

} // namespace
} // namespace atrium::homie
