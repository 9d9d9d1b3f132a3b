#include "mail_text.h"

#include "delivery.h"

#include <gtest/gtest.h>

namespace atrium::notify {
namespace {

using namespace std::chrono_literals;

Mail mailOf(std::string subject, std::string text, std::string html = {})
{
    return {"zoe@example.org", "fr", std::move(subject), std::move(text), std::move(html), "test"};
}

TEST(MailAddressTest, IsOneMailboxThatNeedsNoQuoting)
{
    for (const char* good :
         {"a@b.fr", "first.last+tag@sub.example.org", "root@localhost", "x_y-z@b-c.fr", "o'neil@b.fr"})
        EXPECT_TRUE(isMailAddress(good)) << good;
    for (const char* bad : {"",
                            "@",
                            "a@",
                            "@b.fr",
                            "a b@c.fr",
                            "a@b.fr\r\nRCPT TO:<x@y.z>",
                            "a@b.fr\n",
                            "a@b@c.fr",
                            ".a@b.fr",
                            "a.@b.fr",
                            "a..b@c.fr",
                            "a@b..fr",
                            "a@-b.fr",
                            "a@b.fr-",
                            "<a@b.fr>",
                            "a@b.fr>",
                            "a,b@c.fr",
                            "zo\xC3\xA9@b.fr",
                            "\"a b\"@c.fr",
                            "a@[127.0.0.1]"})
        EXPECT_FALSE(isMailAddress(bad)) << bad;
    EXPECT_FALSE(isMailAddress(std::string(65, 'a') + "@b.fr"));
    EXPECT_FALSE(isMailAddress("a@" + std::string(250, 'b') + ".fr"));
}

TEST(MailAddressTest, ReadsSendersWithAName)
{
    EXPECT_EQ(parseMailbox("a@b.fr")->address, "a@b.fr");
    EXPECT_EQ(parseMailbox("Zo\xC3\xA9's home <a@b.fr>")->name, "Zo\xC3\xA9's home");
    EXPECT_FALSE(parseMailbox("Atrium"));
    EXPECT_FALSE(parseMailbox("x\r\nBcc: y@z.fr <a@b.fr>"));
}

TEST(MailTest, RefusesInjectedHeaders)
{
    EXPECT_TRUE(checkMail(mailOf("Bonjour", "x")));
    EXPECT_FALSE(checkMail(mailOf("Hi\r\nBcc: all@example.org", "x")));
    EXPECT_FALSE(checkMail(mailOf("Hi\nX: y", "x")));
    EXPECT_FALSE(checkMail(mailOf(std::string("a\0b", 3), "x")));
    EXPECT_FALSE(checkMail(mailOf("\xC3", "x"))) << "broken UTF-8";
    auto mail = mailOf("x", "x");
    mail.to = "a@b.fr\r\nBcc: c@d.fr";
    EXPECT_FALSE(checkMail(mail));
}

TEST(MailTest, EncodesSubjectsWithoutCuttingLetters)
{
    EXPECT_EQ(encodeHeaderText("Hello"), "Hello");
    EXPECT_EQ(encodeHeaderText("\xC3\xA9t\xC3\xA9"), "=?UTF-8?B?w6l0w6k=?=");
    EXPECT_NE(encodeHeaderText("=?UTF-8?B?eA==?="), "=?UTF-8?B?eA==?=") << "text that looks encoded stays text";
    // 44 letters before a letter of four bytes: the word must end before it.
    const auto folded = encodeHeaderText(std::string(44, 'a') + "\xF0\x9F\x90\xB1!");
    EXPECT_EQ(folded,
              "=?UTF-8?B?YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=?=\r\n =?UTF-8?B?8J+QsSE=?=");
}

TEST(MailTest, MakesAMessageOfOneOrTwoParts)
{
    const MailFrame frame{{"Maison d'\xC3\x89t\xC3\xA9", "home@example.org"}, "7.1@example.org", UtcTime{1792000000s}};
    const auto text = toMessageText(mailOf("Code", "Code : 123456\n"), frame);
    EXPECT_TRUE(
        text.starts_with("From: =?UTF-8?B?TWFpc29uIGQnw4l0w6k=?= <home@example.org>\r\nTo: zoe@example.org\r\n"));
    EXPECT_NE(text.find("Message-ID: <7.1@example.org>\r\n"), std::string::npos);
    EXPECT_NE(text.find("Date: Wed, 14 Oct 2026"), std::string::npos) << text;
    EXPECT_NE(text.find("\r\n\r\nQ29kZSA6IDEyMzQ1Ng0K\r\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("multipart"), std::string::npos);
    const auto both = toMessageText(mailOf("Code", "plain", "<b>rich</b>"), frame);
    EXPECT_NE(both.find("multipart/alternative; boundary=\"=_atrium\"\r\n\r\n--=_atrium\r\n"), std::string::npos);
    EXPECT_LT(both.find("text/plain"), both.find("text/html")) << "the best part comes last (RFC 2046 5.1.4)";
    EXPECT_TRUE(both.ends_with("\r\n--=_atrium--\r\n"));
}

TEST(RetryTest, WaitsLongerEachTimeUpToAnHour)
{
    EXPECT_EQ(retryDelay(1), 10s);
    EXPECT_EQ(retryDelay(2), 1min);
    EXPECT_EQ(retryDelay(5), 1h);
    EXPECT_EQ(retryDelay(500), 1h);
}

} // namespace
} // namespace atrium::notify
