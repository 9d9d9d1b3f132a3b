#include "tests/integration/automation/automation_house.h"

#include "atrium/json.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

/// Each file in scripts/automations does what it says, in the demo home.
class ShippedAutomationsTest : public ::testing::Test {
protected:
    ShippedAutomationsTest()
    {
        house.addDevice(3, "entree/lumiere", {{"status", false}, {"power", 0.0}});
        house.addDevice(4, "entree/mouvement", {{"motion", false}, {"illuminance", 80.0}});
        house.addDevice(5, "chambre/climatiseur", {{"status", false}, {"temperature", 25.0}});
        house.addDevice(7, "cuisine/prise", {{"status", true}, {"power", 100.0}});
    }
    void load(const std::string& file)
    {
        ASSERT_EQ(house.load(1, readFile(ATRIUM_SOURCE_DIR "/scripts/automations/" + file), file), "");
    }
    bool commands(std::size_t count)
    {
        return house.until([&] { return house.commands.sent.size() == count; });
    }
    House house;
};

TEST_F(ShippedAutomationsTest, AllLoad)
{
    std::int64_t id = 1;
    for (const auto& entry : std::filesystem::directory_iterator(ATRIUM_SOURCE_DIR "/scripts/automations")) {
        if (entry.path().extension() != ".lua") continue;
        EXPECT_EQ(house.load(id++, readFile(entry.path().string()), entry.path().filename().string()), "");
    }
    EXPECT_GE(id, 4);
}

TEST_F(ShippedAutomationsTest, LightsTheHallWhileSomeoneMoves)
{
    load("eclairage_entree.lua");
    house.report(4, "motion", true);
    ASSERT_TRUE(commands(1));
    house.settle();
    house.advance(90s);
    house.report(4, "motion", false);
    house.report(4, "motion", true); // begins the two minutes anew
    ASSERT_TRUE(commands(2));
    house.settle();
    house.advance(90s);
    house.settle();
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "on"));
    house.advance(30s);
    ASSERT_TRUE(commands(3));
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "on", "off"));
    EXPECT_EQ(house.commands.sent[2].device, DeviceId{3});
}

TEST_F(ShippedAutomationsTest, LeavesTheHallDarkByDay)
{
    load("eclairage_entree.lua");
    house.report(4, "illuminance", 400.0);
    house.report(4, "motion", true);
    ASSERT_TRUE(house.until([&] { return house.engine->runLog().skips(AutomationId{1}).size() == 1; }));
    const auto& skip = house.engine->runLog().skips(AutomationId{1})[0];
    EXPECT_THAT(skip.why().text.en, ::testing::HasSubstr("eclairage_entree.lua:"));
    ASSERT_EQ(skip.reads.size(), 1u);
    EXPECT_EQ(skip.reads[0].value, Value(400.0));
    EXPECT_TRUE(house.commands.sent.empty());
}

TEST_F(ShippedAutomationsTest, CoolsTheBedroomWithHysteresis)
{
    load("confort_chambre.lua");
    house.report(5, "temperature", 26.5);
    ASSERT_TRUE(commands(1));
    for (const double temperature : {25.8, 26.4, 25.5}) house.report(5, "temperature", temperature);
    house.settle();
    EXPECT_THAT(house.commandNames(), ElementsAre("on"));
    house.report(5, "temperature", 23.5);
    ASSERT_TRUE(commands(2));
    EXPECT_THAT(house.commandNames(), ElementsAre("on", "off"));
}

TEST_F(ShippedAutomationsTest, WarnsOfTooMuchPowerOnceACrossing)
{
    load("alerte_puissance.lua");
    for (const double power : {2100.0, 2200.0, 1900.0, 2050.0}) house.report(7, "power", power);
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 1; }));
    house.report(7, "power", 900.0);
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 2; }));
    house.report(7, "power", 2300.0);
    ASSERT_TRUE(house.until([&] { return house.mqtt.published.size() == 3; }));
    house.settle();
    ASSERT_EQ(house.mqtt.published.size(), 3u);
    EXPECT_EQ(house.mqtt.published[0].topic, "atrium/alertes/puissance");
    EXPECT_EQ(parseJson(house.mqtt.published[0].payload).value().integerOr("count", 0), 1);
    EXPECT_TRUE(parseJson(house.mqtt.published[1].payload).value().booleanOr("over", false));
    EXPECT_EQ(parseJson(house.mqtt.published[2].payload).value().integerOr("count", 0), 2);
}

} // namespace
} // namespace atrium::automation
