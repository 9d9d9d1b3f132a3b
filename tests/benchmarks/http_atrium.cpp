// The ratio's upper half: Atrium's HTTP with a device list, a bearer token and all that every request goes through.
// `http_atrium PORT BYTES [limits]`: GET /api/devices, token `good`; ends on SIGTERM or SIGINT. /ws broadcasts the time
// five times a second for realtime_clients.
#include "http/http_server.h"
#include "realtime/realtime_hub.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

namespace {

using namespace atrium;

class SilentLog : public Log {
public:
    bool enabled(LogLevel level) const override { return level >= LogLevel::Warning; }
    void write(LogLevel, std::string_view message, const Object&) override { std::cerr << message << '\n'; }
};

/// Costs what checking an HS256 token costs: one HMAC over a token of usual length.
Result<Principal> verify(std::string_view token)
{
    static const std::string signedPart(160, 'h');
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    HMAC(EVP_sha256(), "a key of thirty-two bytes length", 32,
         reinterpret_cast<const unsigned char*>(signedPart.data()), signedPart.size(), mac, &length);
    if (length != 32 || token != "good") return makeError(ErrorCode::Unauthenticated);
    static const auto permissions =
        std::make_shared<const std::set<Permission, std::less<>>>(std::set<Permission, std::less<>>{"devices.read"});
    Principal principal;
    principal.user = UserId{1};
    principal.permissions = permissions;
    return principal;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) return 2;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    const auto bytes = static_cast<std::size_t>(std::atoi(argv[2]));
    const std::string body = "{\"a\":\"" + std::string(bytes > 8 ? bytes - 8 : 0, 'x') + "\"}";
    runtime::SystemClock clock;
    runtime::WorkerPool pool("work", 2, 64, [](const std::string&) {});
    testing::MemoryMetrics metrics;
    SilentLog log;
    http::HttpConfig config;
    config.listeners = {{"127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[1]))}};
    config.limits.enabled = argc > 3;
    config.limits.perMinute = 100'000'000;
    http::HttpServer server(config, {clock, pool, metrics, log, verify});
    Route route;
    route.path = "/api/devices";
    route.operationId = "listDevices";
    route.access = RouteAccess::permitted("devices.read");
    const auto devices = server.routes().route(
        route, [&](const HttpRequest&) -> Result<HttpResponse> { return HttpResponse::jsonText(body); });
    route.path = "/api/blocking";
    route.operationId = "blocking";
    route.execution = RouteExecution::Blocking;
    const auto blocking = server.routes().route(
        route, [&](const HttpRequest&) -> Result<HttpResponse> { return HttpResponse::jsonText(body); });
    realtime::RealtimeHub hub({}, {clock, metrics, log, verify});
    hub.start();
    const auto upgrade = server.upgrades().onUpgrade("/ws", [&](http::UpgradedConnection connection) {
        realtime::IncomingClient client;
        client.descriptor = connection.descriptor;
        for (const auto& [name, value] : connection.query)
            if (name == "token") client.token = value;
        client.leftover = std::move(connection.leftover);
        hub.accept(std::move(client));
    });
    server.start();
    timespec period{0, 200'000'000};
    while (sigtimedwait(&signals, nullptr, &period) < 0) {
        RealtimeMessage message;
        message.topic = "time";
        message.body = {{"type", "time"}, {"at", std::chrono::steady_clock::now().time_since_epoch().count()}};
        hub.publish(std::move(message));
    }
    server.stop(std::chrono::seconds(2));
    hub.stop();
}
