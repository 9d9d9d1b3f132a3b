#include "notify_fixture.h"
#include "webhook_channel.h"
#include "webhook_receiver.h"

#include "atrium/json.h"
#include "atrium/services/accounts.h"

#include <set>

namespace atrium::notify {
namespace {

using namespace std::chrono_literals;

class HouseAccounts : public Accounts {
public:
    std::optional<Person> find(UserId id) const override
    {
        for (const auto& person : everybody())
            if (person.id == id) return person;
        return {};
    }
    std::vector<Person> everybody() const override
    {
        return {person(1, "ada@example.org", Role::Admin), person(2, "bob@example.org", Role::Admin),
                person(3, "eve@example.org", Role::User), person(4, "gone@example.org", Role::Admin, false),
                caretaker()};
    }
    Result<Principal> principalOf(UserId) const override { return makeError(ErrorCode::NotFound); }
    Subscription onRemoved(std::function<void(UserId)>) override { return {}; }

private:
    static Person caretaker()
    {
        auto caretaker = person(5, "cara@example.org", Role::Admin);
        caretaker.ownRole = "caretaker";
        return caretaker;
    }
    static Person person(std::int64_t id, const char* email, Role role, bool active = true)
    {
        Person person;
        person.id = UserId{id};
        person.email = email;
        person.role = role;
        person.active = active;
        return person;
    }
};

class RuleMessagesTest : public NotifyFixture {
protected:
    Result<Value> send(Object options)
    {
        return context.automation().call("notify", "send", {Value(std::move(options))});
    }
    bool posted(const WebhookReceiver& receiver, std::size_t calls)
    {
        return eventually([&] { return receiver.calls().size() == calls; });
    }
    std::uint64_t webhooks(const char* result) { return count("webhook", "rule", result); }
};

TEST_F(RuleMessagesTest, MailsThePeopleWhoAreMeantOnce)
{
    testing::SmtpServer server;
    context.settings().set("smtpHost", "localhost").set("smtpPort", server.port());
    const auto accounts = context.services().provide<Accounts>(std::make_shared<HouseAccounts>());
    start();
    ASSERT_TRUE(send({{"to", List{Object{{"role", "admin"}}, 1, 3, 99, "sam@example.org"}},
                      {"title", "Fuite"},
                      {"text", "À la cave"}}));
    server.waitForMail(3);
    std::set<std::string> receivers;
    for (const auto& mail : server.mails()) {
        receivers.insert(mail.to);
        EXPECT_EQ(mail.header("Subject"), "Fuite");
        EXPECT_EQ(mail.text(), "À la cave");
    }
    EXPECT_EQ(receivers,
              (std::set<std::string>{"ada@example.org", "bob@example.org", "eve@example.org", "sam@example.org"}))
        << "each once, and not the closed account";
    expectNothingInTheLog("cave");
    stop();
}

TEST_F(RuleMessagesTest, AStepThatAsksAgainAfterACrashSendsNothingTwice)
{
    testing::SmtpServer server;
    WebhookReceiver receiver;
    context.settings().set("smtpHost", "localhost").set("smtpPort", server.port());
    start();
    const auto ask = [&](const char* step, const char* text) {
        return context.automation().call("notify", "send",
                                         {Object{{"to", "ada@example.org"},
                                                 {"url", receiver.url()},
                                                 {"channel", List{"mail", "webhook"}},
                                                 {"text", text}}},
                                         {}, step);
    };
    ASSERT_TRUE(ask("7:1", "once"));
    server.waitForMail(0);
    ASSERT_TRUE(posted(receiver, 1));
    ASSERT_TRUE(ask("7:1", "once")) << "the rule goes on";
    ASSERT_TRUE(ask("7:2", "the next step"));
    ASSERT_TRUE(posted(receiver, 2));
    EXPECT_EQ(server.waitForMail(1).text(), "the next step");
    EXPECT_EQ(parseJson(receiver.calls()[1].body)->textOr("text", ""), "the next step");
    stop();
}

TEST_F(RuleMessagesTest, SaysWhatCannotBeSent)
{
    start();
    EXPECT_EQ(send({{"to", 1}, {"text", "x"}}).error().code, ErrorCode::Unavailable) << "no mail server";
    EXPECT_EQ(send({{"url", "https://example.org/"}, {"text", "x"}}).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(send({{"text", "x"}}).error().code, ErrorCode::InvalidArgument);
    stop();
}

TEST_F(RuleMessagesTest, ARuleHearsThatTheOutboxTookNothing)
{
    testing::SmtpServer server;
    context.settings().set("smtpHost", "localhost").set("smtpPort", server.port());
    start();
    const auto answer = send({{"to", "ada@example.org"}, {"text", std::string(2 << 20, 'x')}});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::InvalidArgument);
    stop();
}

TEST_F(RuleMessagesTest, PostsSignedToAWebhookOverTls)
{
    const testing::TestCertificates certificates;
    WebhookReceiver receiver(&certificates);
    context.settings().set("webhookSecret", "shared secret").set("webhookCa", certificates.authorityFile());
    start();
    ASSERT_TRUE(send({{"url", receiver.url()}, {"text", "À la cave"}, {"data", Object{{"level", 3}}}}));
    ASSERT_TRUE(posted(receiver, 1));
    const auto call = receiver.calls()[0];
    EXPECT_EQ(call.path, "/hook?a=b");
    const auto body = parseJson(call.body).value();
    EXPECT_EQ(body.textOr("text", ""), "À la cave");
    EXPECT_EQ(body.find("data")->integerOr("level", 0), 3);
    EXPECT_EQ(body.textOr("rule", ""), "test-rule");
    EXPECT_EQ(call.signature,
              signWebhook("shared secret", toMicroseconds(context.clock().now()) / 1'000'000, call.body));
    EXPECT_TRUE(eventually([&] { return webhooks("delivered") == 1; }));
    expectNothingInTheLog("shared secret");
    stop();
}

TEST_F(RuleMessagesTest, ChecksTheCertificateOfAWebhook)
{
    const testing::TestCertificates certificates, stranger;
    WebhookReceiver receiver(&certificates);
    context.settings().set("webhookCa", stranger.authorityFile());
    start();
    ASSERT_TRUE(send({{"url", receiver.url()}, {"text", "x"}}));
    EXPECT_TRUE(eventually([&] { return webhooks("retry") == 1; }));
    EXPECT_TRUE(receiver.calls().empty());
    stop();
}

TEST_F(RuleMessagesTest, TriesAgainWithTheSameNumberUntilItIsTaken)
{
    WebhookReceiver receiver;
    receiver.status = 503;
    start();
    ASSERT_TRUE(send({{"url", receiver.url()}, {"text", "x"}}));
    ASSERT_TRUE(eventually([&] { return webhooks("retry") == 1; }));
    receiver.status = 204;
    context.advance(11s);
    ASSERT_TRUE(eventually([&] { return webhooks("delivered") == 1; }));
    const auto calls = receiver.calls();
    ASSERT_EQ(calls.size(), 2u);
    EXPECT_EQ(calls[0].delivery, calls[1].delivery);
    EXPECT_EQ(calls[0].signature, "");
    receiver.status = 404;
    ASSERT_TRUE(send({{"url", receiver.url()}, {"text", "x"}}));
    EXPECT_TRUE(eventually([&] { return webhooks("refused") == 1; }));
    stop();
}

TEST_F(RuleMessagesTest, FollowsNoRedirection)
{
    WebhookReceiver inside, outside;
    outside.status = 302;
    outside.location = inside.url();
    start();
    ASSERT_TRUE(send({{"url", outside.url()}, {"text", "x"}}));
    EXPECT_TRUE(eventually([&] { return webhooks("refused") == 1; }));
    EXPECT_TRUE(inside.calls().empty());
    stop();
}

TEST_F(RuleMessagesTest, ReachesNoPrivateAddressThoughItsNameIsListed)
{
    const testing::TestCertificates certificates;
    WebhookReceiver receiver(&certificates);
    context.settings()
        .set("webhookCa", certificates.authorityFile())
        .set("webhookHosts", "localhost,127.0.0.1")
        .set("webhookPrivateAddresses", false);
    start();
    ASSERT_TRUE(send({{"url", receiver.url()}, {"text", "x"}})) << "what a name means is seen when it is called";
    ASSERT_TRUE(send({{"url", receiver.url("127.0.0.1")}, {"text", "x"}}));
    EXPECT_TRUE(eventually([&] { return webhooks("refused") == 2; }));
    EXPECT_TRUE(receiver.calls().empty());
    stop();
}

} // namespace
} // namespace atrium::notify
