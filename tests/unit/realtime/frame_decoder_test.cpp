#include "realtime/frame_decoder.h"

#include <gtest/gtest.h>

#include <random>

namespace atrium::realtime {
namespace {

using Kind = FrameDecoder::Kind;
using Status = FrameDecoder::Status;

std::string masked(unsigned first, std::string_view payload)
{
    std::string frame{static_cast<char>(first)};
    if (payload.size() < 126) frame += static_cast<char>(0x80 | payload.size());
    else {
        frame += static_cast<char>(0x80 | 126);
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xFF);
    }
    frame += "mask";
    for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ "mask"[i % 4]);
    return frame;
}

/// Events as text, e.g. `T:hello P: E1002`.
std::string run(std::string_view bytes, std::size_t piece = 1 << 20, std::size_t limit = 1000)
{
    FrameDecoder decoder(limit);
    std::string seen;
    while (!bytes.empty()) {
        auto part = bytes.substr(0, piece);
        bytes.remove_prefix(part.size());
        for (;;) {
            FrameDecoder::Event event;
            const auto status = decoder.next(part, event);
            if (status == Status::NeedMore) break;
            if (status == Status::Error) return seen + "E" + std::to_string(static_cast<int>(decoder.error()));
            seen += "TBPOC"[static_cast<int>(event.kind)];
            seen += ":" + event.payload + " ";
        }
    }
    return seen;
}

TEST(FrameDecoder, ReadsMessagesHoweverTheyAreSplit)
{
    const auto bytes =
        masked(0x81, "hello") + masked(0x82, std::string(300, 'b')) + masked(0x89, "") + masked(0x81, "");
    for (const std::size_t piece : {1, 2, 3, 7, 1000})
        EXPECT_EQ(run(bytes, piece), "T:hello B:" + std::string(300, 'b') + " P: T: ") << piece;
}

TEST(FrameDecoder, JoinsFragmentsWithControlFramesBetween)
{
    EXPECT_EQ(run(masked(0x01, "he") + masked(0x89, "x") + masked(0x00, "ll") + masked(0x80, "o")), "P:x T:hello ");
    EXPECT_EQ(run(masked(0x01, "\xC3") + masked(0x80, "\xA9")), "T:\xC3\xA9 ");
}

TEST(FrameDecoder, RefusesWhatTheStandardRefuses)
{
    EXPECT_EQ(run(std::string("\x81\x05hello")), "E1002") << "not masked";
    EXPECT_EQ(run(masked(0xC1, "x")), "E1002") << "reserved bit";
    EXPECT_EQ(run(masked(0x83, "x")), "E1002") << "reserved opcode";
    EXPECT_EQ(run(masked(0x09, "x")), "E1002") << "fragmented control frame";
    EXPECT_EQ(run(masked(0x89, std::string(126, 'x'))), "E1002") << "long control frame";
    EXPECT_EQ(run(masked(0x80, "x")), "E1002") << "continuation of nothing";
    EXPECT_EQ(run(masked(0x01, "x") + masked(0x81, "y")), "E1002") << "message inside a message";
    EXPECT_EQ(run(std::string("\x81\xFE\x00\x05maskxxxxx", 13)), "E1002") << "length not minimal";
    EXPECT_EQ(run(std::string("\x81\xFF\x80\0\0\0\0\0\0\0mask", 14)), "E1002") << "length over 63 bits";
    EXPECT_EQ(run(masked(0x88, "x")), "E1002") << "close payload of one byte";
    EXPECT_EQ(run(masked(0x88, std::string("\x03\xED", 2))), "E1002") << "close code 1005";
    EXPECT_EQ(run(masked(0x81, "\xFF")), "E1007");
    EXPECT_EQ(run(masked(0x81, "\xED\xA0\x80")), "E1007");
    EXPECT_EQ(run(masked(0x88, std::string("\x03\xE8\xFF", 3))), "E1007");
    EXPECT_EQ(run(masked(0x81, std::string("a\0b", 3))), std::string("T:a\0b ", 6)) << "NUL is a character here";
}

TEST(FrameDecoder, RefusesTooMuchBeforeItArrives)
{
    EXPECT_EQ(run(masked(0x81, std::string(1001, 'x')).substr(0, 8)), "E1009");
    EXPECT_EQ(run(masked(0x01, std::string(600, 'x')) + masked(0x80, std::string(600, 'x'))), "E1009");
    EXPECT_EQ(run(std::string("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFFmask", 14)), "E1009");
}

TEST(FrameDecoder, DamagedBytesGiveTheSameEventsHoweverTheyAreSplit)
{
    std::mt19937 random(7);
    const auto pick = [&](std::size_t below) { return random() % below; };
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = masked(0x01, "he") + masked(0x89, "p") + masked(0x80, "llo") + masked(0x88, "\x03\xE8");
        for (std::size_t i = 0; i < pick(4); ++i) bytes[pick(bytes.size())] = static_cast<char>(random());
        ASSERT_EQ(run(bytes), run(bytes, 1 + pick(4)));
    }
}

TEST(FrameEncoder, WritesShortMediumAndLongFrames)
{
    EXPECT_EQ(textFrame("hi"), std::string("\x81\x02hi"));
    EXPECT_EQ(textFrame(std::string(200, 'x')).substr(0, 4), std::string("\x81\x7E\x00\xC8", 4));
    EXPECT_EQ(textFrame(std::string(70'000, 'x')).substr(0, 10), std::string("\x81\x7F\0\0\0\0\0\x01\x11\x70", 10));
    EXPECT_EQ(closeFrame(CloseCode::PolicyViolation, "no"), std::string("\x88\x04\x03\xF0no"));
}

} // namespace
} // namespace atrium::realtime
