#include "automation/sql_journal_store.h"
#include "testing/temp_database.h"
#include "tests/integration/automation/automation_house.h"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* stairs = R"(
    local light = device "hall/light"
    rule "stairs" {
      on = { mqtt("go") },
      store = { runs = 0 },
      run = function(ev, store)
        store.runs = store.runs + 1
        local before = light.power.value
        log.info("begins", ev.payload)
        light:on()
        wait "2m"
        mqtt.publish("half", ev.payload .. " " .. before .. " " .. store.runs)
        wait "3m"
        light:off()
      end,
    })";

/// On the server's own database.
class DurableRunTest : public ::testing::Test {
protected:
    DurableRunTest()
    {
        id = store->save({{}, "local/stairs.lua", SourceKind::LocalFile, "stairs", "", true, {}}).value;
        house = std::make_unique<House>(200ms, store);
        house->addDevice(1, "hall/light", {{"status", false}, {"power", 7.0}});
    }

    void load() { ASSERT_EQ(house->load(id, stairs), ""); }
    bool isWaiting()
    {
        const auto live = house->engine->runner().live(AutomationId{id});
        return live.size() == 1 && live[0]->state == RunState::Waiting && house->journal->isIdle();
    }
    /// Ended runs gather for a while of the clock before they are written.
    bool journalIsWritten()
    {
        return house->until([&] {
            house->clock.advance(50ms);
            return house->journal->isIdle();
        });
    }
    void killHost()
    {
        const auto pid = house->engine->host().processId();
        ASSERT_GT(pid, 0);
        ::kill(pid, SIGKILL);
        ASSERT_TRUE(house->until([&] {
            const auto now = house->engine->host().processId();
            return now != pid && now != 0;
        }));
        house->settle();
    }
    void restartServer()
    {
        house->close();
        auto unfinished = store->unfinishedRuns();
        auto stores = store->stores();
        house->open();
        for (auto& kept : stores) house->engine->runner().setStore(kept.automation, kept.rule, kept.content);
        house->engine->keepForResume(std::move(unfinished));
    }
    std::vector<std::string> topics() const
    {
        std::vector<std::string> list;
        for (const auto& publication : house->mqtt.published)
            list.push_back(publication.topic + ":" + publication.payload);
        return list;
    }

    testing::TempDatabase temp{std::filesystem::path(ATRIUM_SOURCE_DIR "/database/migrations")};
    std::shared_ptr<SqlJournalStore> store = std::make_shared<SqlJournalStore>(temp.database());
    std::int64_t id = 0;
    std::unique_ptr<House> house;
};

TEST_F(DurableRunTest, GoesOnOnceAfterTheHostWasKilled)
{
    load();
    house->mqtt.deliver("go", "a");
    ASSERT_TRUE(house->until([&] { return isWaiting(); }));
    house->report(1, "power", 99.0); // the run has read 7 and must go on with 7
    killHost();
    EXPECT_THAT(house->commandNames(), ElementsAre("on"));
    house->advance(2min);
    ASSERT_TRUE(house->until([&] { return isWaiting() && house->mqtt.published.size() == 1; }));
    killHost();
    house->advance(3min);
    ASSERT_TRUE(house->finishedRun(id));
    house->settle();
    EXPECT_THAT(house->commandNames(), ElementsAre("on", "off"));
    EXPECT_THAT(topics(), ElementsAre("half:a 7.0 1"));
    std::size_t begins = 0;
    for (const auto& line : house->log.lines()) begins += line.message == "begins a";
    EXPECT_EQ(begins, 1u);
}

TEST_F(DurableRunTest, GoesOnOnceAfterTheServerRestarted)
{
    load();
    house->mqtt.deliver("go", "b");
    ASSERT_TRUE(house->until([&] { return isWaiting(); }));
    house->report(1, "power", 99.0);
    house->clock.advance(30s);
    restartServer();
    load();
    ASSERT_TRUE(house->until([&] { return isWaiting(); }));
    house->advance(89s);
    house->settle();
    EXPECT_TRUE(house->mqtt.published.empty());
    house->advance(1s);
    ASSERT_TRUE(house->until([&] { return house->mqtt.published.size() == 1 && isWaiting(); }));
    EXPECT_THAT(topics(), ElementsAre("half:b 7.0 1"));
    // The second wait is over while the server is down.
    house->clock.advance(1min);
    house->close();
    house->clock.advance(10min);
    house->open();
    house->engine->keepForResume(store->unfinishedRuns());
    load();
    ASSERT_TRUE(house->finishedRun(id));
    EXPECT_THAT(house->commandNames(), ElementsAre("on", "off"));
    EXPECT_EQ(house->commands.sent[1].idempotencyKey.substr(house->commands.sent[1].idempotencyKey.find(':')), ":6");
    ASSERT_TRUE(journalIsWritten());
    EXPECT_TRUE(store->unfinishedRuns().empty());
    const auto runs = store->lastRuns(AutomationId{id}, 10);
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].state, RunState::Finished);
    EXPECT_EQ(runs[0].steps.size(), 6u);
    EXPECT_EQ(store->stores().at(0).content, Value(Object{{"runs", 1}}));
}

