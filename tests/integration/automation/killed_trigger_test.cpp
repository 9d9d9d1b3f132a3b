// Holds, quiet times and queues over many kills of the server.
#include "tests/integration/automation/killable_house.h"

#include <random>
#include <set>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class KilledTriggerTest : public KillableHouse {
protected:
    KilledTriggerTest() : KillableHouse("triggers")
    {
        house->addDevice(1, "out", {{"n", 0.0}, {"of", std::string()}});
        house->addDevice(2, "door", {{"visit", 0.0}});
        house->addDevice(3, "meter", {{"pulse", 0.0}});
    }
    static constexpr auto hold = 20s, quiet = 10s;
    static constexpr const char* text = R"lua(
        local out, door, meter = device "out", device "door", device "meter"
        rule "Held" { on = { door.visit:above(0):holds "20s" },
          run = function(ev) out:set{ n = ev.new, of = "held" } end }
        rule "Quiet" { on = { meter.pulse:changes():debounce "10s" },
          run = function(ev) out:set{ n = ev.new, of = "quiet" } end }
        rule "Line" { on = { event "line" }, mode = "queued(1000)",
          run = function(ev) wait "3s" out:set{ n = ev.data.n, of = "line" } end })lua";

    void start()
    {
        house->engine->keepForResume(store.unfinishedRuns());
        ASSERT_EQ(house->load(id, text), "");
    }
    void restart(std::chrono::seconds down)
    {
        killServer();
        kills.push_back(house->clock.now());
        note();
        house->clock.advance(down);
        house->open();
        start();
    }
    /// A stretch of the door.
    struct Visit {
        std::int64_t number = 0;
        UtcTime began{};
        UtcTime over{};
    };
    /// What is on the disk when the server is dead: none of it may be lost.
    void note()
    {
        for (const auto& [key, kept] : store.holds()) {
            // The door was shut and opened again in the milliseconds before the kill: of a threshold nobody can tell.
            if (key.rule == "Held" && !kept->isArmed() && !visits.empty() && visits.back().began > kept->began &&
                visits.back().over == UtcTime{}) {
                blurred.insert(visits.back().number);
                if (kept->isDue()) blurred.insert(numberOf(kept->event));
            }
            if (!kept->isDue()) continue;
            if (key.rule == "Held") begun.try_emplace(numberOf(kept->event), kept->began);
            promised[key.rule == "Held" ? "held" : "quiet"].insert(numberOf(kept->event));
        }
        for (const auto& run : store.unfinishedRuns())
            promised[run.rule == "Held" ? "held" : run.rule == "Quiet" ? "quiet" : "line"].insert(numberOf(run.event));
    }
    static std::int64_t numberOf(const Value& event)
    {
        if (const auto* data = event.find("data")) return data->integerOr("n", 0);
        return static_cast<std::int64_t>(event.find("new")->ifNumber().value_or(0));
    }
    /// Lets what is due happen, over `span` of the house's time.
    void pass(std::chrono::seconds span)
    {
        for (auto gone = 0s; gone < span; gone += 1s) {
            house->settle(3ms);
            house->advance(1s);
        }
        ASSERT_TRUE(house->until(
            [&] {
                house->clock.advance(50ms);
                return house->engine->runner().liveRuns() == 0 && house->journal->isIdle();
            },
            60s));
    }
    /// Keys of the commands by what they are of and their number.
    std::map<std::pair<std::string, std::int64_t>, std::multiset<std::string>> keys() const
    {
        std::map<std::pair<std::string, std::int64_t>, std::multiset<std::string>> keys;
        for (const auto& command : house->commands.sent)
            keys[{command.arguments.textOr("of", ""),
                  static_cast<std::int64_t>(command.arguments.find("n")->ifNumber().value_or(0))}]
                .insert(command.idempotencyKey);
        return keys;
    }

    std::map<std::string, std::set<std::int64_t>> promised;
    std::vector<Visit> visits;
    std::set<std::int64_t> blurred;
    std::map<std::int64_t, UtcTime> begun; ///< of the holds that were on the disk at a kill
    std::vector<UtcTime> kills;
};

