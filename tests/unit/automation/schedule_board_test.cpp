#include "automation/schedule_board.h"

#include "runtime/core_loop.h"
#include "testing/manual_clock.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

/// A board that dies and comes back; what it fired, and what was decided, remains.
class ScheduleBoardTest : public ::testing::Test {
protected:
    void start(const std::vector<ScheduleTrigger>& triggers)
    {
        board = std::make_unique<ScheduleBoard>(
            loop, clock,
            ScheduleBoard::Handlers{[this](RuleKey key, const Object& event, UtcTime due) {
                                        fired.emplace_back(key.rule, due);
                                        late += event.find("late") != nullptr;
                                        decided[key.rule] = due;
                                    },
                                    [this](RuleKey key, const char*, const WhyNot& why, UtcTime until) {
                                        missed.push_back(why().code);
                                        decided[key.rule] = until;
                                    }});
        for (std::uint32_t rule = 0; rule < triggers.size(); ++rule) {
            const auto since = decided.try_emplace(rule, clock.now()).first->second;
            board->add({1, rule}, {LocalSchedule::make(triggers[rule], {}).value()}, since);
        }
    }
    void kill() { board.reset(); }
    void advance(std::chrono::microseconds duration)
    {
        clock.advance(duration);
        loop.turn();
    }
    /// Time passes as it does for a server that is up.
    void live(std::chrono::minutes duration)
    {
        for (; duration > 0min; duration -= 1min) advance(1min);
    }
    std::vector<std::string> times() const
    {
        std::vector<std::string> list;
        for (const auto& [rule, at] : fired) list.push_back(std::to_string(rule) + ' ' + toIso8601(at).substr(0, 16));
        return list;
    }

    testing::ManualClock clock{*parseTime("2026-01-01T00:00:00Z")};
    runtime::CoreLoop loop{clock, [](const std::string&) {}};
    std::unique_ptr<ScheduleBoard> board;
    std::vector<std::pair<std::uint32_t, UtcTime>> fired;
    std::map<std::uint32_t, UtcTime> decided;
    std::vector<std::string> missed;
    int late = 0;
};

using Times = std::vector<std::string>;

ScheduleTrigger at(const char* time, const char* zone = "UTC", std::chrono::microseconds catchUp = 0s,
                   DstPolicy dst = DstPolicy::Once)
{
    ScheduleTrigger trigger{AtTrigger{*parseTimeOfDay(time), 0x7f, zone, dst}, {}, 0};
    trigger.catchUp = catchUp.count();
    return trigger;
}

TEST_F(ScheduleBoardTest, AfterTwoHoursDownExactlyTheDeclaredRunsHappenInTheOrderOfTime)
{
    ScheduleTrigger often{*parseCron("*/10 * * * *"), {}, 0};
    std::get<CronTrigger>(often.when).zone = "UTC";
    auto half = often;
    half.catchUp = std::chrono::microseconds(30min).count();
    const std::vector<ScheduleTrigger> triggers{at("07:30", "UTC", 3h), at("07:00", "UTC", 3h), at("06:30", "UTC", 1h),
                                                at("06:40"), half};
    start(triggers);
    live(6h + 5min);
    fired.clear();
    late = 0;
    kill();
    clock.advance(2h); // 08:05
    start(triggers);
    loop.turn();
    EXPECT_TRUE(fired.empty()) << "all rules come first";
    advance(1s);
    EXPECT_EQ(times(), (Times{"1 2026-01-01T07:00", "0 2026-01-01T07:30", "4 2026-01-01T07:40", "4 2026-01-01T07:50",
                              "4 2026-01-01T08:00"}));
    EXPECT_EQ(missed.size(), 3u) << "06:30 is older than its hour, 06:40 had no catch_up, and some tens of minutes";
    EXPECT_EQ(late, 5);
    kill();
    start(triggers);
    live(5min);
    EXPECT_EQ(fired.size(), 6u) << "nothing twice, and 08:10 in time";
}

TEST_F(ScheduleBoardTest, AClockThatIsSetBackRepeatsNothing)
{
    start({at("12:00")});
    live(12h + 1min);
    ASSERT_EQ(fired.size(), 1u);
    clock.jumpTo(*parseTime("2026-01-01T11:00:00Z"));
    live(2h);
    EXPECT_EQ(fired.size(), 1u);
    live(23h);
    EXPECT_EQ(times().back(), "0 2026-01-02T12:00");
    EXPECT_EQ(fired.size(), 2u);
}

TEST_F(ScheduleBoardTest, AClockThatWasYearsAheadDoesNotSilenceTheSchedules)
{
    clock.jumpTo(*parseTime("2031-01-01T00:00:00Z"));
    start({at("12:00")});
    live(13h);
    ASSERT_EQ(fired.size(), 1u);
    clock.jumpTo(*parseTime("2026-01-01T00:00:00Z"));
    live(13h);
    EXPECT_EQ(times(), (Times{"0 2031-01-01T12:00", "0 2026-01-01T12:00"}));
    EXPECT_EQ(missed, std::vector<std::string>{"clock_set_back"});
}

TEST_F(ScheduleBoardTest, AClockThatJumpsAheadMissesWhatIsTooOldAndNothingElse)
{
    start({at("01:00"), at("02:00", "UTC", 2h)});
    clock.jumpTo(*parseTime("2026-01-01T03:00:00Z"));
    advance(1s);
    EXPECT_EQ(times(), (Times{"1 2026-01-01T02:00"}));
    EXPECT_EQ(missed, std::vector<std::string>{"missed"});
}

