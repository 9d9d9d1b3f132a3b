// Who may call what, made from the route table: every route x {nobody, a revoked session, a guest with one device,
// another user}. A route that nobody declared cannot be missed, because the table is the server's own.
#include "declared_route.h"
#include "problem_check.h"
#include "sample_body.h"

#include "atrium/json.h"
#include "atrium/time.h"
#include "support/server/server_process.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

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

/// Routes that name one thing of a person: everything that `user` owns, by the path above its number.
std::map<std::string, std::string> thingsOf(testing::ServerProcess& server)
{
    const auto idOf = [](const testing::HttpAnswer& answer) { return toJson(*answer.body.find("id")); };
    const auto firstOf = [&](const char* path, const char* list) {
        return toJson(*server.get(path).body.find(list)->list().at(0).find("id"));
    };
    const auto me = idOf(server.get("/api/auth/me"));
    server.post("/api/auth/login",
                Object{{"email", "user@example.org"}, {"password", "secret-1"}, {"deviceId", "users-own-phone"}});
    return {{"/api/auth/sessions", firstOf("/api/auth/sessions", "sessions")},
            {"/api/auth/tokens",
             idOf(server.post("/api/auth/tokens", Object{{"name", "t"}, {"scopes", List{"devices.read"}}}))},
            {"/api/auth/mqtt-accounts", idOf(server.post("/api/auth/mqtt-accounts"))},
            {"/api/auth/2fa/devices", firstOf("/api/auth/2fa", "devices")},
            {"/api/users", me},
            {"/api/auth/users", me},
            {"/api/auth/user", me}};
}

TEST_F(RightsTest, NobodyReachesWhatBelongsToSomebodyElse)
{
    // What a profile shows to everybody.
    const std::set<std::string> shown{"GET /api/users/{id}", "GET /api/auth/user/{id}"};
    server->setToken(user);
    const auto mineOf = thingsOf(*server);
    int refused = 0;
    for (const auto& route : routes) {
        if (!route.hasParameter() || route.isPublic) continue;
        if (!route.permission.empty()) continue; // rights, not ownership: see the tests of guests and lower roles
        SCOPED_TRACE(route.name());
        const auto thing = mineOf.find(route.path.substr(0, route.path.find("/{")));
        ASSERT_NE(thing, mineOf.end()) << "say here what of a person this route names";
        const auto answer = as(other, route.method, route.pathWith(thing->second), sampleBody(route));
        if (shown.contains(route.name())) {
            EXPECT_EQ(answer.status, 200) << answer.text;
            for (const char* secret : {"email", "phone", "balance", "role"})
                EXPECT_FALSE(answer.body.find(secret)) << secret;
            continue;
        }
        EXPECT_TRUE(answer.status == 403 || answer.status == 404) << answer.status << answer.text;
        ++refused;
    }
    EXPECT_GE(refused, 8);
    server->setToken(user);
    EXPECT_EQ(server->get("/api/auth/me").body.textOr("name", ""), "Person");
    for (const auto& [path, id] : mineOf) {
        if (path.starts_with("/api/user") || path.starts_with("/api/auth/user")) continue;
        const auto list = server->get(path == "/api/auth/2fa/devices" ? "/api/auth/2fa" : path).text;
        EXPECT_NE(list.find("\"id\":" + id), std::string::npos) << path << ": it is still there";
    }
}

/// What nobody may say of themselves, in the words of all clients.
const Value greedyMembers =
    parseJson(
        R"({"role":"superadmin","roles":["admin"],"ownRole":"operator","balance":1000000,"id":1,"_id":"1","userId":1,
        "owner":1,"owner_id":1,"ownerId":1,"active":1,"twoFactorEnabled":true,"confirmed":true,"emailVerified":true,
        "isAdmin":true,"permissions":["accounts.manage"],"createdAt":"2000-01-01T00:00:00Z"})")
        .value();

TEST_F(RightsTest, NobodyRaisesThemselvesByMembersThatAreNotTheirs)
{
    const auto greedy = registered("greedy@example.org");
    const auto before = as(greedy, "GET", "/api/auth/me").body;
    const auto me = toJson(*before.find("id"));
    int tried = 0;
    for (const auto& route : routes) {
        if (route.bodySchema.isNull() || !route.bodySchema.isObject()) continue;
        SCOPED_TRACE(route.name());
        auto body = sampleOf(route.bodySchema);
        if (!body.isObject()) continue;
        for (const auto& [name, value] : greedyMembers.object()) body.object().set(name, value);
        EXPECT_LT(as(greedy, route.method, route.pathWith(me), toJson(body)).status, 500);
        const auto after = as(greedy, "GET", "/api/auth/me").body;
        for (const char* kept : {"id", "_id", "role", "roles", "balance", "active", "twoFactorEnabled", "createdAt"})
            EXPECT_EQ(*after.find(kept), *before.find(kept)) << kept;
        ++tried;
    }
    EXPECT_GE(tried, 30);
    EXPECT_EQ(as(greedy, "GET", "/api/audit").status, 403);

    server->setToken("");
    for (const char* shape : {R"({"name":"Person"})", R"({"username":"p","fname":"P","lname":"Q"})"}) {
        auto body = greedyMembers;
        const auto names = parseJson(shape).value();
        for (const auto& [name, value] : names.object()) body.object().set(name, value);
        const auto email = "greedy" + std::to_string(tried++) + "@example.org";
        body.object().set("email", email).set("password", "secret-1");
        const auto made = server->post("/api/auth/register", body);
        ASSERT_EQ(made.status, 201) << made.text;
        const auto& account = *made.body.find("user");
        EXPECT_EQ(account.textOr("role", ""), "user");
        EXPECT_EQ(account.integerOr("balance", 1), 0);
        EXPECT_NE(account.integerOr("id", 1), 1);
        EXPECT_FALSE(account.booleanOr("twoFactorEnabled", true));
    }
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
