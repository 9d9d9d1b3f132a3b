#include "automation/simulation/rule_tests.h"
#include "automation/simulation/world.h"

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

/// The ```lua blocks of a page with the headings above them.
std::vector<Recipe> recipes(const std::string& page)
{
    std::ifstream file(ATRIUM_SOURCE_DIR "/docs/guides/" + page);
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
    for (const char* uid : {"hall/light", "living/lamp"}) {
        add(uid, {{"status", false}, {"level", 0.0}});
        auto light = std::make_shared<Device>(*plan.devices.back());
        light->info.edit().type = "light";
        plan.devices.back() = std::move(light);
    }
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

INSTANTIATE_TEST_SUITE_P(Guide, CookbookTest, ::testing::ValuesIn(recipes("cookbook.md")), nameOf);
INSTANTIATE_TEST_SUITE_P(Migrating, CookbookTest, ::testing::ValuesIn(recipes("migrating.md")), nameOf);

TEST(CookbookPageTest, HasTwentyFiveRecipes) { EXPECT_GE(recipes("cookbook.md").size(), 25u); }

/// What stands in the last column of the tables of the migration page.
std::vector<std::string> equivalents()
{
    std::ifstream file(ATRIUM_SOURCE_DIR "/docs/guides/migrating.md");
    std::vector<std::string> list;
    std::string line;
    while (std::getline(file, line)) {
        if (!line.starts_with("| ") || line.ends_with("| Atrium |")) continue;
        const auto end = line.rfind("` |");
        const auto begin = line.rfind("| `", end);
        if (end != std::string::npos && begin != std::string::npos)
            list.push_back(line.substr(begin + 3, end - begin - 3));
    }
    return list;
}

/// Whether a snippet loads and runs: as a key of a rule, a trigger, a statement or value of a run, or at the top.
std::string tryOut(const WorldPlan& plan, const std::string& snippet)
{
    const std::string forms[] = {
        "rule 'r' { on = { event 'go' }, " + snippet + ", run = function() end }",
        "rule 'r' { on = { " + snippet + " }, run = function() end }",
        "rule 'r' { on = { event 'go' }, run = function() " + snippet + " end }",
        "rule 'r' { on = { event 'go' }, run = function() local _ = " + snippet + " end }",
        snippet,
    };
    std::string why;
    for (const auto& form : forms) {
        World world(plan);
        const auto loaded = world.load("snippet.lua", form);
        if (!loaded) {
            why += "\n  " + loaded.error().message.en;
            continue;
        }
        world.engine().raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
        world.settle();
        const auto* run = world.engine().runLog().last(World::automation);
        if (!run || run->state != RunState::Failed) return {};
        why += "\n  " + run->message;
    }
    return snippet + " does not work:" + why;
}

TEST(MigratingPageTest, EveryEquivalentWorks)
{
    const auto list = equivalents();
    ASSERT_GE(list.size(), 60u);
    auto plan = house();
    plan.library = {{"presence", "return { anybody = function() return true end }"}};
    for (const auto& snippet : list) EXPECT_EQ(tryOut(plan, snippet), "");
}

} // namespace
} // namespace atrium::automation
