// What administrators do with accounts, over the routes.
#include "auth_fixture.h"

namespace atrium::auth {
namespace {

class UserAdministrationTest : public AuthPluginTest {
protected:
    void SetUp() override
    {
        start();
        admin = tokenOf(alice);
        user = tokenOf(bob);
    }
    static const Value& userIn(const Value& body) { return *body.find("user"); }
    std::string admin, user;
};

TEST_F(UserAdministrationTest, ListsSearchesAndPages)
{
    for (int i = 0; i < 5; ++i) {
        const auto body = R"({"name":"Person )" + std::to_string(i) + R"(","email":"p)" + std::to_string(i) +
                          R"(@campus.fr","password":"secret1"})";
        ASSERT_TRUE(post("/api/users", body.c_str(), admin).ok());
    }
    const auto page = json(get("/api/users?q=campus&limit=2&offset=2", admin));
    EXPECT_EQ(page.integerOr("total", 0), 5);
    ASSERT_EQ(page.find("users")->list().size(), 2u);
    EXPECT_EQ(page.find("users")->list()[0].textOr("email", ""), "p2@campus.fr");
    EXPECT_EQ(*page.find("data"), *page.find("users"));
    EXPECT_EQ(json(get("/api/users?q=campus", user)).integerOr("total", -1), 0) << "nobody else searches addresses";
    const auto seen = json(get("/api/users?q=Person", user)).find("users")->list();
    ASSERT_EQ(seen.size(), 5u);
    EXPECT_FALSE(seen[0].find("email"));
    EXPECT_EQ(problem(get("/api/users?limit=0", admin)).substr(0, 3), "400");
    EXPECT_EQ(problem(get("/api/auth/users", user)).substr(0, 3), "403");
}

TEST_F(UserAdministrationTest, MakesAnAccountWithItsRole)
{
    const auto made = json(
        post("/api/users", R"({"name":"Liv","email":"liv@campus.fr","password":"secret1","role":"livreur"})", admin));
    EXPECT_EQ(userIn(made).textOr("role", ""), "livreur");
    EXPECT_EQ(*made.find("data"), userIn(made));
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"liv@campus.fr","password":"secret1"})").ok());
    EXPECT_EQ(problem(post("/api/users", R"({"name":"L","email":"LIV@campus.fr","password":"secret1"})", admin)),
              "400 Cet email est déjà utilisé");
    EXPECT_EQ(
        problem(post("/api/users", R"({"name":"X","email":"x@campus.fr","password":"secret1"})", user)).substr(0, 3),
        "403");
    EXPECT_EQ(
        problem(post("/api/users", R"({"name":"X","email":"x@campus.fr","password":"secret1","role":"king"})", admin))
            .substr(0, 3),
        "400");
}

TEST_F(UserAdministrationTest, ClosesAndOpensAnAccount)
{
    ASSERT_TRUE(put("/api/users/2", R"({"active":false})", admin).ok());
    EXPECT_FALSE(authenticate(user).ok());
    EXPECT_EQ(problem(post("/api/auth/login", R"({"email":"bob@home.fr","password":"secret2"})")),
              "401 Email ou mot de passe incorrect");
    ASSERT_TRUE(put("/api/users/2", R"({"active":1})", admin).ok());
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"bob@home.fr","password":"secret2"})").ok());
    EXPECT_FALSE(authenticate(user).ok()) << "a session that ended stays so";
}

TEST_F(UserAdministrationTest, ChangesRolesForTheNextRequest)
{
    ASSERT_TRUE(put("/api/users/2", R"({"role":"admin"})", admin).ok());
    EXPECT_TRUE(authenticate(user)->may("accounts.manage"));
    ASSERT_TRUE(put("/api/auth/users/2", R"({"role":"user","balance":12.5,"username":"bobby"})", admin).ok());
    EXPECT_FALSE(authenticate(user)->may("accounts.manage"));
    const auto bobby = json(get("/api/auth/me", user));
    EXPECT_EQ(bobby.textOr("username", ""), "bobby");
    EXPECT_EQ(*bobby.find("balance"), Value(12.5));
    for (const char* balance : {"-1", "1e300"})
        EXPECT_EQ(
            problem(put("/api/users/2", (std::string(R"({"balance":)") + balance + "}").c_str(), admin)).substr(0, 3),
            "400")
            << balance;
}

TEST_F(UserAdministrationTest, SetsAPasswordWhichEndsTheSessions)
{
    ASSERT_TRUE(put("/api/users/2", R"({"password":"another-1"})", admin).ok());
    EXPECT_FALSE(authenticate(user).ok());
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"bob@home.fr","password":"another-1"})").ok());
    EXPECT_EQ(problem(put("/api/users/2", R"({"password":"short"})", admin)).substr(0, 3), "400");
}

