#include "http/request_framer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace atrium::http {
namespace {

using Status = RequestFramer::Status;

RequestFramer makeFramer(std::size_t bodyLimit = 1000)
{
    return RequestFramer(FramerLimits{}, [bodyLimit](const RequestHead&) { return bodyLimit; });
}

/// 0 for a complete request, -1 while more is needed, else the status of the refusal.
int verdict(std::string_view bytes)
{
    auto framer = makeFramer();
    framer.append(bytes);
    switch (framer.next()) {
    case Status::Complete: return 0;
    case Status::NeedMore: return -1;
    case Status::Refused: break;
    }
    return framer.error().status;
}

std::string get(std::string_view headers = "")
{
    return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}

std::string chunked(std::string_view body)
{
    return "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

TEST(RequestFramer, ReadsARequestInOnePieceAndByteByByte)
{
    const std::string bytes = "POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Name:  value \r\nContent-Length: 5\r\n\r\nhello";
    for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{3}}) {
        auto framer = makeFramer();
        auto status = Status::NeedMore;
        for (std::size_t i = 0; i < bytes.size(); i += piece) {
            ASSERT_EQ(status, Status::NeedMore);
            framer.append(std::string_view(bytes).substr(i, piece));
            status = framer.next();
        }
        ASSERT_EQ(status, Status::Complete);
        EXPECT_EQ(framer.request().head.verb, Verb::Post);
        EXPECT_EQ(framer.request().head.target, "/a?b=c");
        EXPECT_EQ(framer.request().head.header("x-name"), "value");
        EXPECT_EQ(framer.request().body, "hello");
        EXPECT_TRUE(framer.request().head.keepAlive);
        EXPECT_EQ(framer.phase(), RequestFramer::Phase::Idle);
    }
}

TEST(RequestFramer, FindsPipelinedRequests)
{
    auto framer = makeFramer();
    framer.append(get() + "\r\n" + chunked("2\r\nab\r\n0\r\n\r\n") + get() + "GET / HT");
    ASSERT_EQ(framer.next(), Status::Complete);
    ASSERT_EQ(framer.next(), Status::Complete);
    EXPECT_EQ(framer.request().body, "ab");
    ASSERT_EQ(framer.next(), Status::Complete);
    ASSERT_EQ(framer.next(), Status::NeedMore);
    EXPECT_EQ(framer.phase(), RequestFramer::Phase::Head);
    EXPECT_EQ(framer.takeRest(), "GET / HT");
}

