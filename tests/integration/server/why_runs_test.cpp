// Faults of texts, and of runs that stand in the way or come to nothing.
#include "why_fixture.h"

#include <csignal>
#include <filesystem>

namespace atrium::testing {
namespace {

/// The script host of a server.
pid_t hostOf(pid_t server)
{
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "stat");
        std::string id, name, state;
        pid_t parent = 0;
        if (file >> id >> name >> state >> parent && parent == server &&
            name.find("atrium-luahost") != std::string::npos)
            return std::stoi(id);
    }
    return 0;
}

TEST_F(WhyTest, ATextThatIsBeingLoadedIsTold)
{
    // It computes until its time is used up; nobody waits for that.
    std::ofstream(server.dataFolder() + "/automations/slow.lua") << "while true do end";
    ASSERT_TRUE(eventually([&] {
        const auto list = server.get("/api/automations").body;
        for (const auto& one : list.find("automations")->list())
            if (one.textOr("name", "") == "slow") id = one.integerOr("id", 0);
        return id != 0;
    }));
    cause("loading");
    EXPECT_NE(cause("not_loaded").textOr("error", "").find("slow.lua"), std::string::npos);
}

TEST_F(WhyTest, ANewTextThatDoesNotLoadIsToldWhileTheOldOneGoesOn)
{
    saveFile(onPower(":above(25)"));
    std::ofstream(server.dataFolder() + "/automations/fault.lua") << "\nrule 'R' { on = 5 }";
    const auto facts = cause("old_version");
    EXPECT_EQ(number(facts, "line"), 2);
    EXPECT_EQ(number(cause("not_crossed"), "value"), 20);
}

TEST_F(WhyTest, TwoRulesOfOneNameAreAnErrorInOneFileAndToldApartInTwo)
{
    saveFile("rule 'R' { on = { mqtt 'a' }, run = function() end }\n"
             "rule 'R' { on = { mqtt 'b' }, run = function() end }");
    const auto facts = cause("not_loaded");
    EXPECT_EQ(number(facts, "line"), 2);
    EXPECT_NE(facts.textOr("error", "").find("two rules"), std::string::npos);
    save("rule 'R' { on = { mqtt 'c' }, run = function() end }");
    EXPECT_EQ(cause("no_message").textOr("what", ""), "c");
}

TEST_F(WhyTest, ATimeZoneThatDoesNotExistIsToldWithItsLine)
{
    saveFile("rule 'R' {\n on = { at('07:30', { tz = 'Europe/Pari' }) }, run = function() end }");
    const auto facts = cause("not_loaded");
    EXPECT_NE(facts.textOr("error", "").find("Europe/Pari"), std::string::npos) << toJson(facts);
    EXPECT_EQ(number(facts, "line"), 1) << "of the rule: " << toJson(facts);
}

TEST_F(WhyTest, ARunThatFailedIsToldWithItsLineAndItsError)
{
    save("rule 'R' { on = { mqtt 'go' },\n run = function() error 'no lamp' end }");
    publishUntil("go", "run_failed");
    const auto facts = cause("run_failed");
    EXPECT_EQ(number(facts, "line"), 2);
    EXPECT_NE(facts.textOr("error", "").find("no lamp"), std::string::npos);
    EXPECT_FALSE(facts.textOr("at", "").empty());
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("a échoué"), std::string::npos);
}

TEST_F(WhyTest, AStepThatCameToNothingIsToldThoughTheRunWentOn)
{
    save("rule 'R' { on = { mqtt 'go' }, run = function() device 'cuisine/prise':off(); "
         "device 'cuisine/prise':set{ power = 'much' } end }");
    publishUntil("go", "step_failed");
    const auto facts = cause("step_failed");
    EXPECT_EQ(facts.textOr("what", ""), "cuisine/prise:set");
    EXPECT_EQ(number(facts, "step"), 2);
    EXPECT_FALSE(facts.textOr("why", "").empty());
}

TEST_F(WhyTest, AConditionThatCannotBeEvaluatedIsToldWithItsError)
{
    save(onPower(":above(25)", "when = { function() error 'no idea' end }, "));
    const auto facts = cause("condition_unknown");
    EXPECT_NE(facts.textOr("error", "").find("no idea"), std::string::npos) << toJson(facts);
}

TEST_F(WhyTest, RunsThatWaitForTheirTurnAreToldWithTheirNumber)
{
    save("rule 'R' { on = { mqtt 'go' }, mode = 'queued(5)', run = function() wait '10m' end }");
    for (const char* payload : {"1", "2", "3"}) peer->publish("go", payload);
    ASSERT_TRUE(eventually([&] { return number(cause("waits_in_queue"), "waiting") == 2; }));
    EXPECT_EQ(number(cause("waits_in_queue"), "limit"), 5);
}

TEST_F(WhyTest, RulesThatSetEachOtherOffAreToldWithTheLengthOfTheChain)
{
    save("local lamp = device 'bureau/lampe'\n"
         "rule 'Flip' { on = { lamp.status:changes() }, mode = 'parallel(50)', run = function(ev) "
         "if ev.new then lamp:off() else lamp:on() end end }");
    ASSERT_EQ(server.post("/api/devices/10/toggle").status, 200);
    EXPECT_EQ(number(cause("chain_too_long"), "hops"), 16);
}

TEST_F(WhyTest, AServerThatIsTooBusyForAnotherRunIsTold)
{
    save("rule 'R' { on = { mqtt 'go' }, mode = 'parallel(1000)', run = function() end }");
    const auto host = hostOf(server.id());
    ASSERT_GT(host, 0);
    ::kill(host, SIGSTOP);
    const std::string large(200'000, 'x');
    for (int i = 0; i < 30; ++i) peer->publish("go", large);
    const auto facts = cause("server_busy");
    EXPECT_GT(number(facts, "runs"), 0);
    ::kill(host, SIGCONT);
}

TEST_F(WhyTest, ATextThatIsAnOlderOneAgainIsToldUntilSomethingRuns)
{
    save("rule 'Old' { on = { mqtt 'go' }, run = function() end }");
    const auto path = "/api/automations/" + std::to_string(id);
    ASSERT_EQ(
        server
            .request("PUT", path + "/source",
                     Object{{"name", "fault"}, {"source", "rule 'New' { on = { mqtt 'go' }, run = function() end }"}})
            .status,
        200);
    ASSERT_EQ(server.post(path + "/rollback", Object{}).status, 200);
    const auto facts = cause("rolled_back");
    EXPECT_EQ(number(facts, "version"), 3);
    EXPECT_EQ(number(facts, "older"), 1);
    EXPECT_FALSE(facts.textOr("at", "").empty());
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("celui de la version 1"), std::string::npos);
    peer->publish("go", "1");
    EXPECT_TRUE(eventually([&] { return at("/why").text.find("rolled_back") == std::string::npos; }));
}

} // namespace
} // namespace atrium::testing
