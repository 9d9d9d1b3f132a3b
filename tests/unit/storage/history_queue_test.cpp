#include "storage/history_queue.h"

#include <gtest/gtest.h>

namespace atrium::storage {
namespace {

std::vector<HistorySample> samplesOf(DeviceId device, std::size_t count)
{
    HistorySample sample;
    sample.device = device;
    return std::vector<HistorySample>(count, sample);
}

TEST(HistoryQueueTest, TheOldestGoAndTheirDevicesAreOwed)
{
    HistoryQueue queue(10);
    EXPECT_EQ(queue.push(samplesOf(DeviceId{1}, 4)), 0u);
    EXPECT_EQ(queue.push(samplesOf(DeviceId{2}, 4)), 0u);
    EXPECT_EQ(queue.push(samplesOf(DeviceId{3}, 4)), 4u);
    EXPECT_EQ(queue.samples(), 8u);
    EXPECT_EQ(queue.takeOwed(5), std::vector{DeviceId{1}});
    EXPECT_EQ(queue.owed(), 0u);
}

TEST(HistoryQueueTest, ADeviceThatIsForgottenIsOwedNothing)
{
    HistoryQueue queue(4);
    queue.push(samplesOf(DeviceId{1}, 4));
    queue.push(samplesOf(DeviceId{2}, 4));
    EXPECT_EQ(queue.owed(), 1u);
    queue.forget(DeviceId{1});
    EXPECT_EQ(queue.owed(), 0u);
    EXPECT_EQ(queue.push(samplesOf(DeviceId{3}, 4)), 4u) << "the wish to forget takes no room and stays";
    std::deque<HistoryQueue::Item> taken;
    queue.take(taken, 100);
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].forget, DeviceId{1});
    EXPECT_EQ(taken[1].samples.size(), 4u);
}

TEST(HistoryQueueTest, IsTakenAPortionAtATime)
{
    HistoryQueue queue(100);
    for (int i = 1; i <= 5; ++i) queue.push(samplesOf(DeviceId{i}, 10));
    std::deque<HistoryQueue::Item> taken;
    queue.take(taken, 15);
    EXPECT_EQ(taken.size(), 2u);
    EXPECT_EQ(queue.samples(), 30u);
    EXPECT_EQ(queue.giveUp(), 30u);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.takeOwed(2), (std::vector{DeviceId{3}, DeviceId{4}}));
    EXPECT_EQ(queue.owed(), 1u);
}

TEST(HistoryQueueTest, SamplesStaySmall) { EXPECT_LE(sizeof(HistorySample), 48u); }

} // namespace
} // namespace atrium::storage
