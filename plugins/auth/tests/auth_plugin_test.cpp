#include "auth_fixture.h"

#include <fstream>
#include <sys/stat.h>

namespace atrium::auth {
namespace {

TEST_F(AuthPluginTest, RegistersInTheShapeOfAllClients)
{
    start();
    const auto response = post("/api/auth/register", alice);
    ASSERT_TRUE(response.ok()) << response.error().detail;
    EXPECT_EQ(response->status, 201);
    const auto body = json(response);
    EXPECT_TRUE(body.booleanOr("success", false));
    EXPECT_FALSE(body.textOr("message", "").empty());
    EXPECT_EQ(body.integerOr("userId", 0), 1);
    EXPECT_EQ(body.find("user")->textOr("role", ""), "admin") << "the first account of all";
    EXPECT_EQ(*body.find("data")->find("user"), *body.find("user"));
    EXPECT_EQ(body.find("data")->textOr("token", "x"), body.textOr("token", "y"));
    EXPECT_EQ(body.find("user")->textOr("phone", ""), "0601");
    EXPECT_EQ(json(post("/api/auth/register", bob)).find("user")->textOr("role", ""), "user");
    EXPECT_EQ(problem(post("/api/auth/register", R"({"name":"B","email":"ALICE@home.fr","password":"secret1"})")),
              "400 Cet email est déjà utilisé");
    EXPECT_EQ(problem(post("/api/auth/register", "{}")),
              "400 Email invalide, Le mot de passe doit contenir au moins 6 caractères, Le nom est requis");
}

TEST_F(AuthPluginTest, LogsInWithoutCaseAndTellsNothingAboutWrongOnes)
{
    start();
    ASSERT_TRUE(post("/api/auth/register", alice).ok());
    const auto response = post("/api/auth/login", R"({"email":"Alice@Home.FR","password":"secret1"})");
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->status, 200);
    const auto body = json(response);
    EXPECT_EQ(body.textOr("message", ""), "Connexion réussie");
    EXPECT_TRUE(authenticate(body.textOr("token", "")).ok());
    const auto wrong = problem(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret2"})"));
    EXPECT_EQ(wrong, "401 Email ou mot de passe incorrect");
    EXPECT_EQ(problem(post("/api/auth/login", R"({"email":"nobody@home.fr","password":"secret2"})")), wrong);
    EXPECT_EQ(problem(post("/api/auth/login", R"({"email":"alice","password":"secret2"})")), "400 Email invalide");
    EXPECT_EQ(problem(post("/api/auth/login", R"({"email":"alice@home.fr"})")), "400 Le mot de passe est requis");
}

TEST_F(AuthPluginTest, GivesPrincipalsThePermissionsOfTheirRole)
{
    start();
    const auto administrator = authenticate(tokenOf(alice));
    ASSERT_TRUE(administrator.ok());
    EXPECT_EQ(administrator->name, "Alice Martin");
    EXPECT_EQ(administrator->role, Role::Admin);
    EXPECT_TRUE(administrator->may("accounts.manage"));
    const auto user = authenticate(tokenOf(bob));
    ASSERT_TRUE(user.ok());
    EXPECT_TRUE(user->may("devices.control"));
    EXPECT_FALSE(user->may("accounts.manage"));
    EXPECT_EQ(authenticate("junk").error().code, ErrorCode::Unauthenticated);
}

TEST_F(AuthPluginTest, AnswersMeWithItsOwnTokenErrors)
{
    start();
    tokenOf(alice);
    const auto token = tokenOf(bob);
    const auto me = send(HttpMethod::Get, "/api/auth/me", {}, token);
    ASSERT_TRUE(me.ok());
    EXPECT_EQ(json(me).textOr("email", ""), "bob@home.fr") << "the user is at the top level";
    EXPECT_EQ(problem(send(HttpMethod::Get, "/api/auth/me", {}, "")), "401 Token manquant");
    EXPECT_EQ(problem(send(HttpMethod::Get, "/api/auth/me", {}, token + "x")), "403 Token invalide");
    AccountRepository(database.database()).remove(UserId{2}).value();
    EXPECT_EQ(problem(send(HttpMethod::Get, "/api/auth/me", {}, token)), "404 Utilisateur non trouvé");
}

