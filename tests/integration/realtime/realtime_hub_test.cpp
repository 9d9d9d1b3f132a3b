#include "realtime/realtime_hub.h"

#include "http/http_server.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "support/websocket_client.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace atrium::realtime {
namespace {

using namespace std::chrono_literals;
using testing::clientFrame;
using testing::WebSocketClient;

class RealtimeHubTest : public ::testing::Test {
protected:
    ~RealtimeHubTest() override
    {
        if (server) server->stop(2s);
        if (hub) hub->stop();
    }

    void startServer()
    {
        hub = std::make_unique<RealtimeHub>(
            config,
            RealtimeDependencies{clock, metrics, log, [this](std::string_view token) { return authenticate(token); }});
        hub->start();
        http::HttpConfig settings;
        settings.listeners = {{"127.0.0.1", 0}};
        settings.limits.enabled = false;
        server = std::make_unique<http::HttpServer>(settings, http::HttpDependencies{clock, pool, metrics, log, {}});
        upgrade = server->upgrades().onUpgrade("/ws", [this](http::UpgradedConnection connection) {
            IncomingClient client;
            client.descriptor = connection.descriptor;
            for (const auto& [name, value] : connection.query)
                if (name == "token") client.token = value;
            for (const auto& [name, value] : connection.headers) {
                if (name == "authorization" && client.token.empty() && value.size() > 7) client.token = value.substr(7);
                if (name == "origin") client.origin = value;
                if (name == "host") client.host = value;
            }
            client.leftover = std::move(connection.leftover);
            hub->accept(std::move(client));
        });
        server->start();
        port = server->ports().at(0);
    }

    /// `user-7` is user 7; `admin-7` too, with the permission `plugs.manage`.
    Result<Principal> authenticate(std::string_view token)
    {
        std::lock_guard lock(mutex);
        const bool admin = token.starts_with("admin-");
        if (revoked.count(std::string(token)) || (!admin && !token.starts_with("user-")))
            return makeError(ErrorCode::Unauthenticated);
        Principal principal;
        principal.user = UserId{std::stol(std::string(token.substr(token.find('-') + 1)))};
        if (admin)
            principal.permissions = std::make_shared<const std::set<Permission, std::less<>>>(
                std::set<Permission, std::less<>>{"plugs.manage"});
        return principal;
    }

    void publish(std::string topic, Value value, Permission permission = {}, UserId user = {}, std::string key = {})
    {
        RealtimeMessage message;
        message.body = {{"type", topic}, {"value", std::move(value)}};
        message.topic = std::move(topic);
        message.permission = std::move(permission);
        message.user = user;
        message.conflationKey = std::move(key);
        hub->publish(std::move(message));
    }
    /// The number of a message that a client got before it went away.
    std::int64_t seqOfOneWhoLeft()
    {
        WebSocketClient client(port, "/ws?token=user-1");
        client.receiveJson();
        publish("devices", 1);
        return client.receiveJson().integerOr("seq", 0);
    }
    template <class Condition>
    bool eventually(Condition condition, std::chrono::milliseconds patience = 5s)
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }

    runtime::SystemClock clock;
    testing::MemoryMetrics metrics;
    testing::RecordingLog log;
    runtime::WorkerPool pool{"work", 1, 8, [](const std::string&) {}};
    std::mutex mutex;
    std::set<std::string> revoked;
    RealtimeConfig config;
    std::unique_ptr<RealtimeHub> hub;
    std::unique_ptr<http::HttpServer> server;
    Subscription upgrade;
    std::uint16_t port = 0;
};

TEST_F(RealtimeHubTest, TakesTheTokenFromQueryHeaderOrFirstMessage)
{
    startServer();
    const auto contribution = hub->onInitial([](const Principal& principal) {
        return Object{{"events", List{}}, {"user", principal.user.value}};
    });
    WebSocketClient query(port, "/ws?token=user-1");
    WebSocketClient header(port, "/ws", "Authorization: Bearer user-2\r\n");
    WebSocketClient first(port, "/ws");
    first.sendText(R"({"type":"auth","token":"user-3"})");
    int user = 1;
    for (auto* client : {&query, &header, &first}) {
        const auto initial = client->receiveJson();
        EXPECT_EQ(initial.textOr("type", ""), "initial");
        EXPECT_EQ(initial.integerOr("user", 0), user++);
        EXPECT_TRUE(initial.find("seq"));
        EXPECT_TRUE(initial.find("events")->isList());
    }
}

TEST_F(RealtimeHubTest, RefusesMissingAndBadTokensWith1008)
{
    config.authenticateWithin = 200ms;
    startServer();
    WebSocketClient bad(port, "/ws?token=junk");
    EXPECT_EQ(bad.receiveClose(), 1008);
    EXPECT_EQ(bad.closeReason(), "Token invalide");
    EXPECT_TRUE(bad.raw().closed());
    WebSocketClient none(port, "/ws");
    EXPECT_EQ(none.receiveClose(), 1008);
    EXPECT_EQ(none.closeReason(), "Token manquant");
    WebSocketClient badFirst(port, "/ws");
    badFirst.sendText(R"({"type":"auth","token":"junk"})");
    EXPECT_EQ(badFirst.receiveClose(), 1008);
    EXPECT_TRUE(eventually([&] { return hub->clients() == 0; }));
}