TEST_F(KilledTriggerTest, KillsLoseNoHoldNoQuietTimeAndNoTurnAndDoubleNone)
{
    std::mt19937 random(7);
    start();
    std::vector<Visit> pulses; // each until the next
    std::int64_t number = 0;
    bool isOpen = false;
    const auto wanted = killsWanted();
    for (int death = 0; death < wanted; ++death) {
        for (unsigned act = 1 + random() % 3; act > 0; --act) {
            const auto now = house->clock.now();
            if (random() % 3 == 0) {
                if (isOpen) visits.back().over = now;
                else visits.push_back({++number, now, {}});
                house->report(2, "visit", isOpen ? 0.0 : static_cast<double>(number));
                isOpen = !isOpen;
            }
            if (random() % 3 == 0) {
                if (!pulses.empty()) pulses.back().over = now;
                pulses.push_back({++number, now, {}});
                house->report(3, "pulse", static_cast<double>(number));
            }
            if (random() % 3 == 0)
                house->engine->raiseEvent("line", Object{{"n", ++number}}, Cause{newCorrelationId(), "test", 0});
            for (unsigned turn = random() % 6; turn > 0; --turn) {
                house->loop->turn();
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
            }
            house->advance(std::chrono::seconds(random() % 15));
        }
        restart(std::chrono::seconds(random() % 30));
    }
    if (isOpen) house->report(2, "visit", 0.0);
    if (isOpen) visits.back().over = house->clock.now();
    pass(3s * static_cast<int>(promised["line"].size() % 400) + 60s);
    if (!pulses.empty()) pulses.back().over = house->clock.now();

    const auto sent = keys();
    std::size_t repeated = 0;
    for (const auto& [what, of] : sent) {
        EXPECT_EQ(std::set<std::string>(of.begin(), of.end()).size(), 1u) << what.first << " " << what.second;
        repeated += of.size() - 1;
    }
    std::size_t started = 0, unkept = 0;
    for (const auto& [n, began, over] : visits) {
        const bool ran = sent.contains({"held", n});
        started += ran;
        if (blurred.contains(n)) continue;
        const auto kill = std::lower_bound(kills.begin(), kills.end(), began);
        const bool wasKilled = kill != kills.end() && *kill < over;
        if (ran || !wasKilled) {
            EXPECT_EQ(ran, over - began >= hold) << "held " << n << " lasted " << (over - began) / 1s;
            continue;
        }
        // Killed before its beginning was written: the time counts from when the server saw it again.
        const auto kept = begun.find(n);
        EXPECT_FALSE(kept != begun.end() && over - kept->second >= hold)
            << "held " << n << " lasted " << (over - began) / 1s;
        unkept += over - began >= hold;
    }
    for (std::size_t i = 0; i < pulses.size(); ++i) {
        const auto& [n, began, over] = pulses[i];
        const bool ran = sent.contains({"quiet", n}), lasted = over - began >= quiet;
        started += ran;
        if (ran == lasted) continue;
        // A change that the server did not live to write down has not happened for it, like a lost message.
        const bool nextKept = i + 1 < pulses.size() && promised["quiet"].contains(pulses[i + 1].number);
        EXPECT_FALSE(lasted ? promised["quiet"].contains(n) : nextKept)
            << "quiet " << n << " lasted " << (over - began) / 1s;
        ++unkept;
    }
    for (const auto n : promised["line"]) EXPECT_TRUE(sent.contains({"line", n})) << n << " lost its turn";
    std::printf("  %d kills: %zu starts after holds and quiet times, %zu turns; %zu commands sent twice under the same "
                "key, %zu changes that the server did not live to write, %zu stretches that ran into one another\n",
                wanted, started, promised["line"].size(), repeated, unkept, blurred.size());
    EXPECT_LE(blurred.size(), visits.size() / 4 + 2) << "nothing is known of them: enough others must be left";
    EXPECT_GE(started, static_cast<std::size_t>(wanted) / 5);
    EXPECT_GE(promised["line"].size(), static_cast<std::size_t>(wanted) / 10);
}

