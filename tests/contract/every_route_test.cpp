#include "declared_route.h"
#include "problem_check.h"
#include "sample_body.h"

#include "atrium/json.h"
#include "http/schema_validator.h"
#include "support/raw_client.h"
#include "support/server/server_process.h"

#include <Poco/String.h>

#include <gtest/gtest.h>

#include <set>

namespace atrium::contract {
namespace {

constexpr const char* allMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
/// Nothing has this id.
constexpr const char* unknownId = "987654321";

/// One server with the demo home for all tests of the suite; the tests change nothing in it.
class EveryRouteTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        server = new testing::ServerProcess({"plugins.devices.demo=true", "plugins.auth.bcryptCost=10"});
        server->start();
        server->signIn();
        administrator = server->token();
        const auto registered = server->post(
            "/api/auth/register", Object{{"email", "user@example.org"}, {"password", "secret-1"}, {"name", "Ursula"}});
        user = registered.body.textOr("token", "");
        ASSERT_FALSE(user.empty()) << registered.text;
        routes = readRoutes(server->get("/api/openapi.json").body);
        permissions = readPermissions(ATRIUM_BINARY_DIR "/lib/plugins");
    }
    static void TearDownTestSuite()
    {
        EXPECT_EQ(server->stop(), 0);
        delete std::exchange(server, nullptr);
    }
    void SetUp() override { server->setToken(administrator); }

    /// The role that a permission needs at least; permissions of the server itself are the administrator's.
    static Role weakestRole(const Permission& permission)
    {
        const auto found = permissions.find(permission);
        return found == permissions.end() ? Role::Admin : found->second;
    }
    static std::string sampleBody(const DeclaredRoute& route)
    {
        return route.bodySchema.isNull() ? "" : toJson(sampleOf(route.bodySchema));
    }
    /// A path whose parameter names something that exists: the first `id` of the list above it. Empty = there is none.
    static std::string existingPath(const DeclaredRoute& route)
    {
        if (!route.hasParameter()) return route.path;
        if (route.path == "/api/devices/{id}/picture") return {}; // the demo home has no camera
        const auto list = server->get(route.path.substr(0, route.path.find("/{"))).body;
        const auto idOf = [](const Value& candidate) -> std::string {
            const List* items = candidate.ifList();
            const Value* id = items && !items->empty() ? (*items)[0].find("id") : nullptr;
            return !id ? "" : id->isText() ? id->text() : toJson(*id);
        };
        auto id = idOf(list);
        if (list.isObject())
            for (const auto& [name, member] : list.object())
                if (id.empty()) id = idOf(member);
        return id.empty() ? "" : route.pathWith(id);
    }

    static inline testing::ServerProcess* server = nullptr;
    static inline std::string administrator, user;
    static inline std::vector<DeclaredRoute> routes;
    static inline std::map<Permission, Role, std::less<>> permissions;
};

TEST_F(EveryRouteTest, AllPluginsOfTheBuildRun)
{
    const auto plugins = server->get("/api/plugins").body;
    ASSERT_GE(plugins.list().size(), 3u);
    for (const auto& plugin : plugins.list()) {
        EXPECT_EQ(plugin.textOr("state", ""), "running") << toJson(plugin);
        EXPECT_EQ(plugin.textOr("health", ""), "healthy") << toJson(plugin);
    }
}

TEST_F(EveryRouteTest, IsDeclaredCompletely)
{
    EXPECT_GE(routes.size(), 20u);
    std::set<std::string> names;
    for (const auto& route : routes) {
        SCOPED_TRACE(route.name());
        EXPECT_TRUE(names.insert(route.operationId).second) << route.operationId;
        EXPECT_FALSE(route.tag.empty());
        EXPECT_FALSE(route.summary.empty());
        EXPECT_FALSE(route.frenchSummary.empty());
        EXPECT_TRUE(route.execution == "inline" || route.execution == "blocking" || route.execution == "async");
        EXPECT_TRUE(route.isPublic || route.permission.empty() || permissions.contains(route.permission) ||
                    route.permission.starts_with("server.") || route.permission.starts_with("plugins.") ||
                    route.permission.starts_with("automations."))
            << "nobody declares " << route.permission;
    }
}

