// Runs that wait, and promises of timed commands, over many kills of the server.
#include "tests/integration/automation/killable_house.h"

#include <random>
#include <set>

namespace atrium::automation {
namespace {

using namespace std::chrono_literals;

class KilledRunTest : public KillableHouse {
protected:
    KilledRunTest() : KillableHouse("steps")
    {
        house->addDevice(1, "counter", {{"level", 0.0}, {"step", 0.0}});
        house->addDevice(2, "lamp", {{"status", false}});
    }
    static constexpr const char* text = R"lua(
        local counter, lamp = device "counter", device "lamp"
        rule "Steps" { on = { event "go" }, mode = "parallel(1000)",
          run = function(ev)
            local n = ev.data.n
            wait "20s"
            counter:set{ level = n, step = 1 }
            wait_for(event "never", { timeout = "20s" })
            counter:set{ level = n, step = 2 }
          end }
        rule "Messages" { on = { event "tell" }, mode = "parallel(1000)",
          run = function(ev)
            local n = math.tointeger(ev.data.n)
            local function unknown(what, ok, why)
              if not ok then mqtt.publish("unknown/" .. what .. "/" .. n, why) end
            end
            unknown("first", mqtt.publish("first/" .. n, "", { once = "at_most" }))
            wait "5s"
            mqtt.publish("least/" .. n, "")
            unknown("most", mqtt.publish("most/" .. n, "", { once = "at_most" }))
            pager.call(n)
            mqtt.publish("last/" .. n, "")
          end }
        on(event "light", function() lamp:on_for "30s" end))lua";
    void start()
    {
        house->engine->effects().addModule({"pager", {{"call", "", [this](const AutomationCall& call) -> Result<Value> {
                                                           paged[call.arguments.at(0).integer()].insert(
                                                               call.idempotencyKey);
                                                           return Value(true);
                                                       }}}});
        house->engine->onModulesChanged();
        auto unfinished = store.unfinishedRuns();
        auto timers = store.timers();
        house->engine->keepForResume(std::move(unfinished));
        house->engine->timedCommands().restore(std::move(timers));
        ASSERT_EQ(house->load(id, text), "");
    }
    std::map<std::int64_t, std::set<std::string>> paged; ///< keys by number
    void raise(const char* name, std::int64_t number)
    {
        house->engine->raiseEvent(name, Object{{"n", number}}, Cause{newCorrelationId(), "test", 0});
    }
};

TEST_F(KilledRunTest, KillsLoseNoRunThatWaitedAndDoubleNothing)
{
    std::mt19937 random(5);
    start();
    std::int64_t number = 0, promised = 0;
    const auto kills = killsWanted();
    for (int death = 0; death < kills; ++death) {
        const auto lives = 1 + random() % 3;
        for (unsigned i = 0; i < lives; ++i) {
            raise("go", ++number);
            if (random() % 4 == 0) raise("light", ++promised);
            for (unsigned turn = random() % 6; turn > 0; --turn) {
                house->loop->turn();
                std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
            }
            house->clock.advance(std::chrono::seconds(random() % 15));
        }
        killServer();
        house->clock.advance(std::chrono::seconds(random() % 30));
        house->open();
        start();
    }
    for (int i = 0; i < 5; ++i) {
        house->settle(200ms);
        house->advance(30s);
    }
    ASSERT_TRUE(house->until(
        [&] {
            house->clock.advance(100ms);
            return house->engine->runner().liveRuns() == 0 && house->journal->isIdle();
        },
        20s));

    // Which steps were done for which number, and under which keys.
    std::map<std::pair<std::int64_t, std::int64_t>, std::set<std::string>> keys;
    for (const auto& command : house->commands.sent)
        if (command.device == DeviceId{1})
            keys[{command.arguments.integerOr("level", 0), command.arguments.integerOr("step", 0)}].insert(
                command.idempotencyKey);
    for (const auto& [what, of] : keys)
        EXPECT_EQ(of.size(), 1u) << "number " << what.first << " step " << what.second << ": 0 doubled";
    std::size_t waited = 0;
    for (const auto& run : store.lastRuns(AutomationId{id}, 100'000)) {
        if (run.rule != "Steps") continue;
        const auto n = run.event.find("data")->integerOr("n", 0);
        EXPECT_EQ(run.state, RunState::Finished) << n << ": " << run.message;
        EXPECT_TRUE(keys.contains({n, 1}) && keys.contains({n, 2})) << n << ": 0 lost";
        ++waited;
    }
    EXPECT_GE(waited, static_cast<std::size_t>(kills) / 4) << "enough of them came to their wait";
    // The lamp: whenever it was switched on, it went off in its time, and stays so.
    EXPECT_TRUE(store.timers().empty());
    const auto lamp = std::find_if(house->commands.sent.rbegin(), house->commands.sent.rend(),
                                   [](const Command& command) { return command.device == DeviceId{2}; });
    ASSERT_NE(lamp, house->commands.sent.rend());
    EXPECT_EQ(lamp->name, "off");
}

TEST_F(KilledRunTest, KillsLoseNoPublicationAndDoubleNoneThatMustHappenAtMostOnce)
{
    std::mt19937 random(9);
    start();
    std::int64_t number = 0;
    const auto kills = killsWanted();
    for (int death = 0; death < kills; ++death) {
        for (unsigned i = 1 + random() % 3; i > 0; --i) raise("tell", ++number);
        for (unsigned turn = random() % 8; turn > 0; --turn) {
            house->loop->turn();
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 1500));
            if (random() % 3 == 0) house->clock.advance(2s);
        }
        killServer();
        house->open();
        start();
    }
    ASSERT_TRUE(house->until(
        [&] {
            house->clock.advance(100ms);
            return house->engine->runner().liveRuns() == 0 && house->journal->isIdle();
        },
        60s));

    std::map<std::string, int> told;
    for (const auto& message : house->mqtt.published) ++told[message.topic];
    const auto times = [&](const char* what, std::int64_t n) {
        const auto found = told.find(what + std::to_string(n));
        return found == told.end() ? 0 : found->second;
    };
    std::size_t kept = 0, again = 0, unknown = 0;
    for (const auto& run : store.lastRuns(AutomationId{id}, 100'000)) {
        if (run.rule != "Messages") continue;
        const auto n = run.event.find("data")->integerOr("n", 0);
        EXPECT_EQ(run.state, RunState::Finished) << n << ": " << run.message;
        EXPECT_GE(times("least/", n), 1) << n << ": 0 lost";
        EXPECT_GE(times("last/", n), 1) << n << ": 0 lost";
        EXPECT_EQ(paged[n].size(), 1u) << n << ": whoever looks at the key is called once";
        for (const char* what : {"first/", "most/"}) {
            EXPECT_TRUE(times(what, n) == 1 || times((std::string("unknown/") + what).c_str(), n) >= 1)
                << what << n << ": done, or the rule was told that nobody knows";
            unknown += times((std::string("unknown/") + what).c_str(), n) > 0;
        }
        again += times("least/", n) > 1;
        ++kept;
    }
    for (const auto& [topic, count] : told) {
        if (!topic.starts_with("first/") && !topic.starts_with("most/")) continue;
        EXPECT_EQ(count, 1) << topic << ": 0 doubled";
    }
    std::printf("  %d kills: %zu runs kept, %zu publications repeated that may be, %zu times a rule was told that "
                "nobody knows\n",
                kills, kept, again, unknown);
    EXPECT_GE(kept, static_cast<std::size_t>(kills) / 4) << "enough of them were written";
}

} // namespace
} // namespace atrium::automation
