// What accounts promise of the whole server: revocation, guessing, refreshing, broker accounts.
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"
#include "atrium/time.h"
#include "support/websocket_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace atrium::testing {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

class AccountsTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        server.start();
        server.signIn();
        administrator = server.token();
    }
    HttpAnswer anonymously(const std::string& path, const Value& body)
    {
        server.setToken("");
        auto answer = server.post(path, body);
        server.setToken(administrator);
        return answer;
    }
    std::string registered(const std::string& email, const std::string& password = "secret-1")
    {
        return anonymously("/api/auth/register", Object{{"email", email}, {"password", password}, {"name", "Person"}})
            .body.textOr("token", "");
    }
    int statusWith(const std::string& token, const std::string& path = "/api/devices")
    {
        server.setToken(token);
        const int status = server.get(path).status;
        server.setToken(administrator);
        return status;
    }
    ServerProcess server{{"plugins.devices.demo=true", "plugins.auth.bcryptCost=10"}};
    std::string administrator;
};

TEST_F(AccountsTest, ARevokedSessionIsRefusedAtOnceAndItsWebSocketClosed)
{
    const auto token = registered("user@example.org");
    const auto kept = anonymously("/api/auth/login", Object{{"email", "user@example.org"}, {"password", "secret-1"}})
                          .body.textOr("token", "");
    WebSocketClient socket(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + token);
    ASSERT_FALSE(socket.receiveJson().isNull());
    server.setToken(kept);
    ASSERT_EQ(server.request("DELETE", "/api/auth/sessions").status, 200);
    EXPECT_EQ(statusWith(token), 401);
    const auto revoked = SteadyClock::now();
    EXPECT_EQ(socket.receiveClose(5s), 1008);
    EXPECT_LT(SteadyClock::now() - revoked, 5s);
    EXPECT_EQ(server.stop(), 0);
    server.start();
    EXPECT_EQ(statusWith(token), 401) << "also after a restart";
    EXPECT_EQ(statusWith(kept), 200);
}

TEST_F(AccountsTest, AClosedAccountEndsItsLiveConnections)
{
    const auto token = registered("user@example.org");
    WebSocketClient socket(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + token);
    ASSERT_FALSE(socket.receiveJson().isNull());
    const auto id = toJson(*server.get("/api/users?q=user@").body.find("users")->list().at(0).find("id"));
    ASSERT_EQ(server.request("PUT", "/api/users/" + id, Object{{"active", false}}).status, 200);
    EXPECT_EQ(statusWith(token), 401);
    EXPECT_EQ(socket.receiveClose(5s), 1008);
}

TEST_F(AccountsTest, AtMostTenPasswordsOfAnAccountAreTriedWhileOthersSignIn)
{
    registered("victim@example.org");
    registered("other@example.org");
    std::atomic<int> evaluated{0}, refused{0}, others{0};
    std::vector<std::thread> attackers;
    for (int thread = 0; thread < 4; ++thread)
        attackers.emplace_back([&, thread] {
            for (int i = 0; i < 10; ++i) {
                const auto answer = server.request(
                    "POST", "/api/auth/login",
                    Object{{"email", "victim@example.org"}, {"password", "guess-" + std::to_string(thread * 10 + i)}});
                if (answer.status == 401) ++evaluated;
                else if (answer.status == 429) ++refused;
            }
        });
    for (int i = 0; i < 3; ++i)
        if (server.request("POST", "/api/auth/login", Object{{"email", "other@example.org"}, {"password", "secret-1"}})
                .status == 200)
            ++others;
    for (auto& attacker : attackers) attacker.join();
    EXPECT_LE(evaluated, 10);
    EXPECT_EQ(evaluated + refused, 40);
    EXPECT_EQ(others, 3);
    EXPECT_EQ(anonymously("/api/auth/login", Object{{"email", "victim@example.org"}, {"password", "secret-1"}}).status,
              429);
}

TEST_F(AccountsTest, OneOfAHundredParallelRefreshesWins)
{
    registered("user@example.org");
    const auto login = anonymously("/api/auth/login",
                                   Object{{"email", "user@example.org"}, {"password", "secret-1"}, {"refresh", true}});
    const Value body = Object{{"refreshToken", login.body.textOr("refreshToken", "")}};
    std::atomic<int> won{0}, lost{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 10; ++thread)
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i) {
                const int status = server.request("POST", "/api/auth/refresh", body).status;
                if (status == 200) ++won;
                else if (status == 401) ++lost;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 99);
    EXPECT_EQ(statusWith(login.body.textOr("token", "")), 401) << "the family is revoked";
}

