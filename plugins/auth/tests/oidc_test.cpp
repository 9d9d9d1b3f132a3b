// Signing in at an identity provider: a process that refuses whatever is not exactly as the standards say, and that
// answers badly in every way that matters.
#include "auth_fixture.h"

#include "oidc_flows.h"
#include "support/oidc_provider_process.h"

namespace atrium::auth {
namespace {

class OidcTest : public AuthPluginTest {
protected:
    OidcTest()
    {
        using Provider = testing::OidcProviderProcess;
        // The provider goes by the time of day.
        context.advance(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) -
                        context.clock().now());
        context.settings()
            .set("oidcIssuer", provider.issuer())
            .set("oidcClientId", Provider::clientId)
            .set("oidcClientSecret", Provider::clientSecret)
            .set("oidcRedirectUri", Provider::redirectUri)
            .set("oidcName", "Campus")
            .set("adminEmail", "admin@example.org")
            .set("adminPassword", "correct horse");
    }
    void TearDown() override
    {
        if (plugin) stop();
    }

    /// A browser: keeps the cookie of the server.
    struct Browser {
        std::string cookie;
    };
    Result<HttpResponse> ask(Browser& browser, const std::string& path, Value body)
    {
        testing::FakeRequest request;
        request.method = HttpMethod::Post;
        request.path = path;
        request.body = std::move(body);
        if (!browser.cookie.empty()) request.headers.emplace_back("cookie", "a=b; " + browser.cookie);
        auto answer = context.http().send(request);
        if (answer)
            for (const auto& [name, value] : answer->headers)
                if (name == "Set-Cookie") browser.cookie = value.substr(0, value.find(';'));
        return answer;
    }
    testing::OidcProviderProcess::Return visit(Browser& browser)
    {
        const auto started = ask(browser, "/api/auth/oidc/start", {});
        if (!started) return {{}, {}, {}, problem(started)};
        return provider.visit(json(started).textOr("url", ""));
    }
    static Object bodyOf(const testing::OidcProviderProcess::Return& back)
    {
        return {{"code", back.code}, {"state", back.state}, {"iss", back.issuer}};
    }
    Result<HttpResponse> finish(Browser& browser, const testing::OidcProviderProcess::Return& back)
    {
        return ask(browser, "/api/auth/oidc/finish", bodyOf(back));
    }
    /// The whole way.
    Result<HttpResponse> signIn()
    {
        Browser browser;
        const auto back = visit(browser);
        EXPECT_EQ(back.error, "");
        return finish(browser, back);
    }
    static std::string nameIn(const Result<HttpResponse>& answer)
    {
        return answer ? json(answer).find("user")->textOr("name", "") : problem(answer);
    }

