#include "runtime/setting_text.h"

#include <gtest/gtest.h>

namespace atrium::runtime {
namespace {

TEST(SettingText, ReadsWholeTextsOnly)
{
    EXPECT_EQ(readInteger("-42"), -42);
    EXPECT_EQ(readInteger("9223372036854775807"), INT64_MAX);
    for (const char* text : {"", " 1", "1 ", "1.5", "0x10", "9223372036854775808", "+1", "one"})
        EXPECT_FALSE(readInteger(text)) << text;
    EXPECT_EQ(readNumber("1.5e3"), 1500);
    for (const char* text : {"", "1,5", "inf", "nan", "1.5 kW"}) EXPECT_FALSE(readNumber(text)) << text;
}

TEST(SettingText, ReadsTheFourWaysToSayYesAndNo)
{
    for (const char* text : {"true", "yes", "on", "1"}) EXPECT_EQ(readBoolean(text), true) << text;
    for (const char* text : {"false", "no", "off", "0"}) EXPECT_EQ(readBoolean(text), false) << text;
    for (const char* text : {"", "True", "2", "oui"}) EXPECT_EQ(readBoolean(text), std::nullopt) << text;
}

} // namespace
} // namespace atrium::runtime