TEST_F(AccountsTest, AnMqttAccountHearsWhatItsPersonMaySee)
{
    const auto token = registered("user@example.org");
    const auto id = toJson(*server.get("/api/users?q=user@").body.find("users")->list().at(0).find("id"));
    ASSERT_EQ(server.request("PUT", "/api/users/" + id, Object{{"ownRole", "visitor"}}).status, 200);
    const auto grant = server.post("/api/grants", Object{{"userId", std::stoll(id)},
                                                         {"permission", "devices.read"},
                                                         {"object", Object{{"kind", "device"}, {"id", 1}}}});
    ASSERT_EQ(grant.status, 201) << grant.text;
    server.setToken(token);
    const auto made = server.post("/api/auth/mqtt-accounts");
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(server.post("/api/auth/mqtt-accounts", Object{{"deviceId", 1}}).status, 404) << "may not manage it";
    server.setToken(administrator);

    const auto listen = [&](const std::string& password, const std::string& output) {
        return ChildProcess({"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(server.mqttPort()), "-u",
                             made.body.textOr("username", ""), "-P", password, "-t", "aurion/devices/#", "-v", "-W",
                             "4"},
                            output);
    };
    const TempFolder folder;
    const auto heardBy = [&](const std::string& name) {
        std::ifstream file(folder.str() + "/" + name);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    auto listener = listen(made.body.textOr("password", ""), folder.str() + "/right");
    auto stranger = listen("wrong", folder.str() + "/wrong");
    MqttPeer devices(server.mqttPort(), "devices", "nothing");
    EXPECT_TRUE(eventually(
        [&] {
            devices.publish("aurion/devices/2/status", R"({"status":true})");
            devices.publish("aurion/devices/1/status", R"({"status":true})");
            return heardBy("right").find("aurion/devices/1/status") != std::string::npos;
        },
        3500ms));
    EXPECT_EQ(heardBy("right").find("aurion/devices/2/status"), std::string::npos);
    stranger.wait(6s);
    EXPECT_NE(heardBy("wrong").find("not authori"), std::string::npos) << heardBy("wrong");
    listener.wait(6s);

    ASSERT_EQ(server.request("DELETE", "/api/grants/" + toJson(*grant.body.find("id"))).status, 200);
    std::this_thread::sleep_for(6s); // told within five
    auto later = listen(made.body.textOr("password", ""), folder.str() + "/later");
    for (int i = 0; i < 10; ++i) {
        devices.publish("aurion/devices/1/status", R"({"status":false})");
        std::this_thread::sleep_for(200ms);
    }
    later.wait(6s);
    EXPECT_EQ(heardBy("later").find("aurion/devices/1/status"), std::string::npos) << "the right was taken back";
}

/// A person with rights on device 1 alone; the token.
std::string visitorOf(ServerProcess& server)
{
    const auto until = toIso8601(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) + 24h);
    List grants;
    for (const char* permission : {"devices.read", "devices.control"})
        grants.push_back(Object{{"permission", permission}, {"object", Object{{"kind", "device"}, {"id", 1}}}});
    const auto guest =
        server.post("/api/guests", Object{{"name", "Gast"}, {"until", until}, {"grants", std::move(grants)}});
    return server.post("/api/auth/guest", Object{{"code", guest.body.textOr("code", "")}}).body.textOr("token", "");
}

TEST_F(AccountsTest, AWebSocketTellsWhatItsPersonMaySeeAndNothingElse)
{
    const auto token = visitorOf(server);
    ASSERT_FALSE(token.empty());
    WebSocketClient socket(static_cast<std::uint16_t>(server.httpPort()), "/ws?token=" + token);
    const auto initial = socket.receiveJson();
    ASSERT_TRUE(initial.find("devices")) << toJson(initial);
    ASSERT_EQ(initial.find("devices")->list().size(), 1u);
    EXPECT_EQ(initial.find("devices")->list()[0].integerOr("id", 0), 1);
    ASSERT_EQ(server.post("/api/devices/2/toggle").status, 200);
    ASSERT_EQ(server.post("/api/devices/1/toggle").status, 200);
    std::string heard;
    EXPECT_TRUE(eventually([&] {
        const auto message = toJson(socket.receiveJson());
        heard += message + "\n";
        return message.find("\"id\":1,") != std::string::npos || message.find("\"device\":1,") != std::string::npos;
    })) << heard;
    for (const char* foreign : {"\"id\":2,", "\"device\":2,"})
        EXPECT_EQ(heard.find(foreign), std::string::npos) << heard;
}

