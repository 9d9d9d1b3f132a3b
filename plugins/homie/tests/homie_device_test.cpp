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

TEST(HomieDeviceTest, AnArrayOfVersionThreeIsAsManyNodes)
{
    HomieDevice device("s", "homie/s");
    for (const auto& [path, text] : {std::pair{"$nodes", "lamp[]"},
                                     {"lamp/$properties", "on"},
                                     {"lamp/$array", "0-2"},
                                     {"lamp_1/$name", "Middle"},
                                     {"lamp/on/$name", "On"},
                                     {"lamp/on/$datatype", "boolean"}})
        device.setAttribute(path, text);
    const auto properties = device.properties();
    ASSERT_EQ(properties.size(), 3u);
    EXPECT_EQ(properties[1].id, "lamp_1/on");
    EXPECT_EQ(properties[1].name, "Middle On");
    EXPECT_EQ(properties[2].name, "lamp_2 On");
    EXPECT_EQ(properties[2].datatype, "boolean");
}

TEST(HomieDeviceTest, ABridgeWithoutPropertiesIsADevice)
{
    HomieDevice device("b", "homie/5/b");
    EXPECT_TRUE(device.describe(R"({"homie":"5.0","version":1,"children":["c"]})"));
    EXPECT_TRUE(device.isDescribed());
    HomieDevice child("c", "homie/5/c");
    EXPECT_TRUE(child.describe(R"({"homie":"5.0","parent":"b"})"));
    EXPECT_EQ(child.root(), "b") << "its parent is the head of the tree when nothing else is said";
    EXPECT_FALSE(child.describe(R"({"homie":"6.0"})"));
}

TEST(HomieDeviceTest, APropertyShowsItsTargetOnceItSaysOne)
{
    HomieDevice device("t", "homie/5/t");
    ASSERT_TRUE(device.describe(R"({"nodes":{"n":{"properties":{"p":{"datatype":"integer","settable":true}}}}})"));
    EXPECT_EQ(device.announcement().entities[1].attributes.size(), 1u);
    EXPECT_TRUE(device.addTarget("n/p"));
    EXPECT_FALSE(device.addTarget("n/p"));
    EXPECT_EQ(device.announcement().entities[1].attributes.at(1).role, "target");
}

TEST(HomieDeviceTest, ShowsItsAlertsUntilTheyAreTakenBack)
{
    HomieDevice device("t", "homie/5/t");
    device.setAlert("battery", "Battery is low");
    device.setAlert("child", "Sensor is silent");
    EXPECT_EQ(device.alerts(), Value("Battery is low; Sensor is silent"));
    device.setAlert("battery", "");
    EXPECT_EQ(device.alerts(), Value("Sensor is silent"));
    device.setAlert("child", "");
    EXPECT_TRUE(device.alerts().isNull());
    EXPECT_EQ(device.announcement().entities.back().spec.name, "Alert") << "it stays where rules look for it";
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
    EXPECT_FALSE(device.read({"n/p", "", "", "integer"}, "5.0")) << "no whole number as the convention writes them";
    EXPECT_FALSE(device.read({"n/p", "", "", "json"}, "{"));
    EXPECT_FALSE(device.read({"n/p", "", "", "json"}, "5")) << "a list or an object";
    EXPECT_FALSE(device.read({"n/p", "", "", "color", "rgb"}, "rgb,256,0,0"));
    EXPECT_EQ(device.read({"n/p", "", "", "color", "xyz"}, "xyz,0.25,0.34"), Value("xyz,0.25,0.34"));
    EXPECT_EQ(device.read({"n/p", "", "", "duration"}, "PT1H5S"), Value("PT1H5S"));
    for (const char* wrong : {"90", "PT", "PT5", "P1D", "PT5S1H"})
        EXPECT_FALSE(device.read({"n/p", "", "", "duration"}, wrong)) << wrong;
    EXPECT_FALSE(device.read({"n/p", "", "", "color", "rgb,hsv"}, "cmyk,1,2,3"));
    EXPECT_EQ(device.read({"n/p", "", "", "color", "rgb,hsv"}, "hsv,1,2,3"), Value("hsv,1,2,3"));
    EXPECT_EQ(device.read({"n/p"}, std::string_view("\0", 1)), Value("")) << "how the empty text is sent";
}

} // namespace
} // namespace atrium::homie
