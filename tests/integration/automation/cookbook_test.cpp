#include "automation/simulation/rule_tests.h"

#include "test_devices.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace atrium::automation {
namespace {

struct Recipe {
    std::string title;
    std::string source;
};

/// The ```lua blocks of the cookbook with the headings above them.
std::vector<Recipe> recipes()
{
    std::ifstream file(ATRIUM_SOURCE_DIR "/docs/guides/cookbook.md");
    std::vector<Recipe> list;
    std::string line, title;
    bool inside = false;
    while (std::getline(file, line)) {
        if (line.starts_with("## ")) title = line.substr(3);
        else if (line == "```lua") {
            inside = true;
            list.push_back({title, ""});
        }
        else if (line == "```") inside = false;
        else if (inside) list.back().source += line + "\n";
    }
    return list;
}

/// The devices that the recipes name, and modules of the plugins that they call.
WorldPlan house()
{
    WorldPlan plan;
    plan.host.program = ATRIUM_BINARY_DIR "/bin/atrium-luahost";
    plan.begin = *parseTime("2026-11-02T12:00:00Z");
    const auto add = [&](const char* uid, std::vector<std::pair<std::string, Value>> attributes) {
        const auto id = static_cast<std::int64_t>(plan.devices.size()) + 1;
        plan.devices.push_back(testDevice(id, uid, std::move(attributes)));
    };
    for (const char* uid : {"hall/light", "living/lamp"}) add(uid, {{"status", false}, {"level", 0.0}});
    for (const char* uid : {"living/tv", "kitchen/washer", "car/charger", "room-101/plug"})
        add(uid, {{"status", false}, {"power", 0.0}});
    for (const char* uid : {"cellar/valve", "bath/fan", "garden/pump", "campus/bell", "campus/speakers"})
        add(uid, {{"status", false}});
    for (const char* uid : {"living/blind", "garden/awning"}) add(uid, {{"position", 50.0}});
    for (const char* uid : {"kitchen/fridge", "boiler"}) add(uid, {{"status", false}, {"temperature", 5.0}});
    for (const char* uid : {"living/window", "front/door"}) add(uid, {{"open", false}});
    add("hall/pir", {{"motion", false}, {"illuminance", 100.0}});
    add("hall/smoke", {{"smoke", false}});
    add("front/lock", {{"locked", false}});
    add("cellar/leak", {{"wet", false}});
    add("living/thermostat", {{"target", 21.0}, {"temperature", 20.0}});
    add("meter", {{"power", 0.0}});
    add("gateway", {{"version", "1.0"}});
    add("bath/climate", {{"humidity", 50.0}});
    add("garden/weather", {{"temperature", 20.0}, {"wind", 2.0}});
    add("garden/soil", {{"moisture", 40.0}});
    add("study/co2", {{"co2", 500.0}});
    const auto nothing = [](const AutomationCall&) -> Result<Value> { return Value(true); };
    plan.modules = {{"alert", {{"raise", "", nothing}, {"clear", "", nothing}}}, {"notify", {{"send", "", nothing}}}};
    return plan;
}

class CookbookTest : public ::testing::TestWithParam<Recipe> {};

TEST_P(CookbookTest, DoesWhatItSays)
{
    const auto tests = runRuleTests(house(), "recipe.lua", GetParam().source);
    ASSERT_TRUE(tests) << tests.error().message.en;
    EXPECT_FALSE(tests->empty()) << "a recipe comes with its test";
    for (const auto& test : *tests) EXPECT_TRUE(test.passed) << test.name << ": " << test.message;
}

std::string nameOf(const ::testing::TestParamInfo<Recipe>& info)
{
    std::string name;
    for (const unsigned char c : info.param.title)
        if (std::isalnum(c)) name += static_cast<char>(c);
    return name + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Guide, CookbookTest, ::testing::ValuesIn(recipes()), nameOf);

TEST(CookbookPageTest, HasTwentyFiveRecipes) { EXPECT_GE(recipes().size(), 25u); }

} // namespace
} // namespace atrium::automation
