#include "automation/local_schedule.h"

#include <cmath>
#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

AtTrigger at(const char* time, DstPolicy dst = DstPolicy::Once, const char* days = "mon-sun")
{
    return {*parseTimeOfDay(time), *parseDays(days), "Europe/Paris", dst};
}

/// The next times after `from`, in UTC.
std::vector<std::string> next(const ScheduleTrigger& trigger, const char* from, int count, const Site& site = {})
{
    const auto schedule = LocalSchedule::make(trigger, site);
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
    EXPECT_EQ(next({at("07:30")}, "2026-03-28T00:00:00Z", 2), (Times{"2026-03-28T06:30", "2026-03-29T05:30"}));
    EXPECT_EQ(next({at("07:30")}, "2026-10-24T00:00:00Z", 2), (Times{"2026-10-24T05:30", "2026-10-25T06:30"}));
}

TEST(LocalScheduleTest, RunsASkippedTimeAtTheMomentOfTheChange)
{
    // 02:30 does not exist in Paris on 29 March 2026: at 01:00 UTC the clocks go from 02:00 to 03:00.
    EXPECT_EQ(next({at("02:30")}, "2026-03-28T12:00:00Z", 2), (Times{"2026-03-29T01:00", "2026-03-30T00:30"}));
    EXPECT_EQ(next({at("02:30", DstPolicy::Skip)}, "2026-03-28T12:00:00Z", 1), (Times{"2026-03-30T00:30"}));
}

TEST(LocalScheduleTest, RunsADoubledTimeOnceUnlessAskedForBoth)
{
    // 02:30 comes twice in Paris on 25 October 2026: at 00:30 and 01:30 UTC.
    EXPECT_EQ(next({at("02:30")}, "2026-10-24T12:00:00Z", 2), (Times{"2026-10-25T00:30", "2026-10-26T01:30"}));
    EXPECT_EQ(next({at("02:30", DstPolicy::Both)}, "2026-10-24T12:00:00Z", 3),
              (Times{"2026-10-25T00:30", "2026-10-25T01:30", "2026-10-26T01:30"}));
    // Between the two: the first is over, and the second is not wanted.
    EXPECT_EQ(next({at("02:30")}, "2026-10-25T00:45:00Z", 1), (Times{"2026-10-26T01:30"}));
    EXPECT_EQ(next({at("02:30", DstPolicy::Both)}, "2026-10-25T00:45:00Z", 1), (Times{"2026-10-25T01:30"}));
}

TEST(LocalScheduleTest, RunsOnTheDaysOnly)
{
    EXPECT_EQ(next({at("08:00", DstPolicy::Once, "sat,sun")}, "2026-01-02T00:00:00Z", 3),
              (Times{"2026-01-03T07:00", "2026-01-04T07:00", "2026-01-10T07:00"}));
}

TEST(LocalScheduleTest, UsesTheZoneOfTheSiteAndRefusesUnknownOnes)
{
    auto trigger = at("12:00");
    trigger.zone.clear();
    const auto schedule = LocalSchedule::make({trigger}, Site{"Asia/Kolkata"});
    ASSERT_TRUE(schedule);
    EXPECT_EQ(schedule->toLocalText(*schedule->next(*parseTime("2026-01-01T00:00:00Z"))), "2026-01-01T12:00:00+05:30");
    trigger.zone = "Europe/Pariss";
    EXPECT_FALSE(LocalSchedule::make({trigger}, Site{"UTC"}));
}

