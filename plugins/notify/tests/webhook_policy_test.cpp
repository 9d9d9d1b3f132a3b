#include "rule_messages.h"
#include "webhook_channel.h"

#include <gtest/gtest.h>

namespace atrium::notify {
namespace {

TEST(WebhookPolicyTest, TakesTheHostsOfTheSetting)
{
    const auto policy = makeWebhookPolicy(" hooks.example.org, ,*.Zapier.com", outgoing::PrivateAddresses::Refused);
    EXPECT_TRUE(policy.check("https://hooks.example.org/a?b=c"));
    EXPECT_TRUE(policy.check("https://x.y.zapier.com/"));
    const auto refused = policy.check("https://example.org/");
    EXPECT_EQ(refused.error().code, ErrorCode::Forbidden);
    EXPECT_NE(refused.error().message.fr.find("plugins.notify.webhookHosts"), std::string::npos);
    EXPECT_FALSE(policy.check("https://hooks.example.org/" + std::string(1000, 'x'))) << "the outbox keeps 1000";
    EXPECT_FALSE(makeWebhookPolicy("", outgoing::PrivateAddresses::Allowed).check("https://hooks.example.org/"));
}

TEST(WebhookPolicyTest, SignsTimeAndBody)
{
    // printf '1792000000.{"a":1}' | openssl dgst -sha256 -hmac secret
    EXPECT_EQ(signWebhook("secret", 1792000000, R"({"a":1})"),
              "t=1792000000,v1=751e23214f3e78cee624a28f26b3bc94402feee16be05b138d1def3916c4ff75");
    EXPECT_NE(signWebhook("secret", 1792000000, "x"), signWebhook("secret", 1792000001, "x"));
}

Result<RuleMessage> read(Object options) { return readRuleMessage({"rule", {}, "run:1", {Value(std::move(options))}}); }

TEST(RuleMessageTest, ReadsReceiversAndChannels)
{
    const auto message = read({{"to", List{4, "zoe@example.org", Object{{"role", "admin"}}}}, {"text", "x"}});
    ASSERT_TRUE(message);
    EXPECT_EQ(message->users, std::vector<UserId>{UserId{4}});
    EXPECT_EQ(message->addresses, std::vector<std::string>{"zoe@example.org"});
    EXPECT_EQ(message->roles, std::vector<std::string>{"admin"});
    EXPECT_EQ(message->title, "rule");
    const auto named =
        read({{"to", List{Object{{"role", "caretaker"}}, Object{{"user", "zoe@example.org"}}, Object{{"user", 7}}}},
              {"text", "x"}});
    ASSERT_TRUE(named) << "a role of the site";
    EXPECT_EQ(named->roles, std::vector<std::string>{"caretaker"});
    EXPECT_EQ(named->people, std::vector<std::string>{"zoe@example.org"});
    EXPECT_EQ(named->users, std::vector<UserId>{UserId{7}});
    const auto both =
        read({{"to", 4}, {"url", "https://a.b/"}, {"channel", List{"mail", "webhook"}}, {"text", "x"}, {"title", "t"}});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->webhooks.size(), 1u);
    EXPECT_EQ(both->title, "t");
    EXPECT_EQ(read({{"url", "https://a.b/"}, {"text", "x"}})->webhooks.size(), 1u)
        << "an address alone says the channel";
    for (const Object& bad :
         {Object{}, Object{{"text", "x"}}, Object{{"to", 4}}, Object{{"to", "zoe"}, {"text", "x"}},
          Object{{"to", -1}, {"text", "x"}}, Object{{"to", Object{{"role", ""}}}, {"text", "x"}},
          Object{{"to", Object{{"user", 0}}}, {"text", "x"}}, Object{{"to", Object{{"king", "x"}}}, {"text", "x"}},
          Object{{"to", 4}, {"text", "x"}, {"channel", "pigeon"}},
          Object{{"to", 4}, {"text", "x"}, {"channel", "webhook"}},
          Object{{"to", 4}, {"text", "x"}, {"title", "a\r\nBcc: b"}},
          Object{{"to", List(51, Value(4))}, {"text", "x"}}})
        EXPECT_FALSE(read(bad));
}

} // namespace
} // namespace atrium::notify
