// A server that is killed over and over while its rules command devices, raise alerts and send mails. Broker, devices
// and mail server live on: what they were told is what counts.
#include "atrium/json.h"
#include "support/child_process.h"
#include "support/server/lamp_peer.h"
#include "support/server/server_process.h"
#include "support/smtp_server.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;

constexpr int lamps = 10;
constexpr int levels = 100;

/// A broker that is nobody's child but the test's.
class OwnBroker {
public:
    OwnBroker()
    {
        std::ofstream(folder_.str() + "/broker.conf")
            << "listener " << port << " 127.0.0.1\nallow_anonymous true\npersistence false\n";
        process_ = std::make_unique<ChildProcess>(
            std::vector<std::string>{"mosquitto", "-c", folder_.str() + "/broker.conf"}, folder_.str() + "/log");
        EXPECT_TRUE(eventually([&] { return isListening(port); }));
    }
    const int port = freePort();

private:
    TempFolder folder_;
    std::unique_ptr<ChildProcess> process_;
};

/// Lamps that count how often they went to a level: being told twice in a row what they do already is nothing to them.
/// (What was told in the last moments before a kill is told again; turns go round, so that nothing else came between.)
class CountingLamps {
public:
    explicit CountingLamps(int port) : peer_(port, "lamps") {}

    void work()
    {
        peer_.takeCommands([this](int lamp, const Value& command) {
            const auto level = command.integerOr("level", -1);
            if (now_.contains(lamp) && now_[lamp] == level) ++repeated;
            else ++executed[{lamp, level}];
            now_[lamp] = level;
            peer_.report(lamp, {{"status", true}, {"level", level}});
        });
    }
    std::map<std::pair<int, std::int64_t>, int> executed;
    int repeated = 0;

private:
    LampPeer peer_;
    std::map<int, std::int64_t> now_;
};

int killsWanted()
{
    const char* wanted = std::getenv("ATRIUM_SERVER_KILLS");
    return wanted ? std::atoi(wanted) : 12;
}

TEST(KilledServerTest, EachEffectOfARunThatWaitedHappensOnce)
{
    OwnBroker broker;
    CountingLamps device(broker.port);
    SmtpServer mailServer;
    ServerProcess server({"mqtt.url=mqtt://127.0.0.1:" + std::to_string(broker.port), "smtp.host=localhost",
                          "smtp.port=" + std::to_string(mailServer.port()), "smtp.tls=none",
                          "smtp.from=Home <home@example.org>"});
    server.start();
    server.signIn();
    for (int i = 1; i <= lamps; ++i) {
        const auto made = server.post(
            "/api/devices", Object{{"name", "Lamp " + std::to_string(i)}, {"type", "light"}, {"room", "Hall"}});
        ASSERT_EQ(made.status, 201) << made.text;
        ASSERT_EQ(made.body.integerOr("id", 0), i);
    }
    std::string source = "local lamps = {";
    for (int i = 1; i <= lamps; ++i) {
        const auto uid = server.get("/api/devices/" + std::to_string(i)).body.textOr("uid", "");
        source += " device \"" + (uid.empty() ? "Lamp " + std::to_string(i) : uid) + "\",";
    }
    source += R"lua( }
rule "Many" { on = { mqtt "go" }, mode = "parallel(1000)", run = function(ev)
  local n = math.tointeger(ev.payload)
  wait "300ms"
  lamps[n % 10 + 1]:on{ level = n // 10 + 1 }
  alert.raise{ key = "told:" .. n, severity = "info", text = "told" }
  notify.send{ to = "ada@example.org", text = tostring(n) }
  wait "100ms"
end })lua";
    const auto saved = server.post("/api/automations", Object{{"name", "many"}, {"source", source}});
    ASSERT_EQ(saved.status, 201) << saved.text;

    MqttPeer person(broker.port, "person", "nothing");
    std::mt19937 random(3);
    std::set<std::int64_t> promised;
    std::int64_t number = 0;
    /// The runs that the server knows, by what they were asked for.
    const auto note = [&](bool areAllOver) {
        bool over = true;
        const auto answer = server.get("/api/automations/1/runs?limit=100");
        EXPECT_EQ(answer.status, 200) << answer.text;
        for (const auto& run : answer.body.find("runs")->list()) {
            const auto state = run.textOr("state", "");
            EXPECT_TRUE(state == "waiting" || state == "running" || state == "finished") << toJson(run);
            over = over && state == "finished";
            promised.insert(std::stoll(run.find("event")->textOr("payload", "-1")));
        }
        return over || !areAllOver;
    };
    ASSERT_TRUE(eventually([&] { return server.get("/api/automations/1").body.textOr("state", "") == "active"; }))
        << server.get("/api/automations/1").text;
    const int kills = killsWanted();
    for (int death = 0; death < kills; ++death) {
        for (unsigned i = 2 + random() % 4; i > 0 && number < lamps * levels - 1; --i) {
            person.publish("go", std::to_string(number++));
            std::this_thread::sleep_for(std::chrono::milliseconds(random() % 120));
            device.work();
        }
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 500'000));
        server.kill();
        device.work();
        server.start();
        note(false);
    }
    EXPECT_TRUE(eventually([&] {
        device.work();
        return note(true);
    }));
    std::this_thread::sleep_for(500ms);
    device.work();

    for (const auto& [what, times] : device.executed)
        EXPECT_EQ(times, 1) << "lamp " << what.first << " level " << what.second << ": 0 doubled";
    std::map<std::string, int> alerts;
    const auto raised = server.get("/api/security/alerts?limit=500").body;
    for (const auto& alert : raised.list()) ++alerts[alert.textOr("key", "")];
    // One that the server died over after it was taken, and before that was noted, comes again as the same mail.
    std::map<std::int64_t, std::set<std::string>> mails;
    const auto allMailed = [&] {
        for (const auto& mail : mailServer.mails()) mails[std::stoll(mail.text())].insert(mail.header("Message-ID"));
        return mails.size() >= promised.size();
    };
    EXPECT_TRUE(eventually(allMailed)) << mails.size() << " of " << promised.size();
    for (const auto n : promised) {
        EXPECT_EQ(mails[n].size(), 1u) << n << ": one mail";
        if (alerts.size() < 500) {
            EXPECT_EQ(alerts["rule:told:" + std::to_string(n)], 1) << n << ": one alert";
        }
        const std::pair<int, std::int64_t> what{static_cast<int>(n % lamps) + 1, n / lamps + 1};
        EXPECT_TRUE(device.executed.contains(what)) << n << ": 0 lost";
    }
    std::printf("  %d kills: %lld runs asked for, %zu of them kept, %zu commands executed, %d told again to lamps that "
                "did so already\n",
                kills, static_cast<long long>(number), promised.size(), device.executed.size(), device.repeated);
    EXPECT_GE(promised.size(), static_cast<std::size_t>(kills));
}

} // namespace
} // namespace atrium::testing