TEST_F(RealtimeHubTest, RefusesPagesOfForeignOrigins)
{
    config.origins = {"http://localhost:5173"};
    startServer();
    WebSocketClient foreign(port, "/ws?token=user-1", "Origin: http://evil.example\r\n");
    EXPECT_EQ(foreign.receiveClose(), 1008);
    WebSocketClient own(port, "/ws?token=user-1", "Origin: http://localhost\r\n");
    EXPECT_EQ(own.receiveJson().textOr("type", ""), "initial");
    WebSocketClient configured(port, "/ws?token=user-1", "Origin: http://localhost:5173\r\n");
    EXPECT_EQ(configured.receiveJson().textOr("type", ""), "initial");
}

TEST_F(RealtimeHubTest, ClosesAClientWhoseTokenWasRevoked)
{
    config.recheckEvery = 100ms;
    startServer();
    WebSocketClient client(port, "/ws?token=user-1");
    client.receiveJson();
    {
        std::lock_guard lock(mutex);
        revoked.insert("user-1");
    }
    EXPECT_EQ(client.receiveClose(), 1008);
}

TEST_F(RealtimeHubTest, ChecksRightsAndTopicsForEveryMessage)
{
    startServer();
    WebSocketClient user(port, "/ws?token=user-1"), admin(port, "/ws?token=admin-2");
    user.receiveJson();
    admin.receiveJson();
    admin.sendText(R"({"type":"unsubscribe","topics":["noise*"]})");
    admin.sendText(R"({"type":"ping"})");
    EXPECT_EQ(admin.receiveJson().textOr("type", ""), "pong");
    publish("plugs", 1, "plugs.manage");
    publish("private", 2, {}, UserId{1});
    publish("noise.a", 3);
    publish("devices", 4);
    const auto expect = [](WebSocketClient& client, std::vector<std::int64_t> values) {
        std::uint64_t seq = 0;
        for (const auto value : values) {
            const auto message = client.receiveJson();
            EXPECT_EQ(message.integerOr("value", 0), value);
            EXPECT_GT(static_cast<std::uint64_t>(message.integerOr("seq", 0)), seq);
            seq = static_cast<std::uint64_t>(message.integerOr("seq", 0));
            EXPECT_EQ(message.textOr("type", "a"), message.textOr("topic", "b"));
        }
    };
    expect(user, {2, 3, 4});
    expect(admin, {1, 4});
}

TEST_F(RealtimeHubTest, IgnoresWhatItDoesNotUnderstandAndHandsOnTheRest)
{
    startServer();
    std::mutex seenMutex;
    std::vector<std::string> seen;
    const auto typing = hub->onClientMessage("typing", [&](const Principal& principal, const Object& body) {
        std::lock_guard lock(seenMutex);
        seen.push_back(std::to_string(principal.user.value) + toString(body.find("eventId")->kind()));
    });
    const auto throwing =
        hub->onClientMessage("boom", [](const Principal&, const Object&) { throw std::runtime_error("boom"); });
    WebSocketClient client(port, "/ws?token=user-5");
    client.receiveJson();
    for (const char* text : {"not json", "[]", "{}", R"({"type":5})", R"({"type":"unknown"})", R"({"type":"boom"})",
                             R"({"type":"subscribe"})", R"({"type":"resume","seq":"x"})",
                             R"({"type":"typing","eventId":3})", R"({"type":"ping"})"})
        client.sendText(text);
    EXPECT_EQ(client.receiveJson().textOr("type", ""), "pong");
    std::lock_guard lock(seenMutex);
    EXPECT_EQ(seen.size(), 1u);
}

TEST_F(RealtimeHubTest, ResumesWithWhatWasMissedAndRechecksRights)
{
    startServer();
    const auto seq = seqOfOneWhoLeft();
    ASSERT_TRUE(eventually([&] { return hub->clients() == 0; }));
    publish("devices", 2);
    publish("secret", 3, "plugs.manage");
    publish("private", 4, {}, UserId{9});
    publish("devices", 5);
    WebSocketClient back(port, "/ws?token=user-1");
    back.receiveJson();
    back.sendText(R"({"type":"resume","seq":)" + std::to_string(seq) + "}");
    EXPECT_EQ(back.receiveJson().integerOr("value", 0), 2);
    EXPECT_EQ(back.receiveJson().integerOr("value", 0), 5);
    EXPECT_EQ(back.receiveJson().textOr("type", ""), "resumed");
    back.sendText(R"({"type":"resume","seq":1})");
    EXPECT_EQ(back.receiveJson().textOr("type", ""), "resync");
}

