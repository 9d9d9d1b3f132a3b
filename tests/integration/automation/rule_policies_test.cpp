// What rules say of their failures, and of changes of their text.
#include "automation/sql_journal_store.h"
#include "testing/temp_database.h"
#include "tests/integration/automation/automation_house.h"

#include <gmock/gmock.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RulePoliciesTest : public ::testing::Test {
protected:
    void raise(const char* name = "go") { house.engine->raiseEvent(name, {}, Cause{newCorrelationId(), "test", 0}); }
    std::vector<std::string> payloads() const
    {
        std::vector<std::string> list;
        for (const auto& publication : house.mqtt.published) list.push_back(publication.payload);
        return list;
    }
    bool isWaiting()
    {
        return house.until([&] {
            const auto live = house.engine->runner().live(AutomationId{1});
            return live.size() == 1 && live[0]->state == RunState::Waiting;
        });
    }

    House house;
};

TEST_F(RulePoliciesTest, AFailedRunIsTriedAgainEachTimeLater)
{
    ASSERT_EQ(house.load(1, R"lua(rule "Shaky" { on = { event "go" }, mode = "queued(5)",
        run = function(ev)
          mqtt.publish("try", tostring(ev.attempt))
          if (ev.attempt or 1) < 3 then error("not yet") end
        end,
        on_error = { retry = 3, backoff = "10s" } })lua"),
              "");
    raise();
    ASSERT_TRUE(isWaiting());
    house.advance(9s);
    house.settle();
    EXPECT_THAT(payloads(), ElementsAre("nil"));
    house.advance(1s);
    ASSERT_TRUE(house.until([&] { return payloads().size() == 2; }));
    ASSERT_TRUE(isWaiting());
    house.advance(19s);
    house.settle();
    EXPECT_EQ(payloads().size(), 2u) << "twice the time before";
    house.advance(1s);
    ASSERT_TRUE(house.until([&] { return payloads().size() == 3; }));
    ASSERT_NE(house.finishedRun(1, 3), nullptr);
    EXPECT_THAT(payloads(), ElementsAre("nil", "2", "3"));
    EXPECT_EQ(house.engine->runLog().last(AutomationId{1})->state, RunState::Finished);
}

TEST_F(RulePoliciesTest, WhenNoRetryIsLeftSomebodyIsToldAndTheRuleMayBeDisabled)
{
    std::vector<Value> told;
    house.engine->effects().addModule({"notify", {{"send", "", [&](const AutomationCall& call) -> Result<Value> {
                                                       told.push_back(call.arguments[0]);
                                                       return Value();
                                                   }}}});
    house.engine->onModulesChanged();
    ASSERT_EQ(house.load(1, R"lua(rule "Broken" { on = { event "go" }, run = function() error("it is broken") end,
        on_error = { notify = role "admin", disable_after = 3 } })lua"),
              "");
    for (std::size_t i = 1; i <= 3; ++i) {
        raise();
        ASSERT_NE(house.finishedRun(1, i), nullptr);
    }
    ASSERT_EQ(told.size(), 3u);
    EXPECT_EQ(*told[0].find("to"), Value(Object{{"role", "admin"}}));
    EXPECT_THAT(told[0].textOr("text", ""), HasSubstr("test.lua:1: it is broken"));
    EXPECT_THAT(house.offenders[AutomationId{1}], HasSubstr("failed 3 times in a row"));
    raise();
    house.settle();
    EXPECT_EQ(told.size(), 3u) << "nothing starts it any more";
}

constexpr const char* waiting = R"lua(rule "Wait" { on = { event "go" }, on_change = "POLICY",
    run = function() mqtt.publish("x", "begin NUMBER") wait "1m" mqtt.publish("x", "end NUMBER") end })lua";

std::string version(const std::string& policy, const std::string& number)
{
    std::string text = waiting;
    text.replace(text.find("POLICY"), 6, policy);
    for (auto at = text.find("NUMBER"); at != std::string::npos; at = text.find("NUMBER")) text.replace(at, 6, number);
    return text;
}

