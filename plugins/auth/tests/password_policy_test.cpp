#include "password_policy.h"

#include "support/temp_folder.h"

#include <gtest/gtest.h>

namespace atrium::auth {
namespace {

std::string complaint(const PasswordPolicy& policy, const std::string& password)
{
    const auto why = policy.complaint(password);
    return why ? why->en : "";
}

TEST(PasswordPolicyTest, CountsCharactersAndNotBytes)
{
    const PasswordPolicy policy(6, "");
    EXPECT_EQ(complaint(policy, "12345"), "The password must have at least 6 characters");
    EXPECT_EQ(complaint(policy, "ééééé"), "The password must have at least 6 characters");
    EXPECT_EQ(complaint(policy, "éééééé"), "");
    std::string longest;
    for (int i = 0; i < 200; ++i) longest += "é";
    EXPECT_EQ(complaint(policy, longest), "");
    EXPECT_EQ(complaint(policy, longest + "x"), "The password is too long");
    EXPECT_EQ(complaint(PasswordPolicy(12, ""), "12345678901"), "The password must have at least 12 characters");
}

TEST(PasswordPolicyTest, RefusesCommonOnesWhereTheSiteWantsIt)
{
    EXPECT_EQ(complaint(PasswordPolicy(6, ""), "azerty"), "") << "as existing clients say";
    const PasswordPolicy builtin(6, "builtin");
    for (const char* common : {"azerty", "AZERTY", "123456", "MotDePasse"})
        EXPECT_EQ(complaint(builtin, common), "This password is too common") << common;
    EXPECT_EQ(complaint(builtin, "azerty-78!"), "");
}

TEST(PasswordPolicyTest, ReadsAListOfTheSite)
{
    const testing::TempFolder folder;
    const auto file = folder.write("common.txt", "emlyon2026\r\n\nRoomService\n");
    const PasswordPolicy policy(6, file.string());
    EXPECT_EQ(complaint(policy, "EMLYON2026"), "This password is too common");
    EXPECT_EQ(complaint(policy, "roomservice"), "This password is too common");
    EXPECT_EQ(complaint(policy, "azerty"), "");
    EXPECT_THROW(PasswordPolicy(6, folder.str() + "/missing.txt"), std::runtime_error);
}

} // namespace
} // namespace atrium::auth
