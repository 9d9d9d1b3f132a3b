#include "runtime/core_loop.h"

#include "testing/manual_clock.h"

#include <gtest/gtest.h>

namespace atrium::runtime {
namespace {

using namespace std::chrono_literals;

class CoreLoopTest : public ::testing::Test {
protected:
    testing::ManualClock clock;
    std::vector<std::string> exceptions;
    CoreLoop loop{clock, [this](const std::string& text) { exceptions.push_back(text); }, 4};
};

TEST_F(CoreLoopTest, RunsTasksInOrder)
{
    std::string order;
    loop.post([&] { order += "a"; });
    loop.post([&] {
        order += "b";
        loop.post([&] { order += "c"; });
    });
    loop.turn();
    EXPECT_EQ(order, "abc");
}

TEST_F(CoreLoopTest, RefusesTasksWhenFull)
{
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(loop.post([] {}));
    EXPECT_FALSE(loop.post([] {}));
    loop.turn();
    EXPECT_TRUE(loop.post([] {}));
}

TEST_F(CoreLoopTest, SurvivesWhateverATaskThrows)
{
    bool ran = false;
    loop.post([] { throw std::runtime_error("broken"); });
    loop.post([] { throw 7; });
    loop.post([&] { ran = true; });
    loop.turn();
    EXPECT_TRUE(ran);
    EXPECT_EQ(exceptions, (std::vector<std::string>{"broken", "unknown exception"}));
}

TEST_F(CoreLoopTest, FiresATimerOnceWhenItIsDue)
{
    int fired = 0;
    const auto timer = loop.after(2s, [&] { ++fired; });
    clock.advance(1999ms);
    loop.turn();
    EXPECT_EQ(fired, 0);
    clock.advance(1ms);
    loop.turn();
    clock.advance(10s);
    loop.turn();
    EXPECT_EQ(fired, 1);
}

TEST_F(CoreLoopTest, SkipsLatePeriodsAndKeepsTheGrid)
{
    int fired = 0;
    const auto timer = loop.every(10s, [&] { ++fired; });
    clock.advance(35s);
    loop.turn();
    EXPECT_EQ(fired, 1);
    clock.advance(4s);
    loop.turn();
    EXPECT_EQ(fired, 1);
    clock.advance(1s);
    loop.turn();
    EXPECT_EQ(fired, 2);
}

TEST_F(CoreLoopTest, WithdrawnTimerNeverFires)
{
    int fired = 0;
    auto timer = loop.every(1s, [&] { ++fired; });
    timer.reset();
    clock.advance(5s);
    loop.turn();
    EXPECT_EQ(fired, 0);
}

TEST_F(CoreLoopTest, UtcTimerFollowsClockJumpsAndSteadyTimerDoesNot)
{
    int utc = 0, steady = 0;
    const auto a = loop.at(clock.now() + 1h, [&] { ++utc; });
    const auto b = loop.after(1h, [&] { ++steady; });
    clock.jumpTo(clock.now() + 2h);
    loop.turn();
    EXPECT_EQ(utc, 1);
    EXPECT_EQ(steady, 0);
}

TEST_F(CoreLoopTest, RunsOnItsOwnThreadAndStopsCleanly)
{
    loop.start();
    bool onCore = false;
    loop.runAndWait([&] { onCore = loop.isCurrent(); });
    EXPECT_TRUE(onCore);
    EXPECT_FALSE(loop.isCurrent());
    loop.stop();
    EXPECT_FALSE(loop.post([] {}));
}

} // namespace
} // namespace atrium::runtime
