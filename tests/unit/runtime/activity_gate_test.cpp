#include "runtime/activity_gate.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>
#include <vector>

namespace atrium::runtime {
namespace {

using namespace std::chrono_literals;

TEST(ActivityGateTest, LetsNobodyInOnceItIsClosed)
{
    ActivityGate gate;
    EXPECT_TRUE(ActivityGate::Pass(gate));
    gate.close();
    EXPECT_FALSE(ActivityGate::Pass(gate));
}

TEST(ActivityGateTest, CloseWaitsForTheLastCallOfOtherThreads)
{
    ActivityGate gate;
    std::latch inside(3);
    std::promise<void> go;
    const auto released = go.get_future().share();
    std::atomic<int> left{0};
    std::vector<std::thread> calls;
    for (int i = 0; i < 2; ++i)
        calls.emplace_back([&] {
            const ActivityGate::Pass pass(gate);
            ASSERT_TRUE(pass);
            inside.arrive_and_wait();
            released.wait();
            ++left;
        });
    inside.arrive_and_wait();
    auto closed = std::async(std::launch::async, [&] {
        gate.close();
        return left.load();
    });
    EXPECT_EQ(closed.wait_for(30ms), std::future_status::timeout) << "two calls are inside";
    go.set_value();
    EXPECT_EQ(closed.get(), 2);
    for (auto& call : calls) call.join();
}

TEST(ActivityGateTest, ACallMayCloseTheGateThatItIsInHoweverDeep)
{
    ActivityGate gate, other;
    const ActivityGate::Pass outer(gate);
    const ActivityGate::Pass between(other);
    const ActivityGate::Pass inner(gate);
    gate.close();
    EXPECT_FALSE(ActivityGate::Pass(gate));
    EXPECT_TRUE(ActivityGate::Pass(other));
}

TEST(ActivityGateTest, AbandonClosesWithoutWaiting)
{
    ActivityGate gate;
    std::latch inside(2);
    std::promise<void> go;
    std::thread hangs([&] {
        const ActivityGate::Pass pass(gate);
        inside.arrive_and_wait();
        go.get_future().wait();
    });
    inside.arrive_and_wait();
    gate.abandon();
    EXPECT_FALSE(ActivityGate::Pass(gate));
    go.set_value();
    hangs.join();
}

} // namespace
} // namespace atrium::runtime
