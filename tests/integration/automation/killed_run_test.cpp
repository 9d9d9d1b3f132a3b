// Runs that wait, and promises of timed commands, over many kills of the server.
#include "tests/integration/automation/killable_house.h"

#include <random>
#include <set>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class KilledRunTest : public KillableHouse {
protected:
    KilledRunTest() : KillableHouse("steps")
    {
        house->addDevice(1, "counter", {{"level", 0.0}, {"step", 0.0}});
        house->addDevice(2, "lamp", {{"status", false}});
    }
    static constexpr const char* text = R"lua(
        local counter, lamp = device "counter", device "lamp"
        rule "Steps" { on = { event "go" }, mode = "parallel(1000)",
          run = function(ev)
            local n = ev.data.n
            wait "20s"
            counter:set{ level = n, step = 1 }
            wait_for(event "never", { timeout = "20s" })
            counter:set{ level = n, step = 2 }
          end }
        on(event "light", function() lamp:on_for "30s" end))lua";
    void start()
    {
        auto unfinished = store.unfinishedRuns();
        auto timers = store.timers();
        house->engine->keepForResume(std::move(unfinished));
        house->engine->timedCommands().restore(std::move(timers));
        ASSERT_EQ(house->load(id, text), "");
    }
    void raise(const char* name, std::int64_t number)
    {
        house->engine->raiseEvent(name, Object{{"n", number}}, Cause{newCorrelationId(), "test", 0});
    }
};

TEST_F(KilledRunTest, KillsLoseNoRunThatWaitedAndDoubleNothing)
{
    std::mt19937 random(5);
    start();
    std::int64_t number = 0, promised = 0;
    const auto kills = killsWanted();
    for (int death = 0; death < kills; ++death) {
        const auto lives = 1 + random() % 3;
        for (unsigned i = 0; i < lives; ++i) {
            raise("go", ++number);
            if (random() % 4 == 0) raise("light", ++promised);
            for (unsigned turn = random() % 6; turn > 0; --turn) {
                house->loop->turn();
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
            }
            house->clock.advance(std::chrono::seconds(random() % 15));
        }
        killServer();
        house->clock.advance(std::chrono::seconds(random() % 30));
        house->open();
        start();
    }
    for (int i = 0; i < 5; ++i) {
        house->settle(200ms);
        house->advance(30s);
    }
    ASSERT_TRUE(house->until(
        [&] {
            house->clock.advance(100ms);
            return house->engine->runner().liveRuns() == 0 && house->journal->isIdle();
        },
        20s));

    // Which steps were done for which number, and under which keys.
    std::map<std::pair<std::int64_t, std::int64_t>, std::set<std::string>> keys;
    for (const auto& command : house->commands.sent)
        if (command.device == DeviceId{1})
            keys[{command.arguments.integerOr("level", 0), command.arguments.integerOr("step", 0)}].insert(
                command.idempotencyKey);
    for (const auto& [what, of] : keys)
        EXPECT_EQ(of.size(), 1u) << "number " << what.first << " step " << what.second << ": 0 doubled";
    std::size_t waited = 0;
    for (const auto& run : store.lastRuns(AutomationId{id}, 100'000)) {
        if (run.rule != "Steps") continue;
        const auto n = run.event.find("data")->integerOr("n", 0);
        EXPECT_EQ(run.state, RunState::Finished) << n << ": " << run.message;
        EXPECT_TRUE(keys.contains({n, 1}) && keys.contains({n, 2})) << n << ": 0 lost";
        ++waited;
    }
    EXPECT_GE(waited, static_cast<std::size_t>(kills) / 4) << "enough of them came to their wait";
    // The lamp: whenever it was switched on, it went off in its time, and stays so.
    EXPECT_TRUE(store.timers().empty());
    const auto lamp = std::find_if(house->commands.sent.rbegin(), house->commands.sent.rend(),
                                   [](const Command& command) { return command.device == DeviceId{2}; });
    ASSERT_NE(lamp, house->commands.sent.rend());
    EXPECT_EQ(lamp->name, "off");
}

} // namespace
} // namespace atrium::automation
