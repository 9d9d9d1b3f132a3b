#include "runtime/core_loop.h"

#include "runtime/system_clock.h"
#include "testing/manual_clock.h"

#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <thread>

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

class BorrowedCoreTest : public CoreLoopTest {
protected:
    BorrowedCoreTest() { loop.start(); }
    ~BorrowedCoreTest() override { loop.stop(); }

    /// Core may be busy with its own start: tries until it rests.
    void runNow(const std::function<void()>& task)
    {
        while (!loop.runNow(task)) std::this_thread::yield();
    }
};

TEST_F(BorrowedCoreTest, RunsTheTaskAndWhatItPostsOnTheCallersThread)
{
    const auto caller = std::this_thread::get_id();
    std::string order;
    runNow([&] {
        EXPECT_TRUE(loop.isCurrent());
        EXPECT_EQ(std::this_thread::get_id(), caller);
        loop.post([&] {
            EXPECT_EQ(std::this_thread::get_id(), caller);
            order += "b";
        });
        order += "a";
    });
    EXPECT_EQ(order, "ab");
    EXPECT_FALSE(loop.isCurrent());
}

TEST_F(BorrowedCoreTest, LeavesTheTasksOfOthersToTheThreadCore)
{
    std::promise<std::thread::id> ranOn;
    runNow([&] { std::thread([&] { loop.post([&] { ranOn.set_value(std::this_thread::get_id()); }); }).join(); });
    EXPECT_NE(ranOn.get_future().get(), std::this_thread::get_id());
}

TEST_F(BorrowedCoreTest, IsRefusedWhileCoreIsBusy)
{
    std::promise<void> entered, leave;
    loop.post([&, left = leave.get_future().share()] {
        entered.set_value();
        left.wait();
    });
    entered.get_future().wait();
    EXPECT_FALSE(loop.runNow([] { FAIL(); }));
    leave.set_value();
}

TEST_F(BorrowedCoreTest, FiresATimerThatBecameDueMeanwhile)
{
    std::promise<void> fired;
    Subscription timer;
    runNow([&] {
        timer = loop.after(1ms, [&] { fired.set_value(); });
        clock.advance(5ms);
    });
    EXPECT_EQ(fired.get_future().wait_for(5s), std::future_status::ready);
}

TEST_F(BorrowedCoreTest, LingersAsCoreAfterTheBorrowersWorkUntilItIsWithdrawn)
{
    std::string order;
    auto linger = loop.setLinger([&] {
        EXPECT_TRUE(loop.isCurrent());
        order += loop.isBorrowed() ? "l" : "?";
        loop.post([&] { order += "p"; });
    });
    runNow([&] { order += loop.isBorrowed() ? "t" : "?"; });
    EXPECT_EQ(order, "tlp");
    loop.runAndWait([&] { order += loop.isBorrowed() ? "?" : "c"; });
    EXPECT_EQ(order, "tlpc");
    linger.reset();
    runNow([&] { order += loop.isBorrowed() ? "?" : "t"; });
    EXPECT_EQ(order, "tlpct");
}

/// With the real clock, since core sleeps until its next timer.
TEST(SleepingCoreTest, WakesForATimerThatComesBeforeTheOneItSleepsFor)
{
    SystemClock clock;
    CoreLoop loop(clock, [](const std::string&) {});
    loop.start();
    const auto late = loop.after(1h, [] {});
    std::this_thread::sleep_for(20ms);
    std::promise<void> fired;
    Subscription soon;
    while (!loop.runNow([&] { soon = loop.after(1ms, [&] { fired.set_value(); }); })) std::this_thread::yield();
    // Core looks by itself twice a second; this has to be much sooner.
    EXPECT_EQ(fired.get_future().wait_for(250ms), std::future_status::ready);
    loop.stop();
}

TEST_F(BorrowedCoreTest, NeverRunsTwoThingsAtOnce)
{
    std::atomic<int> inside{0}, overlaps{0};
    int done = 0; // guarded by core being one
    const auto task = [&] {
        if (++inside != 1) ++overlaps;
        ++done;
        --inside;
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 2000; ++n)
                if (!loop.runNow(task)) loop.postWaiting(task);
        });
    for (auto& thread : threads) thread.join();
    loop.runAndWait([] {});
    EXPECT_EQ(overlaps, 0);
    EXPECT_EQ(done, 6000);
}

} // namespace
} // namespace atrium::runtime
