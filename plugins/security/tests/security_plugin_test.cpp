#include "security_plugin.h"

#include "atrium/json.h"
#include "atrium/services/alerts.h"
#include "testing/fake_plugin_context.h"
#include "testing/temp_database.h"

#include <gtest/gtest.h>

namespace atrium::security {
namespace {

using namespace std::chrono_literals;

class SecurityPluginTest : public ::testing::Test {
protected:
    SecurityPluginTest()
    {
        context.settings().set("topicPrefix", "aurion").set("keepDays", 365).set("demo", true);
        auto permissions = std::make_shared<std::set<Permission, std::less<>>>();
        *permissions = {"security.read", "security.control", "security.manage"};
        person = {UserId{4}, SessionId{1}, "Zoé", Role::Admin, permissions};
        start();
    }
    void start()
    {
        plugin = std::make_unique<SecurityPlugin>();
        plugin->configure(context);
        plugin->start();
        alerts = context.services().require<Alerts>();
    }
    void restart()
    {
        plugin->stop(context.clock().steadyNow() + 5s);
        alerts.reset();
        plugin.reset();
        start();
    }
    Result<HttpResponse> send(HttpMethod method, const std::string& path, Value body = {})
    {
        testing::FakeRequest request;
        request.method = method;
        request.path = path;
        request.body = std::move(body);
        request.principal = person;
        return context.http().send(request);
    }
    Value get(const std::string& path) { return parseJson(send(HttpMethod::Get, path).value().body).value(); }
    List listed() { return get("/api/security/alerts").list(); }
    void reading(int sensor, const char* payload)
    {
        context.mqtt().deliver("aurion/sensors/" + std::to_string(sensor) + "/data", payload);
    }
    std::vector<std::string> raisedEvents() const
    {
        std::vector<std::string> names;
        for (const auto& event : const_cast<testing::FakePluginContext&>(context).automation().raised)
            names.push_back(event.name);
        return names;
    }
    std::size_t published(const char* type) const
    {
        std::size_t count = 0;
        for (const auto& message : const_cast<testing::FakePluginContext&>(context).realtime().published()) {
            count += *message.body.find("type") == Value(type) ? 1 : 0;
            EXPECT_EQ(message.permission, "security.read");
        }
        return count;
    }

    testing::TempDatabase database{std::filesystem::path(ATRIUM_PLUGIN_SOURCE_DIR) / "migrations"};
    testing::FakePluginContext context{"security", database.folder() / "plugin-data", database.database()};
    Principal person;
    std::unique_ptr<SecurityPlugin> plugin;
    std::shared_ptr<Alerts> alerts;
};

TEST_F(SecurityPluginTest, ASensorRaisesAnAlertOnEachRisingEdge)
{
    reading(1, R"({"triggered":true,"battery":87})");
    reading(1, R"({"triggered":true})");
    ASSERT_EQ(listed().size(), 1u) << "still the same movement";
    reading(1, R"({"triggered":false})");
    reading(1, R"({"triggered":true})");
    reading(2, R"({"smoke":true})");
    const auto all = listed();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].textOr("message", ""), "Fumée détectée");
    EXPECT_EQ(all[0].textOr("severity", ""), "critical");
    EXPECT_EQ(all[1].textOr("message", ""), "Mouvement détecté");
    EXPECT_EQ(all[1].textOr("severity", ""), "warning");
    EXPECT_EQ(all[1].textOr("sensor", ""), "Mouvement entrée");
    EXPECT_EQ(all[1].textOr("location", ""), "Entrée");
    EXPECT_EQ(all[1].integerOr("sensorId", 0), 1);
    EXPECT_FALSE(all[1].booleanOr("acknowledged", true));
    EXPECT_TRUE(all[2].find("clearedAt")->isText()) << "the first one ended when the sensor was quiet";
    const auto sensors = get("/api/security/sensors").list();
    ASSERT_EQ(sensors.size(), 4u);
    EXPECT_EQ(sensors[0].integerOr("battery", 0), 87);
    EXPECT_TRUE(sensors[0].find("lastTrigger")->isText());
    EXPECT_TRUE(sensors[2].find("battery")->isNull());
    EXPECT_EQ(published("notification"), 3u);
}

TEST_F(SecurityPluginTest, ARestartIsNoRisingEdge)
{
    reading(1, R"({"triggered":true})");
    restart();
    reading(1, R"({"triggered":true})");
    EXPECT_EQ(listed().size(), 1u);
    EXPECT_EQ(get("/api/security/sensors").list().size(), 4u) << "demo sensors are made once";
}

