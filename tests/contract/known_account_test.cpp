// The requests that existing clients send about accounts, with the answers that they rely on (issues 2 and 3): one line
// a request.
#include "known_client.h"

#include "atrium/json.h"

namespace atrium::contract {
namespace {

using KnownAccountTest = KnownClientTest;

INSTANTIATE_TEST_SUITE_P(Stores, KnownAccountTest, ::testing::Values(testing::Store::Sqlite, testing::Store::MariaDb),
                         [](const auto& info) { return nameOf(info.param); });

TEST_P(KnownAccountTest, Registers)
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

TEST_P(KnownAccountTest, LogsIn)
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

TEST_P(KnownAccountTest, KnowsWhoIsSignedIn)
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

TEST_P(KnownAccountTest, LogsOut)
{
    auto& server = this->server();
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

/// The user as all five systems read it (contracts.md §1); none of it is ever null.
constexpr const char* wholeUser =
    R"({"id":"<integer>","_id":"<text>","name":"<text>","email":"<text>","username":"<text>","fname":"<text>",
        "lname":"<text>","phone":"","role":"user","roles":["user"],"active":1,"balance":"<number>","promotion":"<text>",
        "avatarUrl":"<text>","twoFactorEnabled":false,"createdAt":"<text>","created_at":"<text>"})";

TEST_P(KnownAccountTest, ShowsTheWholeUserWhereverAUserIs)
{
    auto& process = *server().process;
    const auto wanted = parseJson(wholeUser).value();
    const auto token = registered("whole@example.org");
    const auto login =
        process.post("/api/auth/login", Object{{"email", "whole@example.org"}, {"password", "secret-1"}});
    EXPECT_EQ(difference(wanted, *login.body.find("user")), "");
    EXPECT_EQ(difference(wanted, *login.body.find("data")->find("user")), "");
    process.setToken(token);
    for (const char* path : {"/api/auth/me", "/api/auth/profile", "/api/users/me"})
        EXPECT_EQ(difference(wanted, process.get(path).body), "") << path;
    EXPECT_EQ(difference(wanted, *process.get("/api/auth/is-connected").body.find("user")), "");
    EXPECT_EQ(difference(wanted, *process.get("/api/auth/export").body.find("user")), "");
    const auto own = "/api/users/" + toJson(*process.get("/api/auth/me").body.find("id"));
    EXPECT_EQ(difference(wanted, process.get(own).body), "");
    EXPECT_EQ(difference(wanted, *process.get(own).body.find("user")), "");
    EXPECT_EQ(difference(wanted, *process.get(own).body.find("data")), "");
    EXPECT_EQ(difference(wanted, process.request("PUT", "/api/auth/profile", Object{{"name", "Whole Body"}}).body), "");
}

TEST_P(KnownAccountTest, ConfirmsAnAddressOfTheShapeWithTwoNames)
{
    run({{Who::Nobody, "POST /api/auth/confirm", R"({"email":"nobody@example.org","code":"123456"})", 400,
          R"({"error":"Code invalide ou expiré","message":"Code invalide ou expiré"})"},
         {Who::Nobody, "POST /api/auth/confirm", R"({"email":"nobody@example.org","code":123456})", 400,
          R"({"error":"Code invalide ou expiré"})"},
         {Who::Nobody, "POST /api/auth/resend-confirmation-email", R"({"email":"nobody@example.org"})", 404,
          R"({"message":"<text>"})"},
         {Who::Nobody, "POST /api/auth/resend-confirmation-email", R"({"email":"ursula@example.org"})", 400,
          R"({"message":"<text>"})"}});
}

TEST_P(KnownAccountTest, SaysWhetherSomebodyIsConnected)
{
    run({{Who::User, "GET /api/auth/is-connected", "", 200,
          R"({"message":"Utilisateur connecté","isConnected":true,"user":{"username":"<text>","fname":"<text>"}})"},
         {Who::Nobody, "GET /api/auth/is-connected", "", 200,
          R"({"message":"Aucun token fourni","isConnected":false})"},
         {Who::BadToken, "GET /api/auth/is-connected", "", 200,
          R"({"message":"Token invalide","isConnected":false})"}});
}

TEST_P(KnownAccountTest, ForgetsAndChangesPasswords)
{
    auto& process = *server().process;
    const auto token = registered("forgetful@example.org");
    const auto mails = server().mails->mails().size();
    run({{Who::Nobody, "POST /api/auth/forgot-password", R"({"email":"forgetful@example.org"})", 200,
          R"({"success":true,"message":"Instructions de réinitialisation envoyées par email"})"},
         {Who::Nobody, "POST /api/auth/forgot-password", R"({"email":"nobody@example.org"})", 200,
          R"({"message":"Instructions de réinitialisation envoyées par email"})"},
         {Who::Nobody, "POST /api/auth/reset-password", R"({"email":"nobody@example.org"})", 200,
          R"({"message":"<text>"})"},
         {Who::Nobody, "POST /api/auth/reset-password",
          R"({"email":"forgetful@example.org","code":"000000x","newPassword":"secret-2"})", 400,
          R"({"message":"Code invalide ou expiré"})"}});
    const auto code = mailedCode(mails + 1);
    process.setToken("");
    const auto reset =
        process.post("/api/auth/reset-password",
                     Object{{"email", "forgetful@example.org"}, {"code", code}, {"newPassword", "secret-2"}});
    EXPECT_EQ(reset.status, 200) << reset.text;
    EXPECT_FALSE(reset.body.textOr("message", "").empty());
    process.setToken(token);
    EXPECT_EQ(process.get("/api/auth/profile").status, 401) << "old tokens die";
    process.setToken("");
    const auto login =
        process.post("/api/auth/login", Object{{"email", "forgetful@example.org"}, {"password", "secret-2"}});
    ASSERT_EQ(login.status, 200);
    process.setToken(login.body.textOr("token", ""));
    const auto wrong =
        process.post("/api/auth/change-password", Object{{"currentPassword", "no"}, {"newPassword", "secret-3"}});
    EXPECT_TRUE(wrong.status >= 400 && wrong.status < 500 && wrong.status != 401) << wrong.status;
    const auto changed =
        process.post("/api/auth/change-password", Object{{"currentPassword", "secret-2"}, {"newPassword", "secret-3"}});
    EXPECT_EQ(changed.status, 200);
    EXPECT_FALSE(changed.body.textOr("message", "").empty());
}

TEST_P(KnownAccountTest, AsksForTheMailedCodeWhereItIsSwitchedOn)
{
    auto& process = *server().process;
    process.setToken(registered("careful@example.org"));
    EXPECT_EQ(process.post("/api/auth/2fa/enable", Object{{"password", "wrong"}}).status, 400);
    const auto enabled = process.post("/api/auth/2fa/enable", Object{{"password", "secret-1"}});
    ASSERT_EQ(enabled.status, 200) << enabled.text;
    EXPECT_TRUE(enabled.body.booleanOr("success", false));
    const auto token = process.token();
    const auto mails = server().mails->mails().size();
    process.setToken("");
    const Value credentials = Object{{"email", "careful@example.org"}, {"password", "secret-1"}};
    const auto first = process.post("/api/auth/login", credentials);
    EXPECT_EQ(difference(parseJson(R"({"success":true,"message":"<text>","requires2FA":true})").value(), first.body),
              "");
    EXPECT_FALSE(first.body.find("token"));
    EXPECT_FALSE(first.body.find("code"));
    const auto code = mailedCode(mails + 1);
    const auto verify = [&](const std::string& otp) {
        return process.post("/api/auth/verify-otp", Object{{"email", "careful@example.org"}, {"otp", otp}});
    };
    EXPECT_EQ(verify(code == "111111" ? "222222" : "111111").status, 400);
    const auto in = verify(code);
    ASSERT_EQ(in.status, 200) << in.text;
    EXPECT_EQ(difference(parseJson(R"({"success":true,"token":"<text>","user":{"twoFactorEnabled":true},
                                       "data":{"user":{"email":"careful@example.org"},"token":"<text>"}})")
                             .value(),
                         in.body),
              "");
    EXPECT_EQ(verify(code).status, 400) << "used";
    process.setToken(token);
    EXPECT_EQ(process.post("/api/auth/2fa/disable", Object{{"password", "secret-1"}}).status, 200);
    process.setToken("");
    EXPECT_EQ(process.post("/api/auth/login", credentials).body.textOr("message", ""), "Connexion réussie");
}

