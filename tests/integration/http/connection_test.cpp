#include "http_fixture.h"

#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

namespace atrium::http {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;
using testing::requestText;

const std::string hello = requestText("GET", "/api/hello");

std::size_t openDescriptors()
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        (void)entry;
        ++count;
    }
    return count;
}

double cpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

class HttpConnectionTest : public HttpFixture {};

TEST_F(HttpConnectionTest, AnswersAllPipelinedRequestsInOrder)
{
    startServer();
    add("/api/number/{n}", "number", [](const HttpRequest& request) -> Result<HttpResponse> {
        return HttpResponse::jsonText(std::string(request.parameter("n")));
    });
    RawClient client(port);
    std::string all;
    for (int i = 0; i < 300; ++i) all += requestText("GET", "/api/number/" + std::to_string(i));
    client.send(all);
    for (int i = 0; i < 300; ++i) {
        const auto answer = client.receive();
        ASSERT_TRUE(answer) << i;
        ASSERT_EQ(answer->body, std::to_string(i));
    }
}

TEST_F(HttpConnectionTest, KeepsTheOrderWhenABlockingRequestIsFollowedByAnInlineOne)
{
    startServer();
    addSlow();
    RawClient client(port);
    client.send(requestText("GET", "/api/slow") + hello + requestText("GET", "/api/slow") + hello);
    for (const char* expected : {"\"slow\"", R"({"hello":true})", "\"slow\"", R"({"hello":true})"}) {
        const auto answer = client.receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->body, expected);
    }
}

