#include "storage/history_block.h"

#include <gtest/gtest.h>

namespace atrium::storage {
namespace {

using namespace std::chrono_literals;

const UtcTime noon = UtcTime{} + 24h * 20'000 + 12h;

HistoryBlock sample(std::chrono::seconds after, Value value)
{
    HistoryBlock block;
    block.firstAt = block.lastAt = noon + after;
    block.held = !value.isNull();
    block.samples = block.held ? 1 : 0;
    if (const auto number = value.ifNumber()) block.minimum = block.maximum = block.total = *number;
    if (const auto* boolean = value.ifBoolean()) block.minimum = block.maximum = block.total = *boolean;
    block.last = std::move(value);
    return block;
}

TEST(HistoryStatisticsTest, WeighsEveryValueByHowLongItHeld)
{
    // A kettle: 0 W for an hour, then three samples in a minute.
    const std::vector<HistoryBlock> blocks{sample(0s, 0), sample(3600s, 2000), sample(3630s, 2100), sample(3660s, 0)};
    const auto result = statisticsOf({}, blocks, {}, noon, noon + 7200s);
    EXPECT_EQ(result.minimum, 0);
    EXPECT_EQ(result.maximum, 2100);
    EXPECT_DOUBLE_EQ(*result.mean, (2000.0 * 30 + 2100.0 * 30) / 7200);
    EXPECT_EQ(result.knownSeconds, 7200);
    EXPECT_EQ(result.unknownSeconds, 0);
    EXPECT_EQ(result.samples, 4);
}

TEST(HistoryStatisticsTest, CountsWhatHeldBeforeTheFirstSample)
{
    const auto result = statisticsOf(sample(-3600s, 10), {sample(60s, 20)}, {}, noon, noon + 120s);
    EXPECT_DOUBLE_EQ(*result.mean, 15);
    EXPECT_EQ(result.minimum, 10);
    EXPECT_EQ(result.knownSeconds, 120);
    EXPECT_EQ(result.samples, 1);
}

TEST(HistoryStatisticsTest, LeavesGapsAndOutagesOut)
{
    // Away from 60 s to 120 s; the server down from 180 s to 200 s.
    const std::vector<HistoryBlock> blocks{sample(0s, 10), sample(60s, {}), sample(120s, 40)};
    const std::vector<HistoryGap> outages{{noon + 180s, noon + 200s}};
    const auto result = statisticsOf({}, blocks, outages, noon, noon + 240s);
    EXPECT_EQ(result.knownSeconds, 60 + 60 + 40);
    EXPECT_EQ(result.unknownSeconds, 80);
    EXPECT_DOUBLE_EQ(*result.mean, (10.0 * 60 + 40.0 * 100) / 160);
    const auto gaps = gapsOf({}, blocks, outages, noon, noon + 240s);
    EXPECT_EQ(gaps, (std::vector<HistoryGap>{{noon + 60s, noon + 120s}, {noon + 180s, noon + 200s}}));
}

TEST(HistoryStatisticsTest, TellsHowLongEachStateLasted)
{
    const std::vector<HistoryBlock> blocks{sample(0s, "heating"), sample(100s, "idle"), sample(150s, "heating"),
                                           sample(150s + 1s, "heating")};
    const auto result = statisticsOf({}, blocks, {}, noon, noon + 200s);
    ASSERT_EQ(result.states.size(), 2u);
    EXPECT_EQ(result.states[0].value, Value("heating"));
    EXPECT_EQ(result.states[0].seconds, 150);
    EXPECT_EQ(result.states[0].times, 2);
    EXPECT_EQ(result.states[1].seconds, 50);
    EXPECT_FALSE(result.mean);
}

TEST(HistoryStatisticsTest, ReadsTheTimeOnFromSummariesOfASwitch)
{
    HistoryBlock hour = sample(0s, true);
    hour.lastAt = noon + 3000s;
    hour.minimum = 0;
    hour.samples = 7;
    hour.integral = 1000;
    hour.coveredSeconds = 2800;
    const auto result = statisticsOf({}, {hour}, {}, noon, noon + 3600s);
    EXPECT_EQ(result.knownSeconds, 3400);
    ASSERT_EQ(result.states.size(), 2u);
    EXPECT_EQ(result.states[0].value, Value(false));
    EXPECT_EQ(result.states[0].seconds, 1800);
    EXPECT_EQ(result.states[1].seconds, 1000 + 600);
}

TEST(HistoryGapTest, WhatLiesBeforeTheFirstValueIsNoGap)
{
    const std::vector<HistoryGap> outages{{noon - 100s, noon - 50s}, {noon + 10s, noon + 20s}};
    EXPECT_EQ(gapsOf({}, {sample(0s, 1)}, outages, noon - 200s, noon + 100s),
              (std::vector<HistoryGap>{{noon + 10s, noon + 20s}}));
    EXPECT_TRUE(gapsOf({}, {}, outages, noon - 200s, noon + 100s).empty());
}

TEST(HistoryGapTest, AGapThatBeganBeforeIsThereFromTheStart)
{
    EXPECT_EQ(gapsOf(sample(-60s, {}), {sample(30s, 1)}, {{noon - 5s, noon + 40s}}, noon, noon + 100s),
              (std::vector<HistoryGap>{{noon, noon + 40s}}))
        << "overlapping gaps are one";
}

TEST(HistoryMeanTest, OfAnIntervalCountsWhatHeldAtItsBeginning)
{
    HistoryBlock block = sample(100s, 50);
    const HistoryBlock carry = sample(-900s, 10);
    EXPECT_DOUBLE_EQ(*meanOf(&carry, block, {}, noon, noon + 300s), (10.0 * 100 + 50.0 * 200) / 300);
    EXPECT_DOUBLE_EQ(*meanOf(nullptr, block, {}, noon, noon + 300s), 50);
    EXPECT_FALSE(meanOf(nullptr, sample(0s, {}), {}, noon, noon + 300s));
}

} // namespace
} // namespace atrium::storage
