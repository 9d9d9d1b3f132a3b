// Who may call what, made from the route table: every route x {nobody, a revoked session, a guest with one device,
// another user}. A route that nobody declared cannot be missed, because the table is the server's own.
#include "declared_route.h"
#include "problem_check.h"
#include "sample_body.h"

#include "atrium/json.h"
#include "atrium/time.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

namespace atrium::contract {
namespace {

class RightsTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        server = new testing::ServerProcess({"plugins.devices.demo=true", "plugins.auth.bcryptCost=10"});
        server->start();
        server->signIn();
        administrator = server->token();
        user = registered("user@example.org");
        other = registered("other@example.org");
        revoked = registered("revoked@example.org");
        server->setToken(revoked);
        ASSERT_EQ(server->post("/api/auth/logout").status, 200);
        server->setToken(administrator);
        const auto list = server->get("/api/devices").body;
        mine = toJson(*list.list().at(0).find("id"));
        foreign = toJson(*list.list().at(1).find("id"));
        const auto grants = "[{\"permission\":\"devices.read\",\"object\":{\"kind\":\"device\",\"id\":" + mine +
                            "}},{\"permission\":\"devices.control\",\"object\":{\"kind\":\"device\",\"id\":" + mine +
                            "}}]";
        const auto made = server->send("POST", "/api/guests",
                                       R"({"name":"Gast","until":"2099-01-01T00:00:00Z","grants":)" + grants + "}");
        ASSERT_EQ(made.status, 400) << "more than a year is no guest";
        const auto until = toIso8601(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) +
                                     std::chrono::hours{24});
        const auto guest = server->send("POST", "/api/guests",
                                        R"({"name":"Gast","until":")" + until + R"(","grants":)" + grants + "}");
        ASSERT_EQ(guest.status, 201) << guest.text;
        visitor =
            server->post("/api/auth/guest", Object{{"code", guest.body.textOr("code", "")}}).body.textOr("token", "");
        ASSERT_FALSE(visitor.empty());
        routes = readRoutes(server->get("/api/openapi.json").body);
    }
    static void TearDownTestSuite()
    {
        EXPECT_EQ(server->stop(), 0);
        delete std::exchange(server, nullptr);
    }
    static std::string registered(const std::string& email)
    {
        server->setToken("");
        return server
            ->post("/api/auth/register", Object{{"email", email}, {"password", "secret-1"}, {"name", "Person"}})
            .body.textOr("token", "");
    }
    static testing::HttpAnswer as(const std::string& token, const std::string& method, const std::string& path,
                                  const std::string& body = "")
    {
        server->setToken(token);
        return server->send(method, path, body);
    }
    static std::string sampleBody(const DeclaredRoute& route)
    {
        return route.bodySchema.isNull() ? "" : toJson(sampleOf(route.bodySchema));
    }

    static inline testing::ServerProcess* server = nullptr;
    static inline std::string administrator, user, other, revoked, visitor, mine, foreign;
    static inline std::vector<DeclaredRoute> routes;
};

TEST_F(RightsTest, ARevokedSessionOpensNothing)
{
    int checked = 0;
    for (const auto& route : routes) {
        if (route.isPublic) continue;
        SCOPED_TRACE(route.name());
        EXPECT_EQ(as(revoked, route.method, route.pathWith(mine), sampleBody(route)).status, 401);
        ++checked;
    }
    EXPECT_GE(checked, 50);
}

TEST_F(RightsTest, AGuestWithOneDeviceReachesThatDeviceAlone)
{
    int refused = 0, perObject = 0;
    for (const auto& route : routes) {
        if (route.permission.empty()) continue;
        SCOPED_TRACE(route.name());
        const bool isGranted = route.permission == "devices.read" || route.permission == "devices.control";
        if (!isGranted || !route.isPerObject) {
            EXPECT_EQ(as(visitor, route.method, route.pathWith(mine), sampleBody(route)).status, 403);
            ++refused;
            continue;
        }
        ++perObject;
        if (!route.path.starts_with("/api/devices/{id}")) continue;
        const auto stranger = as(visitor, route.method, route.pathWith(foreign), sampleBody(route));
        EXPECT_EQ(stranger.status, 404) << "who may not see a device is not told that there is one";
        const auto own = as(visitor, route.method, route.pathWith(mine), sampleBody(route));
        EXPECT_TRUE(own.status < 500 && own.status != 401 && own.status != 403) << own.status << own.text;
    }
    EXPECT_GE(refused, 20);
    EXPECT_GE(perObject, 6);
    const auto list = as(visitor, "GET", "/api/devices").body;
    ASSERT_EQ(list.list().size(), 1u);
    EXPECT_EQ(toJson(*list.list()[0].find("id")), mine);
}

