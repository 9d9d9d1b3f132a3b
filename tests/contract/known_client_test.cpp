// The requests that existing clients send, with the answers that they rely on (issue 2): one line a request.
#include "problem_check.h"

#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium::contract {
namespace {

enum class Who { Nobody, BadToken, User, Administrator };

/// One request and its answer. In `answer`, members that are named must be there (others may be too), and these texts
/// stand for a kind of value: "<number>" "<integer>" "<text>" "<boolean>" "<object>" "<list>". A list with one element
/// stands for a list of any length whose elements all fit.
struct Exchange {
    Who who;
    const char* request;
    const char* body;
    int status;
    const char* answer;
};

bool isKind(const Value& value, const std::string& kind)
{
    return (kind == "<number>" && value.isNumeric()) || (kind == "<integer>" && value.isInteger()) ||
           (kind == "<text>" && value.isText() && !value.text().empty()) ||
           (kind == "<boolean>" && value.isBoolean()) || (kind == "<object>" && value.isObject()) ||
           (kind == "<list>" && value.isList());
}

/// Where `actual` differs from `wanted`; empty = it fits.
std::string difference(const Value& wanted, const Value& actual, const std::string& place = "answer")
{
    if (wanted.isObject()) {
        for (const auto& [name, member] : wanted.object()) {
            const Value* found = actual.find(name);
            if (!found) return place + '.' + name + " is missing";
            if (auto deeper = difference(member, *found, place + '.' + name); !deeper.empty()) return deeper;
        }
        return actual.isObject() ? "" : place + " is no object";
    }
    if (wanted.isList()) {
        if (!actual.isList()) return place + " is no list";
        for (const auto& item : actual.list())
            if (auto deeper = difference(wanted.list().at(0), item, place + "[]"); !deeper.empty()) return deeper;
        return "";
    }
    if (wanted.isText() && wanted.text().starts_with('<'))
        return isKind(actual, wanted.text()) ? "" : place + " is no " + wanted.text() + " but " + toJson(actual);
    return wanted == actual ? "" : place + " is " + toJson(actual) + " instead of " + toJson(wanted);
}

class KnownClientTest : public ::testing::TestWithParam<testing::Store> {
protected:
    static void SetUpTestSuite()
    {
        for (const auto store : {testing::Store::Sqlite, testing::Store::MariaDb}) {
            auto keys = testing::keysFor(store);
            keys.insert(keys.end(), {"plugins.devices.demo=true", "plugins.auth.bcryptCost=10"});
            auto& server = servers[store];
            server.process = std::make_unique<testing::ServerProcess>(keys);
            server.process->start();
            server.process->signIn();
            server.administrator = server.process->token();
            server.user =
                server.process
                    ->post("/api/auth/register",
                           Object{{"email", "ursula@example.org"}, {"password", "secret-1"}, {"name", "Ursula K"}})
                    .body.textOr("token", "");
        }
    }
    static void TearDownTestSuite() { servers.clear(); }

    void run(std::initializer_list<Exchange> exchanges)
    {
        auto& server = servers[GetParam()];
        for (const auto& exchange : exchanges) {
            SCOPED_TRACE(std::string(exchange.request) + ' ' + exchange.body);
            server.process->setToken(exchange.who == Who::Nobody     ? ""
                                     : exchange.who == Who::BadToken ? "junk"
                                     : exchange.who == Who::User     ? server.user
                                                                     : server.administrator);
            const std::string request = exchange.request;
            const auto space = request.find(' ');
            const auto answer =
                server.process->send(request.substr(0, space), request.substr(space + 1), exchange.body);
            EXPECT_EQ(answer.status, exchange.status) << answer.text;
            EXPECT_EQ(difference(parseJson(exchange.answer).value(), answer.body), "") << answer.text;
            if (exchange.status >= 400) expectProblem(answer, exchange.status);
        }
    }

