// From registration to deletion, over the routes.
#include "auth_fixture.h"

namespace atrium::auth {
namespace {

using AccountLifeTest = AuthPluginTest;

constexpr const char* bobLogsIn = R"({"email":"bob@home.fr","password":"secret2"})";

TEST_F(AccountLifeTest, ConfirmsAnAddressByACodeThatIsGoodOnce)
{
    provideMailer();
    context.settings().set("confirmation", "names");
    start();
    tokenOf(alice); // one name: active at once
    const auto registered = post("/api/auth/register", bob);
    ASSERT_TRUE(registered.ok()) << problem(registered);
    EXPECT_EQ(registered->status, 201);
    EXPECT_FALSE(json(registered).find("token"));
    EXPECT_EQ(json(registered).integerOr("userId", 0), 2);
    const auto early = json(post("/api/auth/login", bobLogsIn));
    EXPECT_EQ(early.textOr("code", ""), "not-activated");
    EXPECT_EQ(early.find("user")->integerOr("active", 1), 0);
    EXPECT_FALSE(early.find("token"));
    EXPECT_EQ(problem(post("/api/auth/confirm", R"({"email":"bob@home.fr","code":"000000x"})")),
              "400 Code invalide ou expiré");
    const auto code = mailer->code();
    const auto body = R"({"email":"BOB@home.fr","code":")" + code + "\"}";
    const auto confirmed = post("/api/auth/confirm", body.c_str());
    ASSERT_TRUE(confirmed.ok()) << problem(confirmed);
    EXPECT_EQ(json(confirmed).textOr("message", ""), "Compte activé avec succès");
    EXPECT_EQ(json(confirmed).textOr("email", ""), "bob@home.fr");
    EXPECT_TRUE(authenticate(json(confirmed).textOr("token", "")).ok());
    EXPECT_FALSE(post("/api/auth/confirm", body.c_str()).ok()) << "a code is good once";
    EXPECT_EQ(problem(post("/api/auth/resend-confirmation-email", R"({"email":"bob@home.fr"})")).substr(0, 3), "400");
    EXPECT_EQ(problem(post("/api/auth/resend-confirmation-email", R"({"email":"x@home.fr"})")).substr(0, 3), "404");
}

TEST_F(AccountLifeTest, VoidsACodeAfterFiveTriesAndAfterAnHour)
{
    provideMailer();
    context.settings().set("confirmation", "names");
    start();
    tokenOf(alice);
    ASSERT_TRUE(post("/api/auth/register", bob).ok());
    const auto code = mailer->code();
    const auto wrong =
        R"({"email":"bob@home.fr","code":")" + std::string(code == "111111" ? "222222" : "111111") + "\"}";
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(post("/api/auth/confirm", wrong.c_str()).ok());
    const auto right = R"({"email":"bob@home.fr","code":")" + code + "\"}";
    EXPECT_FALSE(post("/api/auth/confirm", right.c_str()).ok());
    ASSERT_TRUE(post("/api/auth/resend-confirmation-email", R"({"email":"bob@home.fr"})").ok());
    const auto next = R"({"email":"bob@home.fr","code":")" + mailer->code() + "\"}";
    context.advance(61min);
    EXPECT_FALSE(post("/api/auth/confirm", next.c_str()).ok());
}

TEST_F(AccountLifeTest, RegistrationTellsNothingWhenEverybodyConfirms)
{
    provideMailer();
    context.settings().set("confirmation", "everyone");
    start();
    tokenOf(alice);
    auto first = json(post("/api/auth/register", bob));
    auto again = json(post("/api/auth/register", bob));
    EXPECT_EQ(mailer->mails().back().subject, "Vous avez déjà un compte");
    EXPECT_NE(first.integerOr("userId", 0), again.integerOr("userId", 0));
    EXPECT_GT(again.integerOr("userId", 0), 0);
    for (auto* body : {&first, &again}) body->object().erase("userId");
    EXPECT_EQ(first, again);
    EXPECT_TRUE(post("/api/auth/resend-confirmation-email", R"({"email":"nobody@home.fr"})").ok());
}

TEST_F(AccountLifeTest, ResetsAForgottenPasswordAndEndsAllSessions)
{
    provideMailer();
    start();
    const auto token = tokenOf(alice);
    const auto known = post("/api/auth/forgot-password", R"({"email":"alice@home.fr"})");
    const auto unknown = post("/api/auth/forgot-password", R"({"email":"nobody@home.fr"})");
    EXPECT_TRUE(mailer->mails().empty()) << "answered before anything is looked up";
    context.advance(1s);
    const auto code = mailer->code();
    EXPECT_EQ(known->body, unknown->body);
    EXPECT_EQ(json(known).textOr("message", ""), "Instructions de réinitialisation envoyées par email");
    EXPECT_EQ(mailer->mails().size(), 1u);
    EXPECT_EQ(problem(post("/api/auth/reset-password",
                           R"({"email":"nobody@home.fr","code":"123456","newPassword":"secret9"})")),
              problem(post("/api/auth/reset-password",
                           R"({"email":"alice@home.fr","code":"12345","newPassword":"secret9"})")));
    const auto reset = R"({"email":"alice@home.fr","code":")" + code + R"(","newPassword":"secret9"})";
    ASSERT_TRUE(post("/api/auth/reset-password", reset.c_str()).ok());
    EXPECT_FALSE(post("/api/auth/reset-password", reset.c_str()).ok()) << "a code is good once";
    EXPECT_FALSE(authenticate(token).ok());
    EXPECT_FALSE(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})").ok());
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret9"})").ok());
    EXPECT_FALSE(context.log().mentions(code));
}