TEST_P(KnownAccountTest, ShowsPeopleToPeople)
{
    auto& process = *server().process;
    process.setToken(server().user);
    const auto id = toJson(*process.get("/api/auth/me").body.find("id"));
    const auto one = "GET /api/users/" + id, iven = "GET /api/auth/user/" + id;
    run({{Who::User, "GET /api/users", "", 200,
          R"({"success":true,"data":[{"id":"<integer>","name":"<text>","avatarUrl":"<text>","createdAt":"<text>"}],
              "users":[{"id":"<integer>"}]})"},
         {Who::Administrator, "GET /api/users", "", 200, R"({"data":[{"email":"<text>","role":"<text>"}]})"},
         {Who::Administrator, one.c_str(), "", 200,
          R"({"id":"<integer>","name":"<text>","avatarUrl":"<text>","createdAt":"<text>",
              "data":{"id":"<integer>"},"user":{"email":"ursula@example.org"}})"},
         {Who::User, iven.c_str(), "", 200, R"({"id":"<integer>","username":"<text>","fname":"<text>"})"},
         {Who::Nobody, iven.c_str(), "", 401, R"({"message":"Token manquant"})"},
         {Who::User, "GET /api/users/987654", "", 404, R"({"message":"Utilisateur introuvable"})"},
         {Who::User, "PUT /api/users/me", R"({"name":""})", 400, R"({"message":"Le nom ne peut pas être vide"})"},
         {Who::User, "GET /api/auth/user/search?q=urs", "", 200, R"([{"id":"<integer>","username":"<text>"}])"}});
    process.setToken(server().user);
    EXPECT_FALSE(process.get("/api/auth/user/search?q=urs").body.list().empty());
}