TEST_F(KilledTriggerTest, AHoldThatEndedMeanwhileStartsTheRuleAtOnceAndSaysHowLate)
{
    start();
    house->report(2, "visit", 5.0);
    ASSERT_TRUE(house->until([&] { return house->journal->isIdle(); }));
    restart(80s);
    const auto ready = std::chrono::steady_clock::now();
    const auto* run = house->finishedRun(id);
    ASSERT_NE(run, nullptr);
    EXPECT_LT(std::chrono::steady_clock::now() - ready, 1s) << "at most a second after the server is ready";
    EXPECT_NEAR(*run->event.find("late")->ifNumber(), 60, 1);
    EXPECT_EQ(numberOf(run->event), 5);
    restart(80s);
    house->settle(100ms);
    EXPECT_EQ(keys().size(), 1u) << "not again while the value is still so";
    house->report(2, "visit", 0.0);
    house->report(2, "visit", 6.0);
    house->advance(21s);
    EXPECT_TRUE(house->until([&] { return keys().contains({"held", 6}); }));
}

TEST_F(KilledTriggerTest, AHoldThatWasBrokenMeanwhileIsOver)
{
    start();
    house->report(2, "visit", 5.0);
    ASSERT_TRUE(house->until([&] { return house->journal->isIdle(); }));
    killServer();
    house->report(2, "visit", 0.0);
    house->clock.advance(80s);
    house->open();
    start();
    house->settle(100ms);
    EXPECT_TRUE(keys().empty());
    ASSERT_FALSE(house->engine->runLog().skips(AutomationId{id}).empty());
    EXPECT_EQ(house->engine->runLog().skips(AutomationId{id})[0].why().code, "hold_cut_short");
    EXPECT_TRUE(house->until([&] {
        house->clock.advance(50ms);
        const auto holds = store.holds();
        return holds.size() == 1 && holds[0].hold->isArmed();
    }));
}

TEST_F(KilledTriggerTest, OfADeviceThatIsOfflineTheFirstReportDecidesAndTheTimeCountsFromTheBeginning)
{
    start();
    house->report(2, "visit", 5.0);
    ASSERT_TRUE(house->until([&] { return house->journal->isIdle(); }));
    killServer();
    house->devices.setOnline(DeviceId{2}, false);
    house->clock.advance(80s);
    house->open();
    start();
    house->settle(100ms);
    EXPECT_TRUE(keys().empty()) << "nobody knows whether it is still so";
    house->devices.setOnline(DeviceId{2}, true);
    house->advance(500ms);
    EXPECT_TRUE(house->until([&] { return keys().contains({"held", 5}); })) << "it is, and 20 s have passed long ago";
}

TEST_F(KilledTriggerTest, WhatWaitsForItsTurnGetsItAfterAKill)
{
    start();
    for (int n = 1; n <= 3; ++n)
        house->engine->raiseEvent("line", Object{{"n", n}}, Cause{newCorrelationId(), "test", 0});
    ASSERT_TRUE(house->until([&] {
        const auto kept = store.unfinishedRuns();
        return kept.size() == 3 && house->journal->isIdle();
    }));
    restart(1s);
    pass(15s);
    for (int n = 1; n <= 3; ++n)
        EXPECT_EQ(keys()[std::make_pair(std::string("line"), std::int64_t{n})].size(), 1u) << n;
    std::vector<std::int64_t> order;
    for (const auto& command : house->commands.sent)
        order.push_back(static_cast<std::int64_t>(command.arguments.find("n")->ifNumber().value_or(0)));
    EXPECT_EQ(order, (std::vector<std::int64_t>{1, 2, 3}));
}

TEST_F(KilledTriggerTest, FailuresInARowAreCountedOverRestarts)
{
    const char* failing = R"lua(rule "Fails" { on = { event "go" }, run = function() error "no" end,
                                               on_error = { disable_after = 3 } })lua";
    for (int life = 1; life <= 3; ++life) {
        ASSERT_EQ(house->load(id, failing), "");
        ASSERT_TRUE(house->offenders.empty()) << life;
        house->engine->raiseEvent("go", {}, Cause{newCorrelationId(), "test", 0});
        ASSERT_NE(house->finishedRun(id), nullptr);
        ASSERT_TRUE(house->until([&] {
            house->clock.advance(50ms);
            return house->journal->isIdle();
        }));
        if (life == 3) break;
        killServer();
        house->open();
    }
    EXPECT_TRUE(house->offenders.contains(AutomationId{id}));
    EXPECT_TRUE(store.failureCounts().empty()) << "enabled again it begins anew";
}

} // namespace
} // namespace atrium::automation
