#include "access_token.h"

#include "base64.h"
#include "secret.h"

#include <gtest/gtest.h>

namespace atrium::auth {
namespace {

using namespace std::chrono_literals;

const std::string secret = "0123456789abcdef0123456789abcdef";
const UtcTime now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
const std::string kid = signingKeyOf(secret).kid;
const std::string header = R"({"alg":"HS256","typ":"JWT","kid":")" + kid + R"("})";
const std::string payload = R"({"sub":"4","jti":"17","aud":"atrium","iat":1795219200,"exp":1795824000})";

AccessClaims claims() { return {UserId{4}, SessionId{17}, now, now + 168h}; }

/// A token with a right signature around any content.
std::string forged(const std::string& head, const std::string& body, const std::string& key = secret)
{
    const auto text = toBase64Url(head) + "." + toBase64Url(body);
    return text + "." + toBase64Url(hmacSha256(key, text));
}

TEST(AccessTokenTest, ComesBackAsItWasSigned)
{
    const AccessToken tokens(secret);
    const auto token = tokens.sign(claims());
    EXPECT_EQ(token, forged(header, payload)) << "the form that other libraries read";
    const auto read = tokens.verify(token, now + 1h);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->user, UserId{4});
    EXPECT_EQ(read->session, SessionId{17});
    EXPECT_EQ(read->issuedAt, now);
    EXPECT_EQ(read->expiresAt, now + 168h);
}

TEST(AccessTokenTest, MatchesTheExampleOfTheStandard)
{
    // RFC 4231, test case 2.
    const auto mac = hmacSha256("Jefe", "what do ya want for nothing?");
    EXPECT_EQ(toBase64Url(mac), "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(AccessTokenTest, ExpiresToTheSecond)
{
    const AccessToken tokens(secret);
    const auto token = tokens.sign(claims());
    EXPECT_TRUE(tokens.verify(token, now + 168h - 1s));
    EXPECT_FALSE(tokens.verify(token, now + 168h));
    EXPECT_TRUE(tokens.hasExpired(token, now + 168h));
    EXPECT_FALSE(tokens.hasExpired(token, now));
    EXPECT_FALSE(tokens.hasExpired(token + "x", now + 168h));
    EXPECT_TRUE(tokens.verify(token, now - 60s)) << "a clock that was set back a little";
    EXPECT_FALSE(tokens.verify(token, now - 61s));
}

TEST(AccessTokenTest, RefusesEverythingBeforeItHasASecret)
{
    AccessToken tokens;
    EXPECT_FALSE(tokens.verify(forged(header, payload, ""), now));
    EXPECT_THROW(tokens.sign(claims()), std::logic_error);
    EXPECT_THROW(tokens.use({{"kid", ""}}), std::logic_error);
    tokens.use({signingKeyOf(secret)});
    EXPECT_TRUE(tokens.verify(forged(header, payload), now));
}

TEST(AccessTokenTest, GoesOnVerifyingWhatAnEarlierKeySigned)
{
    AccessToken tokens(secret);
    const auto old = tokens.sign(claims());
    const auto next = signingKeyOf("another secret of 32 characters.");
    tokens.use({next, signingKeyOf(secret)});
    EXPECT_TRUE(tokens.verify(old, now));
    const auto fresh = tokens.sign(claims());
    EXPECT_NE(fresh.substr(0, fresh.find('.')), old.substr(0, old.find('.'))) << "the header names the key";
    tokens.use({next});
    EXPECT_TRUE(tokens.verify(fresh, now));
    EXPECT_FALSE(tokens.verify(old, now));
}

TEST(AccessTokenTest, RefusesEverySpellingButOne)
{
    const AccessToken tokens(secret);
    const auto good = tokens.sign(claims());
    ASSERT_TRUE(tokens.verify(good, now));
    const auto firstDot = good.find('.');
    const auto lastDot = good.rfind('.');
    std::vector<std::string> hostile{"",
                                     ".",
                                     "..",
                                     "...",
                                     "a.b.c",
                                     good + ".junk",
                                     good + ".",
                                     good + "=",
                                     good + "==",
                                     good + " ",
                                     " " + good,
                                     good + "\n",
                                     good + std::string(1, '\0'),
                                     "Bearer " + good,
                                     good.substr(0, lastDot),
                                     good.substr(0, lastDot + 1),
                                     good.substr(0, good.size() - 1),
                                     good + "A",
                                     good.substr(firstDot + 1),
                                     good.substr(0, firstDot) + "=" + good.substr(firstDot),
                                     std::string(4097, 'a'),
                                     std::string(5000, '.'),
                                     good + std::string(5000, 'A'),
                                     good.substr(0, lastDot + 1) + toBase64Url(std::string(32, '\0')),
                                     good.substr(0, lastDot + 1) + toBase64Url(std::string(31, 'x')),
                                     good.substr(0, lastDot + 1) + "!!!!",
                                     good.substr(0, lastDot + 1) + "\xff\xfe"};
    // The last character carries two unused bits: four spellings of the same bytes (J2).
    for (const char c : std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=")) {
        auto other = good;
        other.back() = c;
        if (other != good) hostile.push_back(other);
    }
    // One changed byte anywhere.
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto other = good;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        hostile.push_back(other);
    }
    for (const auto& token : hostile) EXPECT_FALSE(tokens.verify(token, now)) << token;
    EXPECT_GT(hostile.size(), 200u);
}

TEST(AccessTokenTest, RefusesSignedContentOfAnotherForm)
{
    const AccessToken tokens(secret);
    const std::pair<std::string, std::string> hostile[] = {
        // Algorithms (J3).
        {R"({"alg":"none","typ":"JWT"})", payload},
        {R"({"alg":"None"})", payload},
        {R"({"alg":"NONE"})", payload},
        {R"({"alg":""})", payload},
        {R"({"alg":"hs256"})", payload},
        {R"({"alg":"HS384"})", payload},
        {R"({"alg":"HS512"})", payload},
        {R"({"alg":"RS256"})", payload},
        {R"({"alg":"ES256"})", payload},
        {R"({"alg":null})", payload},
        {R"({"alg":256})", payload},
        {R"({"alg":["HS256"]})", payload},
        {R"({"typ":"JWT"})", payload},
        {R"({"alg":"HS256","typ":"JOSE"})", payload},
        {R"({"alg":"HS256","typ":7})", payload},
        {R"({"alg":"HS256","crit":["exp"]})", payload},
        {R"({"alg":"HS256","alg":"none"})", payload},
        {R"("HS256")", payload},
        {"[]", payload},
        {"", payload},
        {"{", payload},
        // Claims (J1).
        {header, ""},
        {header, "null"},
        {header, "[]"},
        {header, "{}"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":4,"jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4","jti":17,"iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"0","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"-4","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"04","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4 ","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4x","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"99999999999999999999","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":"1795824000"})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":1795824000.5})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":1e300})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":9223372036854775807})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":-1})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":true})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":null})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":1795219199})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":"1795219200","exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795300000,"exp":1795824000})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":1795824000,"nbf":1795300000})"},
        {header, R"({"aud":"atrium","sub":"4","jti":"17","iat":1795219200,"exp":1795824000,"nbf":"x"})"},
        {header, R"({"aud":"atrium","sub":"4","sub":"1","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"sub":"4","jti":"17","iat":1795219200,"exp":1795824000})"},
        {header, R"({"sub":"4","jti":"17","aud":"other","iat":1795219200,"exp":1795824000})"},
        {header, R"({"sub":"4","jti":"17","aud":["atrium"],"iat":1795219200,"exp":1795824000})"},
        {header, R"({"sub":"4","jti":"17","aud":"","iat":1795219200,"exp":1795824000})"},
        {header, payload + " x"},
        // Keys: nothing of a header is believed but the one text.
        {R"({"alg":"HS256","typ":"JWT"})", payload},
        {R"({"alg":"HS256","typ":"JWT","kid":""})", payload},
        {R"({"alg":"HS256","typ":"JWT","kid":"../../dev/null"})", payload},
        {R"({"alg":"HS256","typ":"JWT","kid":"x' UNION SELECT 'key"})", payload},
        {R"({"alg":"none","typ":"JWT","kid":")" + kid + R"("})", payload},
        {R"({"alg":"HS256","typ":"at+jwt","kid":")" + kid + R"("})", payload},
        {R"({"typ":"JWT","alg":"HS256","kid":")" + kid + R"("})", payload},
        {R"({"alg":"HS256","typ":"JWT","kid":")" + kid + R"(","jwk":{"kty":"oct","k":"AA"}})", payload},
        {R"({"alg":"HS256","typ":"JWT","kid":")" + kid + R"(","jku":"http://evil.example"})", payload},
        {header, std::string(600, '[')},
    };
    for (const auto& [head, body] : hostile) EXPECT_FALSE(tokens.verify(forged(head, body), now)) << head << body;
    EXPECT_FALSE(tokens.verify(forged(header, payload, "another secret of 32 characters."), now));
    EXPECT_GE(std::size(hostile), 60u);
}

TEST(Base64UrlTest, HasOneSpellingForEachText)
{
    for (const std::string text : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd", "fooba"}) {
        EXPECT_EQ(fromBase64Url(toBase64Url(text)), text);
    }
    EXPECT_EQ(toBase64Url("\xfb\xff"), "-_8");
    for (const char* bad : {"A", "AAAAA", "Zg==", "Zh", "Zm9=", "Zm 9", "+/8", "Zm9\n"})
        EXPECT_FALSE(fromBase64Url(bad)) << bad;
}

} // namespace
} // namespace atrium::auth