    struct Server {
        std::unique_ptr<testing::ServerProcess> process;
        std::string administrator, user;
    };
    static inline std::map<testing::Store, Server> servers;
};

INSTANTIATE_TEST_SUITE_P(Stores, KnownClientTest, ::testing::Values(testing::Store::Sqlite, testing::Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

TEST_P(KnownClientTest, Registers)
{
    run({
        {Who::Nobody, "POST /api/auth/register",
         R"({"name":"Alice Martin","email":"alice@home.fr","phone":"0601","password":"secret1"})", 201,
         R"({"success":true,"message":"<text>","userId":"<integer>","token":"<text>",
             "user":{"id":"<integer>","_id":"<text>","name":"Alice Martin","email":"alice@home.fr","username":"Alice Martin",
                     "fname":"Alice","lname":"Martin","phone":"0601","role":"user","roles":["user"],"active":1,"balance":"<number>",
                     "twoFactorEnabled":false,"avatarUrl":"<text>","createdAt":"<text>","created_at":"<text>"},
             "data":{"user":{"email":"alice@home.fr"},"token":"<text>"}})"},
        {Who::Nobody, "POST /api/auth/register",
         R"({"username":"bob","email":"bob@home.fr","password":"secret1","fname":"Bob","lname":"Doe"})", 201,
         R"({"userId":"<integer>","user":{"username":"bob","fname":"Bob","lname":"Doe","name":"Bob Doe","active":1}})"},
        {Who::Nobody, "POST /api/auth/register",
         R"({"email":"eve@em.fr","password":"secret1","name":"Eve","promotion":"EMI"})", 201,
         R"({"data":{"user":{"promotion":"EMI","lname":""},"token":"<text>"}})"},
        {Who::Nobody, "POST /api/auth/register",
         R"({"email":"mallory@home.fr","password":"secret1","name":"M","role":"admin"})", 201,
         R"({"user":{"role":"user"}})"},
        {Who::Nobody, "POST /api/auth/register", R"({"name":"A","email":"ALICE@home.fr","password":"secret1"})", 400,
         R"({"success":false,"message":"Cet email est déjà utilisé","error":"Cet email est déjà utilisé"})"},
        {Who::Nobody, "POST /api/auth/register", "{}", 400,
         R"({"message":"Email invalide, Le mot de passe doit contenir au moins 6 caractères, Le nom est requis"})"},
        {Who::Nobody, "POST /api/auth/register", R"({"name":"A","email":"a","password":"secret1"})", 400,
         R"({"message":"Email invalide"})"},
        {Who::Nobody, "POST /api/auth/register", R"({"name":"A","email":"a@b.fr","password":"12345"})", 400,
         R"({"message":"Le mot de passe doit contenir au moins 6 caractères"})"},
    });
}

TEST_P(KnownClientTest, LogsIn)
{
    run({
        {Who::Nobody, "POST /api/auth/login", R"({"email":"URSULA@example.org","password":"secret-1"})", 200,
         R"({"success":true,"message":"Connexion réussie","token":"<text>","user":{"id":"<integer>","email":"ursula@example.org"},
             "data":{"user":{"name":"Ursula K"},"token":"<text>"}})"},
        {Who::Nobody, "POST /api/auth/login",
         R"({"email":"ursula@example.org","password":"secret-1","deviceId":"phone"})", 200,
         R"({"user":{"balance":"<number>","username":"Ursula K"}})"},
        {Who::Nobody, "POST /api/auth/login", R"({"email":"ursula@example.org","password":"wrong"})", 401,
         R"({"success":false,"message":"Email ou mot de passe incorrect","error":"Email ou mot de passe incorrect"})"},
        {Who::Nobody, "POST /api/auth/login", R"({"email":"nobody@example.org","password":"wrong"})", 401,
         R"({"message":"Email ou mot de passe incorrect"})"},
        {Who::Nobody, "POST /api/auth/login", R"({"email":"ursula","password":"secret-1"})", 400,
         R"({"message":"Email invalide"})"},
        {Who::Nobody, "POST /api/auth/login", R"({"email":"ursula@example.org"})", 400, R"({"message":"<text>"})"},
    });
}

TEST_P(KnownClientTest, KnowsWhoIsSignedIn)
{
    run({
        {Who::User, "GET /api/auth/me", "", 200,
         R"({"id":"<integer>","_id":"<text>","name":"Ursula K","email":"ursula@example.org","phone":"","role":"user","active":1})"},
        {Who::Nobody, "GET /api/auth/me", "", 401, R"({"message":"Token manquant"})"},
        {Who::BadToken, "GET /api/auth/me", "", 403, R"({"message":"Token invalide"})"},
        {Who::Nobody, "GET /api/auth/profile", "", 401, R"({"message":"Token manquant"})"},
        {Who::BadToken, "GET /api/auth/profile", "", 401, R"({"message":"Token invalide"})"},
        {Who::User, "GET /api/auth/profile", "", 200, R"({"id":"<integer>","balance":"<number>","role":"user"})"},
        {Who::User, "PUT /api/auth/profile", R"({"name":"Ursula Le Guin","email":"ursula@example.org","phone":"0602"})",
         200, R"({"name":"Ursula Le Guin","fname":"Ursula","lname":"Le Guin","phone":"0602"})"},
        {Who::User, "PUT /api/auth/profile", R"({"role":"admin","balance":1000})", 200, R"({"role":"user"})"},
        {Who::User, "PUT /api/auth/profile", R"({"name":"Ursula K","phone":""})", 200,
         R"({"name":"Ursula K","phone":""})"},
    });
}

TEST_P(KnownClientTest, LogsOut)
{
    auto& server = servers[GetParam()];
    run({{Who::Nobody, "POST /api/auth/logout", "", 200, R"({"success":true,"message":"Déconnexion réussie"})"},
         {Who::BadToken, "POST /api/auth/logout", "", 200, R"({"success":true,"message":"Déconnexion réussie"})"}});
    server.process->setToken("");
    const auto token =
        server.process->post("/api/auth/login", Object{{"email", "ursula@example.org"}, {"password", "secret-1"}})
            .body.textOr("token", "");
    server.process->setToken(token);
    EXPECT_EQ(server.process->post("/api/auth/logout").status, 200);
    EXPECT_EQ(server.process->get("/api/auth/me").status, 403);
    EXPECT_EQ(server.process->get("/api/devices").status, 401);
    run({{Who::User, "GET /api/auth/me", "", 200, R"({"email":"ursula@example.org"})"}});
}

constexpr const char* anyDevice =
    R"({"id":"<integer>","name":"<text>","type":"<text>","room":"<text>","status":"<boolean>",
                                      "power":"<number>"})";