TEST_F(RulePoliciesTest, RunsFollowAChangeOfTheText)
{
    const std::map<std::string, std::vector<std::string>> expected = {
        {"finish_old", {"begin 1", "end 1"}}, {"restart", {"begin 1", "begin 2", "end 2"}}, {"cancel", {"begin 1"}}};
    for (const auto& [policy, seen] : expected) {
        house.mqtt.published.clear();
        ASSERT_EQ(house.load(1, version(policy, "1")), "");
        raise();
        ASSERT_TRUE(isWaiting());
        ASSERT_EQ(house.load(1, version(policy, "2")), "");
        const auto begun = policy == "restart" ? 2u : 1u;
        ASSERT_TRUE(house.until([&] { return payloads().size() == begun; }));
        house.settle();
        house.advance(1min);
        house.settle();
        EXPECT_EQ(payloads(), seen) << policy;
    }
}

TEST_F(RulePoliciesTest, UnknownPoliciesAreErrorsWithASuggestion)
{
    EXPECT_THAT(house.load(1, "rule 'x' { on = { event 'go' }, run = function() end, on_error = { retrys = 2 } }"),
                HasSubstr("did you mean \"retry\"?"));
    EXPECT_THAT(house.load(1, "rule 'x' { on = { event 'go' }, run = function() end, on_change = 'stop' }"),
                HasSubstr("finish_old, restart or cancel"));
}

/// Over a restart of the server, on its own database.
class DurablePoliciesTest : public ::testing::Test {
protected:
    DurablePoliciesTest()
    {
        id = store->save({{}, "local/x.lua", SourceKind::LocalFile, "x", "", true, {}}).value;
        house = std::make_unique<House>(200ms, store);
    }
    void restart()
    {
        house->close();
        auto unfinished = store->unfinishedRuns();
        auto timers = store->timers();
        house->open();
        house->engine->keepForResume(std::move(unfinished));
        house->engine->timedCommands().restore(std::move(timers));
    }

    testing::TempDatabase temp{std::filesystem::path(ATRIUM_SOURCE_DIR "/database/migrations")};
    std::shared_ptr<SqlJournalStore> store = std::make_shared<SqlJournalStore>(temp.database());
    std::int64_t id = 0;
    std::unique_ptr<House> house;
};

TEST_F(DurablePoliciesTest, ARetryIsDueAfterARestartToo)
{
    const auto* text = R"lua(rule "Shaky" { on = { event "go" },
        run = function(ev) if not ev.attempt then error("no") end mqtt.publish("again", tostring(ev.attempt)) end,
        on_error = { retry = 1, backoff = "10m" } })lua";
    ASSERT_EQ(house->load(id, text), "");
    house->engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
    ASSERT_TRUE(house->until([&] { return store->unfinishedRuns().size() == 1; }));
    house->clock.advance(4min);
    restart();
    ASSERT_EQ(house->load(id, text), "");
    house->settle();
    EXPECT_TRUE(house->mqtt.published.empty()) << "not before its time";
    house->advance(6min);
    ASSERT_TRUE(house->until([&] { return house->published("again", "2"); }));
    ASSERT_TRUE(house->until([&] { return store->unfinishedRuns().empty(); }));
    restart();
    ASSERT_EQ(house->load(id, text), "");
    house->advance(1h);
    house->settle();
    EXPECT_EQ(house->mqtt.published.size(), 1u) << "and not twice";
}

TEST_F(DurablePoliciesTest, ATimedCommandEndsAfterARestartToo)
{
    house->addDevice(1, "lamp", {{"status", false}, {"level", 0.0}});
    ASSERT_EQ(house->load(id, "on(event 'go', function() device 'lamp':on_for('10m', { level = 40 }) end)"), "");
    house->engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
    ASSERT_NE(house->finishedRun(id), nullptr);
    EXPECT_THAT(house->commandNames(), ElementsAre("on"));
    ASSERT_EQ(store->timers().size(), 1u);
    house->clock.advance(4min);
    restart();
    house->settle();
    EXPECT_THAT(house->commandNames(), ElementsAre("on"));
    house->advance(6min);
    house->settle();
    EXPECT_THAT(house->commandNames(), ElementsAre("on", "off"));
    ASSERT_TRUE(house->until([&] { return store->timers().empty(); }));
    restart();
    house->advance(1h);
    house->settle();
    EXPECT_EQ(house->commandNames().size(), 2u) << "and not twice";
}

} // namespace
} // namespace atrium::automation