    testing::OidcProviderProcess provider;
};

TEST_F(OidcTest, MakesAnAccountTheFirstTimeAndFindsItAgain)
{
    start();
    EXPECT_EQ(toJson(json(get("/api/auth/oidc"))), R"({"configured":true,"name":"Campus"})");
    const auto first = signIn();
    ASSERT_TRUE(first.ok()) << problem(first);
    const auto user = *json(first).find("user");
    EXPECT_EQ(user.textOr("name", ""), "Ada Lovelace");
    EXPECT_EQ(user.textOr("email", ""), "ada@example.org");
    EXPECT_EQ(user.textOr("role", ""), "user");
    const auto token = json(first).textOr("token", "");
    EXPECT_EQ(json(get("/api/auth/me", token)).textOr("email", ""), "ada@example.org");
    EXPECT_EQ(json(get("/api/auth/sessions", token)).find("sessions")->list().at(0).textOr("kind", ""), "oidc");

    provider.setPerson(R"("sub":"42","email":"ada.king@example.org","email_verified":false)");
    const auto again = signIn();
    ASSERT_TRUE(again.ok()) << problem(again);
    EXPECT_EQ(*json(again).find("userId"), *user.find("id")) << "known by issuer and subject, whatever the address";
    provider.setPerson(R"("sub":"43","email":"eve@example.org","email_verified":true,"name":"Eve")");
    EXPECT_EQ(nameIn(signIn()), "Eve");
}

TEST_F(OidcTest, NoPasswordOpensAnAccountOfTheProvider)
{
    start();
    ASSERT_TRUE(signIn().ok());
    for (const char* password : {"!", "", "secret1", "Ada Lovelace"})
        EXPECT_FALSE(
            post("/api/auth/login", toJson(Object{{"email", "ada@example.org"}, {"password", password}}).c_str()).ok());
}

TEST_F(OidcTest, JoinsAnAccountWhoseAddressWasVerifiedAsItStands)
{
    provideMailer();
    context.settings().set("confirmation", "everyone");
    start();
    ASSERT_TRUE(post("/api/auth/register", R"({"name":"Ada","email":"ADA@example.org","password":"secret1"})").ok());
    const auto confirmed =
        post("/api/auth/confirm", toJson(Object{{"email", "ada@example.org"}, {"code", mailer->code()}}).c_str());
    ASSERT_TRUE(confirmed.ok()) << problem(confirmed);
    const auto joined = signIn();
    ASSERT_TRUE(joined.ok()) << problem(joined);
    EXPECT_EQ(*json(joined).find("userId"), *json(confirmed).find("userId"));
    EXPECT_TRUE(get("/api/auth/me", json(confirmed).textOr("token", "")).ok()) << "its sessions go on";
    EXPECT_TRUE(post("/api/auth/login", R"({"email":"ada@example.org","password":"secret1"})").ok());
}

TEST_F(OidcTest, TakesAnAccountFromWhoeverMadeItInThePersonsName)
{
    start();
    // Nobody proved to read this address: it waits for its victim to come.
    const auto planted = tokenOf(R"({"name":"Mallory","email":"ada@example.org","password":"secret1"})");
    ASSERT_FALSE(planted.empty());
    const auto program = post("/api/auth/tokens", R"({"name":"t","scopes":["account"]})", planted);
    ASSERT_TRUE(program.ok()) << problem(program);
    ASSERT_TRUE(post("/api/auth/login", R"({"email":"ada@example.org","password":"secret1","deviceId":"mallory-1"})"));
    const auto joined = signIn();
    ASSERT_TRUE(joined.ok()) << problem(joined);
    EXPECT_FALSE(post("/api/auth/login", R"({"email":"ada@example.org","password":"secret1"})").ok());
    EXPECT_FALSE(post("/api/auth/login-device", R"({"deviceId":"mallory-1"})").ok());
    EXPECT_FALSE(authenticate(planted).ok());
    EXPECT_FALSE(authenticate(json(program).textOr("token", "")).ok());
    EXPECT_TRUE(authenticate(json(joined).textOr("token", "")).ok());
}

TEST_F(OidcTest, LetsNobodyInForAnAddressThatTheProviderDidNotVerify)
{
    start();
    for (const char* person :
         {R"("sub":"9","email":"admin@example.org")", R"("sub":"9","email":"admin@example.org","email_verified":false)",
          R"("sub":"9","email":"admin@example.org","email_verified":"false")",
          R"("sub":"9","email":"admin@example.org","email_verified":1)",
          R"("sub":"9","email":"","email_verified":true)",
          R"("sub":"9","email":"not an address","email_verified":true)", R"("sub":"9")"}) {
        provider.setPerson(person);
        EXPECT_EQ(problem(signIn()).substr(0, 3), "403") << person;
    }
}

TEST_F(OidcTest, RefusesEveryTokenThatIsNotExactlyRight)
{
    start();
    for (const char* mode : {"wrong-issuer", "wrong-audience", "two-audiences", "silent-audiences", "wrong-nonce",
                             "no-nonce", "future", "expired", "endless", "not-yet", "none", "hs256", "foreign-key",
                             "cut-signature", "extra-part", "padded", "userinfo-of-another"}) {
        provider.behave(mode);
        EXPECT_EQ(problem(signIn()).substr(0, 3), "401") << mode;
    }
    for (const char* person : {R"("sub":"")", R"("sub":7)", R"("email":"ada@example.org","email_verified":true)",
                               R"("sub":"42","sub":"43")"}) {
        provider.behave("");
        provider.setPerson(person);
        EXPECT_EQ(problem(signIn()).substr(0, 3), "401") << person;
    }
    EXPECT_EQ(json(get("/api/users",
                       json(post("/api/auth/login", R"({"email":"admin@example.org","password":"correct horse"})"))
                           .textOr("token", "")))
                  .find("users")
                  ->list()
                  .size(),
              1u)
        << "none of them left an account behind";
}

TEST_F(OidcTest, TakesWhatOtherProvidersDoDifferently)
{
    for (const char* mode : {"es256", "audience-and-party", "userinfo", "post"}) {
        provider.behave(mode);
        start(); // reads the discovery document again
        EXPECT_EQ(nameIn(signIn()), "Ada Lovelace") << mode;
        stop();
    }
}

TEST_F(OidcTest, ACodeIsGoodOnceAndInItsBrowserAlone)
{
    start();
    Browser browser;
    const auto back = visit(browser);
    ASSERT_EQ(back.error, "");
    Browser another;
    EXPECT_EQ(problem(finish(another, back)).substr(0, 3), "400") << "no cookie: somebody else's sign-in";
    EXPECT_EQ(problem(finish(browser, back)).substr(0, 3), "400") << "the attempt ended it";

    const auto second = visit(browser);
    ASSERT_TRUE(visit(another).error.empty());
    EXPECT_EQ(problem(finish(another, second)).substr(0, 3), "400") << "another browser's state";

    const auto third = visit(browser);
    EXPECT_TRUE(finish(browser, third).ok());
    EXPECT_EQ(problem(finish(browser, third)).substr(0, 3), "400") << "replayed";

    // The code of one flow under the state of another: its verifier does not fit.
    const auto stolen = visit(another);
    auto mixed = visit(browser);
    mixed.code = stolen.code;
    EXPECT_EQ(problem(finish(browser, mixed)).substr(0, 3), "401") << "PKCE";
    EXPECT_EQ(problem(finish(another, stolen)).substr(0, 3), "401") << "the provider takes a code once";

    for (const auto& [member, value] : {std::pair<std::string, std::string>{"state", "unknown"},
                                        {"state", ""},
                                        {"code", ""},
                                        {"iss", "https://evil.example"}}) {
        auto body = bodyOf(visit(browser));
        body.set(member, value);
        EXPECT_EQ(problem(ask(browser, "/api/auth/oidc/finish", body)).substr(0, 3), "400") << member << value;
    }
    auto invented = visit(browser);
    invented.code = "invented";
    EXPECT_EQ(problem(finish(browser, invented)).substr(0, 3), "401");
}

TEST_F(OidcTest, AStateEndsAfterTenMinutes)
{
    start();
    Browser browser;
    const auto back = visit(browser);
    context.advance(OidcFlows::life);
    EXPECT_EQ(problem(finish(browser, back)).substr(0, 3), "400");
}

TEST_F(OidcTest, SaysWhenTheProviderIsAway)
{
    for (const char* mode : {"away", "huge", "another-issuer"}) {
        provider.behave(mode);
        start();
        Browser browser;
        EXPECT_EQ(visit(browser).error.substr(0, 3), "503") << mode;
        provider.behave("");
        EXPECT_EQ(visit(browser).error.substr(0, 3), "503") << "not asked for every visitor";
        context.advance(10s);
        EXPECT_EQ(visit(browser).error, "");
        stop();
    }
    for (const auto& [mode, status] :
         {std::pair<std::string, std::string>{"plain-keys", "503"}, {"redirects", "401"}}) {
        provider.behave(mode);
        start();
        EXPECT_EQ(problem(signIn()).substr(0, 3), status) << mode;
        stop();
    }
}

TEST_F(OidcTest, StoppingDoesNotWaitForTheProvider)
{
    start();
    Browser browser;
    const auto back = visit(browser);
    provider.behave("stall");
    std::thread waiting([&] { EXPECT_FALSE(finish(browser, back).ok()); });
    std::this_thread::sleep_for(300ms);
    const auto begin = std::chrono::steady_clock::now();
    plugin->stop(context.clock().steadyNow() + 5s);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
    waiting.join();
    plugin.reset();
}

TEST_F(OidcTest, WhoIsNewIsAMatterOfSettings)
{
    context.settings().set("oidcNewPeople", "refuse");
    start();
    EXPECT_EQ(problem(signIn()).substr(0, 3), "403");
    stop();
    context.settings().set("oidcNewPeople", "create").set("registrationDomains", "campus.example");
    start();
    EXPECT_EQ(problem(signIn()).substr(0, 3), "403");
    provider.setPerson(R"("sub":"44","email":"bob@Campus.example","email_verified":true,"name":"Bob")");
    EXPECT_EQ(nameIn(signIn()), "Bob");
}

TEST_F(OidcTest, TheFirstOfACampusDoesNotBecomeAdministrator)
{
    context.settings().set("adminEmail", "");
    start();
    EXPECT_EQ(problem(signIn()).substr(0, 3), "403");
}

TEST_F(OidcTest, AClosedAccountStaysClosedAndASecondFactorIsAskedFor)
{
    start();
    const auto first = json(signIn());
    const auto id = toJson(*first.find("userId"));
    const auto administrator =
        json(post("/api/auth/login", R"({"email":"admin@example.org","password":"correct horse"})"))
            .textOr("token", "");
    ASSERT_TRUE(put("/api/roles", R"({"name":"user","secondFactor":true})", administrator).ok());
    const auto second = signIn();
    ASSERT_TRUE(second.ok()) << problem(second);
    EXPECT_TRUE(json(second).booleanOr("requires2FASetup", false));
    EXPECT_EQ(json(second).textOr("token", "-"), "-");
    ASSERT_TRUE(put("/api/users/" + id, R"({"active":false})", administrator).ok());
    EXPECT_EQ(problem(signIn()).substr(0, 3), "403");
}

TEST_F(OidcTest, WithoutAProviderThereIsNoButtonAndNoWayIn)
{
    context.settings().set("oidcIssuer", "");
    start();
    EXPECT_EQ(toJson(json(get("/api/auth/oidc"))), R"({"configured":false,"name":"Campus"})");
    Browser browser;
    EXPECT_EQ(visit(browser).error.substr(0, 3), "404");
}

} // namespace
} // namespace atrium::auth