TEST_P(KnownClientTest, ShowsAndSwitchesDevices)
{
    const std::string anyList = std::string("[") + anyDevice + "]";
    run({
        {Who::User, "GET /api/devices", "", 200, anyList.c_str()},
        {Who::Nobody, "GET /api/devices", "", 401, R"({"message":"Token manquant"})"},
        {Who::User, "GET /api/devices/1", "", 200,
         R"({"id":1,"name":"Lumière","type":"light","room":"Salon","status":false})"},
        {Who::User, "GET /api/devices/1/status", "", 200, anyDevice},
        {Who::User, "GET /api/devices/999", "", 404,
         R"({"message":"Appareil non trouvé","error":"Appareil non trouvé"})"},
        {Who::User, "POST /api/devices/1/toggle", "", 200, R"({"id":1,"status":true})"},
        {Who::User, "GET /api/devices/1", "", 200, R"({"status":true})"},
        {Who::User, "POST /api/devices/1/toggle", "", 200, R"({"id":1,"status":false})"},
        {Who::User, "POST /api/devices/999/toggle", "", 404, R"({"success":false,"message":"Appareil non trouvé"})"},
        {Who::Nobody, "POST /api/devices/1/toggle", "", 401, R"({"message":"Token manquant"})"},
        {Who::User, "POST /api/devices/1/commands", R"({"command":"on"})", 200, R"({"status":true})"},
        {Who::User, "POST /api/devices/1/commands", R"({"command":"explode"})", 400,
         R"({"success":false,"message":"Commande inconnue : explode"})"},
        {Who::User, "GET /api/devices/rooms", "", 200, R"([{"name":"<text>","devices":"<integer>","on":"<integer>"}])"},
    });
}

TEST_P(KnownClientTest, AddsEditsAndRemovesDevices)
{
    auto& server = servers[GetParam()];
    constexpr const char* heater = R"({"name":"Radiateur","type":"climate","room":"Séjour","power":1500})";
    run({{Who::User, "POST /api/devices", heater, 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, "POST /api/devices", R"({"name":"Radiateur","type":"climate"})", 400,
          R"({"errors":[{"pointer":"/room","detail":"<text>"}]})"},
         {Who::Administrator, "POST /api/devices", R"({"name":"","type":"climate","room":"x"})", 400,
          R"({"errors":[{"pointer":"/name"}]})"}});
    server.process->setToken(server.administrator);
    const auto added = server.process->send("POST", "/api/devices", heater);
    ASSERT_EQ(added.status, 201) << added.text;
    EXPECT_EQ(
        difference(parseJson(R"({"id":"<integer>","name":"Radiateur","type":"climate","room":"Séjour","status":false,
                                       "power":1500})")
                       .value(),
                   added.body),
        "");
    const auto path = "/api/devices/" + toJson(*added.body.find("id"));
    EXPECT_EQ(added.header("location"), path);
    const auto read = "GET " + path, edit = "PUT " + path, remove = "DELETE " + path,
               toggle = "POST " + path + "/toggle";
    run({{Who::User, read.c_str(), "", 200, R"({"name":"Radiateur"})"},
         {Who::User, toggle.c_str(), "", 200, R"({"status":true})"},
         {Who::User, edit.c_str(), R"({"name":"Poêle"})", 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, edit.c_str(), R"({"name":"Poêle"})", 200, R"({"name":"Poêle","room":"Séjour"})"},
         {Who::Administrator, edit.c_str(), R"({"power":-1})", 400, R"({"errors":[{"pointer":"/power"}]})"},
         {Who::User, remove.c_str(), "", 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, remove.c_str(), "", 200, R"({"success":true})"},
         {Who::Administrator, remove.c_str(), "", 404, R"({"message":"Appareil non trouvé"})"},
         {Who::User, read.c_str(), "", 404, R"({"message":"Appareil non trouvé"})"}});
}

} // namespace
} // namespace atrium::contract
