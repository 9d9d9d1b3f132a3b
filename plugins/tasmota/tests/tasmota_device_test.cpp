#include "tasmota_device.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace atrium::tasmota {
namespace {

/// A device with the members of `more` in its discovery message.
TasmotaDevice device(const std::string& more)
{
    auto config = *parseJson(R"({"mac":"A1B2C3D4E5F6","dn":"Desk","t":"desk","ft":"%prefix%/%topic%/","ip":"192.0.2.7",
                                 "tp":["cmnd","stat","tele"],"state":["AUS","EIN","WECHSEL","HALTEN"],"sw":"14.1"})");
    const auto added = *parseJson(more);
    for (const auto& [key, value] : added.object()) config.object().set(key, value);
    return TasmotaDevice(readSetup(config).value());
}

AnnouncedEntity entity(const TasmotaDevice& device, std::string_view id)
{
    const auto announcement = device.announcement();
    for (const auto& one : announcement.entities)
        if (one.id.view().ends_with(id)) return one;
    ADD_FAILURE() << "no entity " << id;
    return {};
}

std::map<std::string, Value> state(const TasmotaDevice& device, std::string_view id, const std::string& message)
{
    std::vector<EntityValues> all;
    device.readState(*parseJson(message), all);
    for (const auto& one : all)
        if (one.entity.ends_with(id)) return {one.values.begin(), one.values.end()};
    return {};
}

std::string published(const TasmotaDevice& from, std::string_view id, const std::string& name, Object arguments)
{
    const Device owner;
    const Entity target{entity(from, id).id, {}, {}};
    const Cause cause;
    const auto plan = from.plan({owner, target, from.key(), name, arguments, cause});
    if (!plan) return plan.error().message.en;
    return plan->publications.at(0).topic + ' ' + std::string(plan->publications.at(0).payload);
}

TEST(TasmotaDeviceTest, HasARelayAndALampWithTheirNames)
{
    const auto plug = device(R"({"fn":["Desk","Lamp",null],"rl":[1,2,1],"lt_st":2})");
    EXPECT_EQ(entity(plug, "switch_relay_0").spec.name, std::nullopt) << "the first relay carries the device's name";
    EXPECT_EQ(entity(plug, "light_light_1").spec.name, "Lamp");
    EXPECT_EQ(entity(plug, "switch_relay_2").spec.name, "switch 3") << "a relay without a name is told by its number";
}

TEST(TasmotaDeviceTest, ReadsAndSpeaksTranslatedWords)
{
    const auto plug = device(R"({"fn":["Desk","Lamp"],"rl":[1,2],"lt_st":2})");
    EXPECT_EQ(state(plug, "switch_relay_0", R"({"POWER1":"EIN"})")["state"], Value(true));
    EXPECT_EQ(state(plug, "light_light_1", R"({"POWER2":"AUS","Dimmer":40,"CT":300})")["brightness_pct"], Value(40));
    EXPECT_EQ(published(plug, "switch_relay_0", "turn_on", {}), "cmnd/desk/Power1 EIN");
}

TEST(TasmotaDeviceTest, ColourAndWhiteOfALampMayBeTwo)
{
    const auto lamp = device(R"({"fn":["Desk"],"rl":[2,2],"lt_st":5,"lk":0})");
    const std::string said = R"({"POWER1":"EIN","POWER2":"AUS","Dimmer1":30,"Dimmer2":70,"Color":"FF8800","CT":250})";
    EXPECT_EQ(state(lamp, "light_light_0", said)["rgb"], Value(List{255, 136, 0}));
    EXPECT_EQ(state(lamp, "light_light_0", said)["brightness_pct"], Value(30));
    EXPECT_EQ(state(lamp, "light_light_1", said)["brightness_pct"], Value(70));
    EXPECT_EQ(state(lamp, "light_light_1", said)["color_temp"], Value(250));
    EXPECT_EQ(published(lamp, "light_light_1", "set_brightness", {{"brightness_pct", 20}}), "cmnd/desk/Dimmer2 20");
    EXPECT_EQ(published(lamp, "light_light_0", "set_rgb", {{"rgb", List{1, 2, 3}}}), "cmnd/desk/Color2 1,2,3=");
}

