#include "tests/integration/automation/killable_house.h"

#include <random>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class ScheduledRunTest : public KillableHouse {
protected:
    ScheduledRunTest() : KillableHouse("lamp") { house->addDevice(1, "hall/light", {{"status", false}}); }
    static constexpr const char* everyMinute = R"lua(
        rule "each minute" {
          on = { cron("* * * * *", { tz = "UTC", catch_up = "1h" }) },
          mode = "parallel(100)",
          run = function(ev) device "hall/light":set{ level = ev.due // 60 } end,
        })lua";
    void start()
    {
        auto unfinished = store.unfinishedRuns();
        house->engine->keepForResume(std::move(unfinished));
        ASSERT_EQ(house->load(id, everyMinute), "");
    }
};

TEST_F(ScheduledRunTest, AThousandRandomKillsLoseNoRunAndDoubleNone)
{
    std::mt19937 random(11);
    house->clock.jumpTo(*parseTime("2026-03-01T00:00:30Z"));
    start();
    ASSERT_TRUE(house->until([&] {
        house->clock.advance(10ms);
        return house->journal->isIdle();
    })) << "from now on";
    const auto begin = house->clock.now();
    for (int death = 0; death < 1000; ++death) {
        const auto lives = 1 + random() % 3;
        for (unsigned i = 0; i < lives; ++i) {
            house->clock.advance(std::chrono::seconds(random() % 70));
            for (unsigned turn = random() % 6; turn > 0; --turn) {
                house->loop->turn();
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
            }
        }
        killServer();
        house->clock.advance(std::chrono::seconds(random() % 300));
        house->open();
        start();
    }
    house->advance(1min);
    house->until([&] {
        house->clock.advance(100ms);
        return house->engine->runner().liveRuns() == 0 && house->journal->isIdle();
    });
    const auto minutes = (house->clock.now() - begin) / 1min;
    house->settle(300ms);

    // In the journal each instant has exactly one run, and all are finished.
    std::map<std::int64_t, int> runs;
    const auto all = store.lastRuns(AutomationId{id}, 100'000);
    for (const auto& run : all) {
        ++runs[static_cast<std::int64_t>(run.event.find("due")->ifNumber().value()) / 60];
        EXPECT_EQ(run.state, RunState::Finished);
    }
    EXPECT_GE(static_cast<std::int64_t>(runs.size()), minutes - 1);
    EXPECT_GE(runs.size(), 2'000u);
    EXPECT_EQ(runs.rbegin()->first - runs.begin()->first + 1, static_cast<std::int64_t>(runs.size())) << "0 lost";
    for (const auto& [minute, count] : runs) EXPECT_EQ(count, 1) << minute;
    // A command is asked for again only under the key that it had: the dispatcher knows it.
    std::map<std::string, std::set<std::int64_t>> keys;
    for (const auto& command : house->commands.sent)
        keys[command.idempotencyKey].insert(command.arguments.integerOr("level", -1));
    EXPECT_EQ(keys.size(), runs.size());
    for (const auto& [key, levels] : keys) EXPECT_EQ(levels.size(), 1u) << key;
}

TEST_F(ScheduledRunTest, WhatIsPausedIsNotCaughtUpWith)
{
    house->clock.jumpTo(*parseTime("2026-03-01T00:00:30Z"));
    start();
    house->engine->setTriggers(AutomationId{id}, Engine::Triggers::Disarmed);
    house->advance(30min);
    house->engine->setTriggers(AutomationId{id}, Engine::Triggers::Armed);
    house->advance(40s);
    ASSERT_TRUE(house->finishedRun(id));
    house->settle();
    EXPECT_EQ(house->commands.sent.size(), 1u);
}

TEST_F(ScheduledRunTest, AnotherScheduleIsNotDueForInstantsBeforeItWasWritten)
{
    house->clock.jumpTo(*parseTime("2026-03-01T12:00:00Z"));
    ASSERT_EQ(house->load(id, R"lua(rule "r" { on = { at("13:00", { tz = "UTC", catch_up = "2h" }) },
                                           run = function() device "hall/light":on() end })lua"),
              "");
    house->advance(30min);
    ASSERT_EQ(house->load(id, R"lua(rule "r" { on = { at("12:15", { tz = "UTC", catch_up = "2h" }) },
                                           run = function() device "hall/light":on() end })lua"),
              "");
    house->advance(2s);
    house->settle();
    EXPECT_TRUE(house->commands.sent.empty());
}

} // namespace
} // namespace atrium::automation
