#include "automation/duration.h"
#include "automation/suggestion.h"
#include "automation/threshold.h"
#include "automation/trigger.h"
#include "automation/trigger_text.h"
#include "testing/fake_devices.h"
#include "testing/manual_clock.h"

#include <gtest/gtest.h>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

TEST(TriggerTest, NamesLevelsOfATopic)
{
    const auto trigger = parseTopicPattern("campus/+building/+/leak/#");
    ASSERT_TRUE(trigger);
    EXPECT_EQ(trigger->filter, "campus/+/+/leak/#");
    ASSERT_EQ(trigger->captures.size(), 1u);
    EXPECT_EQ(trigger->captures[0].level, 1u);
    EXPECT_EQ(trigger->captures[0].name, "building");
    EXPECT_TRUE(parseTopicPattern("+"));
    for (const char* wrong : {"", "a/#/b", "a/+1x", "a/b+", "a/+a-b", "#a"})
        EXPECT_FALSE(parseTopicPattern(wrong)) << wrong;
}

TEST(TriggerTest, ReadsTimesAndDays)
{
    EXPECT_EQ(parseTimeOfDay("07:30"), 27'000u);
    EXPECT_EQ(parseTimeOfDay("23:59:59"), 86'399u);
    for (const char* wrong : {"", "7", "24:00", "07:60", "07:30:60", "07:30:00:00", "a:b", "007:30", "-1:00"})
        EXPECT_FALSE(parseTimeOfDay(wrong)) << wrong;
    EXPECT_EQ(parseDays("mon-fri"), 0x1f);
    EXPECT_EQ(parseDays("fri-mon"), 0x71);
    EXPECT_EQ(parseDays("sat, sun"), 0x60);
    for (const char* wrong : {"", "monday", "mon-", "mon,,tue"}) EXPECT_FALSE(parseDays(wrong)) << wrong;
}

TEST(TriggerTest, ReadsModes)
{
    EXPECT_EQ(parseRuleMode("restart")->kind, RuleMode::Kind::Restart);
    EXPECT_EQ(parseRuleMode("queued(5)")->limit, 5u);
    EXPECT_EQ(parseRuleMode("parallel(3)")->kind, RuleMode::Kind::Parallel);
    EXPECT_EQ(parseRuleMode("queued")->limit, 10u);
    for (const char* wrong : {"", "once", "queued(0)", "queued(", "parallel(-1)", "queued(5"})
        EXPECT_FALSE(parseRuleMode(wrong));
}

TEST(TriggerTest, ReadsDurations)
{
    EXPECT_EQ(parseDuration("1h30m"), 90min);
    EXPECT_EQ(parseDuration("500ms"), 500ms);
    EXPECT_EQ(parseDuration("2d"), 48h);
    for (const char* wrong : {"", "0s", "5", "m", "5x", "30m1h", "1m1m", "-5s", "99999999999d", "1.5h", "401d"})
        EXPECT_FALSE(parseDuration(wrong)) << wrong;
}

TEST(ThresholdTest, FiresOnceACrossing)
{
    Threshold above(Threshold::Direction::Above, 80, 2);
    above.begin(70);
    EXPECT_FALSE(above.crosses(80));
    EXPECT_TRUE(above.crosses(80.1));
    EXPECT_FALSE(above.crosses(90));
    EXPECT_FALSE(above.crosses(79)); // within the hysteresis
    EXPECT_FALSE(above.crosses(81));
    EXPECT_FALSE(above.crosses(78));
    EXPECT_TRUE(above.crosses(81));
}

TEST(ThresholdTest, DoesNotFireForWhatWasBeyondBefore)
{
    Threshold below(Threshold::Direction::Below, 5, 0);
    below.begin(3);
    EXPECT_FALSE(below.crosses(4));
    EXPECT_FALSE(below.crosses(5));
    EXPECT_TRUE(below.crosses(4.9));
}

TEST(TriggerTest, IsToldAsItIsWritten)
{
    const testing::ManualClock clock;
    const testing::FakeDevices devices(clock);
    const auto told = [&](ScheduleTrigger schedule) { return toText(Trigger(std::move(schedule)), devices); };
    EXPECT_EQ(told({AtTrigger{27'000}, {}, 0}), "at \"07:30\"");
    EXPECT_EQ(told({AtTrigger{27'005, 0b100001}, {}, 0}), "at \"07:30:05\" on mon, sat");
    EXPECT_EQ(told({SunTrigger{SunEvent::Rise, -1200, {}, {}}, {}, 0}), "sunrise \"-20m\"");
    EXPECT_EQ(told({SunTrigger{SunEvent::Set, 0, {}, {}}, {}, 0}), "sunset");
    EXPECT_EQ(toText(Trigger(EveryTrigger{660'000'000}), devices), "every \"11m\"");
}

TEST(SuggestionTest, FindsWhatWasMeant)
{
    Suggestion suggestion("hall/ligth");
    for (const char* known : {"hall/light", "hall/pir", "hall/lights"}) suggestion.consider(known);
    EXPECT_EQ(suggestion.best(), "hall/light");
    Suggestion nothing("x");
    nothing.consider("temperature");
    EXPECT_EQ(nothing.question(), "");
    EXPECT_EQ(editDistance("abcd", "abdc", 3), 1u);
}

} // namespace
} // namespace atrium::automation
