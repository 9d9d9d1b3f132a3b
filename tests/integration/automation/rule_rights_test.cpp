// What a rule may do: as its author at most, narrowed by its grants, at the moment of use.
#include "automation_house.h"
#include "testing/fake_accounts.h"

namespace atrium::automation {
namespace {

class RuleRightsTest : public ::testing::Test {
protected:
    RuleRightsTest()
    {
        house.accounts = person;
        house.addDevice(1, "lamp", {{"status", false}});
        house.addDevice(2, "door", {{"status", false}});
        person->rights = {{"devices.read", "1"}, {"devices.control", "1"}};
    }
    std::string load(const std::string& source) { return house.load(1, source, "mine.lua", UserId{7}); }
    /// What the rule's last run came to.
    std::string lastStep()
    {
        const auto* run = house.finishedRun(1, ++runs);
        if (!run) return "no run";
        return run->steps.empty() ? toString(run->state) : toJson(run->steps.back().result);
    }
    std::string whyNot()
    {
        const auto skips = house.engine->runLog().skips(AutomationId{1});
        return skips.empty() ? "" : skips.front().why().text.en;
    }

    std::shared_ptr<testing::FakeAccounts> person = std::make_shared<testing::FakeAccounts>();
    House house;
    std::size_t runs = 0;
};

constexpr const char* onGo = R"(on(event "go", function() device "lamp":on() end))";

TEST_F(RuleRightsTest, ARuleControlsWhatItsAuthorMay)
{
    ASSERT_EQ(load(onGo), "");
    house.engine->raiseEvent("go", {}, {});
    lastStep();
    EXPECT_EQ(house.commandNames(), std::vector<std::string>{"on"});
}

TEST_F(RuleRightsTest, ARightThatIsTakenBackEndsWhatRunsAlready)
{
    ASSERT_EQ(load(onGo), "");
    person->rights.erase({"devices.control", "1"});
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("the author may not control lamp"), std::string::npos);
    person->isOpen = false;
    house.engine->raiseEvent("go", {}, {});
    EXPECT_TRUE(house.until([&] { return whyNot() == "Not permitted: the account of the author is closed"; }))
        << whyNot();
    EXPECT_TRUE(house.commandNames().empty());
}

TEST_F(RuleRightsTest, ADeviceThatItsAuthorMayNotSeeDoesNotExist)
{
    EXPECT_NE(load("local d = device \"door\""), "");
    EXPECT_EQ(load("local d = device \"doo\"").find("door"), std::string::npos) << "nor is it suggested";
    EXPECT_NE(house.load(2, "local d = device \"doo\"").find("door"), std::string::npos) << "as to the site itself";
    ASSERT_EQ(load(std::string("local lamp = device \"lamp\"\n") + onGo), "");
    person->rights.clear();
    house.engine->raiseEvent("go", {}, {});
    EXPECT_TRUE(house.until([&] { return whyNot() == "Not permitted: the author may not see lamp"; })) << whyNot();
}

TEST_F(RuleRightsTest, ThePastIsSeenAsThePresentIs)
{
    house.history.add(DeviceId{1}, "status", house.clock.now() - std::chrono::hours{2}, true);
    ASSERT_EQ(load(R"(local lamp = device "lamp"
        on(event "go", function() wait "1m" return history(lamp.status):at "1h" end))"),
              "");
    house.engine->raiseEvent("go", {}, {});
    ASSERT_TRUE(house.until([&] {
        const auto live = house.engine->runner().live(AutomationId{1});
        return !live.empty() && live[0]->state == RunState::Waiting;
    }));
    person->rights.erase({"devices.read", "1"});
    house.advance(std::chrono::minutes{1});
    EXPECT_NE(lastStep().find("the author may not see lamp"), std::string::npos);
}

TEST_F(RuleRightsTest, MqttIsAPermissionOfItsOwn)
{
    ASSERT_EQ(load(R"(on(event "go", function() mqtt.publish("house/door", "open") end))"), "");
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("may not write MQTT"), std::string::npos);
    EXPECT_FALSE(house.published("house/door", "open"));
    person->rights.insert({"automations.mqtt", "*"});
    house.engine->raiseEvent("go", {}, {});
    lastStep();
    EXPECT_TRUE(house.published("house/door", "open"));
}