TEST_F(SecurityPluginTest, AnInactiveSensorRaisesNothing)
{
    const auto answer = send(HttpMethod::Post, "/api/security/sensors/1/toggle", Object{{"enabled", false}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(parseJson(answer->body)->textOr("status", ""), "inactive");
    reading(1, R"({"triggered":true})");
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(get("/api/security/stats").integerOr("activeSensors", 0), 3);
    EXPECT_EQ(send(HttpMethod::Post, "/api/security/sensors/99/toggle", Object{{"enabled", false}}).error().code,
              ErrorCode::NotFound);
}

TEST_F(SecurityPluginTest, DropsWhatItCannotRead)
{
    reading(1, "\xFF");
    reading(99, R"({"triggered":true})");
    context.mqtt().deliver("aurion/sensors/x/data", R"({"triggered":true})");
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(context.metrics().count("atrium_sensor_bad_readings_total"), 3u);
}

TEST_F(SecurityPluginTest, APersonAcknowledges)
{
    reading(2, R"({"smoke":true})");
    EXPECT_EQ(get("/api/security/stats").integerOr("criticalAlerts", 0), 1);
    const auto answer = send(HttpMethod::Post, "/api/security/alerts/1/acknowledge");
    ASSERT_TRUE(answer);
    const auto alert = parseJson(answer->body).value();
    EXPECT_TRUE(alert.booleanOr("acknowledged", false));
    EXPECT_TRUE(alert.find("acknowledgedAt")->isText());
    EXPECT_EQ(get("/api/security/stats").integerOr("criticalAlerts", 1), 0);
    EXPECT_EQ(get("/api/security/stats").integerOr("totalAlerts", 0), 1);
    const auto missing = send(HttpMethod::Post, "/api/security/alerts/99/acknowledge");
    EXPECT_EQ(missing.error().message.fr, "Alerte non trouvée");
    person.permissions.reset();
    EXPECT_EQ(send(HttpMethod::Post, "/api/security/alerts/1/acknowledge").error().code, ErrorCode::Forbidden);
}

TEST_F(SecurityPluginTest, AnAdministratorAddsASensor)
{
    const auto answer = send(HttpMethod::Post, "/api/security/sensors",
                             Object{{"name", "Cave"}, {"type", "gas"}, {"location", "Sous-sol"}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 201);
    reading(5, R"({"value":3})");
    EXPECT_EQ(listed().at(0).textOr("message", ""), "Gaz détecté");
}

TEST_F(SecurityPluginTest, OtherPluginsRaiseAlertsThatNameTheirDevice)
{
    DeviceInfo info;
    info.id = DeviceId{7};
    info.uid = info.name = "Chaudière";
    info.room = "Cave";
    ASSERT_TRUE(context.devices().put(info, {}));
    const AlertReport report{
        "command-failed:7:status",    Severity::Warning, "command_failed",          "La chaudière ne répond pas",
        "Vérifiez son alimentation.", DeviceId{7},       {"c0ffee", "rule:heat", 2}};
    alerts->raise(report);
    alerts->raise(report);
    alerts->clear("unknown");
    auto all = listed();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].integerOr("count", 0), 2);
    EXPECT_EQ(all[0].textOr("sensor", ""), "Chaudière");
    EXPECT_EQ(all[0].textOr("location", ""), "Cave");
    EXPECT_EQ(all[0].integerOr("deviceId", 0), 7);
    alerts->clear("command-failed:7:status");
    EXPECT_TRUE(listed()[0].find("clearedAt")->isText());
    EXPECT_EQ(raisedEvents(), (std::vector<std::string>{"alert.raised", "alert.raised:command-failed:7:status",
                                                        "alert.repeated", "alert.repeated:command-failed:7:status",
                                                        "alert.cleared", "alert.cleared:command-failed:7:status"}));
    EXPECT_EQ(context.automation().raised[0].cause.hops, 3) << "a chain of rules is cut one day";
    EXPECT_EQ(published("alert"), 3u);
    EXPECT_EQ(published("notification"), 1u);
    ASSERT_EQ(context.mqtt().published.size(), 2u);
    EXPECT_EQ(context.mqtt().published[0].topic, "aurion/alerts/1");
}

TEST_F(SecurityPluginTest, RulesRaiseAndClear)
{
    auto& rules = context.automation();
    const Object pump{{"key", "pump"},
                      {"severity", "major"},
                      {"text", "Pump draws 900 W"},
                      {"clear_after_quiet", "30m"},
                      {"escalate", Object{{"after", "10m"}, {"to", "critical"}}}};
    ASSERT_TRUE(rules.call("alert", "raise", {pump}));
    EXPECT_EQ(listed()[0].textOr("key", ""), "rule:pump");
    EXPECT_EQ(listed()[0].textOr("severity", ""), "warning");
    context.advance(11min);
    EXPECT_EQ(listed()[0].textOr("severity", ""), "critical");
    context.advance(20min);
    EXPECT_TRUE(listed()[0].find("clearedAt")->isText());
    ASSERT_TRUE(rules.call("alert", "raise", {pump}));
    EXPECT_EQ(listed().size(), 2u);
    ASSERT_TRUE(rules.call("alert", "clear", {"pump"}));
    EXPECT_TRUE(listed()[0].find("clearedAt")->isText());
    for (const Object& bad : {Object{}, Object{{"key", "a"}}, Object{{"text", "a"}},
                              Object{{"key", "a"}, {"text", "b"}, {"severity", "bad"}},
                              Object{{"key", "a"}, {"text", "b"}, {"clear_after_quiet", 30}},
                              Object{{"key", "a"}, {"text", "b"}, {"escalate", Object{{"to", "critical"}}}}})
        EXPECT_FALSE(rules.call("alert", "raise", {bad})) << toJson(bad);
    EXPECT_FALSE(rules.call("alert", "clear", {}));
}

} // namespace
} // namespace atrium::security