TEST(LocalScheduleTest, ReadsCronAsCrontabDoes)
{
    const auto runs = [](const char* text, const char* from, int count) {
        return next({parseCron(text).value()}, from, count);
    };
    EXPECT_EQ(runs("0 6 * * mon-fri", "2026-01-02T12:00:00Z", 2), (Times{"2026-01-05T05:00", "2026-01-06T05:00"}));
    EXPECT_EQ(runs("*/20 8-9 1 jan *", "2026-01-01T00:00:00Z", 4),
              (Times{"2026-01-01T07:00", "2026-01-01T07:20", "2026-01-01T07:40", "2026-01-01T08:00"}));
    // Both day fields: either fits (13th, or a Friday).
    EXPECT_EQ(runs("0 0 13 * 5", "2026-01-08T12:00:00Z", 3),
              (Times{"2026-01-08T23:00", "2026-01-12T23:00", "2026-01-15T23:00"}));
    EXPECT_EQ(parseCron("0 0 * * 0")->days, parseCron("0 0 * * 7")->days);
    EXPECT_EQ(parseCron("0 0 * * sat-sun")->days, 0x60);
    EXPECT_EQ(runs("0 0 29 2 *", "2026-01-01T00:00:00Z", 1), (Times{"2028-02-28T23:00"}));
    for (const char* wrong : {"", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8",
                              "*/0 * * * *", "5-1 * * * *", "0 0 30 2 *", "a * * * *", "* * * * * *", "1,, * * * *"})
        EXPECT_FALSE(parseCron(wrong)) << wrong;
}

TEST(LocalScheduleTest, RunsCronOnceAtASkippedHour)
{
    // From 02:00 to 03:00 there is nothing in Paris on 29 March 2026: the three times of that hour are one moment.
    EXPECT_EQ(next({parseCron("*/20 2 * * *").value()}, "2026-03-28T12:00:00Z", 2),
              (Times{"2026-03-29T01:00", "2026-03-30T00:00"}));
}

/// Minutes from the almanac's time to ours.
long minutesFrom(const char* almanac, const SunTrigger& trigger, const char* from, const Site& site)
{
    const auto found = LocalSchedule::make({trigger}, site).value().next(*parseTime(from));
    if (!found) return 1'000'000;
    return std::lround(std::chrono::duration<double, std::ratio<60>>(*found - *parseTime(almanac)).count());
}

TEST(LocalScheduleTest, KnowsWhenTheSunRisesAndSets)
{
    const Site paris;
    EXPECT_NEAR(minutesFrom("2026-06-21T03:47:00Z", {SunEvent::Rise}, "2026-06-20T22:00:00Z", paris), 0, 1);
    EXPECT_NEAR(minutesFrom("2026-06-21T19:58:00Z", {SunEvent::Set}, "2026-06-20T22:00:00Z", paris), 0, 1);
    EXPECT_NEAR(minutesFrom("2026-12-21T07:41:00Z", {SunEvent::Rise}, "2026-12-20T23:00:00Z", paris), 0, 1);
    EXPECT_NEAR(minutesFrom("2026-12-21T15:56:00Z", {SunEvent::Set}, "2026-12-20T23:00:00Z", paris), 0, 1);
    // Its day begins when it is still yesterday in Greenwich.
    const Site auckland{"Pacific/Auckland", -36.85, 174.76};
    EXPECT_NEAR(minutesFrom("2026-06-20T19:33:00Z", {SunEvent::Rise}, "2026-06-20T12:00:00Z", auckland), 0, 1);
    EXPECT_NEAR(minutesFrom("2026-06-21T05:12:00Z", {SunEvent::Set}, "2026-06-20T12:00:00Z", auckland), 0, 1);
}

TEST(LocalScheduleTest, KeepsTheSunWithinTheHours)
{
    SunTrigger evening{SunEvent::Set, -1200};
    evening.latest = *parseTimeOfDay("21:30");
    EXPECT_EQ(next({evening}, "2026-06-20T22:00:00Z", 1), (Times{"2026-06-21T19:30"})) << "sunset is at 21:58";
    evening.earliest = *parseTimeOfDay("18:00");
    EXPECT_EQ(next({evening}, "2026-12-20T23:00:00Z", 1), (Times{"2026-12-21T17:00"})) << "sunset is at 16:56";
}

TEST(LocalScheduleTest, WaitsForTheEndOfThePolarDay)
{
    const Site tromso{"Europe/Oslo", 69.65, 18.96};
    const auto times = next({SunTrigger{SunEvent::Set}}, "2026-06-10T00:00:00Z", 1, tromso);
    ASSERT_EQ(times.size(), 1u);
    EXPECT_EQ(times[0].substr(0, 7), "2026-07");
}

} // namespace
} // namespace atrium::automation
