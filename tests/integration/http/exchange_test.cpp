#include "http_fixture.h"

#include "atrium/json.h"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace atrium::http {
namespace {

using namespace std::chrono_literals;
using testing::RawClient;
using testing::requestText;

class HttpExchangeTest : public HttpFixture {
protected:
    RawClient::Answer ask(std::string_view method, std::string_view target, std::string_view headers = {},
                          std::string_view body = {})
    {
        RawClient client(port);
        client.send(requestText(method, target, headers, body));
        const auto answer = client.receive(method == "HEAD" ? RawClient::Body::None : RawClient::Body::Expected);
        return answer ? *answer : RawClient::Answer{};
    }
};

/// Lets handlers wait until the test opens it.
struct Barrier {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    int waiting = 0;

    void wait()
    {
        std::unique_lock lock(mutex);
        ++waiting;
        changed.notify_all();
        changed.wait(lock, [this] { return open; });
    }
    void awaitWaiting(int count)
    {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, 5s, [&] { return waiting >= count; });
    }
    void release()
    {
        std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
};

TEST_F(HttpExchangeTest, AnExceptionIsA500ThatTellsTheClientNothing)
{
    startServer();
    add("/api/throws", "throws",
        [](const HttpRequest&) -> Result<HttpResponse> { throw std::runtime_error("SELECT secret FROM users"); });
    add("/api/throws-int", "throwsInt", [](const HttpRequest&) -> Result<HttpResponse> { throw 7; });
    for (const char* path : {"/api/throws", "/api/throws-int"}) {
        const auto answer = ask("GET", path);
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(answer.body.find("SELECT"), std::string::npos);
        const auto problem = parseJson(answer.body);
        ASSERT_TRUE(problem.ok());
        EXPECT_TRUE(log.mentions(problem->textOr("requestId", "?")));
    }
    EXPECT_TRUE(log.mentions("SELECT secret"));
    EXPECT_EQ(metrics.count("atrium_http_handler_exceptions_total"), 2u);
    EXPECT_EQ(ask("GET", "/api/hello").status, 200);
}

TEST_F(HttpExchangeTest, AFullPoolIsA503WithRetryAfter)
{
    startServer();
    Barrier barrier;
    add(
        "/api/work", "work",
        [&](const HttpRequest&) -> Result<HttpResponse> {
            barrier.wait();
            return HttpResponse::jsonText("1");
        },
        RouteExecution::Blocking);
    std::vector<std::unique_ptr<RawClient>> busy;
    for (int i = 0; i < 2; ++i) {
        busy.push_back(std::make_unique<RawClient>(port));
        busy.back()->send(requestText("GET", "/api/work"));
    }
    barrier.awaitWaiting(2);
    for (int i = 0; i < 2; ++i) {
        busy.push_back(std::make_unique<RawClient>(port));
        busy.back()->send(requestText("GET", "/api/work"));
    }
    for (int i = 0; i < 200 && pool.queued() < 2; ++i) std::this_thread::sleep_for(5ms);
    const auto refused = ask("GET", "/api/work");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.count("retry-after"), 1u);
    EXPECT_EQ(ask("GET", "/api/hello").status, 200) << "inline routes do not need the pool";
    barrier.release();
    for (auto& client : busy) {
        const auto answer = client->receive();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200);
    }
    routes.clear(); // the handlers have left the barrier when this returns
}

TEST_F(HttpExchangeTest, AWithdrawnRouteIsGoneAndItsHandlerHasEnded)
{
    startServer();
    std::atomic<int> inside{0};
    std::atomic<int> afterWithdrawal{0};
    std::atomic<bool> withdrawn{false};
    auto route = declare("/api/plugin", "plugin");
    route.execution = RouteExecution::Blocking;
    auto registration = server->routes().route(route, [&](const HttpRequest&) -> Result<HttpResponse> {
        ++inside;
        if (withdrawn) ++afterWithdrawal;
        std::this_thread::sleep_for(10ms);
        --inside;
        return HttpResponse::jsonText("1");
    });
    std::atomic<bool> stop{false};
    std::vector<std::thread> callers;
    std::atomic<int> unexpected{0};
    for (int i = 0; i < 2; ++i)
        callers.emplace_back([&] {
            while (!stop) {
                const int status = ask("GET", "/api/plugin").status;
                if (status != 200 && status != 404) ++unexpected;
            }
        });
    while (inside == 0) std::this_thread::sleep_for(1ms);
    registration.reset();
    EXPECT_EQ(inside, 0);
    withdrawn = true;
    std::this_thread::sleep_for(50ms);
    stop = true;
    for (auto& caller : callers) caller.join();
    EXPECT_EQ(afterWithdrawal, 0);
    EXPECT_EQ(unexpected, 0);
    EXPECT_EQ(ask("GET", "/api/plugin").status, 404);
}