TEST_F(AccountsTest, TheAuditLogSaysWhoWasLetAndWhoWasRefused)
{
    const auto token = registered("user@example.org");
    server.setToken(token);
    ASSERT_EQ(server.request("PUT", "/api/devices/1", Object{{"name", "Mine"}}).status, 403);
    ASSERT_EQ(server.post("/api/devices/1/toggle").status, 200);
    const auto id = server.get("/api/auth/me").body.integerOr("id", 0);
    server.setToken(administrator);
    const auto entriesOf = [&](const std::string& outcome) {
        return server.get("/api/audit?user=" + std::to_string(id) + "&outcome=" + outcome).body;
    };
    const auto refused = entriesOf("refused"), allowed = entriesOf("allowed");
    ASSERT_EQ(refused.find("entries")->list().size(), 1u) << toJson(refused);
    const auto& entry = refused.find("entries")->list()[0];
    EXPECT_EQ(entry.textOr("actor", ""), "Person");
    EXPECT_EQ(entry.integerOr("status", 0), 403);
    EXPECT_EQ(entry.textOr("object", ""), "/api/devices/1");
    EXPECT_EQ(entry.textOr("address", ""), "127.0.0.1");
    EXPECT_NE(toJson(allowed).find("toggleDevice"), std::string::npos) << toJson(allowed);
}

TEST_F(AccountsTest, ARuleActsAsItsAuthorAndStopsWhenTheRightIsTakenBack)
{
    const auto token = registered("author@example.org");
    const auto found = server.get("/api/users?q=author@").body;
    const auto id = found.find("users")->list().at(0).integerOr("id", 0);
    ASSERT_EQ(server.request("PUT", "/api/users/" + std::to_string(id), Object{{"ownRole", "visitor"}}).status, 200);
    std::string control;
    for (const auto& [permission, device] : {std::pair{"devices.read", 1},
                                             {"devices.read", 2},
                                             {"devices.control", 1},
                                             {"automations.write", 0},
                                             {"automations.read", 0}}) {
        Object grant{{"userId", id}, {"permission", permission}};
        if (device) grant.append("object", Object{{"kind", "device"}, {"id", device}});
        const auto made = server.post("/api/grants", grant);
        ASSERT_EQ(made.status, 201) << made.text;
        if (std::string(permission) == "devices.control") control = toJson(*made.body.find("id"));
    }
    server.setToken(token);
    const auto uid = [&](int device) {
        return server.get("/api/devices/" + std::to_string(device)).body.textOr("uid", "");
    };
    const auto mine = uid(1), foreign = uid(2);
    ASSERT_FALSE(mine.empty() || foreign.empty());
    const auto source = "rule \"Both\" { on = { event \"never\" }, run = function() device \"" + mine +
                        "\":on(); device \"" + foreign + "\":on() end }";
    const auto made = server.post("/api/automations", Object{{"name", "mine"}, {"source", source}});
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.body.integerOr("author", 0), id);
    const auto automation = "/api/automations/" + toJson(*made.body.find("id"));
    const auto run = [&](const std::string& wanted) {
        EXPECT_EQ(server.post(automation + "/run").status, 202);
        return eventually([&] {
            const auto runs = server.get(automation + "/runs?limit=1").text;
            return runs.find(wanted) != std::string::npos;
        });
    };
    EXPECT_TRUE(eventually([&] { return server.get(automation).body.textOr("state", "") == "active"; }));
    EXPECT_TRUE(run("the author may not control " + foreign)) << server.get(automation + "/runs").text;
    EXPECT_TRUE(server.get("/api/devices/1").body.booleanOr("status", false));
    EXPECT_FALSE(server.get("/api/devices/2").body.booleanOr("status", true));
    server.setToken(administrator);
    ASSERT_EQ(server.request("DELETE", "/api/grants/" + control).status, 200);
    EXPECT_TRUE(run("the author may not control " + mine)) << server.get(automation + "/runs").text;
}

} // namespace
} // namespace atrium::testing
