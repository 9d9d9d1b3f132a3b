#include "notify_fixture.h"

namespace atrium::notify {
namespace {

using namespace std::chrono_literals;
using testing::SmtpServer;
using Protection = SmtpServer::Protection;

class NotifyPluginTest : public NotifyFixture {
protected:
    void configure(const SmtpServer* server, const char* tls, std::string host = "localhost")
    {
        context.settings()
            .set("smtpHost", server ? host : "")
            .set("smtpPort", server ? server->port() : 587)
            .set("smtpTls", tls)
            .set("smtpCa", server ? server->authorityFile() : "");
    }
    Result<void> send(std::string to = "zoe@example.org", std::string text = "Votre code : 123456")
    {
        return mailer->send({std::move(to), "fr", "Votre code", std::move(text), "", "auth.confirm"});
    }
    std::uint64_t count(const char* result) { return NotifyFixture::count("mail", "auth.confirm", result); }
};

TEST_F(NotifyPluginTest, SendsAMailAsItWasWritten)
{
    SmtpServer server;
    configure(&server, "none");
    start();
    EXPECT_TRUE(mailer->isConfigured());
    const std::string text = "Bonjour Zo\xC3\xA9,\n.\n..\n.point\nBcc: nobody\n" + std::string(2000, 'x') + "\nfin";
    ASSERT_TRUE(mailer->send({"zoe@example.org", "fr", "Été 🐱", text, "<p>été</p>", "auth.confirm"}));
    const auto mail = server.waitForMail();
    EXPECT_EQ(mail.from, "home@example.org");
    EXPECT_EQ(mail.to, "zoe@example.org");
    EXPECT_EQ(mail.header("From"), "Atrium <home@example.org>");
    EXPECT_EQ(mail.header("Subject"), "=?UTF-8?B?w4l0w6kg8J+QsQ==?=");
    EXPECT_EQ(mail.header("Bcc"), "");
    std::string expected;
    for (const char c : text + "<p>été</p>") expected += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(mail.text(), expected);
    EXPECT_TRUE(eventually([&] { return count("delivered") == 1; }));
    EXPECT_TRUE(eventually([&] {
        return context.metrics().level("atrium_queue_depth", {{"queue", "notify_mail"}}) == 0;
    }));
    expectNothingInTheLog("Bonjour");
    stop();
}

TEST_F(NotifyPluginTest, GoesOverToTlsAndSignsIn)
{
    SmtpServer server(Protection::StartTls);
    configure(&server, "starttls");
    const std::string password = "pass word " + std::string(100, 'p'); // longer than a line of Base64
    context.settings().set("smtpUser", "home").set("smtpPassword", password);
    start();
    for (const char* mode : {"accept", "login-only"}) {
        server.behave(mode);
        ASSERT_TRUE(send());
        const auto mail = server.waitForMail(mode == std::string("accept") ? 0 : 1);
        EXPECT_TRUE(mail.secure);
        EXPECT_EQ(mail.user, "home");
        EXPECT_EQ(mail.password, password) << mode;
    }
    stop();
}

TEST_F(NotifyPluginTest, SpeaksTlsFromTheFirstByte)
{
    SmtpServer server(Protection::Tls);
    configure(&server, "tls");
    start();
    ASSERT_TRUE(send());
    EXPECT_TRUE(server.waitForMail().secure);
    stop();
}

TEST_F(NotifyPluginTest, NeverFallsBackToPlainText)
{
    SmtpServer server(Protection::StartTls);
    configure(&server, "starttls");
    context.settings().set("smtpUser", "home").set("smtpPassword", "open sesame");
    start();
    std::uint64_t tried = 0;
    for (const char* mode : {"no-starttls", "refuse-starttls", "inject"}) {
        server.behave(mode);
        if (tried == 0) ASSERT_TRUE(send());
        else context.advance(6min); // over the pause
        ++tried;
        if (mode == std::string("inject")) break;
        ASSERT_TRUE(eventually([&] { return count("retry") == tried; })) << mode;
        EXPECT_EQ(context.health().state(), HealthState::Degraded) << mode;
    }
    // The thread may still be busy with the last try when the clock moves: the next tick finds what is due.
    ASSERT_TRUE(eventually([&] {
        context.advance(1s);
        return !server.mails().empty();
    }));
    // Forged answers are dropped with the plain connection; what follows is the server's own.
    EXPECT_TRUE(server.waitForMail().secure);
    EXPECT_EQ(server.mails().size(), 1u);
    EXPECT_TRUE(eventually([&] { return context.health().state() == HealthState::Healthy; }));
    expectNothingInTheLog("sesame");
    stop();
}

TEST_F(NotifyPluginTest, ChecksTheCertificateAndItsName)
{
    SmtpServer server(Protection::StartTls);
    const testing::TestCertificates stranger;
    configure(&server, "starttls");
    context.settings().set("smtpCa", stranger.authorityFile());
    start();
    ASSERT_TRUE(send());
    ASSERT_TRUE(eventually([&] { return count("retry") == 1; })) << "a certificate of another authority";
    stop();
    configure(&server, "starttls", "127.0.0.1");
    start();
    ASSERT_TRUE(eventually([&] { return count("retry") == 2; })) << "a certificate for another name";
    stop();
    EXPECT_TRUE(server.mails().empty());
    configure(&server, "starttls");
    start();
    EXPECT_TRUE(server.waitForMail().secure);
    stop();
}

TEST_F(NotifyPluginTest, KeepsMailsWhileTheServerIsAwayAndOverARestart)
{
    SmtpServer server;
    configure(&server, "none");
    server.stop();
    start();
    ASSERT_TRUE(send("a@example.org"));
    ASSERT_TRUE(send("b@example.org"));
    ASSERT_TRUE(eventually([&] { return count("retry") >= 1; }));
    stop();
    start();
    ASSERT_TRUE(eventually([&] { return count("retry") >= 2; }));
    server.start();
    context.advance(11s);
    server.waitForMail(1);
    ASSERT_TRUE(eventually([&] { return count("delivered") == 2; }));
    stop();
    EXPECT_EQ(server.mails().size(), 2u);
}

TEST_F(NotifyPluginTest, TriesAgainWhatWasNotTakenNowAndGivesUpWhatIsRefused)
{
    SmtpServer server;
    configure(&server, "none");
    server.behave("later");
    start();
    ASSERT_TRUE(send());
    ASSERT_TRUE(eventually([&] { return count("retry") == 1; }));
    EXPECT_EQ(context.health().state(), HealthState::Healthy) << "the server works, this mail has to wait";
    context.advance(9s);
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(count("retry"), 1u);
    server.behave("close-in-message");
    context.advance(2s);
    ASSERT_TRUE(eventually([&] { return count("retry") == 2; }));
    server.behave("accept");
    context.advance(61s);
    EXPECT_EQ(server.waitForMail().to, "zoe@example.org");
    server.behave("refuse-recipient");
    ASSERT_TRUE(send());
    ASSERT_TRUE(eventually([&] { return count("refused") == 1; }));
    server.behave("refuse-message");
    ASSERT_TRUE(send());
    ASSERT_TRUE(eventually([&] { return count("refused") == 2; }));
    EXPECT_TRUE(
        eventually([&] { return context.log().mentions("the recipient refused by the mail server (550 5.1.1)"); }));
    EXPECT_TRUE(
        eventually([&] { return context.log().mentions("the message refused by the mail server (554 5.7.1)"); }));
    expectNothingInTheLog("123456");
    expectNothingInTheLog("zoe@");
    stop();
}

TEST_F(NotifyPluginTest, ShowsNoPasswordThatTheServerRepeats)
{
    SmtpServer server;
    configure(&server, "none");
    context.settings().set("smtpUser", "home").set("smtpPassword", "open sesame");
    server.behave("refuse-login");
    start();
    ASSERT_TRUE(send());
    ASSERT_TRUE(eventually([&] { return context.health().state() == HealthState::Degraded; }));
    EXPECT_NE(context.health().reason().find("535 5.7.8"), std::string::npos) << context.health().reason();
    expectNothingInTheLog("sesame");
    stop();
}

TEST_F(NotifyPluginTest, GivesUpWhenPatienceEnds)
{
    SmtpServer server;
    configure(&server, "none");
    server.behave("later");
    start();
    ASSERT_TRUE(send());
    ASSERT_TRUE(eventually([&] { return count("retry") == 1; }));
    context.advance(25h);
    // The thread may still be busy with the first try when the clock moves: the next tick finds what is due.
    EXPECT_TRUE(eventually([&] {
        context.advance(1s);
        return count("expired") == 1;
    }));
    stop();
}

TEST_F(NotifyPluginTest, BreaksOffAServerThatStalls)
{
    SmtpServer server;
    configure(&server, "none");
    server.behave("stall");
    start();
    ASSERT_TRUE(send());
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(count("retry"), 0u) << "it hangs";
    const auto begin = std::chrono::steady_clock::now();
    context.advance(62s);
    EXPECT_TRUE(eventually([&] { return count("retry") == 1; })) << "a minute is enough";
    context.advance(11s); // hangs again; stop() must not wait for it
    std::this_thread::sleep_for(100ms);
    stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(NotifyPluginTest, RefusesWhatCannotBeSent)
{
    configure(nullptr, "starttls");
    start();
    EXPECT_FALSE(mailer->isConfigured());
    EXPECT_EQ(send().error().code, ErrorCode::Unavailable);
    stop();

    SmtpServer server;
    configure(&server, "none");
    server.behave("later");
    start();
    EXPECT_EQ(send("zoe").error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(send("zoe@example.org\r\nRCPT TO:<eve@example.org>").error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(send("zoe@example.org", std::string(70'000, 'x')).error().code, ErrorCode::InvalidArgument);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(send());
    EXPECT_EQ(send().error().code, ErrorCode::TooManyRequests);
    EXPECT_EQ(count("overflow"), 1u);
    stop();
}

TEST_F(NotifyPluginTest, WillNotStartWithASenderThatIsNone)
{
    configure(nullptr, "none");
    context.settings().set("smtpFrom", "home\r\nBcc: x@y.z");
    NotifyPlugin broken;
    EXPECT_THROW(broken.configure(context), std::invalid_argument);
}

} // namespace
} // namespace atrium::notify