TEST_F(DurableRunTest, DoesNotGoOnInAnotherText)
{
    load();
    house->mqtt.deliver("go", "c");
    ASSERT_TRUE(house->until([&] { return isWaiting(); }));
    restartServer();
    ASSERT_EQ(house->load(id, "rule 'stairs' { on = mqtt('go'), run = function() mqtt.publish('other', '') end }"), "");
    const auto* run = house->finishedRun(id);
    ASSERT_TRUE(run);
    EXPECT_EQ(run->state, RunState::Cancelled);
    EXPECT_THAT(run->message, HasSubstr("changed"));
    house->advance(10min);
    house->settle();
    EXPECT_TRUE(house->mqtt.published.empty());
}

TEST_F(DurableRunTest, FinishesOnTheOldTextAfterAReload)
{
    load();
    house->mqtt.deliver("go", "d");
    ASSERT_TRUE(house->until([&] { return isWaiting(); }));
    ASSERT_EQ(house->load(id, "on(mqtt('go'), function() mqtt.publish('new', '') end)"), "");
    killHost();
    house->advance(2min);
    ASSERT_TRUE(house->until([&] { return house->mqtt.published.size() == 1; }));
    ASSERT_TRUE(house->until([&] { return isWaiting(); }));
    house->advance(3min);
    ASSERT_TRUE(house->finishedRun(id));
    house->mqtt.deliver("go", "");
    ASSERT_TRUE(house->until([&] { return house->mqtt.published.size() == 2; }));
    EXPECT_THAT(topics(), ElementsAre("half:d 7.0 1", "new:"));
}

TEST_F(DurableRunTest, KeepsTheRunLogOfRunsThatDidNotWait)
{
    ASSERT_EQ(house->load(id, "on(mqtt('go'), function(ev) error('no') end)"), "");
    house->mqtt.deliver("go", std::string("\0\xff binary", 9));
    ASSERT_TRUE(house->finishedRun(id));
    ASSERT_TRUE(journalIsWritten());
    const auto runs = store->lastRuns(AutomationId{id}, 10);
    ASSERT_EQ(runs.size(), 1u);
    EXPECT_EQ(runs[0].state, RunState::Failed);
    EXPECT_EQ(runs[0].message, "test.lua:1: no");
    EXPECT_EQ(runs[0].event.textOr("payload", ""), std::string("\0\xff binary", 9));
    store->prune(house->clock.now() + 1h);
    EXPECT_TRUE(store->lastRuns(AutomationId{id}, 10).empty());
    store->remove(AutomationId{id});
    EXPECT_TRUE(store->automations().empty());
}

TEST_F(DurableRunTest, GoesOnWaitingForAnEventInTheNextLifeOfTheServer)
{
    const char* script = R"lua(
        on(mqtt "go", function()
          local ev = wait_for(device "hall/light".status:becomes(true), {timeout = "10m"})
          mqtt.publish("light", ev and "on" or "still off")
        end))lua";
    for (const bool happens : {true, false}) {
        ASSERT_EQ(house->load(id, script), "");
        house->mqtt.published.clear();
        house->report(1, "status", false);
        house->mqtt.deliver("go", "");
        ASSERT_TRUE(house->until([&] { return isWaiting(); }));
        house->clock.advance(4min);
        restartServer();
        ASSERT_EQ(house->load(id, script), "");
        ASSERT_TRUE(house->until([&] { return isWaiting(); }));
        if (happens) house->report(1, "status", true);
        else house->advance(6min);
        EXPECT_TRUE(house->until([&] { return house->published("light", happens ? "on" : "still off"); }));
        ASSERT_TRUE(journalIsWritten());
    }
}

} // namespace
} // namespace atrium::automation