TEST(RequestFramer, RefusesWhatTwoReadersCouldFrameDifferently)
{
    EXPECT_EQ(verdict(get("Content-Length: 1\r\nContent-Length: 1\r\n")), 400);
    EXPECT_EQ(verdict(get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")), 400);
    EXPECT_EQ(verdict(get("Transfer-Encoding : chunked\r\n")), 400);
    EXPECT_EQ(verdict(get("Transfer-Encoding: chun\r\n")), 400);
    EXPECT_EQ(verdict(get("Transfer-Encoding: gzip, chunked\r\n")), 400);
    EXPECT_EQ(verdict(get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
    EXPECT_EQ(verdict("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
    for (const char* length : {"-1", "+1", "abc", "1 2", "0x10", "", "1,1", "99999999999999999999999"})
        EXPECT_EQ(verdict(get(std::string("Content-Length: ") + length + "\r\n")), 400) << length;
    EXPECT_EQ(verdict("GET / HTTP/1.1\nHost: x\n\n"), 400);
    EXPECT_EQ(verdict(get("X: a\rb\r\n")), 400);
    EXPECT_EQ(verdict(get(std::string("X: a\0b\r\n", 8))), 400);
    EXPECT_EQ(verdict(get(" folded\r\n")), 400);
    EXPECT_EQ(verdict(get("No-Colon\r\n")), 400);
    EXPECT_EQ(verdict(get(": empty\r\n")), 400);
    EXPECT_EQ(verdict(get("Host: y\r\n")), 400);
    EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), 400);
}

TEST(RequestFramer, RefusesMalformedRequestLines)
{
    EXPECT_EQ(verdict("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict("GET a HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict("GET /#f HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict("GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict("GET /\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict("get / HTTP/1.1\r\nHost: x\r\n\r\n"), 501);
    EXPECT_EQ(verdict("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"), 501);
    EXPECT_EQ(verdict("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
    EXPECT_EQ(verdict("GET / HTTP/1.1x\r\nHost: x\r\n\r\n"), 400);
    EXPECT_EQ(verdict(std::string("\x16\x03\x01\x02\x00\x01\n", 7)), 400);
    EXPECT_EQ(verdict("\r\n\r\n\r\n\r\n\r\n\r\n"), 400);
}

TEST(RequestFramer, EnforcesItsLimitsBeforeTheHeadIsComplete)
{
    EXPECT_EQ(verdict("GET /" + std::string(4200, '/')), 414);
    EXPECT_EQ(verdict("GET /" + std::string(4094, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 0);
    EXPECT_EQ(verdict("GET /" + std::string(4096, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 414);
    EXPECT_EQ(verdict("GET / HTTP/1.1\r\nX: " + std::string(17'000, 'a')), 431);
    std::string many;
    for (int i = 0; i < 101; ++i) many += "X: a\r\n";
    EXPECT_EQ(verdict(get(many)), 431);
    EXPECT_EQ(verdict(get("Content-Length: 1001\r\n")), 413);
    EXPECT_EQ(verdict(get("Content-Length: 999999999999\r\n")), 413);
}

TEST(RequestFramer, DecodesChunksStrictly)
{
    EXPECT_EQ(verdict(chunked("5\r\nhello\r\n0\r\n\r\n")), 0);
    EXPECT_EQ(verdict(chunked("5;name=value\r\nhello\r\n0\r\nTrailer: x\r\n\r\n")), 0);
    EXPECT_EQ(verdict(chunked("5\r\nhello\r")), -1);
    EXPECT_EQ(verdict(chunked("5\nhello\r\n0\r\n\r\n")), 400);
    EXPECT_EQ(verdict(chunked("5\r\nhelloXX")), 400);
    EXPECT_EQ(verdict(chunked("\r\n")), 400);
    EXPECT_EQ(verdict(chunked("g\r\n")), 400);
    EXPECT_EQ(verdict(chunked("ffffffff\r\n")), 413);
    EXPECT_EQ(verdict(chunked("000000005\r\n")), 413);
    EXPECT_EQ(verdict(chunked("3e8\r\n" + std::string(1000, 'x') + "\r\n1\r\n")), 413);
    EXPECT_EQ(verdict(chunked("1;" + std::string(5000, 'e'))), 400);
}

TEST(RequestFramer, AnnouncedLengthsReserveNothing)
{
    RequestFramer framer(FramerLimits{}, [](const RequestHead&) { return std::size_t{1} << 40; });
    framer.append(get("Content-Length: 900000000000\r\n"));
    EXPECT_EQ(framer.next(), Status::NeedMore);
    EXPECT_LT(framer.request().body.capacity(), 1024u);
    auto chunks = RequestFramer(FramerLimits{}, [](const RequestHead&) { return std::size_t{1} << 40; });
    chunks.append(chunked("ffffffff\r\nab"));
    EXPECT_EQ(chunks.next(), Status::NeedMore);
    EXPECT_LT(chunks.request().body.capacity(), 1024u);
}

TEST(RequestFramer, SaysContinueOnceAndOnlyWhenTheBodyIsMissing)
{
    auto framer = makeFramer();
    framer.append("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(framer.next(), Status::NeedMore);
    EXPECT_TRUE(framer.takeContinue());
    EXPECT_FALSE(framer.takeContinue());
    framer.append("ab");
    EXPECT_EQ(framer.next(), Status::Complete);
    EXPECT_FALSE(framer.takeContinue());
    EXPECT_EQ(verdict(get("Expect: something\r\n")), 417);
}

TEST(RequestFramer, KeepsConnectionsByTheRulesOfBothVersions)
{
    const auto keepAlive = [](std::string_view bytes) {
        auto framer = makeFramer();
        framer.append(bytes);
        EXPECT_EQ(framer.next(), Status::Complete);
        return framer.request().head.keepAlive;
    };
    EXPECT_TRUE(keepAlive(get()));
    EXPECT_FALSE(keepAlive(get("Connection: Close\r\n")));
    EXPECT_FALSE(keepAlive(get("Connection: keep-alive, close\r\n")));
    EXPECT_FALSE(keepAlive("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(keepAlive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestFramer, TakesTheHostOfAnAbsoluteTarget)
{
    auto framer = makeFramer();
    framer.append("GET http://other:80/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(framer.next(), Status::Complete);
    EXPECT_EQ(framer.request().head.target, "/a?b");
    EXPECT_EQ(framer.request().head.header("host"), "other:80");
}

TEST(RequestFramer, CostsTheSameInOneBytePieces)
{
    // P11: a parser that starts over at each piece needs n*n/2 steps, 130 million for this head.
    const std::string head = get("X-A: " + std::string(16'000, 'a') + "\r\n");
    const auto started = std::chrono::steady_clock::now();
    for (int round = 0; round < 20; ++round) {
        auto framer = makeFramer();
        for (const char c : head.substr(0, head.size() - 1)) {
            framer.append({&c, 1});
            ASSERT_EQ(framer.next(), Status::NeedMore);
        }
        framer.append("\n");
        ASSERT_EQ(framer.next(), Status::Complete);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(2));
}

/// Bytes that were valid once and then damaged, in pieces: whatever comes out is bounded, ends, and does not depend on
/// how the bytes were split.
TEST(RequestFramer, DamagedBytesGiveTheSameRequestsHoweverTheyAreSplit)
{
    const std::vector<std::string> seeds{
        get("Accept: a\r\nConnection: keep-alive\r\n"),
        "POST /x?y=%20 HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world",
        chunked("5;e=1\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nT: v\r\n\r\n"), "GET / HTTP/1.0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"};
    const std::string interesting("\r\n\0 :;,\t0123f/GHTP\x7f\xff", 21);
    std::mt19937 random(20261121);
    const auto pick = [&](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };
    const auto run = [](const std::string& bytes, const std::function<std::size_t()>& piece) {
        auto framer = makeFramer(64);
        std::string seen;
        std::size_t position = 0;
        for (;;) {
            const auto status = framer.next();
            if (status == Status::Complete) {
                const auto& request = framer.request();
                seen +=
                    std::string(toString(request.head.verb)) + " " + request.head.target + "|" + request.body + "\n";
                EXPECT_LE(request.body.size(), 64u);
            }
            else if (status == Status::Refused) return seen + std::to_string(framer.error().status);
            else if (position == bytes.size()) return seen;
            else {
                const auto length = std::min(piece(), bytes.size() - position);
                framer.append(std::string_view(bytes).substr(position, length));
                position += length;
            }
        }
    };
    int complete = 0, refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes;
        for (std::size_t i = 0, count = 1 + pick(3); i < count; ++i) bytes += seeds[pick(seeds.size())];
        for (std::size_t i = 0, count = pick(4); i < count; ++i) {
            const auto at = pick(bytes.size());
            switch (pick(4)) {
            case 0: bytes[at] = interesting[pick(interesting.size())]; break;
            case 1: bytes.erase(at, 1 + pick(4)); break;
            case 2: bytes.insert(at, 1, interesting[pick(interesting.size())]); break;
            default: bytes.insert(at, bytes.substr(pick(bytes.size()), pick(12))); break;
            }
            if (bytes.empty()) bytes = "x";
        }
        const auto whole = run(bytes, [&] { return bytes.size(); });
        const auto pieces = run(bytes, [&] { return 1 + pick(7); });
        ASSERT_EQ(whole, pieces) << bytes;
        complete += whole.find('|') != std::string::npos;
        refused += !whole.empty() && whole.back() != '\n';
    }
    EXPECT_GT(complete, 5000);
    EXPECT_GT(refused, 5000);
}

} // namespace
} // namespace atrium::http
