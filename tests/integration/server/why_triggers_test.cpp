// Triggers whose time has not come, has passed, or that nothing can reach.
#include "why_fixture.h"

#include "storage/sql_database.h"

namespace atrium::testing {
namespace {

TEST_F(WhyTest, AValueThatWasBeyondBeforeARestartStartsNothingByBeingReportedFirst)
{
    save(onPower(":above(15)"));
    server.stop();
    server.start();
    server.signIn();
    peer = std::make_unique<MqttPeer>(server.mqttPort(), "peer", "did/#");
    report(R"({"power":21})");
    ASSERT_TRUE(eventually([&] { return number(cause("already_beyond"), "value") == 21; }));
    EXPECT_EQ(number(cause("already_beyond"), "rearm_at"), 15);
    const auto starts = [&] {
        const auto heard = peer->received();
        return std::count(heard.begin(), heard.end(), "did/it 1");
    };
    EXPECT_EQ(starts(), 0);
    report(R"({"power":14})");
    report(R"({"power":22})");
    EXPECT_TRUE(eventually([&] { return starts() == 1; }));
}

TEST_F(WhyTest, MessagesThatWereOnlyRetainedOnesAreTold)
{
    save("rule 'Keep' { on = { mqtt 'go' }, run = function() mqtt.publish('leak', '1', { retain = true }) end }");
    ASSERT_TRUE(eventually([&] {
        peer->publish("go", "1");
        std::this_thread::sleep_for(100ms);
        return at("/runs").text.find("finished") != std::string::npos;
    }));
    save("rule 'R' { on = { mqtt 'leak' }, run = function() end }");
    EXPECT_FALSE(cause("only_retained").textOr("last", "").empty());
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("messages conservés"), std::string::npos);
}

TEST_F(WhyTest, AMessageThatIsTooLargeIsToldWithItsSize)
{
    save("rule 'R' { on = { mqtt 'leak' }, run = function() end }");
    peer->publish("leak", std::string(300'000, 'x'));
    const auto facts = cause("message_too_large");
    EXPECT_EQ(number(facts, "bytes"), 300'000);
    EXPECT_EQ(number(facts, "limit"), 256 * 1024);
}

TEST_F(WhyTest, AReportThatDoesNotHoldTheValueIsTold)
{
    save(onPower(":above(25)"));
    // Nested, as no device of this protocol speaks: nothing of it is known, though the device is there.
    EXPECT_TRUE(eventually(
        [&] {
            report(R"({"status":false,"power":{"value":30}})");
            return at("/why").text.find("not_in_report") != std::string::npos;
        },
        20s));
    const auto facts = cause("not_in_report");
    EXPECT_LT(facts.textOr("reported", ""), facts.textOr("device_seen", ""));
    EXPECT_EQ(number(cause("not_crossed"), "value"), 20);
}

TEST_F(WhyTest, ADeviceThatWasRenamedKeepsItsNameForRules)
{
    saveFile(onPower(":above(25)"));
    ASSERT_EQ(server.request("PUT", "/api/devices/7", Object{{"name", "Bouilloire"}}).status, 200);
    EXPECT_EQ(cause("not_crossed").textOr("what", ""), "cuisine/prise.power");
    // A text that says the new name is told the one that holds.
    saveFile("rule 'R' { on = { device 'cuisine/bouilloire'.power:above(25) }, run = function() end }");
    const auto facts = cause("unknown_device");
    EXPECT_EQ(facts.textOr("device", ""), "cuisine/bouilloire");
}

TEST_F(WhyTest, AHoldOfADeviceThatHasSaidNothingSinceTheRestartIsTold)
{
    const auto announce = [&] {
        peer->publish("homeassistant/device/probe/config",
                      R"({"device":{"identifiers":["probe"],"name":"Sonde"},"origin":{"name":"test"},
                          "availability_topic":"probe/there","components":{"t":{"platform":"sensor","unique_id":"probe_t",
                          "device_class":"temperature","unit_of_measurement":"°C","state_topic":"probe/t"}}})");
        return eventually([&] { return server.get("/api/devices").text.find("Sonde") != std::string::npos; });
    };
    ASSERT_TRUE(announce());
    peer->publish("probe/there", "online");
    peer->publish("probe/t", "12.5");
    ASSERT_TRUE(eventually([&] { return server.get("/api/devices").text.find("12.5") != std::string::npos; }));
    saveFile("rule 'R' { on = { device 'Sonde'.temperature:below(5):holds '10m' }, run = function() end }");
    peer->publish("probe/t", "3.5");
    cause("hold_running");
    std::this_thread::sleep_for(1500ms); // a crash may cost the last second of what devices said
    server.kill();
    server.start();
    server.signIn();
    const auto facts = cause("hold_unknown");
    EXPECT_FALSE(facts.textOr("began", "").empty());
    EXPECT_LT(facts.textOr("began", ""), facts.textOr("due", ""));
}

TEST_F(WhyTest, ASilenceThatWasToldAlreadyIsTold)
{
    save("rule 'R' { on = { device 'cuisine/prise'.power:silent '1s' }, run = function() end }");
    EXPECT_FALSE(cause("silence_told").textOr("last", "").empty());
}

TEST_F(WhyTest, ASelectionOfNoDeviceIsTold)
{
    save("rule 'R' { on = { devices{ uid = 'cuisine/prise' }.power:above(25) }, run = function() end }");
    EXPECT_EQ(number(cause("not_crossed"), "value"), 20);
    ASSERT_EQ(server.request("DELETE", "/api/devices/7").status, 200);
    cause("no_member");
}

TEST_F(WhyTest, WhenAnEventAndACallCameLastIsTold)
{
    save("rule 'R' { on = { event 'alert.raised', webhook('POST', 'door') }, run = function() end }\n"
         "rule 'S' { on = { mqtt 'go' }, run = function() "
         "alert.raise{ key = 'k', severity = 'major', text = 't' } end }");
    publishUntil("go", "last_event");
    EXPECT_FALSE(cause("last_event").textOr("at", "").empty());
    Value hook;
    ASSERT_TRUE(eventually([&] {
        const auto hooks = at("/hooks").body;
        hook = hooks.find("hooks")->list().at(0);
        return !hook.textOr("secret", "").empty();
    }));
    const auto called = server.request("POST", hook.textOr("path", ""), Object{{"open", true}},
                                       {{"X-Hook-Token", hook.textOr("secret", "")}});
    ASSERT_LT(called.status, 300) << hook.textOr("path", "") << called.text;
    EXPECT_EQ(cause("last_call").textOr("hook", ""), "door");
}

TEST_F(WhyTest, ATimeThatAClockChangeSkipsIsToldWithItsDay)
{
    // The last Sunday of March of next year, when Paris has no 02:30.
    using namespace std::chrono;
    const auto year = year_month_day(floor<days>(system_clock::now())).year() + years(1);
    const year_month_day day{year / March / Sunday[last]};
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                  static_cast<unsigned>(day.day()));
    const std::string options =
        std::string("tz = 'Europe/Paris', dst = 'skip', first = '") + text + "', last = '" + text;
    save("rule 'R' { on = { at('02:30', { " + options + "' }) }, run = function() end }");
    const auto facts = cause("local_time_skipped");
    EXPECT_EQ(facts.textOr("change", ""), std::string(text) + "T03:00:00+02:00");
    EXPECT_EQ(facts.textOr("zone", ""), "Europe/Paris");
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("n'existe pas"), std::string::npos);
    save("rule 'R' { on = { at('02:30', { tz = 'Europe/Paris' }) }, run = function() end }");
    EXPECT_NE(cause("next_time").textOr("local", "").find("T02:30:00"), std::string::npos);
    EXPECT_EQ(at("/why").text.find("local_time_skipped"), std::string::npos);
}

TEST_F(WhyTest, AnInstantThatPassedWhileTheServerWasDownIsTold)
{
    const auto now = std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now());
    const auto before = toIso8601(std::chrono::time_point_cast<std::chrono::microseconds>(now - 3h)).substr(11, 5);
    save("rule 'R' { on = { at('" + before + "', { tz = 'UTC' }) }, run = function() end }");
    server.stop();
    {
        // A day passes for the server that is off: what it decided is a day old.
        storage::SqlDatabase database(storage::parseDatabaseUrl("sqlite:atrium.db", server.dataFolder()), {});
        const std::int64_t day = 24ll * 3600 * 1'000'000;
        database.transact(TransactionKind::Durable, [&](Transaction& transaction) {
            transaction.execute("UPDATE automation_marks SET decided_until = decided_until - ?", {day});
            transaction.execute("UPDATE automations SET updated_at = updated_at - ?", {day});
        });
    }
    server.start();
    server.signIn();
    cause("missed");
    EXPECT_NE(at("/why", {{"Accept-Language", "fr"}}).text.find("le serveur était arrêté"), std::string::npos);
}

} // namespace
} // namespace atrium::testing