TEST_F(AccountLifeTest, WorksWithoutAMailServer)
{
    context.settings().set("confirmation", "everyone");
    start();
    EXPECT_FALSE(tokenOf(alice).empty()) << "nobody could ever confirm";
    EXPECT_TRUE(post("/api/auth/forgot-password", R"({"email":"alice@home.fr"})").ok());
}

TEST_F(AccountLifeTest, ChangesThePasswordAndEndsTheOtherSessions)
{
    start();
    const auto token = tokenOf(alice);
    const auto other =
        json(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})")).textOr("token", "");
    EXPECT_EQ(
        problem(post("/api/auth/change-password", R"({"currentPassword":"wrong","newPassword":"secret9"})", token)),
        "400 Mot de passe incorrect");
    EXPECT_EQ(
        problem(post("/api/auth/change-password", R"({"currentPassword":"secret1","newPassword":"short"})", token)),
        "400 Le mot de passe doit contenir au moins 6 caractères");
    ASSERT_TRUE(
        post("/api/auth/change-password", R"({"currentPassword":"secret1","newPassword":"secret9"})", token).ok());
    EXPECT_TRUE(authenticate(token).ok());
    EXPECT_FALSE(authenticate(other).ok());
}

TEST_F(AccountLifeTest, AdmitsByInvitationOrDomain)
{
    context.settings().set("registrationDomains", "home.fr, campus.fr");
    start();
    const auto token = tokenOf(alice);
    EXPECT_EQ(
        problem(post("/api/auth/register", R"({"name":"E","email":"e@evil.fr","password":"secret1"})")).substr(0, 3),
        "403");
    const auto invited = json(post("/api/invitations", R"({"email":"e@evil.fr","role":"manager"})", token));
    const auto body =
        R"({"name":"E","email":"e@evil.fr","password":"secret1","invitation":")" + invited.textOr("code", "") + "\"}";
    EXPECT_EQ(json(post("/api/auth/register", body.c_str())).find("user")->textOr("role", ""), "manager");
    const auto again =
        R"({"name":"F","email":"f@evil.fr","password":"secret1","invitation":")" + invited.textOr("code", "") + "\"}";
    EXPECT_EQ(problem(post("/api/auth/register", again.c_str())).substr(0, 3), "403");
    stop();
    context.settings().set("registration", "invitation");
    start();
    EXPECT_EQ(problem(post("/api/auth/register", bob)), "403 Une invitation est nécessaire");
}

TEST_F(AccountLifeTest, RotatesRefreshTokensAndEndsASessionWhoseTokenWasStolen)
{
    start();
    tokenOf(alice);
    const auto login =
        json(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1","refresh":true})"));
    const auto access = login.textOr("token", "");
    const auto first = login.textOr("refreshToken", "");
    ASSERT_FALSE(first.empty());
    EXPECT_TRUE(authenticate(access).ok());
    context.advance(16min);
    EXPECT_FALSE(authenticate(access).ok()) << "a short token";
    const auto body = R"({"refreshToken":")" + first + "\"}";
    const auto second = json(post("/api/auth/refresh", body.c_str()));
    EXPECT_TRUE(authenticate(second.textOr("token", "")).ok());
    EXPECT_EQ(problem(post("/api/auth/refresh", body.c_str())), "401 Token invalide");
    EXPECT_FALSE(authenticate(second.textOr("token", "")).ok()) << "the whole family is over";
    const auto next = R"({"refreshToken":")" + second.textOr("refreshToken", "") + "\"}";
    EXPECT_FALSE(post("/api/auth/refresh", next.c_str()).ok());
}

TEST_F(AccountLifeTest, ListsAndRevokesSessions)
{
    start();
    const auto token = tokenOf(alice);
    const auto stranger = tokenOf(bob);
    const auto other =
        json(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})")).textOr("token", "");
    const auto sessions = json(get("/api/auth/sessions", token));
    const auto& list = sessions.find("sessions")->list();
    ASSERT_EQ(list.size(), 2u);
    std::string otherId;
    for (const auto& session : list)
        if (!session.booleanOr("current", true)) otherId = std::to_string(session.integerOr("id", 0));
    EXPECT_FALSE(remove("/api/auth/sessions/" + otherId, stranger).ok()) << "that of somebody else";
    EXPECT_TRUE(authenticate(other).ok());
    ASSERT_TRUE(remove("/api/auth/sessions/" + otherId, token).ok());
    EXPECT_FALSE(authenticate(other).ok());
    EXPECT_TRUE(authenticate(token).ok());
}