TEST_F(RealtimeHubTest, KeepsNothingForWhoStaysAwayTooLong)
{
    config.rememberFor = 0ms;
    startServer();
    const auto seq = seqOfOneWhoLeft();
    ASSERT_TRUE(eventually([&] { return hub->clients() == 0; }));
    publish("devices", 2);
    WebSocketClient back(port, "/ws?token=user-1");
    back.receiveJson();
    back.sendText(R"({"type":"resume","seq":)" + std::to_string(seq) + "}");
    EXPECT_EQ(back.receiveJson().textOr("type", ""), "resync");
    publish("devices", 3);
    EXPECT_EQ(back.receiveJson().integerOr("value", 0), 3);
}

TEST_F(RealtimeHubTest, DropsASlowClientAndServesTheOthers)
{
    config.outboxBytes = 64 * 1024;
    startServer();
    WebSocketClient slow(port, "/ws?token=user-1", {}, 4096), quick(port, "/ws?token=user-2");
    slow.receiveJson();
    quick.receiveJson();
    const std::string big(32 * 1024, 'x');
    for (int i = 0; i < 400; ++i) {
        publish("big", big);
        ASSERT_EQ(quick.receiveJson().textOr("topic", ""), "big") << i;
        if (metrics.count("atrium_realtime_slow_clients_total")) break;
    }
    EXPECT_EQ(metrics.count("atrium_realtime_slow_clients_total"), 1u);
    EXPECT_TRUE(eventually([&] { return hub->clients() == 1; }));
    publish("after", 1);
    EXPECT_EQ(quick.receiveJson().textOr("topic", ""), "after");
}

TEST_F(RealtimeHubTest, HalfAFrameBlocksNobodyAndBadFramesCloseOneClient)
{
    startServer();
    WebSocketClient half(port, "/ws?token=user-1"), other(port, "/ws?token=user-2"), bad(port, "/ws?token=user-3");
    for (auto* client : {&half, &other, &bad}) client->receiveJson();
    const auto frame = clientFrame(0x81, R"({"type":"ping"})");
    half.raw().send(frame.substr(0, 9));
    publish("devices", 1);
    EXPECT_EQ(other.receiveJson().integerOr("value", 0), 1);
    EXPECT_EQ(half.receiveJson().integerOr("value", 0), 1);
    half.raw().send(frame.substr(9));
    EXPECT_EQ(half.receiveJson().textOr("type", ""), "pong");
    bad.raw().send("\x81\x02hi");
    EXPECT_EQ(bad.receiveClose(), 1002);
    other.raw().send(clientFrame(0x89, "are you there"));
    const auto pong = other.receive();
    ASSERT_TRUE(pong);
    EXPECT_EQ(pong->opcode, 10u);
    EXPECT_EQ(pong->payload, "are you there");
}

TEST_F(RealtimeHubTest, PingsAndDropsTheDead)
{
    config.pingEvery = 100ms;
    startServer();
    WebSocketClient client(port, "/ws?token=user-1");
    client.receiveJson();
    const auto ping = client.receive();
    ASSERT_TRUE(ping);
    EXPECT_EQ(ping->opcode, 9u);
    EXPECT_TRUE(eventually([&] { return hub->clients() == 0; }, 3s)) << "it never answers";
}

TEST_F(RealtimeHubTest, AFullInboxDropsConflatableMessagesFirstAndElseAsksForAResync)
{
    config.inboxMessages = 3;
    startServer();
    WebSocketClient client(port, "/ws?token=user-1");
    client.receiveJson();
    // The hub is busy in a contribution while messages pile up.
    std::mutex gate;
    std::atomic<bool> inside{false};
    const auto contribution = hub->onInitial([&](const Principal&) {
        inside = true;
        std::lock_guard wait(gate);
        return Object{};
    });
    std::unique_lock hold(gate);
    WebSocketClient second(port, "/ws?token=user-2");
    ASSERT_TRUE(eventually([&] { return inside.load(); }));
    publish("a", 1, {}, {}, "key");
    publish("a", 2);
    publish("a", 3);
    publish("a", 4); // takes the place of 1
    publish("a", 5); // lost
    hold.unlock();
    for (const int value : {2, 3, 4}) EXPECT_EQ(client.receiveJson().integerOr("value", 0), value);
    EXPECT_EQ(client.receiveJson().textOr("type", ""), "resync");
    EXPECT_EQ(metrics.count("atrium_realtime_inbox_dropped_total"), 2u);
}

TEST_F(RealtimeHubTest, TwoHundredClientsGetABroadcastAndAGoodbye)
{
    startServer();
    std::vector<std::unique_ptr<WebSocketClient>> clients;
    for (int i = 0; i < 200; ++i)
        clients.push_back(std::make_unique<WebSocketClient>(port, "/ws?token=user-" + std::to_string(i + 1)));
    for (auto& client : clients) ASSERT_EQ(client->receiveJson().textOr("type", ""), "initial");
    const auto started = std::chrono::steady_clock::now();
    publish("devices", 42);
    for (auto& client : clients) ASSERT_EQ(client->receiveJson().integerOr("value", 0), 42);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 1s);
    hub->stop();
    for (auto& client : clients) ASSERT_EQ(client->receiveClose(), 1001);
}

} // namespace
} // namespace atrium::realtime