TEST_F(EveryRouteTest, NeedsATokenUnlessItIsOneOfTheFewThatAnybodyMayCall)
{
    const std::set<std::string> open{"POST /api/auth/register",
                                     "POST /api/auth/login",
                                     "POST /api/auth/logout",
                                     "GET /api/auth/me",           // asks for the token itself: a bad one is 403 there
                                     "GET /api/auth/is-connected", // always answers
                                     "POST /api/auth/confirm",
                                     "POST /api/auth/resend-confirmation-email",
                                     "POST /api/auth/login-device",
                                     "POST /api/auth/refresh",
                                     "POST /api/auth/verify-otp",
                                     "POST /api/auth/2fa/mail-code",
                                     "POST /api/auth/2fa/setup",
                                     "POST /api/auth/forgot-password",
                                     "POST /api/auth/reset-password",
                                     "POST /api/auth/guest",
                                     "GET /api/auth/oidc",
                                     "POST /api/auth/oidc/start",
                                     "POST /api/auth/oidc/finish",
                                     "POST /api/hooks/{id}/{name}", // the secret of the hook is asked for
                                     "PUT /api/hooks/{id}/{name}",
                                     "GET /api/hooks/{id}/{name}",
                                     "GET /uploads/avatars/{file}",
                                     "GET /api/health",
                                     "GET /readyz",
                                     "GET /healthz",
                                     "GET /livez"};
    for (const auto& route : routes)
        EXPECT_EQ(route.isPublic, route.tag == "documentation" || open.contains(route.name())) << route.name();
}

TEST_F(EveryRouteTest, RefusesWhoeverIsNotSignedIn)
{
    for (const auto& route : routes) {
        if (route.isPublic) continue;
        SCOPED_TRACE(route.name());
        const auto path = route.pathWith(unknownId);
        server->setToken("");
        expectRefusal(*server, 401, route.method, path, sampleBody(route));
        for (const char* bad : {"junk", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."}) {
            server->setToken(bad);
            expectRefusal(*server, 401, route.method, path, sampleBody(route));
        }
    }
}

TEST_F(EveryRouteTest, RefusesWhoeverLacksThePermission)
{
    server->setToken(user);
    int refused = 0;
    for (const auto& route : routes) {
        if (route.permission.empty()) continue;
        SCOPED_TRACE(route.name());
        const auto path = route.pathWith(unknownId);
        if (weakestRole(route.permission) > Role::User) {
            expectRefusal(*server, 403, route.method, path, sampleBody(route));
            ++refused;
        }
        else {
            const int status = server->send(route.method, path, "no json").status;
            EXPECT_TRUE(status != 401 && status != 403 && status < 500) << status;
        }
    }
    EXPECT_GE(refused, 8);
}

TEST_F(EveryRouteTest, AnswersAnUnknownIdWithNotFoundOrInvalid)
{
    for (const auto& route : routes) {
        if (!route.hasParameter()) continue;
        SCOPED_TRACE(route.name());
        for (const char* id : {unknownId, "0", "-1", "abc", "1.5", "99999999999999999999", "1e3", "%20", "%2A",
                               "1%27%20OR%20%271%27%3D%271", "%F0%9F%92%A1", "%2E%2E%2Fetc", "%7Bid%7D"}) {
            SCOPED_TRACE(id);
            const auto answer = server->send(route.method, route.pathWith(id), sampleBody(route));
            EXPECT_TRUE(answer.status == 404 || answer.status == 400) << answer.status << ' ' << answer.text;
            expectProblem(answer, answer.status);
        }
        expectRefusal(*server, 404, route.method, route.pathWith(unknownId), sampleBody(route));
        for (const char* malformed : {"%", "%zz", "%00", "%FF", ".."})
            expectProblem(server->send(route.method, route.pathWith(malformed), sampleBody(route)), 400);
    }
}

TEST_F(EveryRouteTest, RefusesABodyThatBreaksItsSchemaAndSaysWhere)
{
    for (const auto& route : routes) {
        if (route.bodySchema.isNull()) continue;
        for (const auto& [what, body] : brokenSamplesOf(route.bodySchema)) {
            SCOPED_TRACE(route.name() + ": " + what);
            const auto answer = expectRefusal(*server, 400, route.method, route.pathWith(unknownId), toJson(body));
            const Value* errors = answer.body.find("errors");
            ASSERT_TRUE(errors && errors->isList() && !errors->list().empty()) << answer.text;
            for (const auto& error : errors->list()) {
                const Value* pointer = error.find("pointer");
                ASSERT_TRUE(pointer && pointer->isText());
                EXPECT_TRUE(pointer->text().empty() || pointer->text()[0] == '/') << pointer->text();
                EXPECT_FALSE(error.textOr("detail", "").empty());
            }
        }
    }
}

TEST_F(EveryRouteTest, RefusesABodyThatIsNoJson)
{
    for (const auto& route : routes) {
        if (route.bodySchema.isNull()) continue;
        SCOPED_TRACE(route.name());
        const auto path = route.pathWith(unknownId);
        for (const std::string& body :
             {std::string("{\"a\":"), std::string("{'a':1}"), std::string("{\"a\":1,\"a\":2}"),
              std::string("{\"a\":\"\xff\"}"), std::string(200, '[') + std::string(200, ']'), std::string("{}{}")})
            expectRefusal(*server, 400, route.method, path, body);
        for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"})
            expectRefusal(*server, 415, route.method, path, "{}", {{"Content-Type", type}});
    }
}

TEST_F(EveryRouteTest, RefusesABodyThatIsTooLongBeforeItIsSent)
{
    for (const auto& route : routes) {
        if (route.bodySchema.isNull()) continue;
        SCOPED_TRACE(route.name());
        ASSERT_GT(route.maxBodyBytes, 0);
        testing::RawClient client(static_cast<std::uint16_t>(server->httpPort()));
        client.send(testing::requestText(route.method, route.pathWith(unknownId),
                                         "Content-Type: application/json\r\nAuthorization: Bearer " + administrator +
                                             "\r\nContent-Length: " + std::to_string(route.maxBodyBytes + 1) + "\r\n"));
        const auto answer = client.receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 413) << answer->body;
        EXPECT_NE(answer->body.find("\"success\":false"), std::string::npos) << answer->body;
        EXPECT_TRUE(client.closed());
    }
}