TEST(TasmotaDeviceTest, EachChannelMayBeALampOfItsOwn)
{
    const auto lamp = device(R"({"fn":["Desk","B"],"rl":[2,2],"lt_st":2,"so":{"68":1}})");
    EXPECT_EQ(state(lamp, "light_light_1", R"({"POWER2":"EIN","Channel2":55})")["brightness_pct"], Value(55));
    EXPECT_EQ(state(lamp, "light_light_1", R"({"POWER2":"EIN","Channel":[10,60]})")["brightness_pct"], Value(60));
    EXPECT_EQ(published(lamp, "light_light_1", "set_brightness", {{"brightness_pct", 20}}), "cmnd/desk/Channel2 20");
}

TEST(TasmotaDeviceTest, AFanHasThreeSpeedsAndALampThatCannotBeDimmed)
{
    const auto fan = device(R"({"fn":["Desk"],"rl":[2,1],"if":1})");
    EXPECT_EQ(entity(fan, "light_relay_0").spec.commands, (std::vector<std::string>{"turn_on", "turn_off"}));
    EXPECT_EQ(state(fan, "fan_fan_ifan", R"({"FanSpeed":2})")["percentage"], Value(66));
    EXPECT_EQ(published(fan, "fan_fan_ifan", "set_percentage", {{"percentage", 33}}), "cmnd/desk/FanSpeed 1");
    EXPECT_EQ(published(fan, "fan_fan_ifan", "turn_on", {}), "cmnd/desk/FanSpeed 2");
    EXPECT_EQ(published(fan, "fan_fan_ifan", "turn_off", {}), "cmnd/desk/FanSpeed 0");
}

TEST(TasmotaDeviceTest, AnInvertedShutterIsOpenAtZeroAndTiltsWithinItsRange)
{
    const auto shutter = device(R"({"fn":["Desk"],"rl":[3,3,3,3],"sho":[1,0],"sht":[[-90,90,24],[0,0,0]]})");
    EXPECT_EQ(entity(shutter, "cover_shutter_1").spec.name, "cover 2");
    const auto said =
        state(shutter, "cover_shutter_0", R"({"Shutter1":{"Position":20,"Direction":-1,"Target":0,"Tilt":0}})");
    EXPECT_EQ(said.at("position"), Value(80.0));
    EXPECT_EQ(said.at("state"), Value("opening"));
    EXPECT_EQ(said.at("tilt"), Value(50.0));
    EXPECT_EQ(published(shutter, "cover_shutter_0", "set_position", {{"position", 30}}),
              "cmnd/desk/ShutterPosition1 70");
    EXPECT_EQ(published(shutter, "cover_shutter_0", "set_tilt", {{"tilt", 75}}), "cmnd/desk/ShutterTilt1 45");
    const auto& commands = entity(shutter, "cover_shutter_1").spec.commands;
    EXPECT_EQ(std::count(commands.begin(), commands.end(), "set_tilt"), 0) << "its range is empty";
}

TEST(TasmotaDeviceTest, InputsAreStatesOrPressesByTheirMode)
{
    const auto input = device(R"({"rl":[],"swc":[1,13,0,5],"swn":[null,"Door",null,null],"so":{"114":1}})");
    EXPECT_EQ(entity(input, "binary_sensor_switch_0").spec.name, "binary_sensor 1");
    EXPECT_EQ(state(input, "binary_sensor_switch_0", R"({"Switch1":{"Action":"EIN"}})")["state"], Value(true));
    EXPECT_EQ(state(input, "binary_sensor_switch_0", R"({"Switch1":"AUS"})")["state"], Value(false));
    std::vector<EntityValues> said;
    input.readState(*parseJson(R"({"Door":{"Action":"EIN"}})"), said);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_TRUE(said[0].fallsBack) << "a push says only that it began";
    const auto presses = input.pressesIn(*parseJson(R"({"Switch4":{"Action":"HALTEN"}})"));
    ASSERT_EQ(presses.size(), 1u);
    EXPECT_EQ(presses[0]->type, "button_long_press");
    EXPECT_EQ(input.pressesIn(*parseJson(R"({"Switch3":{"Action":"WECHSEL"}})")).size(), 1u);
    EXPECT_TRUE(input.pressesIn(*parseJson(R"({"Switch1":{"Action":"WECHSEL"}})")).empty()) << "it follows";
}

