#include "switching.h"

#include "testing/fake_history.h"

#include <gtest/gtest.h>

#include <set>

namespace atrium::away {
namespace {

using namespace std::chrono_literals;
using testing::FakeHistory;

constexpr DeviceId lamp{7};
const UtcTime now = *parseTime("2026-11-21T18:00:00Z");
constexpr auto week = 168h;

TEST(SwitchingTest, RepeatsWhatTheDeviceDidAWeekBefore)
{
    FakeHistory history;
    history.add(lamp, "status", now - week - 3h, true);
    history.add(lamp, "status", now - week + 10min, false);
    history.add(lamp, "status", now - week + 20min, false);
    history.add(lamp, "status", now - week + 30min, true);
    history.add(lamp, "status", now - week + 70min, false);
    EXPECT_EQ(repeated(history, lamp, now, now + 1h, 0s, Opening::Included),
              (std::vector<Switching>{{now, lamp, true}, {now + 10min, lamp, false}, {now + 30min, lamp, true}}));
    EXPECT_EQ(repeated(history, lamp, now + 1h, now + 2h, 0s, Opening::Left),
              (std::vector<Switching>{{now + 70min, lamp, false}}));
}

TEST(SwitchingTest, RunsAheadOrBehindByItsOffset)
{
    FakeHistory history;
    history.add(lamp, "status", now - week - 3h, false);
    history.add(lamp, "status", now - week + 10min, true);
    for (const auto offset : {-300s, 300s})
        EXPECT_EQ(repeated(history, lamp, now, now + 1h, offset, Opening::Left),
                  (std::vector<Switching>{{now + 10min + offset, lamp, true}}));
}

TEST(SwitchingTest, RepeatsTheDayBeforeWhereHistoryIsShort)
{
    FakeHistory history;
    history.add(lamp, "status", now - 30h, false);
    history.add(lamp, "status", now - 24h + 5min, true);
    EXPECT_EQ(repeated(history, lamp, now, now + 1h, 0s, Opening::Included),
              (std::vector<Switching>{{now, lamp, false}, {now + 5min, lamp, true}}));
}

TEST(SwitchingTest, LeavesADeviceAloneOfWhichNothingIsKnown)
{
    FakeHistory history;
    history.add(lamp, "status", now - 1h, true);
    EXPECT_TRUE(repeated(history, lamp, now, now + 1h, 0s, Opening::Included).empty());
}

TEST(SwitchingTest, OffsetsDifferAndStayWithinTheSpread)
{
    std::set<std::chrono::seconds> seen;
    for (int i = 1; i <= 200; ++i) {
        const auto offset = offsetOf(DeviceId{i}, now, 12min);
        EXPECT_LE(std::chrono::abs(offset), 12min);
        EXPECT_EQ(offset, offsetOf(DeviceId{i}, now, 12min));
        seen.insert(offset);
    }
    EXPECT_GT(seen.size(), 100u);
    EXPECT_NE(offsetOf(lamp, now, 12min), offsetOf(lamp, now + 1h, 12min)) << "another absence, other times";
    EXPECT_EQ(offsetOf(lamp, now, 0min), 0s);
}

} // namespace
} // namespace atrium::away
