#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

using ::testing::HasSubstr;

class ModuleTest : public ::testing::Test {
protected:
    ModuleTest() { house.addDevice(1, "lamp", {{"status", false}}); }
    void raise(std::size_t runs)
    {
        house.engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
        ASSERT_NE(house.finishedRun(1, runs), nullptr);
    }
    static constexpr const char* user = "local greet = require 'greet'\n"
                                        "on(event 'go', function() mqtt.publish('said', greet.say('you')) end)";
    House house;
};

TEST_F(ModuleTest, AFileRequiresAModuleOfTheSite)
{
    house.engine->setLibrary({{"greet", "local words = require 'words'\nlocal lamp = device 'lamp'\n"
                                        "return { say = function(who) return words.hello .. who .. lamp.uid end }"},
                              {"words", "return { hello = 'hello ' }"}});
    ASSERT_EQ(house.load(1, user), "");
    raise(1);
    EXPECT_TRUE(house.published("said", "hello youlamp"));
}

TEST_F(ModuleTest, AChangedModuleIsLoadedByWhoUsesItAndOnlyThen)
{
    house.engine->setLibrary({{"greet", "return { say = function(who) return 'one' end }"}});
    ASSERT_EQ(house.load(1, user), "");
    ASSERT_EQ(house.load(2, "on(event 'other', function() end)"), "");
    house.loaded.clear();
    house.engine->setLibrary({{"greet", "return { say = function(who) return 'two' end }"}, {"new", "return 1"}});
    ASSERT_TRUE(house.until([&] { return house.loaded.contains(AutomationId{1}); }));
    house.settle();
    EXPECT_FALSE(house.loaded.contains(AutomationId{2}));
    raise(1);
    EXPECT_TRUE(house.published("said", "two"));

    house.engine->setLibrary({{"greet", "return { say = "}});
    ASSERT_TRUE(house.until([&] { return house.errors.contains(AutomationId{1}); }));
    EXPECT_THAT(house.errors[AutomationId{1}], HasSubstr("lib/greet.lua:1:"));
    house.mqtt.published.clear();
    raise(2);
    EXPECT_TRUE(house.published("said", "two")) << "the version before goes on";
    house.engine->setLibrary({{"greet", "return { say = function(who) return 'three' end }"}});
    ASSERT_TRUE(house.until([&] { return !house.errors.contains(AutomationId{1}); }));
    raise(3);
    EXPECT_TRUE(house.published("said", "three"));
}

TEST_F(ModuleTest, NothingButTheSitesModulesIsFound)
{
    house.engine->setLibrary({{"greet", "return {}"}, {"loop", "return require 'loop'"}});
    EXPECT_THAT(house.load(1, "\nlocal x = require 'gret'"),
                HasSubstr("test.lua:2: unknown module \"gret\" (did you mean \"greet\"?)"));
    for (const char* name : {"io", "os", "string", "package"})
        EXPECT_THAT(house.load(1, "local x = require '" + std::string(name) + "'"), HasSubstr("unknown module"));
    EXPECT_THAT(house.load(1, "local x = require '../hall'"), HasSubstr("letters, digits"));
    EXPECT_THAT(house.load(1, "local x = require 'loop'"), HasSubstr("requires itself"));
    house.engine->setLibrary({{"bad", "return os.time()"}});
    EXPECT_THAT(house.load(1, "local x = require 'bad'"), HasSubstr("lib/bad.lua:1: unknown name \"os\""));
    EXPECT_THAT(house.load(1, "on(event 'go', function() local x = require 'bad' end)"), "");
}

TEST_F(ModuleTest, AnotherModuleMakesAnotherVersionWhoseRunsStartAnew)
{
    house.engine->setLibrary({{"greet", "return { say = function(who) return 'one' end }"}});
    ASSERT_EQ(house.load(1, user), "");
    raise(1);
    const auto one = house.engine->runLog().last(AutomationId{1})->version;
    house.loaded.clear();
    house.engine->setLibrary({{"greet", "return { say = function(who) return 'two' end }"}});
    ASSERT_TRUE(house.until([&] { return house.loaded.contains(AutomationId{1}); }));
    raise(2);
    EXPECT_NE(house.engine->runLog().last(AutomationId{1})->version, one);
}

} // namespace
} // namespace atrium::automation