TEST_P(KnownAccountTest, SignsInADeviceThatLoggedInBefore)
{
    registered("phone@example.org");
    run({{Who::Nobody, "POST /api/auth/login",
          R"({"email":"phone@example.org","password":"secret-1","deviceId":"android-7f3a91"})", 200,
          R"({"message":"<text>","token":"<text>","user":{"id":"<integer>","username":"<text>","balance":"<number>"}})"},
         {Who::Nobody, "POST /api/auth/login-device", R"({"deviceId":"android-7f3a91"})", 200,
          R"({"message":"<text>","token":"<text>","user":{"email":"phone@example.org"}})"},
         {Who::Nobody, "POST /api/auth/login-device", R"({"deviceId":"another-phone"})", 401, R"({"error":"<text>"})"},
         {Who::Nobody, "POST /api/auth/login-device", "{}", 400, R"({"error":"<text>"})"}});
}

TEST_P(KnownAccountTest, LetsAnAdministratorManageAccounts)
{
    auto& process = *server().process;
    registered("managed@example.org");
    process.setToken(server().administrator);
    const auto found = process.get("/api/users?q=managed@").body;
    const auto id = toJson(*found.find("users")->list().at(0).find("id"));
    const auto edit = "PUT /api/auth/users/" + id, remove = "DELETE /api/auth/users/" + id,
               own = "PUT /api/users/" + id;
    run({{Who::Administrator, "GET /api/auth/users", "", 200,
          R"([{"id":"<integer>","username":"<text>","email":"<text>","balance":"<number>","role":"<text>"}])"},
         {Who::User, "GET /api/auth/users", "", 403, R"({"message":"Accès refusé"})"},
         {Who::Administrator, edit.c_str(), R"({"username":"Managed","email":"managed@example.org","balance":7.5})",
          200, R"({"username":"Managed","balance":7.5,"user":{"balance":7.5}})"},
         {Who::Administrator, edit.c_str(), R"({"balance":-1})", 400, R"({"message":"<text>"})"},
         {Who::Administrator, own.c_str(), R"({"role":"livreur","active":0})", 200,
          R"({"data":{"role":"livreur","active":0}})"},
         {Who::User, edit.c_str(), R"({"username":"Mallory"})", 403, R"({"message":"<text>"})"},
         {Who::User, remove.c_str(), "", 403, R"({"message":"<text>"})"},
         {Who::Administrator, "POST /api/users",
          R"({"name":"Made","email":"made@example.org","password":"secret-1","role":"manager"})", 201,
          R"({"success":true,"data":{"role":"manager"},"user":{"email":"made@example.org"}})"},
         {Who::Administrator, remove.c_str(), "", 200, R"({"success":true,"message":"<text>"})"},
         {Who::Administrator, remove.c_str(), "", 404, R"({"message":"<text>"})"}});
}