TEST_F(RuleRightsTest, AskingServersIsAPermissionOfItsOwn)
{
    ASSERT_EQ(load(R"(on(event "go", function() http.get("http://nowhere.example/") end))"), "");
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("the author may not ask servers"), std::string::npos);
    person->rights.insert({"automations.http", "*"});
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("not among automations.http.hosts"), std::string::npos);
}

TEST_F(RuleRightsTest, TheModeOfTheHouseIsAPermissionOfItsOwn)
{
    ASSERT_EQ(load(R"(on(event "go", function() house:set{ mode = "away" } end))"), "");
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("may not set the mode"), std::string::npos);
    EXPECT_NE(house.engine->surroundings().mode(), "away");
    person->rights.insert({"house.set", "*"});
    house.engine->raiseEvent("go", {}, {});
    lastStep();
    EXPECT_EQ(house.engine->surroundings().mode(), "away");
}

TEST_F(RuleRightsTest, WaitingForATopicIsReadingIt)
{
    ASSERT_EQ(load(R"(on(event "go", function() wait_for(mqtt "secret/#", { timeout = "1h" }) end))"), "");
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("may not read MQTT"), std::string::npos);
}

TEST_F(RuleRightsTest, GrantsNarrowWhatARuleMayDo)
{
    // A file of the site, which may do everything, but says that this rule may not.
    ASSERT_EQ(house.load(1, R"(rule "narrow" { on = { event "go" }, grants = { "devices.control:lamp" },
      run = function() device "lamp":on(); device "door":on(); mqtt.publish("a", "b") end })"),
              "");
    house.engine->raiseEvent("go", {}, {});
    const auto* run = house.finishedRun(1);
    ASSERT_TRUE(run);
    ASSERT_EQ(run->steps.size(), 3u);
    EXPECT_TRUE(run->steps[0].ok);
    EXPECT_FALSE(run->steps[1].ok);
    EXPECT_FALSE(run->steps[2].ok);
    EXPECT_NE(toJson(run->steps[1].result).find("grants"), std::string::npos);
    EXPECT_EQ(house.commands.sent.size(), 1u);
    EXPECT_FALSE(house.published("a", "b"));
    ASSERT_EQ(house.load(1, R"(rule "none" { on = { event "go" }, grants = {},
      run = function() device "lamp":on() end })"),
              "");
    house.engine->raiseEvent("go", {}, {});
    house.finishedRun(1, 2);
    EXPECT_EQ(house.commands.sent.size(), 1u);
}

TEST_F(RuleRightsTest, GrantsNeverWiden)
{
    ASSERT_EQ(load(R"(rule "greedy" { on = { event "go" }, grants = { "devices.control", "automations.mqtt" },
      run = function() mqtt.publish("house/door", "open") end })"),
              "");
    house.engine->raiseEvent("go", {}, {});
    EXPECT_NE(lastStep().find("author"), std::string::npos);
    EXPECT_FALSE(house.published("house/door", "open"));
}

TEST_F(RuleRightsTest, GrantsThatAreNoListAreAnError)
{
    for (const char* grants : {"\"devices.control\"", "7", "{ 7 }", "{ a = 1 }"}) {
        const auto error = house.load(
            1, std::string(R"(rule "x" { on = { event "go" }, run = function() end, grants = )") + grants + " }");
        EXPECT_NE(error.find("grants is a list"), std::string::npos) << grants << error;
    }
}

TEST_F(RuleRightsTest, RoleAndUserNameReceivers)
{
    Value heard;
    house.engine->effects().addModule({"tell", {{"to", "", [&](const AutomationCall& call) -> Result<Value> {
                                                     heard = call.arguments[0];
                                                     return Value(true);
                                                 }}}});
    house.engine->onModulesChanged();
    ASSERT_EQ(
        house.load(2, R"(on(event "go", function() tell.to{ role "admin", user "ada@example.org", user(7) } end))"),
        "");
    house.engine->raiseEvent("go", {}, {});
    ASSERT_TRUE(house.finishedRun(2));
    EXPECT_EQ(toJson(heard), R"([{"role":"admin"},{"user":"ada@example.org"},{"user":7}])");
    EXPECT_NE(house.load(2, "local x = user(0)"), "");
}

} // namespace
} // namespace atrium::automation