TEST_F(ScheduleBoardTest, HoldsOnItsDaysOnly)
{
    auto trigger = at("12:00");
    trigger.days = {parseLocalDay("2026-01-03"), parseLocalDay("2026-01-06"), {*parseLocalDay("2026-01-05")}};
    start({trigger});
    live(240h);
    EXPECT_EQ(times(), (Times{"0 2026-01-03T12:00", "0 2026-01-04T12:00", "0 2026-01-06T12:00"}));
}

TEST_F(ScheduleBoardTest, TwoSchedulesOfOneRuleAtOneInstantFireItOnce)
{
    board = std::make_unique<ScheduleBoard>(
        loop, clock,
        ScheduleBoard::Handlers{[this](RuleKey key, const Object&, UtcTime due) { fired.emplace_back(key.rule, due); },
                                {}});
    board->add(
        {1, 0},
        {LocalSchedule::make(at("12:00"), {}).value(), LocalSchedule::make(at("13:00", "Europe/Paris"), {}).value()},
        clock.now());
    live(24h);
    EXPECT_EQ(times(), (Times{"0 2026-01-01T12:00"}));
}

/// What each policy asks for at each half hour of the local day, without any arithmetic on local times: from the zone's
/// offset at each UTC minute.
std::map<std::pair<int, DstPolicy>, std::multiset<UtcTime>> expectedTimes(const std::string& zone, UtcTime from,
                                                                          UtcTime to)
{
    const auto* rules = date::locate_zone(zone);
    const auto offsetAt = [&](UtcTime at) {
        return rules->get_info(std::chrono::floor<std::chrono::seconds>(at)).offset;
    };
    std::map<std::pair<int, DstPolicy>, std::multiset<UtcTime>> times;
    std::set<std::int64_t> seen;
    auto previous = offsetAt(from - 1min);
    for (auto at = from; at < to; at += 1min) {
        const auto offset = offsetAt(at);
        const auto local = std::chrono::floor<std::chrono::minutes>(at.time_since_epoch() + offset).count();
        const auto skipped = std::chrono::floor<std::chrono::minutes>(offset - previous).count();
        previous = offset;
        for (auto minute = skipped > 0 ? local - skipped : local; minute <= local; ++minute) {
            if (minute % 30 != 0) continue;
            const bool exists = minute == local;
            const bool again = !seen.insert(minute).second;
            for (const auto policy : {DstPolicy::Once, DstPolicy::Skip, DstPolicy::Both}) {
                if (!exists && policy == DstPolicy::Skip) continue;
                if (!again || policy == DstPolicy::Both) times[{static_cast<int>(minute % 1440), policy}].insert(at);
            }
        }
    }
    return times;
}

class TwoYearsTest : public ScheduleBoardTest, public ::testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Zones, TwoYearsTest,
                         ::testing::Values("Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                           "America/Sao_Paulo", "Asia/Kathmandu"),
                         [](const auto& info) {
                             std::string name;
                             for (const char* c = info.param; *c; ++c)
                                 if (std::isalpha(static_cast<unsigned char>(*c))) name += *c;
                             return name;
                         });

TEST_P(TwoYearsTest, EveryLocalInstantRunsOnceByItsPolicyWhateverBecomesOfTheServer)
{
    // Every half hour of the day, those of the night under each policy, over 24 months. The server dies 400 times and
    // is away for up to three hours each time; everything is to be caught up with.
    struct Kind {
        int minute;
        DstPolicy policy;
    };
    std::vector<Kind> kinds;
    std::vector<ScheduleTrigger> triggers;
    for (const auto policy : {DstPolicy::Once, DstPolicy::Skip, DstPolicy::Both})
        for (int minute = 0; minute < (policy == DstPolicy::Once ? 1440 : 300); minute += 30) {
            kinds.push_back({minute, policy});
            triggers.push_back({AtTrigger{static_cast<std::uint32_t>(minute * 60), 0x7f, GetParam(), policy},
                                {},
                                std::chrono::microseconds(6h).count()});
        }
    // Brazil gave its summer time up in 2019: before, midnight itself was skipped and doubled.
    if (GetParam() == std::string("America/Sao_Paulo")) clock.jumpTo(*parseTime("2016-01-01T00:00:00Z"));
    const auto from = clock.now();
    std::mt19937 random(7);
    start(triggers);
    const auto end = from + 24h * 730;
    auto nextDeath = from + std::chrono::minutes(random() % (2 * 2628));
    while (clock.now() < end) {
        if (clock.now() >= nextDeath) {
            kill();
            clock.advance(std::chrono::minutes(random() % 180));
            start(triggers);
            advance(1s);
            advance(59s);
            nextDeath = clock.now() + std::chrono::minutes(random() % (2 * 2628));
        }
        advance(std::chrono::minutes(1 + random() % 40));
    }
    advance(1min);
    const auto until = clock.now();
    std::map<std::uint32_t, std::multiset<UtcTime>> byRule;
    for (const auto& [rule, time] : fired)
        if (time < until - 1min) byRule[rule].insert(time);
    std::size_t instants = 0;
    auto expected = expectedTimes(GetParam(), from + 1min, until - 1min);
    for (std::uint32_t rule = 0; rule < kinds.size(); ++rule) {
        const auto& wanted = expected[{kinds[rule].minute, kinds[rule].policy}];
        auto& got = byRule[rule];
        got.erase(from);
        EXPECT_EQ(got, wanted) << kinds[rule].minute / 60 << ':' << kinds[rule].minute % 60;
        instants += wanted.size();
    }
    EXPECT_GT(instants, 68u * 728u);
}

} // namespace
} // namespace atrium::automation
