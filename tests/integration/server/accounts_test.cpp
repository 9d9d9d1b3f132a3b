// What accounts promise of the whole server: revocation, guessing, timing, and secrets that stay inside.
#include "support/server/mqtt_peer.h"
#include "support/server/server_process.h"

#include "atrium/json.h"
#include "support/websocket_client.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST_F(AccountsTest, TimeDoesNotTellWhichAddressesHaveAnAccount)
{
    constexpr int people = 20, rounds = 5; // five tries each stay below the lock
    for (int i = 0; i < people; ++i) registered("known" + std::to_string(i) + "@example.org");
    std::vector<double> known, unknown;
    const auto timed = [&](const std::string& email) {
        const auto begin = SteadyClock::now();
        const auto answer = anonymously("/api/auth/login", Object{{"email", email}, {"password", "wrong-one"}});
        EXPECT_EQ(answer.status, 401);
        EXPECT_EQ(answer.body.textOr("message", ""), "Email ou mot de passe incorrect");
        return std::chrono::duration<double>(SteadyClock::now() - begin).count();
    };
    for (int i = 0; i < people * rounds; ++i) {
        const auto name = std::to_string(i % people) + "@example.org";
        known.push_back(timed("known" + name));
        unknown.push_back(timed("nobody" + name));
    }
    const auto median = [](std::vector<double>& times) {
        std::nth_element(times.begin(), times.begin() + static_cast<long>(times.size() / 2), times.end());
        return times[times.size() / 2];
    };
    EXPECT_NEAR(median(known) / median(unknown), 1.0, 0.05);
}

TEST_F(AccountsTest, SecretsStayOutOfLogsMetricsAndTheDatabase)
{
    const std::string password = "Planted-Password-7431", wrong = "Planted-Wrong-9128";
    auto token = registered("planted@example.org", password);
    anonymously("/api/auth/login", Object{{"email", "planted@example.org"}, {"password", wrong}});
    anonymously("/api/auth/login", Object{{"email", 7}, {"password", wrong}});
    anonymously("/api/auth/reset-password",
                Object{{"email", "planted@example.org"}, {"code", "000000"}, {"newPassword", wrong}});
    const auto login = anonymously("/api/auth/login",
                                   Object{{"email", "planted@example.org"}, {"password", password}, {"refresh", true}});
    server.setToken(token);
    const auto made = server.post("/api/auth/tokens", Object{{"name", "t"}, {"scopes", List{"devices.read"}}});
    const auto proposal = server.post("/api/auth/2fa/totp", Object{{"password", password}});
    server.get("/api/devices?token=" + token);
    server.setToken(administrator);
    const auto metrics = server.get("/metrics").text;
    const auto audit = server.get("/api/audit/export?limit=1000").text;
    std::vector<std::string> secrets{password,
                                     wrong,
                                     token,
                                     login.body.textOr("refreshToken", "-none-"),
                                     login.body.textOr("token", "-none-"),
                                     made.body.textOr("token", "-none-"),
                                     proposal.body.textOr("secret", "-none-")};
    for (const auto& secret : secrets) ASSERT_NE(secret, "-none-");
    EXPECT_EQ(server.stop(), 0);
    int files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.folder().str())) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string content(std::istreambuf_iterator<char>(file), {});
        ++files;
        for (const auto& secret : secrets)
            EXPECT_EQ(content.find(secret), std::string::npos) << entry.path() << " has a planted secret";
    }
    EXPECT_GE(files, 4);
    for (const auto& secret : secrets) {
        EXPECT_EQ(metrics.find(secret), std::string::npos);
        EXPECT_EQ(audit.find(secret), std::string::npos);
    }
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

} // namespace
} // namespace atrium::testing
