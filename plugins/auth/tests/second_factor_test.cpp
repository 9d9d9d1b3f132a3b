#include "auth_fixture.h"
#include "one_time_password.h"
#include "secret.h"

namespace atrium::auth {
namespace {

TEST(TotpTest, MatchesTheExamplesOfTheStandard)
{
    // RFC 6238, appendix B: SHA-1, the last six of the eight digits.
    const std::string secret = "12345678901234567890";
    EXPECT_EQ(totp::codeAt(secret, 59 / 30), "287082");
    EXPECT_EQ(totp::codeAt(secret, 1111111109 / 30), "081804");
    EXPECT_EQ(totp::codeAt(secret, 20000000000 / 30), "353130");
    EXPECT_EQ(totp::toBase32(secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

TEST(TotpTest, AcceptsOneStepOfDriftAndNoStepTwice)
{
    const auto secret = totp::newSecret();
    const UtcTime now{std::chrono::seconds{1'800'000'000}};
    const auto step = totp::stepAt(now);
    EXPECT_EQ(totp::accept(secret, totp::codeAt(secret, step), now, 0), step);
    EXPECT_EQ(totp::accept(secret, totp::codeAt(secret, step - 1), now, 0), step - 1);
    EXPECT_EQ(totp::accept(secret, totp::codeAt(secret, step + 1), now, 0), step + 1);
    EXPECT_FALSE(totp::accept(secret, totp::codeAt(secret, step - 2), now, 0));
    EXPECT_FALSE(totp::accept(secret, totp::codeAt(secret, step), now, step));
    EXPECT_FALSE(totp::accept(secret, "", now, 0));
    EXPECT_FALSE(totp::accept(secret, "12345", now, 0));
}

TEST(SealTest, OpensWithItsKeyOnly)
{
    const std::string key(32, 'k'), plain("secret\0bytes", 12);
    const auto sealed = seal(key, plain);
    EXPECT_EQ(unseal(key, sealed), plain);
    EXPECT_NE(sealed, seal(key, plain)) << "never the same twice";
    EXPECT_FALSE(unseal(std::string(32, 'x'), sealed));
    EXPECT_FALSE(unseal(key, sealed.substr(0, sealed.size() - 2)));
    EXPECT_FALSE(unseal(key, ""));
}

TEST(QrCodeTest, IsOneSvgDocument)
{
    const auto svg = qrCodeSvg("otpauth://totp/x");
    EXPECT_EQ(svg.substr(0, 5), "<svg ");
    EXPECT_NE(svg.find("viewBox=\"0 0 "), std::string::npos);
    EXPECT_THROW(qrCodeSvg(std::string(5000, 'x')), std::runtime_error);
}

class SecondFactorTest : public AuthPluginTest {
protected:
    /// Sets TOTP up for Alice; her recovery codes.
    std::vector<std::string> enrol()
    {
        token = tokenOf(alice);
        const auto proposal = json(post("/api/auth/2fa/totp", R"({"password":"secret1"})", token));
        uri = proposal.textOr("uri", "");
        secret = AuthPluginTest::context.services().find<Authenticator>() ? proposal.textOr("secret", "") : "";
        const auto confirmed = post("/api/auth/2fa/totp/confirm", (R"({"code":")" + code() + "\"}").c_str(), token);
        std::vector<std::string> codes;
        if (confirmed.ok()) {
            const auto body = json(confirmed);
            for (const auto& one : body.find("recoveryCodes")->list()) codes.push_back(one.text());
        }
        context.advance(30s); // that step is used up
        return codes;
    }
    std::string code() const
    {
        std::string bytes;
        std::uint32_t buffer = 0;
        int bits = 0;
        for (const char c : secret) {
            buffer = buffer << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
            if ((bits += 5) >= 8) bytes += static_cast<char>(buffer >> (bits -= 8) & 0xff);
        }
        return totp::codeAt(bytes, totp::stepAt(context.clock().now()));
    }
    Value login(const std::string& more = {})
    {
        return json(post("/api/auth/login", (R"({"email":"alice@home.fr","password":"secret1")" + more + "}").c_str()));
    }
    Result<HttpResponse> verify(const std::string& challenge, const std::string& otp, const std::string& more = {})
    {
        return post("/api/auth/verify-otp",
                    (R"({"challenge":")" + challenge + R"(","otp":")" + otp + "\"" + more + "}").c_str());
    }
    std::string token, secret, uri;
};

TEST_F(SecondFactorTest, AsksForACodeThatIsGoodOnce)
{
    start();
    EXPECT_EQ(enrol().size(), 10u);
    EXPECT_EQ(uri.substr(0, 40), "otpauth://totp/Atrium:alice%40home.fr?se");
    const auto first = login();
    EXPECT_TRUE(first.booleanOr("requires2FA", false));
    EXPECT_FALSE(first.find("token"));
    EXPECT_FALSE(first.find("user")) << "nothing before the second step";
    const auto otp = code();
    const auto in = verify(first.textOr("challenge", ""), otp);
    ASSERT_TRUE(in.ok()) << problem(in);
    EXPECT_TRUE(authenticate(json(in).textOr("token", "")).ok());
    EXPECT_EQ(problem(verify(first.textOr("challenge", ""), otp)), "400 Code invalide ou expiré");
    EXPECT_FALSE(verify(login().textOr("challenge", ""), otp).ok()) << "used once, it is void for any challenge";
    context.advance(30s);
    EXPECT_TRUE(verify(login().textOr("challenge", ""), code()).ok());
}

TEST_F(SecondFactorTest, StopsGuessing)
{
    start();
    enrol();
    const auto challenge = login().textOr("challenge", "");
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(verify(challenge, "000000x").ok());
    EXPECT_FALSE(verify(challenge, code()).ok()) << "five tries a challenge";
    EXPECT_EQ(problem(verify(login().textOr("challenge", ""), code())).substr(0, 3), "429")
        << "and an account, in five minutes";
    context.advance(5min);
    EXPECT_TRUE(verify(login().textOr("challenge", ""), code()).ok());
}

TEST_F(SecondFactorTest, LetsInWithEachRecoveryCodeOnce)
{
    start();
    const auto codes = enrol();
    ASSERT_EQ(codes.size(), 10u);
    EXPECT_TRUE(verify(login().textOr("challenge", ""), codes[3]).ok());
    EXPECT_FALSE(verify(login().textOr("challenge", ""), codes[3]).ok());
    EXPECT_EQ(json(get("/api/auth/2fa", token)).integerOr("recoveryCodes", 0), 9);
}

TEST_F(SecondFactorTest, TrustsADeviceForAMonth)
{
    start();
    enrol();
    const auto in = json(verify(login().textOr("challenge", ""), code(), R"(,"trustDevice":true)"));
    const auto device = in.textOr("deviceToken", "");
    ASSERT_FALSE(device.empty());
    const auto trusting = R"(,"deviceToken":")" + device + "\"";
    EXPECT_TRUE(login(trusting).find("token"));
    EXPECT_FALSE(login(R"(,"deviceToken":"another")").find("token"));
    context.advance(31 * 24h);
    EXPECT_FALSE(login(trusting).find("token"));
}

TEST_F(SecondFactorTest, MailsCodesToWhoeverChoseThem)
{
    start();
    token = tokenOf(alice);
    EXPECT_EQ(problem(post("/api/auth/2fa/enable", R"({"password":"secret1"})", token)).substr(0, 3), "503");
    provideMailer();
    EXPECT_EQ(problem(post("/api/auth/2fa/enable", R"({"password":"wrong"})", token)), "400 Mot de passe incorrect");
    ASSERT_TRUE(post("/api/auth/2fa/enable", R"({"password":"secret1"})", token).ok());
    EXPECT_TRUE(login().booleanOr("requires2FA", false));
    const auto otp = mailer->code();
    const auto byEmail = R"({"email":"alice@home.fr","otp":")" + otp + "\"}";
    const auto in = post("/api/auth/verify-otp", byEmail.c_str());
    ASSERT_TRUE(in.ok()) << problem(in);
    EXPECT_TRUE(json(in).find("token"));
    EXPECT_FALSE(post("/api/auth/verify-otp", byEmail.c_str()).ok());
    login();
    context.advance(6min);
    EXPECT_FALSE(
        post("/api/auth/verify-otp", (R"({"email":"alice@home.fr","otp":")" + mailer->code() + "\"}").c_str()).ok());
    ASSERT_TRUE(post("/api/auth/2fa/disable", R"({"password":"secret1"})", token).ok());
    EXPECT_TRUE(login().find("token"));
}

TEST_F(SecondFactorTest, CanBeRequiredByRole)
{
    start();
    token = tokenOf(alice);
    ASSERT_TRUE(put("/api/roles", R"({"name":"admin","secondFactor":true})", token).ok());
    const auto first = login();
    EXPECT_TRUE(first.booleanOr("requires2FASetup", false));
    EXPECT_FALSE(first.find("token"));
    const auto challenge = first.textOr("challenge", "");
    const auto setUp = json(post("/api/auth/2fa/setup", (R"({"challenge":")" + challenge + "\"}").c_str()));
    secret = setUp.textOr("secret", "");
    const auto in = verify(challenge, code());
    ASSERT_TRUE(in.ok()) << problem(in);
    EXPECT_EQ(json(in).find("recoveryCodes")->list().size(), 10u);
    context.advance(30s);
    EXPECT_TRUE(login().booleanOr("requires2FA", false));
}

TEST_F(SecondFactorTest, KeepsItsSecretsSealed)
{
    start();
    const auto codes = enrol();
    ASSERT_FALSE(codes.empty());
    const auto rows = database.database().transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT secret FROM auth_second_factors");
    });
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0][0].text().find(secret), std::string::npos);
    for (const auto& one : codes) EXPECT_FALSE(context.log().mentions(one));
    EXPECT_FALSE(context.log().mentions(secret));
}

} // namespace
} // namespace atrium::auth