TEST_P(KnownAccountTest, TakesAPicture)
{
    auto& process = *server().process;
    process.setToken(registered("picture@example.org"));
    const std::string png("\x89PNG\r\n\x1a\n0000000000000000", 24);
    const auto upload = [&](const std::string& part) {
        return process.send("POST", "/api/users/me/avatar", part,
                            {{"Content-Type", "multipart/form-data; boundary=x"}});
    };
    const auto none = upload("--x--\r\n");
    EXPECT_EQ(none.status, 400);
    EXPECT_EQ(none.body.textOr("message", ""), "Aucun fichier fourni");
    const auto text = upload("--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.txt\"\r\n"
                             "Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n");
    EXPECT_EQ(text.status, 400);
    EXPECT_EQ(text.body.textOr("message", "").find("Seules les images sont acceptées"), 0u) << text.text;
    const auto taken = upload("--x\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\r\n"
                              "Content-Type: image/png\r\n\r\n" +
                              png + "\r\n--x--\r\n");
    ASSERT_EQ(taken.status, 200) << taken.text;
    const auto url = taken.body.find("data")->textOr("avatarUrl", "");
    EXPECT_EQ(url.find("/uploads/avatars/"), 0u) << "a path: the client puts its host in front";
    const auto id = toJson(*process.get("/api/auth/me").body.find("id"));
    process.setToken(server().user);
    EXPECT_EQ(process.get("/api/users/" + id).body.textOr("avatarUrl", ""),
              "http://127.0.0.1:" + std::to_string(process.httpPort()) + url)
        << "to others with this host";
    process.setToken("");
    EXPECT_EQ(process.get(url).text, png);
}

TEST_P(KnownAccountTest, ErasesAnAccountOnRequest)
{
    auto& process = *server().process;
    const auto token = registered("leaving@example.org");
    process.setToken(token);
    EXPECT_EQ(process.get("/api/auth/export").body.find("user")->textOr("email", ""), "leaving@example.org");
    EXPECT_EQ(process.request("DELETE", "/api/auth/delete").status, 200);
    EXPECT_EQ(process.get("/api/auth/me").status, 404) << "Utilisateur non trouvé";
    process.setToken("");
    EXPECT_EQ(
        process.post("/api/auth/login", Object{{"email", "leaving@example.org"}, {"password", "secret-1"}}).status,
        401);
}

} // namespace
} // namespace atrium::contract