TEST_F(HttpExchangeTest, AnAsyncRouteAnswersFromAnotherThreadAndADroppedAnswerIsA500)
{
    startServer();
    std::thread other;
    routes += server->routes().asyncRoute(declare("/api/later", "later"), [&](const HttpRequest&, HttpAnswer answer) {
        other = std::thread([answer = std::move(answer)] {
            std::this_thread::sleep_for(20ms);
            answer(HttpResponse::jsonText("\"later\""));
            answer(HttpResponse::jsonText("\"twice\""));
        });
    });
    routes += server->routes().asyncRoute(declare("/api/dropped", "dropped"), [](const HttpRequest&, HttpAnswer) {});
    EXPECT_EQ(ask("GET", "/api/later").body, "\"later\"");
    other.join();
    EXPECT_EQ(ask("GET", "/api/dropped").status, 500);
}

TEST_F(HttpExchangeTest, SpeaksOfTokensAsItsClientsExpect)
{
    startServer();
    auto route = declare("/api/me", "me");
    route.access = RouteAccess::authenticated();
    routes += server->routes().route(route, [](const HttpRequest& request) -> Result<HttpResponse> {
        return HttpResponse::json(Object{{"name", request.principal.name}});
    });
    const auto none = ask("GET", "/api/me");
    EXPECT_EQ(none.status, 401);
    EXPECT_EQ(parseJson(none.body)->textOr("message", ""), "Token manquant");
    const auto bad = ask("GET", "/api/me", "Authorization: Bearer nonsense\r\n");
    EXPECT_EQ(bad.status, 401);
    EXPECT_EQ(parseJson(bad.body)->textOr("error", ""), "Token invalide");
    const auto english = ask("GET", "/api/me", "Authorization: Bearer nonsense\r\nAccept-Language: en\r\n");
    EXPECT_EQ(parseJson(english.body)->textOr("error", ""), "Invalid token");
    EXPECT_EQ(ask("GET", "/api/me", "Authorization: Bearer good\r\n").body, R"({"name":"Ada"})");
}

TEST_F(HttpExchangeTest, ValidatesQueryAndBodyBeforeTheHandlerRuns)
{
    startServer();
    auto list = declare("/api/alerts", "alerts");
    list.query = {{"limit", Value::Kind::Integer, "at most", 50, 5}};
    routes += server->routes().route(
        list, [](const HttpRequest& request) -> Result<HttpResponse> { return HttpResponse::json(request.query); });
    auto create = declare("/api/devices", "create", HttpMethod::Post);
    create.requestSchema =
        R"({"type":"object","required":["name"],"properties":{"name":{"type":"string","maxLength":5}}})";
    routes += server->routes().route(create, [](const HttpRequest& request) -> Result<HttpResponse> {
        return HttpResponse::json(request.body, 201);
    });
    EXPECT_EQ(ask("GET", "/api/alerts").body, R"({"limit":50})");
    EXPECT_EQ(ask("GET", "/api/alerts?limit=7&other=1").body, R"({"limit":7})");
    EXPECT_EQ(ask("GET", "/api/alerts?limit=abc").status, 400);
    EXPECT_EQ(ask("GET", "/api/alerts?limit=1&limit=2").status, 400);
    EXPECT_EQ(ask("GET", "/api/alerts?limit=%00").status, 400);
    EXPECT_EQ(ask("POST", "/api/devices", "", R"({"name":"a"})").status, 201);
    EXPECT_EQ(ask("POST", "/api/devices", "", R"({"name":)").status, 400);
    const auto refused = ask("POST", "/api/devices", "", R"({"name":"too long"})");
    EXPECT_EQ(refused.status, 400);
    const auto problem = parseJson(refused.body);
    EXPECT_EQ(problem->find("errors")->list().at(0).textOr("pointer", ""), "/name");
    const auto missing = ask("POST", "/api/devices");
    EXPECT_EQ(parseJson(missing.body)->find("errors")->list().at(0).textOr("pointer", ""), "/name");
}

