#include "runtime/heap_keeper.h"

#include "testing/fake_scheduler.h"
#include "testing/immediate_executor.h"
#include "testing/manual_clock.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace atrium::runtime {
namespace {

TEST(HeapKeeperTest, GivesBackWhatABurstLeftFullOfHoles)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the sanitizers bring a heap of their own";
#endif
    testing::ManualClock clock;
    testing::FakeScheduler scheduler(clock);
    testing::ImmediateExecutor workers;
    HeapKeeper keeper(scheduler, workers);
    std::vector<std::unique_ptr<char[]>> blocks;
    for (int i = 0; i < 400'000; ++i) blocks.push_back(std::make_unique<char[]>(200));
    for (std::size_t i = 0; i < blocks.size(); ++i)
        if (i % 400 != 0) blocks[i].reset();
    const auto before = residentBytes();
    ASSERT_GT(before, 60u << 20);
    scheduler.advance(std::chrono::seconds{3});
    EXPECT_LT(residentBytes(), before - (40u << 20));
}

} // namespace
} // namespace atrium::runtime
