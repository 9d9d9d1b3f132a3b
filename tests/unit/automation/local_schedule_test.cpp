#include "automation/local_schedule.h"

#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

AtTrigger at(const char* time, DstPolicy dst = DstPolicy::Once, const char* days = "mon-sun")
{
    return {*parseTimeOfDay(time), *parseDays(days), "Europe/Paris", dst};
}

/// The next times after `from`, in UTC.
std::vector<std::string> next(const AtTrigger& trigger, const char* from, int count)
{
    const auto schedule = LocalSchedule::make(trigger, "UTC");
    std::vector<std::string> times;
    auto time = *parseTime(from);
    for (int i = 0; i < count; ++i) {
        const auto following = schedule.value().next(time);
        if (!following) break;
        times.push_back(toIso8601(*following).substr(0, 16));
        time = *following;
    }
    return times;
}

using Times = std::vector<std::string>;

TEST(LocalScheduleTest, KeepsLocalTimeAcrossTheClockChanges)
{
    EXPECT_EQ(next(at("07:30"), "2026-03-28T00:00:00Z", 2), (Times{"2026-03-28T06:30", "2026-03-29T05:30"}));
    EXPECT_EQ(next(at("07:30"), "2026-10-24T00:00:00Z", 2), (Times{"2026-10-24T05:30", "2026-10-25T06:30"}));
}

TEST(LocalScheduleTest, RunsASkippedTimeAtTheMomentOfTheChange)
{
    // 02:30 does not exist in Paris on 29 March 2026: at 01:00 UTC the clocks go from 02:00 to 03:00.
    EXPECT_EQ(next(at("02:30"), "2026-03-28T12:00:00Z", 2), (Times{"2026-03-29T01:00", "2026-03-30T00:30"}));
    EXPECT_EQ(next(at("02:30", DstPolicy::Skip), "2026-03-28T12:00:00Z", 1), (Times{"2026-03-30T00:30"}));
}

TEST(LocalScheduleTest, RunsADoubledTimeOnceUnlessAskedForBoth)
{
    // 02:30 comes twice in Paris on 25 October 2026: at 00:30 and 01:30 UTC.
    EXPECT_EQ(next(at("02:30"), "2026-10-24T12:00:00Z", 2), (Times{"2026-10-25T00:30", "2026-10-26T01:30"}));
    EXPECT_EQ(next(at("02:30", DstPolicy::Both), "2026-10-24T12:00:00Z", 3),
              (Times{"2026-10-25T00:30", "2026-10-25T01:30", "2026-10-26T01:30"}));
    // Between the two: the first is over, and the second is not wanted.
    EXPECT_EQ(next(at("02:30"), "2026-10-25T00:45:00Z", 1), (Times{"2026-10-26T01:30"}));
    EXPECT_EQ(next(at("02:30", DstPolicy::Both), "2026-10-25T00:45:00Z", 1), (Times{"2026-10-25T01:30"}));
}

TEST(LocalScheduleTest, RunsOnTheDaysOnly)
{
    EXPECT_EQ(next(at("08:00", DstPolicy::Once, "sat,sun"), "2026-01-02T00:00:00Z", 3),
              (Times{"2026-01-03T07:00", "2026-01-04T07:00", "2026-01-10T07:00"}));
}

TEST(LocalScheduleTest, UsesTheZoneOfTheSiteAndRefusesUnknownOnes)
{
    auto trigger = at("12:00");
    trigger.zone.clear();
    const auto schedule = LocalSchedule::make(trigger, "Asia/Kolkata");
    ASSERT_TRUE(schedule);
    EXPECT_EQ(schedule->toLocalText(*schedule->next(*parseTime("2026-01-01T00:00:00Z"))), "2026-01-01T12:00:00+05:30");
    trigger.zone = "Europe/Pariss";
    EXPECT_FALSE(LocalSchedule::make(trigger, "UTC"));
}

} // namespace
} // namespace atrium::automation