TEST_F(HttpExchangeTest, AnswersHeadOptionsAndUnknownMethods)
{
    startServer();
    const auto head = ask("HEAD", "/api/hello");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-length"), "14");
    const auto options = ask("OPTIONS", "/api/hello");
    EXPECT_EQ(options.status, 204);
    EXPECT_NE(options.headers.at("allow").find("GET, HEAD"), std::string::npos);
    const auto wrong = ask("DELETE", "/api/hello");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_NE(wrong.headers.at("allow").find("GET"), std::string::npos);
    EXPECT_EQ(ask("GET", "/api/nothing").status, 404);
    EXPECT_EQ(parseJson(ask("GET", "/api/nothing").body)->booleanOr("success", true), false);
}

TEST_F(HttpExchangeTest, LimitsRequestsPerAddressAndSaysSo)
{
    config.limits.enabled = true;
    config.limits.perMinute = 5;
    startServer();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask("GET", "/api/hello").status, 200);
    const auto refused = ask("GET", "/api/hello");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("ratelimit-remaining"), "0");
    EXPECT_EQ(refused.headers.count("retry-after"), 1u);
}

TEST_F(HttpExchangeTest, AHeaderThatWouldSplitTheResponseNeverLeaves)
{
    startServer();
    add("/api/split", "split", [](const HttpRequest&) -> Result<HttpResponse> {
        auto response = HttpResponse::empty(302);
        response.headers.emplace_back("Location", "/x\r\nSet-Cookie: a=b");
        return response;
    });
    const auto answer = ask("GET", "/api/split");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.headers.count("set-cookie"), 0u);
}

TEST_F(HttpExchangeTest, CompressesAndRevalidates)
{
    startServer();
    add("/api/list", "list", [](const HttpRequest&) -> Result<HttpResponse> {
        auto response = HttpResponse::jsonText("[" + std::string(3000, ' ') + "]");
        response.etag = "v1";
        return response;
    });
    const auto plain = ask("GET", "/api/list");
    EXPECT_EQ(plain.body.size(), 3002u);
    const auto small = ask("GET", "/api/list", "Accept-Encoding: gzip\r\n");
    EXPECT_EQ(small.headers.at("content-encoding"), "gzip");
    EXPECT_LT(small.body.size(), 200u);
    for (const auto& etag : {plain.headers.at("etag"), small.headers.at("etag")}) {
        const auto again = ask("GET", "/api/list", "If-None-Match: " + etag + "\r\n");
        EXPECT_EQ(again.status, 304);
        EXPECT_TRUE(again.body.empty());
    }
}

TEST_F(HttpExchangeTest, AnswersPreflightsOfConfiguredOriginsOnly)
{
    config.cors.origins = {"http://localhost:3000"};
    startServer();
    const std::string wants = "Access-Control-Request-Method: POST\r\n"
                              "Access-Control-Request-Headers: authorization, content-type\r\n";
    const auto allowed = ask("OPTIONS", "/api/hello", "Origin: http://localhost:3000\r\n" + wants);
    EXPECT_EQ(allowed.status, 204);
    EXPECT_EQ(allowed.headers.at("access-control-allow-origin"), "http://localhost:3000");
    EXPECT_EQ(allowed.headers.at("access-control-allow-credentials"), "true");
    EXPECT_EQ(allowed.headers.at("access-control-allow-headers"), "authorization, content-type");
    const auto other = ask("OPTIONS", "/api/hello", "Origin: http://evil.example\r\n" + wants);
    EXPECT_EQ(other.headers.count("access-control-allow-origin"), 0u);
    EXPECT_EQ(ask("GET", "/api/hello", "Origin: http://localhost:3000\r\n").headers.at("access-control-allow-origin"),
              "http://localhost:3000");
}

TEST_F(HttpExchangeTest, DescribesItsRoutesAndFollowsTheirChanges)
{
    startServer();
    auto document = parseJson(ask("GET", "/api/openapi.json").body, {.maxBytes = 1 << 20, .maxDepth = 64});
    ASSERT_TRUE(document.ok());
    EXPECT_EQ(document->textOr("openapi", ""), "3.1.0");
    EXPECT_TRUE(document->find("paths")->find("/api/hello"));
    EXPECT_FALSE(document->find("paths")->find("/api/new"));
    add("/api/new", "new", [](const HttpRequest&) -> Result<HttpResponse> { return HttpResponse::empty(); });
    document = parseJson(ask("GET", "/api/openapi.json").body, {.maxBytes = 1 << 20, .maxDepth = 64});
    EXPECT_TRUE(document->find("paths")->find("/api/new"));
    const auto page = ask("GET", "/api/docs");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.headers.at("content-security-policy").find("unsafe"), std::string::npos);
    EXPECT_EQ(ask("GET", "/api/docs/docs.js").status, 200);
}