TEST(TasmotaDeviceTest, DetachedButtonsReportPresses)
{
    const auto buttons = device(R"({"rl":[1],"btn":[1,0],"so":{"73":1,"11":1}})");
    const auto presses = buttons.pressesIn(*parseJson(R"({"Button1":{"Action":"SINGLE"}})"));
    ASSERT_EQ(presses.size(), 1u);
    EXPECT_EQ(presses[0]->type, "button_double_press") << "SetOption11 exchanges the two";
    EXPECT_EQ(presses[0]->subtype, "button_1");
    EXPECT_TRUE(device(R"({"btn":[1]})").pressesIn(*parseJson(R"({"Button1":{"Action":"SINGLE"}})")).empty())
        << "without SetOption73 a button switches";
}

TEST(TasmotaDeviceTest, EveryLeafIsASensorWithTheUnitOfItsQuantity)
{
    auto plug = device("{}");
    const auto sensors = *parseJson(
        R"({"Time":"x","Switch1":"ON","ENERGY":{"Power":[5,7],"Total":1.5},"TempUnit":"F","AM":{"Temperature":70},
            "TX23":{"Speed":{"Act":14.8,"Avg":8.5},"Dir":{"Card":"WSW"}},"SpeedUnit":"km/h",
            "ANALOG":{"Temperature1":21,"CTEnergy1":{"Power":230}},"AS3935":{"Energy":9}})");
    EXPECT_TRUE(plug.learnSensors(sensors));
    EXPECT_FALSE(plug.learnSensors(sensors)) << "nothing new";
    std::vector<EntityValues> values;
    plug.readSensors(sensors, values);
    EXPECT_EQ(values[1].entity, "A1B2C3D4E5F6_sensor_sensor_ENERGY_Power_1");
    EXPECT_EQ(values[1].values[0].second, Value(7));
    EXPECT_EQ(entity(plug, "AM_Temperature").spec.unit, "°F");
    EXPECT_EQ(entity(plug, "TX23_Speed_Act").spec.unit, "km/h");
    EXPECT_EQ(entity(plug, "TX23_Speed_Act").spec.name, "TX23 Speed Act");
    EXPECT_EQ(entity(plug, "TX23_Dir_Card").spec.unit, "");
    EXPECT_EQ(entity(plug, "ANALOG_Temperature1").spec.deviceClass, "temperature");
    EXPECT_EQ(entity(plug, "ANALOG_CTEnergy1_Power").spec.unit, "W");
    EXPECT_EQ(entity(plug, "AS3935_Energy").spec.unit, "") << "the strength of a lightning is no energy";
    values.clear();
    plug.readSensors(*parseJson(R"({"ENERGY":{"Power":9}})"), values);
    ASSERT_EQ(values.size(), 1u) << "one phase says a number in place of a list";
    EXPECT_EQ(values[0].entity, "A1B2C3D4E5F6_sensor_sensor_ENERGY_Power_0");
}

TEST(TasmotaDeviceTest, IsLearnedFromWhatItLetsSlip)
{
    auto lamp = TasmotaDevice::fromTopic("hall", "cmnd/hall/");
    EXPECT_TRUE(lamp.learnStatus(*parseJson(R"({"Status":{"Module":18,"FriendlyName":["Hall","Left"]}})")));
    EXPECT_TRUE(lamp.learnRelays(*parseJson(R"({"POWER1":"ON","POWER2":"OFF","Dimmer":30,"HSBColor":"1,2,3"})")));
    EXPECT_EQ(lamp.announcement().name, "Hall");
    EXPECT_EQ(entity(lamp, "light_light_0").spec.name, std::nullopt);
    EXPECT_EQ(entity(lamp, "switch_relay_1").spec.name, "Left");
    EXPECT_EQ(state(lamp, "light_light_0", R"({"POWER1":"ON","HSBColor":"120,50,30"})")["hs"], Value(List{120, 50}));
}

TEST(TasmotaDeviceTest, RefusesAConfigWithoutATopic)
{
    EXPECT_FALSE(readSetup(*parseJson(R"({"mac":"A1B2C3D4E5F6"})")));
}

} // namespace
} // namespace atrium::tasmota