TEST_F(RightsTest, NobodyReachesWhatBelongsToSomebodyElse)
{
    const auto idOf = [](const testing::HttpAnswer& answer) { return toJson(*answer.body.find("id")); };
    server->setToken(user);
    const auto me = idOf(server->get("/api/auth/me"));
    const auto token = server->post("/api/auth/tokens", Object{{"name", "t"}, {"scopes", List{"devices.read"}}});
    ASSERT_EQ(token.status, 201) << token.text;
    const auto sessions = server->get("/api/auth/sessions").body;
    const auto session = toJson(*sessions.find("sessions")->list().at(0).find("id"));
    for (const auto& [method, path] : {std::pair{std::string("DELETE"), "/api/auth/sessions/" + session},
                                       {"DELETE", "/api/auth/tokens/" + idOf(token)},
                                       {"PUT", "/api/users/" + me},
                                       {"DELETE", "/api/users/" + me},
                                       {"PUT", "/api/auth/users/" + me},
                                       {"DELETE", "/api/auth/users/" + me},
                                       {"PUT", "/api/auth/user/" + me},
                                       {"DELETE", "/api/users/" + me + "/sessions"},
                                       {"DELETE", "/api/users/" + me + "/2fa"}}) {
        SCOPED_TRACE(method + ' ' + path);
        const auto answer = as(other, method, path, method == "PUT" ? R"({"name":"Mallory"})" : "");
        EXPECT_TRUE(answer.status == 403 || answer.status == 404) << answer.status;
    }
    const auto seen = as(other, "GET", "/api/users/" + me).body;
    for (const char* secret : {"email", "phone", "balance", "role"}) EXPECT_FALSE(seen.find(secret)) << secret;
    EXPECT_EQ(as(user, "GET", "/api/auth/me").body.textOr("name", ""), "Person");
}

TEST_F(RightsTest, NobodyRaisesThemselvesByMembersThatAreNotTheirs)
{
    const auto before = as(user, "GET", "/api/auth/me").body;
    const auto me = toJson(*before.find("id"));
    constexpr const char* greedy =
        R"({"name":"Person","role":"superadmin","roles":["admin"],"ownRole":"operator","balance":1000000,"id":1,"_id":"1",
            "owner":1,"active":1,"twoFactorEnabled":true,"confirmed":true,"createdAt":"2000-01-01T00:00:00Z"})";
    for (const auto& path : {std::string("/api/auth/profile"), std::string("/api/users/me"), "/api/users/" + me,
                             "/api/auth/users/" + me, "/api/auth/user/" + me}) {
        SCOPED_TRACE(path);
        EXPECT_LT(as(user, "PUT", path, greedy).status, 500);
        EXPECT_EQ(as(user, "GET", "/api/auth/me").body, before);
    }
    server->setToken("");
    auto body = parseJson(greedy).value();
    body.object().set("email", "greedy@example.org").set("password", "secret-1");
    const auto made = server->post("/api/auth/register", body).body;
    EXPECT_EQ(made.find("user")->textOr("role", ""), "user");
    EXPECT_EQ(made.find("user")->integerOr("balance", 1), 0);
}

TEST_F(RightsTest, AProgramsTokenReachesItsScopesAlone)
{
    const auto made = [&](List scopes) {
        server->setToken(administrator);
        return server->post("/api/auth/tokens", Object{{"name", "t"}, {"scopes", std::move(scopes)}})
            .body.textOr("token", "");
    };
    const auto reader = made({"devices.read"});
    for (const auto& route : routes) {
        if (route.isPublic || route.permission == "devices.read") continue;
        SCOPED_TRACE(route.name());
        EXPECT_EQ(as(reader, route.method, route.pathWith(mine), sampleBody(route)).status, 403);
    }
    EXPECT_EQ(as(reader, "GET", "/api/devices").status, 200);
    EXPECT_EQ(as(made({"account"}), "GET", "/api/auth/profile").status, 200);
}

} // namespace
} // namespace atrium::contract