TEST_F(AuthPluginTest, EndsASessionForGoodOnLogout)
{
    start();
    const auto token = tokenOf(alice);
    const auto other =
        json(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})")).textOr("token", "");
    const auto out = post("/api/auth/logout", nullptr, token);
    ASSERT_TRUE(out.ok());
    EXPECT_EQ(json(out).textOr("message", ""), "Déconnexion réussie");
    EXPECT_FALSE(authenticate(token).ok());
    EXPECT_EQ(problem(send(HttpMethod::Get, "/api/auth/me", {}, token)), "403 Token invalide");
    EXPECT_TRUE(authenticate(other).ok()) << "other devices stay signed in";
    EXPECT_TRUE(post("/api/auth/logout", nullptr).ok()) << "a client drops its token first";
    EXPECT_TRUE(post("/api/auth/logout", nullptr, "junk").ok());
    stop();
    start();
    EXPECT_FALSE(authenticate(token).ok()) << "also after a restart";
    EXPECT_TRUE(authenticate(other).ok()) << "and the others stay signed in";
}

TEST_F(AuthPluginTest, EndsSessionsWithTheirTime)
{
    start();
    const auto token = tokenOf(alice);
    context.advance(168h - 1min);
    EXPECT_TRUE(authenticate(token).ok());
    context.advance(2min);
    EXPECT_FALSE(authenticate(token).ok());
    context.advance(1h);
    EXPECT_TRUE(SessionRepository(database.database()).active(UtcTime{}).empty()) << "deleted, not just over";
}

TEST_F(AuthPluginTest, ShowsAndChangesTheProfile)
{
    start();
    const auto token = tokenOf(alice);
    EXPECT_EQ(problem(send(HttpMethod::Get, "/api/auth/profile", {}, "")).substr(0, 3), "401");
    EXPECT_EQ(json(send(HttpMethod::Get, "/api/auth/profile", {}, token)).textOr("name", ""), "Alice Martin");
    const auto changed = send(HttpMethod::Put, "/api/auth/profile",
                              Object{{"name", "Alice Durand"}, {"email", "alice@new.fr"}, {"phone", "0602"}}, token);
    ASSERT_TRUE(changed.ok());
    EXPECT_EQ(json(changed).textOr("lname", ""), "Durand");
    EXPECT_EQ(authenticate(token)->name, "Alice Durand") << "without a new login";
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"alice@new.fr","password":"secret1"})").ok());
    EXPECT_EQ(problem(send(HttpMethod::Put, "/api/auth/profile", Object{{"role", "superadmin"}, {"name", ""}}, token)),
              "400 Le nom ne peut pas être vide");
    EXPECT_TRUE(
        send(HttpMethod::Put, "/api/auth/profile", Object{{"role", "superadmin"}, {"balance", 1000}}, token).ok());
    EXPECT_EQ(authenticate(token)->role, Role::Admin);
}

TEST_F(AuthPluginTest, ClosesAnAccountAfterTenWrongPasswords)
{
    start();
    ASSERT_TRUE(post("/api/auth/register", alice).ok());
    for (const auto* email : {"alice@home.fr", "nobody@home.fr"}) {
        const auto wrong = std::string(R"({"email":")") + email + R"(","password":"wrong-one"})";
        for (int i = 0; i < 10; ++i) EXPECT_EQ(problem(post("/api/auth/login", wrong.c_str())).substr(0, 3), "401");
        const auto closed = post("/api/auth/login", wrong.c_str());
        ASSERT_FALSE(closed.ok());
        EXPECT_EQ(closed.error().code, ErrorCode::TooManyRequests);
        EXPECT_EQ(closed.error().retryAfter, 15min);
    }
    EXPECT_EQ(problem(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})")).substr(0, 3),
              "429");
    context.advance(15min);
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})").ok());
}

