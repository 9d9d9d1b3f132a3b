#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"
#include "atrium/time.h"
#include "runtime/system_clock.h"

#include <date/date.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <thread>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> nepaleseHome(Store store)
{
    auto keys = demoKeysFor(store);
    keys.push_back("site.timezone=Asia/Kathmandu");
    return keys;
}

class SchedulesTest : public ::testing::TestWithParam<Store> {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
    }
    ServerProcess server{nepaleseHome(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(Stores, SchedulesTest, ::testing::Values(Store::Sqlite, Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

TEST_P(SchedulesTest, ThePublishedClientsDialogMakesASchedule)
{
    const auto made =
        server.post("/api/devices/1/schedule",
                    Object{{"type", "weekly"}, {"time", "07:30"}, {"action", "on"}, {"days", List{0, 4}}});
    ASSERT_EQ(made.status, 200) << made.text;
    EXPECT_EQ(made.body.textOr("message", ""), "Programmation enregistrée");
    const Value& schedule = *made.body.find("schedule");
    const auto id = std::to_string(schedule.integerOr("id", 0));
    EXPECT_EQ(schedule.integerOr("deviceId", 0), 1);
    EXPECT_EQ(schedule.textOr("time", ""), "07:30");
    EXPECT_EQ(*schedule.find("days"), Value(List{0, 4}));
    EXPECT_EQ(server.get("/api/devices/1/schedules").body.list().size(), 1u);

    // Its next runs, in the site's local time and in UTC; it is in the list of automations too.
    EXPECT_TRUE(eventually([&] {
        const auto list = server.get("/api/schedules").body;
        const auto& next = list.find("schedules")->list().at(0).find("next")->list();
        return next.size() == 2 && next[0].textOr("localTime", "").ends_with("T07:30:00+05:45") &&
               next[0].textOr("at", "").find("T01:45:00") != std::string::npos;
    }));
    EXPECT_TRUE(eventually([&] {
        return server.get("/api/automations").text.find("\"kind\":\"plugin\"") != std::string::npos ||
               server.get("/api/automations").text.find("plugin") != std::string::npos;
    }));

    EXPECT_EQ(server.post("/api/schedules/" + id + "/pause").status, 200);
    EXPECT_TRUE(eventually([&] {
        return server.get("/api/schedules").body.find("schedules")->list().at(0).find("next")->list().empty();
    }));
    EXPECT_EQ(server.request("DELETE", "/api/devices/schedules/" + id).status, 200);
    EXPECT_TRUE(server.get("/api/devices/1/schedules").body.list().empty());
}

TEST_P(SchedulesTest, RefusesWhatCannotBe)
{
    EXPECT_EQ(
        server.post("/api/devices/1/schedule", Object{{"type", "daily"}, {"time", "25:00"}, {"action", "on"}}).status,
        400);
    EXPECT_EQ(
        server.post("/api/devices/999/schedule", Object{{"type", "daily"}, {"time", "07:00"}, {"action", "on"}}).status,
        404);
    EXPECT_EQ(server.post("/api/devices/1/schedule", Object{{"type", "cron"}, {"cron", "61 * * * *"}, {"action", "on"}})
                  .status,
              400);
    EXPECT_EQ(server
                  .post("/api/devices/1/schedule",
                        Object{{"type", "daily"}, {"time", "07:00"}, {"action", "on"}, {"timezone", "Mars/Olympus"}})
                  .status,
              400);
    EXPECT_TRUE(server.get("/api/schedules").body.find("schedules")->list().empty());
}

TEST_P(SchedulesTest, FiresAtItsMinuteAndIsCaughtUpWithAfterAKill)
{
    // Of the minute that begins next: the server is killed before it, and comes back after it.
    MqttPeer device(server.mqttPort(), "lamp", "nothing");
    const runtime::SystemClock clock;
    auto now = clock.now();
    const auto minute = std::chrono::ceil<std::chrono::minutes>(now + 3s);
    const auto made = server.post(
        "/api/devices/1/schedule",
        Object{{"type", "daily"},
               {"time", date::format("%H:%M", date::floor<std::chrono::minutes>(
                                                  std::chrono::time_point_cast<std::chrono::seconds>(minute)))},
               {"timezone", "UTC"},
               {"action", "on"}});
    ASSERT_EQ(made.status, 200) << made.text;
    server.kill();
    std::this_thread::sleep_for(minute - clock.now() + 500ms);
    server.start();
    EXPECT_TRUE(eventually([&] { return *server.get("/api/devices/1").body.find("status") == Value(true); }, 10s));
}

/// Runs of the one automation, by the instant for which they ran.
std::map<std::int64_t, int> runsByInstant(ServerProcess& server, const std::string& automation)
{
    std::map<std::int64_t, int> runs;
    const auto list = server.get("/api/automations/" + automation + "/runs?limit=200").body;
    const Value* all = list.find("runs");
    for (const auto& run : all ? all->list() : List{}) {
        const Value* event = run.find("event");
        const Value* due = event ? event->find("due") : nullptr;
        if (due) ++runs[static_cast<std::int64_t>(*due->ifNumber())];
    }
    return runs;
}

TEST(SchedulesUnderKillTest, TensOfKillsOfTheServerLoseNoRunAndDoubleNone)
{
    ServerProcess server(nepaleseHome(Store::Sqlite));
    // A second after another, for a while.
    const runtime::SystemClock clock;
    const auto first = std::chrono::ceil<std::chrono::seconds>(clock.now() + 4s);
    constexpr int instants = 75;
    std::string source = "rule \"second\" { mode = \"parallel(100)\", on = {\n";
    for (int i = 0; i < instants; ++i)
        source += "at(\"" + date::format("%T", first + std::chrono::seconds(i)) +
                  "\", { tz = \"UTC\", catch_up = \"10m\" }),\n";
    source += "}, run = function(ev) mqtt.publish(\"tick\", tostring(ev.due)) end }\n";
    std::filesystem::create_directories(server.dataFolder() + "/automations");
    std::ofstream(server.dataFolder() + "/automations/seconds.lua") << source;
    server.start();
    server.signIn();
    std::string automation;
    ASSERT_TRUE(eventually([&] {
        const auto list = server.get("/api/automations").body;
        const Value* all = list.find("automations");
        if (!all) all = list.find("data");
        for (const auto& entry : all ? all->list() : List{})
            if (entry.textOr("name", "") == "seconds") automation = std::to_string(entry.integerOr("id", 0));
        return !automation.empty() && server.get("/api/automations/upcoming").text.find("second") != std::string::npos;
    }));
    std::this_thread::sleep_for(500ms); // the first mark is on the disk
    std::mt19937 random(3);
    int kills = 0;
    while (clock.now() < first + std::chrono::seconds(instants)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500 + random() % 1500));
        server.kill();
        ++kills;
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 700));
        server.start();
    }
    EXPECT_GE(kills, 20);
    std::map<std::int64_t, int> runs;
    eventually(
        [&] {
            runs = runsByInstant(server, automation);
            return runs.size() == instants;
        },
        15s);
    const auto begin = std::chrono::duration_cast<std::chrono::seconds>(first.time_since_epoch()).count();
    for (int i = 0; i < instants; ++i) EXPECT_EQ(runs[begin + i], 1) << i;
    EXPECT_EQ(runs.size(), static_cast<std::size_t>(instants));
}

} // namespace
} // namespace atrium::testing
