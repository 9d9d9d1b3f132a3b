#include "testing/fake_accounts.h"
#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SelectionTest : public ::testing::Test {
protected:
    SelectionTest()
    {
        add(1, "plug/a", "plug", "dorm");
        add(2, "plug/b", "plug", "dorm");
        add(3, "plug/c", "plug", "cellar");
        add(4, "lamp/a", "light", "dorm");
    }
    void add(std::int64_t id, const std::string& uid, const std::string& type, const std::string& room)
    {
        DeviceInfo info;
        info.id = DeviceId{id};
        info.uid = info.name = uid;
        info.type = type;
        info.room = room;
        info.integration = "fake";
        house.devices.put(info, attributesOf({{"status", true}, {"power", 0.0}})).value();
    }
    void raise() { house.engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0}); }
    std::vector<std::string> commanded() const
    {
        std::vector<std::string> list;
        for (const auto& command : house.commands.sent)
            list.push_back(command.name + " " + std::to_string(command.device.value));
        return list;
    }

    House house;
};

TEST_F(SelectionTest, AnyMemberStartsTheRuleAndTheEventKnowsWhich)
{
    ASSERT_EQ(house.load(1, R"lua(
        rule "Much" { on = { devices{ kind = "plug", area = "dorm" }.power:above(2000):holds "30s" },
          run = function(ev) mqtt.publish(ev.device.uid, ev.device.power.value) ev.device:off() end })lua"),
              "");
    for (const std::int64_t id : {2, 3, 4}) house.report(id, "power", 2500.0);
    house.advance(30s);
    ASSERT_NE(house.finishedRun(1), nullptr);
    house.settle();
    ASSERT_EQ(house.mqtt.published.size(), 1u);
    EXPECT_TRUE(house.published("plug/b", "2500"));
    EXPECT_THAT(commanded(), ElementsAre("off 2"));
}

TEST_F(SelectionTest, ValuesOfAllMembersAreAskedForTogether)
{
    ASSERT_EQ(house.load(1, R"lua(
        on(event "go", function()
          local plugs = devices{ kind = "plug" }
          local p, s = plugs.power, plugs.status
          mqtt.publish("numbers", table.concat({ p:sum(), p:mean(), p:min(), p:max(), p:count(), p:count(50.0) }, " "))
          mqtt.publish("truths", tostring(s:any()) .. " " .. tostring(s:all()) .. " " .. tostring(s:any(false))
                                 .. " " .. s:count(true))
        end))lua"),
              "");
    house.report(1, "power", 10.0);
    house.report(2, "power", 50.0);
    house.report(3, "power", 90.0);
    house.report(3, "status", false);
    raise();
    const auto* run = house.finishedRun(1);
    ASSERT_NE(run, nullptr);
    EXPECT_EQ(run->message, "");
    ASSERT_EQ(house.mqtt.published.size(), 2u);
    EXPECT_EQ(house.mqtt.published[0].payload, "150.0 50.0 10.0 90.0 3 1");
    EXPECT_EQ(house.mqtt.published[1].payload, "true false true 2");
}

TEST_F(SelectionTest, MembersAreCommandedTogetherAndThoseThatJoinedToo)
{
    ASSERT_EQ(house.load(1, R"lua(
        local plugs = devices{ kind = "plug" }
        on(event "go", function()
          local done, failed = plugs:off()
          mqtt.publish("done", done)
          mqtt.publish("failed", failed["plug/c"] or "nothing")
        end))lua"),
              "");
    add(5, "plug/d", "plug", "attic");
    house.handling.reset();
    house.handling = house.commands.handle("fake", [](const Device& device, const Command&) -> Result<CommandPlan> {
        if (device.info->id == DeviceId{3}) return makeError(ErrorCode::Unavailable, {"", "it is broken"});
        return CommandPlan{};
    });
    raise();
    ASSERT_NE(house.finishedRun(1), nullptr);
    ASSERT_EQ(house.mqtt.published.size(), 2u) << house.engine->runLog().last(AutomationId{1})->message;
    EXPECT_EQ(house.mqtt.published[0].payload, "3");
    EXPECT_TRUE(house.published("failed", "it is broken"));
}

TEST_F(SelectionTest, TheListIsAStepThatGoesOnWithTheSameMembers)
{
    const std::string text = R"lua(
        on(event "go", function()
          local members = devices{ uid = "plug/*" }:list()
          wait "1m"
          for _, member in ipairs(members) do mqtt.publish("member", member.uid) end
        end))lua";
    ASSERT_EQ(house.load(1, text), "");
    raise();
    ASSERT_TRUE(house.until([&] {
        const auto live = house.engine->runner().live(AutomationId{1});
        return live.size() == 1 && live[0]->state == RunState::Waiting;
    }));
    const auto kept = *house.engine->runner().live(AutomationId{1})[0];
    house.close();
    add(5, "plug/d", "plug", "attic");
    house.open();
    house.engine->keepForResume({kept});
    ASSERT_EQ(house.load(1, text), "");
    house.advance(1min);
    ASSERT_NE(house.finishedRun(1), nullptr);
    EXPECT_EQ(house.engine->runLog().last(AutomationId{1})->state, RunState::Finished)
        << house.engine->runLog().last(AutomationId{1})->message;
    EXPECT_EQ(house.mqtt.published.size(), 3u);
}

TEST_F(SelectionTest, NamesResolveWhenTheFileIsLoaded)
{
    EXPECT_THAT(house.load(1, "\nlocal x = devices{ kind = \"plgu\" }"),
                HasSubstr("test.lua:2: no device has the kind \"plgu\" (did you mean \"plug\"?)"));
    EXPECT_THAT(house.load(1, "local x = devices{ kind = \"plug\" }.pwoer"),
                HasSubstr("the attribute \"pwoer\" (did you mean \"power\"?)"));
    EXPECT_THAT(house.load(1, "local x = devices{ knid = \"plug\" }"), HasSubstr("did you mean \"kind\"?"));
    EXPECT_THAT(house.load(1, "local x = devices{}"), HasSubstr("one of kind, area, integration and uid"));
}

TEST_F(SelectionTest, ASelectionHoldsWhatItsAuthorMaySee)
{
    const auto person = std::make_shared<testing::FakeAccounts>();
    house.accounts = person;
    person->rights = {{"devices.read", "2"}, {"devices.control", "2"}};
    ASSERT_EQ(house.load(1, R"lua(
        local plugs = devices{ kind = "plug" }
        on(plugs.power:above(10), function(ev) mqtt.publish("never", "") end)
        rule "Off" { on = { event "go" }, run = function() log.info(#plugs:list()) plugs:off() end })lua",
                         "mine.lua", UserId{7}),
              "");
    house.report(1, "power", 50.0);
    house.report(3, "power", 50.0);
    raise();
    ASSERT_NE(house.finishedRun(1), nullptr);
    EXPECT_THAT(commanded(), ElementsAre("off 2"));
    EXPECT_EQ(house.engine->runLog().runs(AutomationId{1}, 10).size(), 1u) << "of the others it heard nothing";
    EXPECT_NE(house.load(2, "local x = devices{ kind = \"light\" }", "mine2.lua", UserId{7}), "");
}

} // namespace
} // namespace atrium::automation
