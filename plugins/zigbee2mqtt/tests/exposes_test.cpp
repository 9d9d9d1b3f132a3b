#include "exposes.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::zigbee2mqtt {
namespace {

const char* const lamp = R"([
  {"type":"light","features":[
    {"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF","value_toggle":"TOGGLE"},
    {"type":"numeric","name":"brightness","property":"brightness","access":7,"value_min":0,"value_max":254},
    {"type":"numeric","name":"color_temp","property":"color_temp","access":7,"value_min":153,"value_max":500,"unit":"mired"},
    {"type":"composite","name":"color_xy","property":"color","access":7,"features":[
      {"type":"numeric","name":"x","property":"x","access":7},{"type":"numeric","name":"y","property":"y","access":7}]}]},
  {"type":"enum","name":"effect","label":"Effect","property":"effect","access":2,"values":["blink","breathe"]},
  {"type":"numeric","name":"linkquality","label":"Linkquality","property":"linkquality","access":1,"unit":"lqi","category":"diagnostic"},
  {"type":"list","name":"scenes","property":"scenes","access":1},
  {"type":"composite","name":"options","property":"options","access":7,"features":[
    {"type":"binary","name":"late","label":"Late","property":"late","access":7,"value_on":true,"value_off":false}]}])";

const ExposedEntity* find(const std::vector<ExposedEntity>& all, const std::string& id)
{
    for (const auto& entity : all)
        if (entity.announced.id == id) return &entity;
    return nullptr;
}

std::string text(const std::vector<std::pair<std::string, Value>>& values)
{
    Object all;
    for (const auto& [role, value] : values) all.set(role, value);
    return toJson(all);
}

class ExposesTest : public ::testing::Test {
protected:
    std::string set(const std::string& id, const std::string& command, Object arguments = {})
    {
        const auto* entity = find(entities, id);
        if (!entity) return "no entity";
        const auto setting = settingFor(*entity, command, arguments);
        return setting ? toJson(setting->message) : "refused";
    }
    std::vector<ExposedEntity> entities = entitiesOf("0x1", *parseJson(lamp));
};

TEST_F(ExposesTest, MakesAnEntityOfEachExpose)
{
    ASSERT_EQ(entities.size(), 5u);
    EXPECT_EQ(find(entities, "0x1_light")->announced.spec.component, "light");
    EXPECT_FALSE(find(entities, "0x1_light")->announced.spec.name) << "it is the device";
    EXPECT_EQ(find(entities, "0x1_effect")->announced.spec.component, "select");
    EXPECT_FALSE(find(entities, "0x1_linkquality")->announced.spec.enabled);
    EXPECT_EQ(find(entities, "0x1_scenes")->announced.spec.component, "raw") << "not understood, not lost";
    EXPECT_EQ(find(entities, "0x1_options_late")->announced.spec.component, "switch");
}

TEST_F(ExposesTest, ReadsAState)
{
    const auto state = *parseJson(R"({"state":"ON","brightness":127,"color":{"x":0.3,"y":0.4},"effect":null,
        "options":{"late":true},"scenes":[1,2]})");
    EXPECT_EQ(text(readState(*find(entities, "0x1_light"), state)),
              R"({"state":true,"brightness_pct":50,"xy":[0.3,0.4]})");
    EXPECT_EQ(text(readState(*find(entities, "0x1_effect"), state)), R"({"state":null})");
    EXPECT_EQ(text(readState(*find(entities, "0x1_options_late"), state)), R"({"state":true})");
    EXPECT_EQ(text(readState(*find(entities, "0x1_scenes"), state)), R"({"state":"[1,2]"})");
    EXPECT_EQ(text(readState(*find(entities, "0x1_light"), *parseJson(R"({"state":"MAYBE","brightness":"much"})"))),
              "{}");
}

TEST_F(ExposesTest, PlansWhatIsSet)
{
    EXPECT_EQ(set("0x1_light", "turn_on"), R"({"state":"ON"})");
    EXPECT_EQ(set("0x1_light", "set_brightness", {{"brightness_pct", 50}}), R"({"state":"ON","brightness":127})");
    EXPECT_EQ(set("0x1_light", "set_brightness", {{"brightness_pct", 150}}), "refused");
    EXPECT_EQ(set("0x1_light", "set_xy", {{"xy", List{0.1, 0.2}}}), R"({"color":{"x":0.1,"y":0.2}})");
    EXPECT_EQ(set("0x1_light", "set_rgb", {{"r", 1}, {"g", 2}, {"b", 3}}), R"({"color":{"r":1,"g":2,"b":3}})");
    EXPECT_EQ(set("0x1_effect", "select_option", {{"option", "blink"}}), R"({"effect":"blink"})");
    EXPECT_EQ(set("0x1_effect", "select_option", {{"option", "explode"}}), "refused");
    EXPECT_EQ(set("0x1_options_late", "turn_off"), R"({"options":{"late":false}})");
}

TEST(ExposedContactTest, IsOnWhenTheDoorIsOpen)
{
    const auto all = entitiesOf(
        "0x2",
        *parseJson(
            R"([{"type":"binary","name":"contact","property":"contact","access":1,"value_on":false,"value_off":true}])"));
    EXPECT_EQ(all.at(0).announced.spec.deviceClass, "door");
    EXPECT_EQ(text(readState(all[0], *parseJson(R"({"contact":false})"))), R"({"state":true})");
}

TEST(ExposedCoverAndLockTest, SpeakTheHousesWords)
{
    const auto all = entitiesOf("0x3", *parseJson(R"([
      {"type":"cover","features":[{"type":"enum","name":"state","property":"state","access":3,"values":["OPEN","CLOSE","STOP"]},
        {"type":"numeric","name":"position","property":"position","access":7,"value_min":0,"value_max":100}]},
      {"type":"lock","features":[{"type":"binary","name":"state","property":"state","access":7,"value_on":"LOCK","value_off":"UNLOCK"}]}])"));
    const auto* cover = find(all, "0x3_cover");
    ASSERT_TRUE(cover);
    EXPECT_EQ(text(readState(*cover, *parseJson(R"({"state":"OPEN","position":0})"))),
              R"({"state":"closed","position":0})");
    EXPECT_EQ(toJson(settingFor(*cover, "set_position", {{"position", 30}})->message), R"({"position":30})");
    EXPECT_EQ(toJson(settingFor(*cover, "stop", {})->message), R"({"state":"STOP"})");
    const auto* lock = find(all, "0x3_lock");
    ASSERT_TRUE(lock);
    EXPECT_EQ(text(readState(*lock, *parseJson(R"({"state":"LOCK"})"))), R"({"state":"locked"})");
    EXPECT_EQ(toJson(settingFor(*lock, "unlock", {})->message), R"({"state":"UNLOCK"})");
}

} // namespace
} // namespace atrium::zigbee2mqtt