TEST_F(EveryRouteTest, NamesItsMethodsToWhoeverUsesAnother)
{
    std::map<std::string, std::set<std::string>> methodsOf;
    for (const auto& route : routes) methodsOf[route.path].insert(route.method);
    for (const auto& [path, methods] : methodsOf) {
        DeclaredRoute route;
        route.path = path;
        for (const char* method : allMethods) {
            SCOPED_TRACE(std::string(method) + ' ' + path);
            // A template of the same length with a parameter may take the request instead.
            const auto concrete = route.pathWith(unknownId);
            const bool takenByAnother = std::any_of(routes.begin(), routes.end(), [&](const DeclaredRoute& other) {
                if (other.method != method) return false;
                const auto slash = other.path.rfind("/{");
                return other.path == path || (slash != std::string::npos && other.path.back() == '}' &&
                                              concrete.substr(0, concrete.rfind('/')) == other.path.substr(0, slash));
            });
            if (takenByAnother) continue;
            const auto answer = expectRefusal(*server, 405, method, concrete);
            for (const auto& allowed : methods)
                EXPECT_NE(answer.header("allow").find(allowed), std::string::npos) << answer.header("allow");
        }
        const auto options = server->send("OPTIONS", route.pathWith(unknownId), "");
        EXPECT_EQ(options.status, 204) << path;
        EXPECT_FALSE(options.header("allow").empty()) << path;
    }
}

TEST_F(EveryRouteTest, AnswersReadsAsItDeclares)
{
    std::set<std::string> validated;
    for (const auto& route : routes) {
        if (route.method != "GET") continue;
        SCOPED_TRACE(route.name());
        const auto path = existingPath(route);
        if (path.empty()) continue; // nothing of the kind exists in the demo home
        const auto answer = server->get(path);
        EXPECT_EQ(answer.status, 200) << answer.text.substr(0, 500);
        EXPECT_FALSE(answer.header("x-request-id").empty());
        if (!route.responseSchema.empty() && answer.header("content-type").starts_with("application/json")) {
            ASSERT_FALSE(answer.body.isNull()) << answer.text.substr(0, 500);
            for (const auto& error :
                 http::SchemaValidator(route.responseSchema).validate(answer.body, Language::English))
                ADD_FAILURE() << "at " << error.pointer << ": " << error.detail;
            validated.insert(route.path);
        }
        const auto head = server->send("HEAD", path, "");
        EXPECT_EQ(head.status, answer.status);
        EXPECT_TRUE(head.text.empty());
        EXPECT_EQ(head.header("content-type"), answer.header("content-type"));
        EXPECT_FALSE(head.header("x-request-id").empty());
    }
    for (const char* path : {"/api/devices", "/api/devices/{id}", "/api/devices/{id}/history", "/api/auth/me",
                             "/api/auth/profile", "/api/plugins", "/api/health", "/api/sample/greeting"})
        EXPECT_TRUE(validated.contains(path)) << path;
}

TEST_F(EveryRouteTest, EveryDataRouteDescribesItsAnswer)
{
    for (const auto& route : routes) {
        if (route.method != "GET" || !route.path.starts_with("/api/") || route.tag == "documentation") continue;
        EXPECT_FALSE(route.responseSchema.empty()) << route.name();
    }
}

TEST_F(EveryRouteTest, UnknownAddressesAreErrorsLikeAllOthers)
{
    for (const char* path : {"/api", "/api/nothing", "/api/devices/1/nothing", "/api/nothing?x=%zz"})
        for (const char* method : allMethods) expectRefusal(*server, 404, method, path);
}

} // namespace
} // namespace atrium::contract
