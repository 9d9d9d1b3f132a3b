#include "password_hash.h"

#include <gtest/gtest.h>

namespace atrium::auth {
namespace {

const std::string pepper = "a pepper that has enough letters in it";
constexpr int cheap = 4;

TEST(PasswordHashTest, VerifiesThePasswordAndNoOther)
{
    const PasswordHash passwords(pepper, cheap);
    const auto hash = passwords.hash("motdepasse");
    EXPECT_EQ(hash.substr(0, 12), "hmac:$2b$04$");
    EXPECT_TRUE(passwords.verify("motdepasse", hash));
    for (const auto* wrong : {"", "motdepass", "motdepasse ", "Motdepasse"})
        EXPECT_FALSE(passwords.verify(wrong, hash));
    EXPECT_NE(passwords.hash("motdepasse"), hash) << "each hash has its own salt";
}

TEST(PasswordHashTest, TakesEveryByteOfALongPassword)
{
    const PasswordHash passwords(pepper, cheap);
    const std::string longOne(100, 'x');
    const auto hash = passwords.hash(longOne + "1");
    EXPECT_TRUE(passwords.verify(longOne + "1", hash));
    EXPECT_FALSE(passwords.verify(longOne + "2", hash)) << "bcrypt alone stops after 72 bytes (X4)";
    const std::string withNul("secret\0one", 10);
    EXPECT_FALSE(passwords.verify(std::string("secret\0two", 10), passwords.hash(withNul)));
    EXPECT_FALSE(passwords.verify("secret", passwords.hash(withNul)));
}

TEST(PasswordHashTest, DependsOnThePepper)
{
    const auto hash = PasswordHash(pepper, cheap).hash("motdepasse");
    EXPECT_FALSE(PasswordHash("another pepper with enough letters in it", cheap).verify("motdepasse", hash));
    EXPECT_THROW(PasswordHash(cheap).hash("motdepasse"), std::logic_error);
}

TEST(PasswordHashTest, AcceptsHashesOfOlderBackEnds)
{
    const PasswordHash passwords(pepper, cheap);
    for (const std::string old : {"$2b$04$abcdefghijklmnopqrstuuPfUXx4s5P8Ytn8cm4M0hd0TSBu/QQ7e",
                                  "$2a$04$abcdefghijklmnopqrstuuPfUXx4s5P8Ytn8cm4M0hd0TSBu/QQ7e"}) {
        EXPECT_TRUE(passwords.verify("motdepasse", old)) << old;
        EXPECT_FALSE(passwords.verify("motdepass", old));
        EXPECT_FALSE(passwords.verify(std::string("motdepasse\0x", 12), old));
        EXPECT_TRUE(passwords.isOutdated(old));
    }
}

TEST(PasswordHashTest, RefusesWhatIsNoBcrypt)
{
    const PasswordHash passwords(pepper, cheap);
    const auto good = passwords.hash("motdepasse");
    // "ab" would select DES, "$1$" MD5; "*0" is what crypt returns on failure.
    for (const std::string& bad :
         {std::string(), std::string("ab"), std::string("abJnggxhB/yWI"), std::string("*0"), std::string("hmac:*0"),
          std::string("hmac:"), std::string("$1$salt$hash"), good.substr(0, good.size() - 1), good + "x",
          std::string("motdepasse"), "hmac:" + good, std::string("$2y$04$") + std::string(53, 'a')})
        EXPECT_FALSE(passwords.verify("motdepasse", bad)) << bad;
}

TEST(PasswordHashTest, KnowsWhatToHashAgain)
{
    const auto hash = PasswordHash(pepper, 4).hash("motdepasse");
    EXPECT_FALSE(PasswordHash(pepper, 4).isOutdated(hash));
    EXPECT_TRUE(PasswordHash(pepper, 5).isOutdated(hash));
}

TEST(PasswordHashTest, TakesAsLongForAnAccountThatDoesNotExist)
{
    const PasswordHash passwords(pepper, 9);
    const auto hash = passwords.hash("motdepasse");
    const auto time = [](const auto& work) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 3; ++i) work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const auto known = time([&] { passwords.verify("wrong one", hash); });
    const auto unknown = time([&] { passwords.pretendToVerify("wrong one"); });
    EXPECT_GT(unknown, known / 3) << "an immediate answer would tell that there is no account";
}

TEST(PasswordHashTest, RefusesACostOutsideOfItsBounds)
{
    for (const int cost : {0, 3, 16, 31}) EXPECT_THROW(PasswordHash(pepper, cost), std::invalid_argument);
}

} // namespace
} // namespace atrium::auth
