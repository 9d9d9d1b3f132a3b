#include "atrium/json.h"

#include <gtest/gtest.h>

namespace atrium {
namespace {

std::string roundTrip(std::string_view text)
{
    auto value = parseJson(text);
    return value ? toJson(*value) : "refused: " + value.error().message.en;
}

TEST(Json, KeepsKindsAndOrder)
{
    EXPECT_EQ(roundTrip(R"({"b":1,"a":[true,null,2.5,"é"],"big":9007199254740993})"),
              R"({"b":1,"a":[true,null,2.5,"é"],"big":9007199254740993})");
    EXPECT_TRUE(parseJson("1")->isInteger());
    EXPECT_FALSE(parseJson("1.0")->isInteger());
}

TEST(Json, RefusesWhatIsNotOneDocument)
{
    for (const auto* text : {"", "{", "{} {}", "[1,]", "nul", "'a'", "{\"a\":\"\xff\"}", "\"\\u0000\""})
        EXPECT_FALSE(parseJson(text)) << text;
}

TEST(Json, RefusesDuplicateKeysInSmallAndLargeObjects)
{
    EXPECT_FALSE(parseJson(R"({"role":"user","role":"admin"})"));
    for (int twin : {0, 24, 25, 60, 99}) {
        std::string large = "{";
        for (int i = 0; i < 100; ++i) large += "\"k" + std::to_string(i) + "\":0,";
        EXPECT_TRUE(parseJson(large + "\"z\":0}"));
        EXPECT_FALSE(parseJson(large + "\"k" + std::to_string(twin) + "\":0}")) << twin;
    }
}

TEST(Json, BoundsDepthAndSize)
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(parseJson(nested(31)));
    EXPECT_FALSE(parseJson(nested(40)));
    EXPECT_FALSE(parseJson(nested(100'000), {1 << 20, 32}));
    EXPECT_FALSE(parseJson("[1,2,3]", {4, 32}));
}

TEST(Json, WritesOnlyCleanText)
{
    EXPECT_EQ(toJson(Value("a\"b\\\n\x01")), R"("a\"b\\\n\u0001")");
    EXPECT_EQ(toJson(Value("ok é \xff\xc3")), "\"ok é \xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(toJson(Value(1.0 / 0.0)), "null");
}

} // namespace
} // namespace atrium
