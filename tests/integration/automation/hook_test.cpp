#include "atrium/json.h"
#include "automation/hook_secret.h"
#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

TEST(HookSecretTest, KnowsItsSignature)
{
    // The example of GitHub's documentation of webhooks.
    constexpr const char* secret = "It's a Secret to Everybody";
    constexpr const char* signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    EXPECT_TRUE(isSignature(signature, "Hello, World!", secret));
    EXPECT_FALSE(isSignature(signature, "Hello, World?", secret));
    EXPECT_FALSE(isSignature("", "Hello, World!", secret));
    EXPECT_FALSE(isSignature(signature, "Hello, World!", ""));
    EXPECT_TRUE(isSecret("abc", "abc"));
    EXPECT_FALSE(isSecret("abd", "abc"));
    EXPECT_FALSE(isSecret("", ""));
    const auto one = newHookSecret(), two = newHookSecret();
    EXPECT_EQ(one.size(), 43u);
    EXPECT_NE(one, two);
}

TEST(HookTest, StartsTheRulesOfItsAutomationAlone)
{
    House house;
    const std::string text = R"lua(rule "Door" { on = { webhook("POST", "/hooks/door") },
        run = function(ev) mqtt.publish(ev.name, ev.json.open and "open" or ev.body) end })lua";
    ASSERT_EQ(house.load(1, text), "");
    ASSERT_EQ(house.load(2, text), "");
    const Object event{{"name", "door"}, {"body", "{\"open\":true}"}, {"json", Object{{"open", true}}}};
    EXPECT_EQ(house.engine->hook(AutomationId{1}, "door", "GET", event, Cause{"c", "hook", 0}), 0u);
    EXPECT_EQ(house.engine->hook(AutomationId{1}, "window", "POST", event, Cause{"c", "hook", 0}), 0u);
    EXPECT_EQ(house.engine->hook(AutomationId{1}, "door", "POST", event, Cause{"c", "hook", 0}), 1u);
    ASSERT_NE(house.finishedRun(1), nullptr);
    EXPECT_TRUE(house.published("door", "open"));
    EXPECT_TRUE(house.engine->runLog().runs(AutomationId{2}, 1).empty());
    house.engine->setTriggers(AutomationId{1}, Engine::Triggers::Disarmed);
    EXPECT_TRUE(house.engine->hooks(AutomationId{1}, "door").empty());
}

TEST(HookTest, ShutdownIsHeard)
{
    House house;
    ASSERT_EQ(house.load(1, "on(shutdown(), function(ev) mqtt.publish('bye', ev.kind) end)"), "");
    house.engine->shutdown();
    EXPECT_TRUE(house.engine->isShuttingDown());
    ASSERT_NE(house.finishedRun(1), nullptr);
    EXPECT_FALSE(house.engine->isShuttingDown());
    EXPECT_TRUE(house.published("bye", "shutdown"));
}

} // namespace
} // namespace atrium::automation
