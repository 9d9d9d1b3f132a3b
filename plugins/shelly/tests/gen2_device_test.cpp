#include "gen2_device.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::shelly {
namespace {

const AnnouncedEntity* entityOf(const DeviceAnnouncement& device, const std::string& id)
{
    for (const auto& entity : device.entities)
        if (entity.id == id) return &entity;
    return nullptr;
}

std::string commandOf(const Gen2Device& device, const std::string& id, const std::string& name, Object arguments = {})
{
    const auto announcement = device.announcement();
    const auto* known = entityOf(announcement, id);
    if (!known) return "no entity";
    const Device shown{};
    const Entity entity{id, known->spec};
    const Cause cause;
    const auto plan = device.plan({shown, entity, device.prefix(), name, arguments, cause});
    return plan ? plan->publications.at(0).topic + ' ' + plan->publications.at(0).payload : "refused";
}

TEST(Gen2DeviceTest, AStatusBecomesASwitchAndItsMeasures)
{
    Gen2Device device("desk");
    EXPECT_TRUE(device.takeStatus("switch:0", *parseJson(R"({"output":true,"apower":4.5,"aenergy":{"total":12.5}})")));
    const auto announcement = device.announcement();
    ASSERT_EQ(announcement.entities.size(), 3u);
    EXPECT_EQ(announcement.entities[0].id, "desk-switch:0");
    EXPECT_EQ(announcement.entities[2].spec.unit, "Wh");
}

TEST(Gen2DeviceTest, APartIsLaidOverWhatIsKnown)
{
    Gen2Device device("desk");
    device.takeStatus("switch:0", *parseJson(R"({"output":true,"aenergy":{"total":12.5}})"));
    EXPECT_FALSE(device.takeStatus("switch:0", *parseJson(R"({"output":false})"))) << "no new entity";
    const auto readings = device.read("switch:0");
    EXPECT_EQ(readings[0].values[0].second, Value(false));
    EXPECT_EQ(readings[1].values[0].second, Value(12.5)) << "what was not said again still holds";
}

TEST(Gen2DeviceTest, HousekeepingHasNoEntitiesAndAnUnknownComponentIsKeptRaw)
{
    Gen2Device device("desk");
    EXPECT_FALSE(device.takeStatus("ws", *parseJson(R"({"connected":false})")));
    EXPECT_FALSE(device.takeStatus("switch:0", Value("text")));
    EXPECT_FALSE(device.hasEntities());
    EXPECT_TRUE(device.takeStatus("laser:0", *parseJson(R"({"id":0,"beam":"wide"})")));
    const auto announcement = device.announcement();
    ASSERT_TRUE(entityOf(announcement, "desk-laser:0"));
    EXPECT_EQ(entityOf(announcement, "desk-laser:0")->spec.component, "raw");
    EXPECT_EQ(device.read("laser:0")[0].values[0].second.textOr("beam", ""), "wide");
}

TEST(Gen2DeviceTest, AThreePhaseMeterHasEachPhase)
{
    Gen2Device device("meter");
    device.takeStatus("em:0", *parseJson(R"({"id":0,"a_voltage":230.1,"b_voltage":231.2,"c_voltage":229.9,
        "a_act_power":100.5,"total_act_power":301.5,"n_current":null})"));
    const auto announcement = device.announcement();
    ASSERT_TRUE(entityOf(announcement, "meter-em:0-b_voltage"));
    EXPECT_EQ(entityOf(announcement, "meter-em:0-b_voltage")->spec.unit, "V");
    EXPECT_TRUE(entityOf(announcement, "meter-em:0-total_act_power"));
    EXPECT_FALSE(entityOf(announcement, "meter-em:0-n_current")) << "it measures none";
}

TEST(Gen2DeviceTest, NamesGivenOnTheDeviceWin)
{
    Gen2Device device("desk");
    device.takeStatus("switch:0", *parseJson(R"({"output":true})"));
    EXPECT_EQ(*device.announcement().entities[0].spec.name, "switch 0");
    EXPECT_TRUE(device.takeConfig(parseJson(R"({"switch:0":{"id":0,"name":"Lamp"},"sys":{"device":{}}})")->object()));
    EXPECT_EQ(*device.announcement().entities[0].spec.name, "Lamp");
}

TEST(Gen2DeviceTest, CommandsAreRemoteCalls)
{
    Gen2Device device("desk");
    device.takeStatus("switch:1", *parseJson(R"({"output":true})"));
    device.takeStatus("cover:0", *parseJson(R"({"state":"stopped","current_pos":40})"));
    device.takeStatus("rgb:0", *parseJson(R"({"output":true,"brightness":50,"rgb":[1,2,3]})"));
    device.takeStatus("thermostat:0", *parseJson(R"({"enable":true,"target_C":21,"current_C":20.5})"));
    device.takeStatus("enum:200", *parseJson(R"({"value":"eco"})"));
    EXPECT_EQ(commandOf(device, "desk-switch:1", "turn_off"),
              R"(desk/rpc {"id":1,"src":"atrium/rpc-desk","method":"Switch.Set","params":{"id":1,"on":false}})");
    EXPECT_EQ(commandOf(device, "desk-cover:0", "set_position", {{"position", 30}}),
              R"(desk/rpc {"id":1,"src":"atrium/rpc-desk","method":"Cover.GoToPosition","params":{"id":0,"pos":30}})");
    EXPECT_EQ(commandOf(device, "desk-cover:0", "set_position", {{"position", 130}}), "refused");
    EXPECT_EQ(
        commandOf(device, "desk-rgb:0", "set_rgb", {{"rgb", List{9, 8, 7}}}),
        R"(desk/rpc {"id":1,"src":"atrium/rpc-desk","method":"RGB.Set","params":{"id":0,"on":true,"rgb":[9,8,7]}})");
    EXPECT_EQ(
        commandOf(device, "desk-thermostat:0", "set_mode", {{"mode", "off"}}),
        R"(desk/rpc {"id":1,"src":"atrium/rpc-desk","method":"Thermostat.SetConfig","params":{"id":0,"config":{"id":0,"enable":false}}})");
    EXPECT_EQ(commandOf(device, "desk-enum:200", "select_option", {{"option", "away"}}),
              R"(desk/rpc {"id":1,"src":"atrium/rpc-desk","method":"Enum.Set","params":{"id":200,"value":"away"}})");
}

} // namespace
} // namespace atrium::shelly