TEST_F(HttpExchangeTest, ServesTheDashboardAndNothingBesideIt)
{
    const auto root = std::filesystem::temp_directory_path() / ("atrium_static_" + std::to_string(::getpid()));
    std::filesystem::create_directories(root / "dist/assets");
    std::ofstream(root / "secret.txt") << "top words";
    std::ofstream(root / "dist/index.html") << "<!doctype html>home";
    std::ofstream(root / "dist/assets/app-3f9c2b1a.js") << "run()";
    std::ofstream(root / "dist/assets/app-3f9c2b1a.js.gz") << "gz";
    std::filesystem::create_symlink(root / "secret.txt", root / "dist/link.txt");
    config.staticFolder = root / "dist";
    startServer();
    for (int i = 0; i < 2; ++i) { // from the disk, then from memory
        EXPECT_EQ(ask("GET", "/").body, "<!doctype html>home");
        EXPECT_EQ(ask("GET", "/").headers.at("cache-control"), "no-cache");
        EXPECT_EQ(ask("GET", "/devices/3").body, "<!doctype html>home");
        const auto script = ask("GET", "/assets/app-3f9c2b1a.js");
        EXPECT_EQ(script.body, "run()");
        EXPECT_NE(script.headers.at("cache-control").find("immutable"), std::string::npos);
        EXPECT_EQ(ask("GET", "/assets/app-3f9c2b1a.js", "Accept-Encoding: gzip\r\n").body, "gz");
        EXPECT_EQ(ask("GET", "/missing.js").status, 404);
        EXPECT_EQ(ask("GET", "/api/missing").status, 404);
        for (const char* path :
             {"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/link.txt", "/assets/../../secret.txt"})
            EXPECT_EQ(ask("GET", path).body.find("top words"), std::string::npos) << path;
        for (const char* path : {"/../secret.txt", "/..%2fsecret.txt", "/link.txt"})
            EXPECT_GE(ask("GET", path).status, 400) << path;
    }
    shutDown();
    std::filesystem::remove_all(root);
}

TEST_F(HttpExchangeTest, HandsAnUpgradedConnectionOver)
{
    startServer();
    std::mutex mutex;
    std::vector<UpgradedConnection> received;
    auto upgrade = server->upgrades().onUpgrade("/ws", [&](UpgradedConnection connection) {
        std::lock_guard lock(mutex);
        received.push_back(std::move(connection));
    });
    RawClient client(port);
    client.send("GET /ws?token=abc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\nearly");
    const auto answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 101);
    EXPECT_EQ(answer->headers.at("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    for (int i = 0; i < 200; ++i) {
        std::lock_guard lock(mutex);
        if (!received.empty()) break;
        std::this_thread::sleep_for(5ms);
    }
    std::lock_guard lock(mutex);
    ASSERT_EQ(received.size(), 1u);
    EXPECT_GE(received[0].descriptor, 4096);
    int sendsAtOnce = 0;
    socklen_t size = sizeof sendsAtOnce;
    ASSERT_EQ(::getsockopt(received[0].descriptor, IPPROTO_TCP, TCP_NODELAY, &sendsAtOnce, &size), 0);
    EXPECT_NE(sendsAtOnce, 0) << "a frame must not wait for the acknowledgement of the one before";
    EXPECT_EQ(received[0].leftover, "early");
    EXPECT_EQ(received[0].query.at(0).second, "abc");
    client.send("later");
    pollfd poll{received[0].descriptor, POLLIN, 0};
    ASSERT_EQ(::poll(&poll, 1, 2000), 1);
    char bytes[16];
    EXPECT_EQ(::recv(received[0].descriptor, bytes, sizeof bytes, 0), 5);
    ::send(received[0].descriptor, "back", 4, MSG_NOSIGNAL);
    EXPECT_EQ(client.receiveBytes(4), "back");
    ::close(received[0].descriptor);
    EXPECT_EQ(ask("GET", "/ws",
                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
                  .status,
              426);
}

} // namespace
} // namespace atrium::http