TEST_F(AuthPluginTest, KeepsItsSecretsInPrivateFiles)
{
    start();
    const auto token = tokenOf(alice);
    for (const auto* name : {"jwt_secret", "password_pepper"}) {
        const auto file = std::filesystem::path(context.dataFolder()) / name;
        struct stat status {};
        ASSERT_EQ(::stat(file.c_str(), &status), 0) << file;
        EXPECT_EQ(status.st_mode & 0777, 0600u) << file;
        std::ifstream stream(file);
        std::string secret;
        std::getline(stream, secret);
        EXPECT_EQ(secret.size(), 64u);
        EXPECT_FALSE(context.log().mentions(secret));
    }
    EXPECT_FALSE(context.log().mentions("secret1"));
    EXPECT_FALSE(context.log().mentions(token));
    EXPECT_FALSE(context.log().mentions("alice@home.fr")) << "addresses are personal data";
}

TEST_F(AuthPluginTest, MakesTheConfiguredAdministratorOnce)
{
    context.settings().set("adminEmail", "chef@home.fr").set("adminPassword", "first-password");
    start();
    const auto login = R"({"email":"chef@home.fr","password":"first-password"})";
    EXPECT_EQ(json(post("/api/auth/login", login)).find("user")->textOr("role", ""), "admin");
    EXPECT_EQ(json(post("/api/auth/register", alice)).find("user")->textOr("role", ""), "user");
    stop();
    context.settings().set("adminPassword", "other-password");
    start();
    EXPECT_TRUE(post("/api/auth/login", login).ok()) << "an existing account is left alone";
}

TEST_F(AuthPluginTest, RefusesAnAdministratorThatCannotBe)
{
    context.settings().set("adminEmail", "chef@home.fr").set("adminPassword", "short");
    EXPECT_THROW(start(), ErrorException);
    context.settings().set("adminPassword", "").set("adminEmail", "").set("jwtSecret", "too short");
    EXPECT_THROW(start(), std::runtime_error);
}

TEST_F(AuthPluginTest, KeepsRegistrationClosedWhenTheSiteSaysSo)
{
    context.settings().set("registration", "closed");
    start();
    EXPECT_EQ(problem(post("/api/auth/register", alice)), "403 Les inscriptions sont fermées");
}

TEST_F(AuthPluginTest, UpgradesAHashOfAnOlderBackEnd)
{
    start();
    ASSERT_TRUE(post("/api/auth/register", alice).ok());
    AccountRepository repository(database.database());
    repository.setPasswordHash(UserId{1}, "$2a$04$abcdefghijklmnopqrstuuPfUXx4s5P8Ytn8cm4M0hd0TSBu/QQ7e",
                               context.clock().now());
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"alice@home.fr","password":"motdepasse"})").ok());
    EXPECT_EQ(repository.find(UserId{1})->passwordHash.substr(0, 12), "hmac:$2b$04$");
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"alice@home.fr","password":"motdepasse"})").ok());
}

TEST_F(AuthPluginTest, AnswersWhenItIsStoppedOrHasNotStarted)
{
    plugin = std::make_unique<AuthPlugin>();
    plugin->configure(context);
    EXPECT_EQ(problem(post("/api/auth/login", R"({"email":"a@b.fr","password":"secret1"})")).substr(0, 3), "429");
    EXPECT_FALSE(authenticate("a.b.c").ok());
    plugin->start();
    stop();
    EXPECT_TRUE(context.http().routes().empty()) << "registrations die with the plugin";
    EXPECT_FALSE(context.services().find<Authenticator>());
}

TEST_F(AuthPluginTest, DeclaresEveryRouteCompletely)
{
    start();
    EXPECT_GE(context.http().routes().size(), 50u);
    for (const auto& route : context.http().routes()) {
        EXPECT_FALSE(route.summary.fr.empty() || route.summary.en.empty()) << route.path;
        for (const auto* schema : {&route.requestSchema, &route.responseSchema}) {
            EXPECT_TRUE(schema->empty() || parseJson(*schema).ok()) << route.path;
            EXPECT_EQ(schema->find("\"pattern\""), std::string::npos);
        }
    }
}

} // namespace
} // namespace atrium::auth
