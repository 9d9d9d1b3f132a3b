// What a wait_for holds or is quiet for, over kills of the server.
#include "tests/integration/automation/killable_house.h"

#include <random>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class KilledWaitTest : public KillableHouse {
protected:
    KilledWaitTest() : KillableHouse("waits")
    {
        house->addDevice(1, "out", {{"n", 0.0}, {"got", 0.0}, {"late", false}});
        house->addDevice(2, "door", {{"visit", 0.0}});
        house->addDevice(3, "meter", {{"pulse", 0.0}});
    }
    static constexpr const char* text = R"lua(
        local out, door, meter = device "out", device "door", device "meter"
        rule "Patient" { on = { event "begin" }, mode = "parallel(1000)", run = function(ev)
          local got = wait_for{ meter.pulse:changes():debounce "10s", door.visit:above(0):holds "20s" }
          out:set{ n = ev.data.n, got = got.new, late = got.late ~= nil }
        end })lua";

    void start()
    {
        house->engine->keepForResume(store.unfinishedRuns());
        ASSERT_EQ(house->load(id, text), "");
    }
    void restart(std::chrono::seconds down)
    {
        killServer();
        house->clock.advance(down);
        house->open();
        start();
    }
    void begin(std::int64_t n)
    {
        house->engine->raiseEvent("begin", Object{{"n", n}}, Cause{newCorrelationId(), "test", 0});
        ASSERT_TRUE(isKept([](const StepRecord& step) { return step.kind == StepKind::WaitFor; }));
    }
    /// Whether the disk has a run whose last step is such.
    bool isKept(const std::function<bool(const StepRecord&)>& such)
    {
        return house->until([&] {
            if (!house->journal->isIdle()) return false;
            const auto runs = store.unfinishedRuns();
            return !runs.empty() && !runs.back().steps.empty() && such(runs.back().steps.back());
        });
    }
    static bool isDue(const StepRecord& step)
    {
        return std::any_of(step.holds.begin(), step.holds.end(), [](const auto& hold) { return hold.second.isDue(); });
    }
    std::size_t sent() const { return house->commands.sent.size(); }
    double got() const { return *house->commands.sent.back().arguments.find("got")->ifNumber(); }
    bool wasLate() const { return house->commands.sent.back().arguments.booleanOr("late", false); }
};

TEST_F(KilledWaitTest, AQuietTimeCountsOn)
{
    start();
    begin(1);
    house->report(3, "pulse", 5.0);
    ASSERT_TRUE(isKept(isDue));
    restart(4s);
    house->advance(4s);
    house->settle();
    EXPECT_EQ(sent(), 0u) << "8 of 10 s";
    house->advance(3s);
    ASSERT_TRUE(house->until([&] { return sent() == 1; }));
    EXPECT_EQ(got(), 5);
    EXPECT_FALSE(wasLate());
}

TEST_F(KilledWaitTest, AQuietTimeThatEndedMeanwhileIsOwed)
{
    start();
    begin(1);
    house->report(3, "pulse", 5.0);
    ASSERT_TRUE(isKept(isDue));
    restart(80s);
    house->report(3, "pulse", 6.0);
    ASSERT_TRUE(house->until([&] { return sent() == 1; }));
    EXPECT_EQ(got(), 5) << "what came later does not put it off";
    EXPECT_TRUE(wasLate());
}

TEST_F(KilledWaitTest, AHoldThatEndedMeanwhileIsOwed)
{
    start();
    begin(1);
    house->report(2, "visit", 7.0);
    ASSERT_TRUE(isKept(isDue));
    restart(80s);
    ASSERT_TRUE(house->until([&] { return sent() == 1; }));
    EXPECT_EQ(got(), 7);
    EXPECT_TRUE(wasLate());
}

TEST_F(KilledWaitTest, AHoldThatWasBrokenMeanwhileIsOverAndTheNextOneCounts)
{
    start();
    begin(1);
    house->report(2, "visit", 7.0);
    ASSERT_TRUE(isKept(isDue));
    killServer();
    house->report(2, "visit", 0.0);
    house->clock.advance(10s);
    house->open();
    start();
    ASSERT_TRUE(isKept([](const StepRecord& step) { return !isDue(step); }));
    house->advance(30s);
    house->settle();
    EXPECT_EQ(sent(), 0u);
    house->report(2, "visit", 8.0);
    house->advance(21s);
    ASSERT_TRUE(house->until([&] { return sent() == 1; }));
    EXPECT_EQ(got(), 8);
}

TEST_F(KilledWaitTest, AWaitThatIsOverLeavesNothing)
{
    start();
    begin(1);
    house->report(3, "pulse", 5.0);
    house->advance(11s);
    ASSERT_TRUE(house->until([&] { return sent() == 1 && house->journal->isIdle(); }));
    ASSERT_TRUE(house->until([&] {
        house->clock.advance(50ms);
        return store.unfinishedRuns().empty();
    }));
    const auto run = store.lastRuns(AutomationId{id}, 1).at(0);
    for (const auto& step : run.steps) EXPECT_TRUE(step.holds.empty());
    restart(1s);
    house->advance(60s);
    house->settle();
    EXPECT_EQ(sent(), 1u);
}

TEST_F(KilledWaitTest, KillsAtAnyMomentLoseNoneAndDoubleNone)
{
    std::mt19937 random(11);
    start();
    const auto wanted = killsWanted() / 3;
    std::size_t owed = 0;
    for (int n = 1; n <= wanted; ++n) {
        begin(n);
        const bool isHold = n % 2 == 0;
        house->report(isHold ? 2 : 3, isHold ? "visit" : "pulse", static_cast<double>(n));
        for (unsigned turn = random() % 6; turn > 0; --turn) {
            house->loop->turn();
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
        }
        killServer();
        // What the server did not live to write down has not happened for it, like a lost message.
        const bool isKnown = isDue(store.unfinishedRuns().back().steps.back());
        owed += isKnown;
        house->clock.advance(std::chrono::seconds(random() % 40));
        house->open();
        start();
        if (!isKnown && !isHold) {
            ASSERT_TRUE(house->until([&] {
                const auto live = house->engine->runner().live(AutomationId{id});
                return live.size() == 1 && live[0]->state == RunState::Waiting;
            }));
            house->report(3, "pulse", n + 0.5);
        }
        house->advance(25s);
        ASSERT_TRUE(house->until([&] { return house->engine->runner().liveRuns() == 0; }))
            << n << (isHold ? " held " : " quiet ") << (isKnown ? "known" : "not known");
        house->report(2, "visit", 0.0);
        ASSERT_TRUE(house->until([&] {
            house->clock.advance(50ms);
            return house->journal->isIdle();
        }));
    }
    std::map<std::int64_t, std::set<std::string>> keys;
    for (const auto& command : house->commands.sent)
        keys[static_cast<std::int64_t>(*command.arguments.find("n")->ifNumber())].insert(command.idempotencyKey);
    EXPECT_EQ(keys.size(), static_cast<std::size_t>(wanted)) << "none lost";
    for (const auto& [n, of] : keys) EXPECT_EQ(of.size(), 1u) << n << " doubled";
    std::printf("  %d kills, %zu of holds and quiet times that were on the disk\n", wanted, owed);
    EXPECT_GE(owed, static_cast<std::size_t>(wanted) / 5);
}

} // namespace
} // namespace atrium::automation
