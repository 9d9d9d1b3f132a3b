#include "alert_repository.h"
#include "sensor_repository.h"

#include "support/test_database.h"

#include <gtest/gtest.h>

namespace atrium::security {
namespace {

using namespace std::chrono_literals;

const UtcTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

class SecurityRepositoryTest : public ::testing::TestWithParam<SqlDialect> {
protected:
    void SetUp() override
    {
        database.migrate("security", std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations");
    }
    static Alert alertOf(const std::string& key, UtcTime at = now)
    {
        Alert alert;
        alert.report = {key,         Severity::Warning,        "motion", "Mouvement détecté", "été 🐱",
                        DeviceId{7}, {"c0ffee", "sensor:3", 0}};
        alert.sensor = SensorId{3};
        alert.source = "Entrée";
        alert.location = "Rez-de-chaussée";
        alert.raisedAt = alert.lastAt = at;
        return alert;
    }
    testing::TestDatabase database{GetParam()};
    SensorRepository sensors{*database};
    AlertRepository alerts{*database};
};

INSTANTIATE_TEST_SUITE_P(Dialects, SecurityRepositoryTest, ::testing::Values(SqlDialect::Sqlite, SqlDialect::MySql),
                         [](const auto& info) { return testing::nameOf(info.param); });

TEST_P(SecurityRepositoryTest, GivesSensorsBackAsTheyWere)
{
    Sensor sensor{{}, "Entrée", "motion", "Hall", SensorState::Active, false, {}, {}, now};
    sensor.id = sensors.add(sensor);
    sensor.triggered = true;
    sensor.battery = 80.5;
    sensor.lastTrigger = now + 1s;
    sensors.saveReadings({sensor});
    sensors.setState(sensor.id, SensorState::Inactive);
    const auto all = sensors.loadAll();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].name, "Entrée");
    EXPECT_EQ(all[0].state, SensorState::Inactive);
    EXPECT_TRUE(all[0].triggered);
    EXPECT_EQ(all[0].battery, 80.5);
    EXPECT_EQ(all[0].lastTrigger, now + 1s);
    EXPECT_EQ(all[0].createdAt, now);
}

TEST_P(SecurityRepositoryTest, CountsUpAnOpenAlertAndStartsANewOneAfterwards)
{
    const auto [first, alert] = alerts.raise(alertOf("a"));
    EXPECT_EQ(first, AlertChange::Raised);
    auto worse = alertOf("a", now + 1min);
    worse.report.severity = Severity::Critical;
    const auto [second, again] = alerts.raise(worse);
    EXPECT_EQ(second, AlertChange::Repeated);
    EXPECT_EQ(again.id, alert.id);
    EXPECT_EQ(again.occurrences, 2);
    EXPECT_EQ(again.report.severity, Severity::Critical);
    EXPECT_EQ(again.raisedAt, now);
    EXPECT_EQ(again.lastAt, now + 1min);
    EXPECT_EQ(alerts.clear("a", now + 2min).size(), 1u);
    EXPECT_EQ(alerts.clear("a", now + 2min).size(), 0u) << "once";
    EXPECT_EQ(alerts.clear("unknown", now).size(), 0u);
    const auto [third, next] = alerts.raise(alertOf("a", now + 3min));
    EXPECT_EQ(third, AlertChange::Raised);
    ASSERT_TRUE(alerts.acknowledge(next.id, UserId{4}, now + 4min));
    EXPECT_EQ(alerts.raise(alertOf("a", now + 5min)).first, AlertChange::Raised) << "a person knew of the one before";
    const auto all = alerts.newest(10);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].raisedAt, now + 5min) << "newest first";
    EXPECT_EQ(all[1].acknowledgedBy, UserId{4});
    EXPECT_EQ(all[2].clearedAt, now + 2min);
    EXPECT_EQ(all[2].report.message, "été 🐱");
    EXPECT_EQ(all[2].report.cause.origin, "sensor:3");
    EXPECT_EQ(all[2].report.device, DeviceId{7});
    EXPECT_EQ(alerts.newest(1).size(), 1u);
}

TEST_P(SecurityRepositoryTest, AcknowledgesOnce)
{
    const auto id = alerts.raise(alertOf("a")).second.id;
    EXPECT_FALSE(alerts.acknowledge(AlertId{99}, UserId{1}, now));
    EXPECT_TRUE(alerts.acknowledge(id, UserId{1}, now)->first);
    const auto again = alerts.acknowledge(id, UserId{2}, now + 1min);
    EXPECT_FALSE(again->first);
    EXPECT_EQ(again->second.acknowledgedBy, UserId{1}) << "the first one stays";
    EXPECT_EQ(alerts.counts().unacknowledged, 0);
}

TEST_P(SecurityRepositoryTest, ClearsWhatWasQuietAndEscalatesWhatStaysOpen)
{
    auto quiet = alertOf("quiet");
    quiet.report.clearAfterQuiet = 30min;
    auto open = alertOf("open"), known = alertOf("known");
    open.report.escalateAfter = known.report.escalateAfter = 10min;
    alerts.raise(quiet);
    alerts.raise(open);
    alerts.acknowledge(alerts.raise(known).second.id, UserId{1}, now);
    EXPECT_EQ(alerts.nextTime(), now + 10min);
    EXPECT_TRUE(alerts.applyTimes(now + 9min).empty());
    auto changes = alerts.applyTimes(now + 10min);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].first, AlertChange::Escalated);
    EXPECT_EQ(changes[0].second.report.key, "open");
    EXPECT_EQ(alerts.counts().critical, 1);
    quiet.lastAt = now + 20min;
    alerts.raise(quiet);
    EXPECT_EQ(alerts.nextTime(), now + 50min) << "half an hour after the last time";
    changes = alerts.applyTimes(now + 50min);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].first, AlertChange::Cleared);
    EXPECT_EQ(alerts.nextTime(), std::nullopt);
}

TEST_P(SecurityRepositoryTest, ForgetsOldAlertsThatEnded)
{
    alerts.raise(alertOf("open", now - 400h));
    alerts.raise(alertOf("ended", now - 400h));
    alerts.clear("ended", now - 399h);
    alerts.raise(alertOf("young", now));
    alerts.clear("young", now);
    EXPECT_EQ(alerts.prune(now - 300h), 1);
    EXPECT_EQ(alerts.counts().total, 2);
}

} // namespace
} // namespace atrium::security