TEST_F(HttpConnectionTest, SurvivesAChunkThatIsSplitBetweenCrAndLf)
{
    startServer();
    addEcho();
    RawClient client(port);
    client.send("POST /api/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r");
    std::this_thread::sleep_for(30ms);
    client.send("\n0\r\n\r");
    std::this_thread::sleep_for(30ms);
    client.send("\n");
    auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "hello");
    client.send(hello);
    answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST_F(HttpConnectionTest, RefusesFifteenThousandSlashes)
{
    startServer();
    EXPECT_EQ(statusOf(requestText("GET", std::string(15'000, '/'))), 414);
    EXPECT_EQ(statusOf(requestText("GET", std::string(4'000, '/'))), 404);
    EXPECT_EQ(statusOf(hello), 200);
}

TEST_F(HttpConnectionTest, ClosesAfterAFramingErrorSoThatNothingIsSmuggled)
{
    startServer();
    RawClient client(port);
    client.send("POST /api/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 70\r\n\r\n" + hello +
                hello);
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->headers.at("connection"), "close");
    EXPECT_FALSE(client.receive());
    EXPECT_TRUE(client.closed());
}

TEST_F(HttpConnectionTest, ASlowReaderCostsNoCpuAndStallsNobody)
{
    startServer();
    addBig(5 << 20);
    std::vector<std::unique_ptr<RawClient>> readers;
    for (int i = 0; i < 8; ++i) {
        readers.push_back(std::make_unique<RawClient>(port, 4096));
        readers.back()->send(requestText("GET", "/api/big"));
    }
    const MetricLabels big{{"method", "GET"}, {"route", "/api/big"}, {"code", "200"}};
    for (int i = 0; i < 500 && metrics.count("atrium_http_requests_total", big) < 8; ++i)
        std::this_thread::sleep_for(10ms);
    const auto cpuBefore = cpuSeconds();
    const auto started = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(statusOf(hello), 200) << i;
        std::this_thread::sleep_for(20ms);
    }
    // A worker that spins on a slow reader uses at least the time of one core.
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    EXPECT_LT(cpuSeconds() - cpuBefore, elapsed.count() / 2);
    const auto answer = readers.front()->receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), 5u << 20);
}

TEST_F(HttpConnectionTest, CutsAReaderThatNeverReads)
{
    config.timeouts.write = 200ms;
    config.timeouts.writeBytesPerSecond = 1 << 30;
    startServer();
    addBig(20 << 20);
    RawClient client(port, 4096);
    client.send(requestText("GET", "/api/big"));
    for (int i = 0; i < 300 && server->connections() == 0; ++i) std::this_thread::sleep_for(5ms);
    for (int i = 0; i < 300 && server->connections() > 0; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(server->connections(), 0u);
    EXPECT_EQ(metrics.count("atrium_http_rejected_total", {{"reason", "slow-reader"}}), 1u);
}

TEST_F(HttpConnectionTest, SlowReadersTogetherCannotFillTheMemory)
{
    config.maxUnsentBytes = 1;
    startServer();
    addBig(20 << 20);
    RawClient client(port, 4096);
    client.send(requestText("GET", "/api/big"));
    // It must not read before it is cut: one that reads while the server sends may keep up with it.
    const auto cut = [&] { return metrics.count("atrium_http_rejected_total", {{"reason", "slow-reader"}}); };
    for (int i = 0; i < 500 && cut() == 0; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_EQ(cut(), 1u);
    EXPECT_TRUE(client.closed());
    EXPECT_EQ(statusOf(hello), 200);
}

TEST_F(HttpConnectionTest, AnswersAHalfClosedClient)
{
    startServer();
    addSlow();
    for (const char* path : {"/api/hello", "/api/slow"}) {
        RawClient client(port);
        client.send(requestText("GET", path));
        client.finishSending();
        const auto answer = client.receive();
        ASSERT_TRUE(answer) << path;
        EXPECT_EQ(answer->status, 200);
        EXPECT_TRUE(client.closed());
    }
}

TEST_F(HttpConnectionTest, CutsAClientThatTricklesItsHeaders)
{
    config.timeouts.head = 300ms;
    startServer();
    RawClient client(port);
    const auto started = std::chrono::steady_clock::now();
    client.sendSlowly("GET /api/hello HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\n", 2, 20ms);
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);
    EXPECT_TRUE(client.closed());
    EXPECT_LT(std::chrono::steady_clock::now() - started, 3s);
    EXPECT_EQ(metrics.count("atrium_http_rejected_total", {{"reason", "timeout"}}), 1u);
}

TEST_F(HttpConnectionTest, CutsASlowBodyAndAnIdleConnection)
{
    config.timeouts.body = 200ms;
    config.timeouts.idle = 200ms;
    startServer();
    addEcho();
    RawClient slowBody(port);
    slowBody.send("POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    const auto answer = slowBody.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408);

    RawClient idle(port);
    idle.send(hello);
    ASSERT_TRUE(idle.receive());
    EXPECT_FALSE(idle.receive()) << "an idle connection gets no 408: its client would take it for the next answer";
    EXPECT_TRUE(idle.closed(2s));
}

TEST_F(HttpConnectionTest, GivesUpOnAHandlerThatTakesTooLong)
{
    config.timeouts.answer = 200ms;
    startServer();
    std::promise<HttpAnswer> pending;
    auto route = declare("/api/never", "never");
    routes += server->routes().asyncRoute(
        route, [&](const HttpRequest&, HttpAnswer answer) { pending.set_value(std::move(answer)); });
    RawClient client(port);
    client.send(requestText("GET", "/api/never"));
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 504);
    EXPECT_TRUE(client.closed());
    pending.get_future().get()(HttpResponse::empty());
}

/// A handler that remembers who asked, and answers when the test wants it.
struct LateHandler {
    struct Asked {
        HttpAnswer answer;
        std::stop_token nobodyWaits;
    };
    AsyncHttpHandler handler()
    {
        return [this](const HttpRequest& request, HttpAnswer answer) {
            asked.set_value({std::move(answer), request.nobodyWaits});
        };
    }
    std::promise<Asked> asked;
};

/// Whether the token is asked to stop within `patience`.
bool stopsWithin(const std::stop_token& token, std::chrono::milliseconds patience)
{
    std::promise<void> stopped;
    const std::stop_callback listening(token, [&] { stopped.set_value(); });
    return stopped.get_future().wait_for(patience) == std::future_status::ready;
}

TEST_F(HttpConnectionTest, AHandlerHearsThatItsClientHasGone)
{
    startServer();
    for (const bool wholly : {true, false}) {
        LateHandler late;
        const auto route = server->routes().asyncRoute(declare("/api/late", "late"), late.handler());
        std::optional<RawClient> client(std::in_place, port);
        client->send(requestText("GET", "/api/late"));
        const auto asked = late.asked.get_future().get();
        EXPECT_FALSE(stopsWithin(asked.nobodyWaits, 100ms)) << "it still waits";
        if (wholly) client.reset();
        else client->finishSending();
        EXPECT_TRUE(stopsWithin(asked.nobodyWaits, 1s));
        asked.answer(HttpResponse::empty());
        if (!wholly) {
            EXPECT_EQ(client->receive()->status, 204) << "who only ended its half still gets the answer";
        }
    }
}

TEST_F(HttpConnectionTest, AHandlerHearsThatItsClientWasToldItTookTooLong)
{
    config.timeouts.answer = 200ms;
    startServer();
    LateHandler late;
    routes += server->routes().asyncRoute(declare("/api/late", "late"), late.handler());
    RawClient client(port);
    client.send(requestText("GET", "/api/late"));
    const auto asked = late.asked.get_future().get();
    EXPECT_TRUE(stopsWithin(asked.nobodyWaits, 3s));
    EXPECT_EQ(client.receive()->status, 504);
    asked.answer(HttpResponse::empty());
}

TEST_F(HttpConnectionTest, AnAnsweredRequestIsNotCalledOff)
{
    startServer();
    LateHandler late;
    routes += server->routes().asyncRoute(declare("/api/late", "late"), late.handler());
    std::optional<RawClient> client(std::in_place, port);
    client->send(requestText("GET", "/api/late"));
    const auto asked = late.asked.get_future().get();
    asked.answer(HttpResponse::empty());
    EXPECT_EQ(client->receive()->status, 204);
    client.reset();
    EXPECT_FALSE(stopsWithin(asked.nobodyWaits, 200ms));
}

TEST_F(HttpConnectionTest, FollowsTheConnectionRulesOfBothVersions)
{
    startServer();
    {
        RawClient old(port);
        old.send("GET /api/hello HTTP/1.0\r\n\r\n");
        const auto answer = old.receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
        EXPECT_TRUE(old.closed(1s));
    }
    {
        RawClient oldKeepAlive(port);
        for (int i = 0; i < 2; ++i) {
            oldKeepAlive.send("GET /api/hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            const auto answer = oldKeepAlive.receive();
            ASSERT_TRUE(answer);
            EXPECT_EQ(answer->headers.at("connection"), "keep-alive");
        }
    }
    RawClient closing(port);
    closing.send(requestText("GET", "/api/hello", "Connection: close\r\n"));
    ASSERT_TRUE(closing.receive());
    EXPECT_TRUE(closing.closed(1s));
}

TEST_F(HttpConnectionTest, GarbageConnectionsLeaveNoDescriptorsBehind)
{
    startServer();
    ASSERT_EQ(statusOf(hello), 200);
    const auto before = openDescriptors();
    for (int i = 0; i < 300; ++i) {
        RawClient client(port);
        client.send(i % 3 == 0 ? std::string("\x16\x03\x01\x02\x00garbage\n\n") : i % 3 == 1 ? "GET / HT" : "");
    }
    for (int i = 0; i < 100 && (server->connections() > 0 || openDescriptors() > before); ++i)
        std::this_thread::sleep_for(20ms);
    EXPECT_EQ(server->connections(), 0u);
    EXPECT_LE(openDescriptors(), before);
    EXPECT_EQ(statusOf(hello), 200);
}

TEST_F(HttpConnectionTest, AnswersExpectContinueBeforeTheBodyIsSent)
{
    startServer();
    addEcho();
    RawClient client(port);
    client.send("POST /api/echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 100);
    client.send("body");
    answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "body");
}

TEST_F(HttpConnectionTest, TakesBodiesUpToTheLimitOfTheRouteOnly)
{
    startServer();
    addEcho();
    RawClient client(port);
    client.send(requestText("POST", "/api/echo", "", std::string(1 << 20, 'b')));
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), 1u << 20);
    EXPECT_EQ(statusOf("POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n"), 413);
}

TEST_F(HttpConnectionTest, TurnsConnectionsAwayAboveTheLimit)
{
    config.maxConnections = 2;
    startServer();
    RawClient first(port), second(port);
    first.send(hello);
    second.send(hello);
    ASSERT_TRUE(first.receive());
    ASSERT_TRUE(second.receive());
    RawClient third(port);
    const auto answer = third.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_TRUE(third.closed());
}

TEST_F(HttpConnectionTest, NamesTheAddressThatIsTaken)
{
    startServer();
    HttpConfig other = config;
    other.listeners = {{"127.0.0.1", port}};
    HttpServer rival(other, HttpDependencies{clock, pool, metrics, log, {}});
    try {
        rival.start();
        FAIL() << "two servers on one port";
    }
    catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("127.0.0.1 port " + std::to_string(port)), std::string::npos)
            << error.what();
    }
}

TEST_F(HttpConnectionTest, ListensOnSeveralPorts)
{
    config.listeners = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
    startServer();
    const auto ports = server->ports();
    ASSERT_EQ(ports.size(), 2u);
    for (const auto each : ports) {
        port = each;
        EXPECT_EQ(statusOf(hello), 200);
    }
}

TEST_F(HttpConnectionTest, StopLetsARunningRequestEnd)
{
    startServer();
    std::atomic<bool> entered{false};
    add(
        "/api/slow", "slow",
        [&](const HttpRequest&) -> Result<HttpResponse> {
            entered = true;
            std::this_thread::sleep_for(200ms);
            return HttpResponse::jsonText("\"done\"");
        },
        RouteExecution::Blocking);
    RawClient client(port), idle(port);
    idle.send(hello);
    ASSERT_TRUE(idle.receive());
    client.send(requestText("GET", "/api/slow"));
    while (!entered) std::this_thread::sleep_for(5ms);
    std::thread stopper([&] { server->stop(3s); });
    const auto answer = client.receive();
    stopper.join();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "\"done\"");
    EXPECT_EQ(answer->headers.at("connection"), "close");
    EXPECT_TRUE(idle.closed());
    EXPECT_THROW(RawClient(port).receive(), std::runtime_error);
}

} // namespace
} // namespace atrium::http
