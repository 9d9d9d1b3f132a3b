#include "tasmota_device.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::tasmota {
namespace {

TasmotaDevice plug()
{
    return TasmotaDevice::fromConfig(
               *parseJson(R"({"mac":"A1B2C3D4E5F6","dn":"Desk","fn":["Desk","Lamp"],"t":"desk","ft":"%prefix%/%topic%/",
                   "tp":["cmnd","stat","tele"],"rl":[1,2,0],"lt_st":2,"state":["AUS","EIN"],"sw":"14.1","so":{"30":0}})"))
        .value();
}

TEST(TasmotaDeviceTest, HasARelayAndALampWithTheirNames)
{
    const auto announcement = plug().announcement();
    EXPECT_EQ(announcement.entities[0].spec.component, "switch");
    EXPECT_FALSE(announcement.entities[0].spec.name) << "the first relay carries the device's name";
    EXPECT_EQ(announcement.entities[1].spec.component, "light");
    EXPECT_EQ(*announcement.entities[1].spec.name, "Lamp");
}

TEST(TasmotaDeviceTest, ReadsTranslatedWords)
{
    const auto values = plug().readState(*parseJson(R"({"POWER1":"EIN","POWER2":"AUS","Dimmer":40})"));
    EXPECT_EQ(values[0].values[0].second, Value(true));
    EXPECT_EQ(values[1].values[0].second, Value(false));
}

TEST(TasmotaDeviceTest, EveryLeafIsASensorWithItsUnit)
{
    auto device = plug();
    const auto sensors =
        *parseJson(R"({"Time":"x","ENERGY":{"Power":[5,7],"Total":1.5},"TempUnit":"F","AM":{"Temperature":70}})");
    EXPECT_TRUE(device.learnSensors(sensors));
    EXPECT_FALSE(device.learnSensors(sensors)) << "nothing new";
    const auto values = device.readSensors(sensors);
    ASSERT_EQ(values.size(), 4u);
    EXPECT_EQ(values[1].entity, "A1B2C3D4E5F6_sensor_sensor_ENERGY_Power_1");
    EXPECT_EQ(values[1].values[0].second, Value(7));
    for (const auto& entity : device.announcement().entities)
        if (entity.spec.name == "AM Temperature") {
            EXPECT_EQ(entity.spec.unit, "°F");
        }
}

TEST(TasmotaDeviceTest, RefusesAConfigWithoutATopic)
{
    EXPECT_FALSE(TasmotaDevice::fromConfig(*parseJson(R"({"mac":"A1B2C3D4E5F6"})")));
}

} // namespace
} // namespace atrium::tasmota