TEST_F(UserAdministrationTest, EndsSessionsAndResetsASecondFactor)
{
    provideMailer();
    ASSERT_TRUE(post("/api/auth/2fa/enable", R"({"password":"secret2"})", user).ok());
    EXPECT_TRUE(json(post("/api/auth/login", R"({"email":"bob@home.fr","password":"secret2"})"))
                    .booleanOr("requires2FA", false));
    EXPECT_EQ(problem(remove("/api/users/1/2fa", user)).substr(0, 3), "403");
    ASSERT_TRUE(remove("/api/users/2/2fa", admin).ok());
    EXPECT_TRUE(json(post("/api/auth/login", R"({"email":"bob@home.fr","password":"secret2"})")).find("token"));
    ASSERT_TRUE(remove("/api/users/2/sessions", admin).ok());
    EXPECT_FALSE(authenticate(user).ok());
}

TEST_F(UserAdministrationTest, TheLastAdministratorStays)
{
    for (const char* change : {R"({"role":"user"})", R"({"active":false})", R"({"ownRole":"operator"})"})
        EXPECT_EQ(problem(put("/api/users/1", change, admin)), "403 Le dernier administrateur ne peut pas être retiré")
            << change;
    EXPECT_EQ(problem(remove("/api/users/1", admin)).substr(0, 3), "403");
    EXPECT_EQ(problem(remove("/api/auth/delete", admin)).substr(0, 3), "403");
    ASSERT_TRUE(put("/api/users/2", R"({"role":"admin"})", admin).ok());
    EXPECT_TRUE(remove("/api/auth/delete", admin).ok());
}

TEST_F(UserAdministrationTest, AnAdministratorDoesNotReachASuperAdministrator)
{
    AdministrativeChange change;
    change.role = Role::SuperAdmin;
    ASSERT_TRUE(AccountRepository(database.database()).administer(UserId{2}, change, context.clock().now()).ok());
    stop();
    start();
    EXPECT_EQ(problem(put("/api/users/2", R"({"name":"X"})", admin)).substr(0, 3), "403");
    EXPECT_EQ(problem(remove("/api/users/2", admin)).substr(0, 3), "403");
    EXPECT_EQ(problem(remove("/api/users/2/sessions", admin)).substr(0, 3), "403");
    EXPECT_EQ(problem(remove("/api/users/2/2fa", admin)).substr(0, 3), "403");
}

TEST_F(UserAdministrationTest, AProgramDoesNotChangeTheAddressThatResetsThePassword)
{
    const auto made = json(post("/api/auth/tokens", R"({"name":"t","scopes":["account"]})", user));
    const auto program = made.textOr("token", "");
    EXPECT_TRUE(put("/api/auth/profile", R"({"name":"Bob D","email":"BOB@home.fr"})", program).ok());
    EXPECT_EQ(problem(put("/api/auth/profile", R"({"email":"mallory@home.fr"})", program)).substr(0, 3), "403");
    EXPECT_EQ(problem(put("/api/users/me", R"({"email":"mallory@home.fr"})", program)).substr(0, 3), "403");
    EXPECT_TRUE(put("/api/auth/profile", R"({"email":"bob@new.fr"})", user).ok());
}

TEST_F(UserAdministrationTest, AChangedAddressIsToldToTheOldOne)
{
    provideMailer();
    ASSERT_TRUE(put("/api/auth/profile", R"({"phone":"0603"})", user).ok());
    EXPECT_TRUE(mailer->mails().empty());
    ASSERT_TRUE(put("/api/auth/profile", R"({"email":"bob@new.fr"})", user).ok());
    ASSERT_EQ(mailer->mails().size(), 1u);
    EXPECT_EQ(mailer->mails()[0].to, "bob@home.fr");
}

TEST_F(UserAdministrationTest, TheAuditLogIsKeptForItsTime)
{
    stop();
    context.settings().set("auditDays", 1);
    start();
    EXPECT_FALSE(post("/api/auth/login", R"({"email":"bob@home.fr","password":"wrong-one"})").ok());
    ASSERT_GE(json(get("/api/audit?action=sign-in*&outcome=refused", admin)).find("entries")->list().size(), 1u);
    context.advance(26h);
    const auto later =
        json(post("/api/auth/login", R"({"email":"alice@home.fr","password":"secret1"})")).textOr("token", "");
    EXPECT_TRUE(json(get("/api/audit?outcome=refused", later)).find("entries")->list().empty());
    EXPECT_FALSE(json(get("/api/audit", later)).find("entries")->list().empty());
}

} // namespace
} // namespace atrium::auth
