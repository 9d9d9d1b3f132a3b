#include "automation/messages.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace atrium::automation {
namespace {

Value sample()
{
    return Object{{"null", nullptr},
                  {"yes", true},
                  {"small", 1},
                  {"lowest", std::numeric_limits<std::int64_t>::min()},
                  {"highest", std::numeric_limits<std::int64_t>::max()},
                  {"number", -0.1},
                  {"text", std::string("a\0\xff", 3)},
                  {"list", List{1, "two", List{}, Object{{"x", 3.5}}}}};
}

TEST(WireTest, KeepsEveryValueExactly)
{
    std::string bytes;
    WireWriter(bytes).put(sample());
    WireReader reader(bytes);
    Value read;
    reader.get(read);
    EXPECT_FALSE(reader.failed());
    EXPECT_TRUE(reader.atEnd());
    EXPECT_EQ(read, sample());
    EXPECT_TRUE(read.find("small")->isInteger());
    EXPECT_EQ(fromJournalText(toJournalText(sample())), sample());
    EXPECT_FALSE(fromJournalText("no base64 of ours"));
}

TEST(WireTest, KeepsEveryMessage)
{
    RuleView rule{"name", {RuleMode::Kind::Parallel, 3}, 7, {}, Object{{"n", 1}}};
    rule.triggers.push_back(MqttTrigger{"a/+", {{1, "x"}}, true, false});
    rule.triggers.push_back(AttributeTrigger{4, "power", AttributeTest::Above, 80.5, 2.0});
    rule.triggers.push_back(ScheduleTrigger{AtTrigger{3600, 0x1f, "Europe/Paris", DstPolicy::Both}});
    std::string bytes;
    appendFrame(bytes, FromHost(ScriptLoaded{9, {rule}, {{4, {"power"}}}, 14000}));
    appendFrame(bytes, FromHost(Step{1ull << 60, 2, StepKind::Wait, sample(), {{4, "power", 3.0}}}));

    FrameBuffer frames;
    // Byte by byte, as a slow peer would.
    std::vector<FromHost> messages;
    for (const char c : bytes) {
        frames.append({&c, 1});
        while (const auto frame = frames.next()) messages.push_back(*decodeMessage<FromHost>(*frame));
    }
    ASSERT_EQ(messages.size(), 2u);
    const auto& loaded = std::get<ScriptLoaded>(messages[0]);
    EXPECT_EQ(loaded.rules.at(0).name, "name");
    EXPECT_EQ(loaded.rules[0].mode.limit, 3u);
    EXPECT_EQ(std::get<AttributeTrigger>(loaded.rules[0].triggers.at(1)).operand, Value(80.5));
    EXPECT_EQ(std::get<AtTrigger>(std::get<ScheduleTrigger>(loaded.rules[0].triggers.at(2)).when).zone, "Europe/Paris");
    EXPECT_EQ(std::get<Step>(messages[1]).run, 1ull << 60);
    EXPECT_EQ(std::get<Step>(messages[1]).payload, sample());
}

TEST(WireTest, SurvivesAnyBytes)
{
    std::string good;
    appendFrame(good, FromHost(Step{12, 2, StepKind::Wait, sample(), {{4, "power", 3.0}}}));
    good.erase(0, 4);
    ASSERT_TRUE(decodeMessage<FromHost>(good));
    for (std::size_t length = 0; length < good.size(); ++length)
        EXPECT_FALSE(decodeMessage<FromHost>(good.substr(0, length))) << length;
    std::mt19937 random(1);
    std::size_t decoded = 0;
    for (int i = 0; i < 50'000; ++i) {
        auto bytes = good;
        for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        if (const auto message = decodeMessage<FromHost>(bytes)) {
            ++decoded;
            std::string again;
            appendFrame(again, *message);
        }
    }
    EXPECT_GT(decoded, 0u);
}

TEST(WireTest, RefusesWhatWouldTakeTooMuch)
{
    // A list that says it has 2^62 items, and a value nested 100,000 deep.
    std::string bytes("\x06\xff\xff\xff\xff\xff\xff\xff\xff\x3f", 10);
    WireReader lengths(bytes);
    Value value;
    lengths.get(value);
    EXPECT_TRUE(lengths.failed());
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += std::string("\x06\x01", 2);
    deep += '\0';
    WireReader nested(deep);
    nested.get(value);
    EXPECT_TRUE(nested.failed());

    FrameBuffer frames;
    frames.append(std::string("\xff\xff\xff\x7f", 4));
    EXPECT_FALSE(frames.next());
    EXPECT_TRUE(frames.broken());
}

} // namespace
} // namespace atrium::automation