TEST_F(AccountLifeTest, GivesProgramsTokensWithScopesShownOnce)
{
    start();
    const auto token = tokenOf(alice);
    const auto made =
        json(post("/api/auth/tokens", R"({"name":"Grafana","scopes":["devices.control"],"days":1})", token));
    const auto secret = made.textOr("token", "");
    const auto program = authenticate(secret);
    ASSERT_TRUE(program.ok());
    EXPECT_TRUE(program->may("devices.control"));
    EXPECT_FALSE(program->may("accounts.manage")) << "not within its scopes";
    EXPECT_FALSE(program->may("account"));
    EXPECT_EQ(problem(post("/api/auth/tokens", R"({"name":"x","scopes":[]})", secret)).substr(0, 3), "403");
    EXPECT_EQ(get("/api/auth/tokens", token)->body.find(secret), std::string::npos);
    EXPECT_FALSE(authenticate(secret + "x").ok());
    EXPECT_EQ(problem(post("/api/auth/tokens", R"({"name":"x","scopes":["everything"]})", token)).substr(0, 3), "400");
    stop();
    start();
    EXPECT_TRUE(authenticate(secret).ok()) << "also after a restart";
    context.advance(25h);
    EXPECT_FALSE(authenticate(secret).ok());
}

TEST_F(AccountLifeTest, RotatesTheSigningKeyWithoutSigningAnybodyOut)
{
    start();
    const auto token = tokenOf(alice);
    ASSERT_TRUE(post("/api/auth/keys/rotate", nullptr, token).ok());
    EXPECT_TRUE(authenticate(token).ok());
    const auto fresh = tokenOf(bob);
    EXPECT_NE(token.substr(0, token.find('.')), fresh.substr(0, fresh.find('.')));
    stop();
    start();
    EXPECT_TRUE(authenticate(token).ok());
    EXPECT_TRUE(authenticate(fresh).ok());
}

TEST_F(AccountLifeTest, DeletesAnAccountWithAllThatBelongsToIt)
{
    start();
    tokenOf(alice);
    const auto token = tokenOf(bob);
    UserId removed;
    const auto heard = context.services().require<Accounts>()->onRemoved([&](UserId user) { removed = user; });
    ASSERT_TRUE(remove("/api/auth/delete", token).ok());
    EXPECT_EQ(removed, UserId{2});
    EXPECT_FALSE(authenticate(token).ok());
    EXPECT_FALSE(post("/api/auth/login", bobLogsIn).ok());
    EXPECT_EQ(SessionRepository(database.database()).active(UtcTime{}).size(), 1u);
}

TEST_F(AccountLifeTest, SignsInAKnownDeviceByItsNumber)
{
    start();
    tokenOf(alice);
    ASSERT_TRUE(
        post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1","deviceId":"phone-7f3a91"})").ok());
    EXPECT_EQ(problem(post("/api/auth/login-device", R"({"deviceId":"another-phone"})")).substr(0, 3), "401");
    EXPECT_EQ(problem(post("/api/auth/login-device", "{}")).substr(0, 3), "400");
    EXPECT_EQ(json(post("/api/auth/login-device", R"({"deviceId":"phone-7f3a91"})")).find("user")->textOr("email", ""),
              "alice@home.fr");
}

TEST_F(AccountLifeTest, TakesPicturesAndNothingElse)
{
    start();
    const auto token = tokenOf(alice);
    const auto upload = [&](const std::string& content) {
        const std::string body = "--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\r\n\r\n" +
                                 content + "\r\n--x--\r\n";
        testing::FakeRequest request;
        request.method = HttpMethod::Post;
        request.path = "/api/users/me/avatar";
        request.principal = *authenticate(token);
        request.headers = {{"content-type", "multipart/form-data; boundary=x"}};
        request.rawBody = body;
        return context.http().send(request);
    };
    EXPECT_EQ(problem(upload("<svg onload=alert(1)>")).substr(0, 3), "400");
    EXPECT_EQ(problem(upload("")), "400 Aucun fichier fourni");
    const auto png = std::string("\x89PNG\r\n\x1a\n") + "rest";
    const auto answer = upload(png);
    ASSERT_TRUE(answer.ok()) << problem(answer);
    const auto url = json(answer).find("data")->textOr("avatarUrl", "");
    EXPECT_EQ(url.substr(0, 19), "/uploads/avatars/1-");
    EXPECT_EQ(get(url)->body, png);
    EXPECT_EQ(get(url)->contentType, "image/png");
    EXPECT_FALSE(get("/uploads/avatars/..").ok());
}

} // namespace
} // namespace atrium::auth
