#pragma once

#include "http/auth_gate.h"
#include "http/config.h"
#include "http/connection.h"
#include "http/cors.h"
#include "http/network_address.h"
#include "http/response_writer.h"
#include "http/route_registry.h"
#include "http/static_files.h"
#include "http/upgrade.h"

#include <map>
#include <memory>

namespace atrium::http {

class Exchange;

/// The way of a request: preflight, limits, routing, authorisation, validation, handler, answer. Knows no sockets.
/// Thread: any; owned through a shared_ptr that running exchanges keep.
class Dispatcher : public RequestSink, public Upgrades, public std::enable_shared_from_this<Dispatcher> {
public:
    Dispatcher(HttpConfig config, HttpDependencies dependencies);

    RouteRegistry& routes() { return routes_; }
    ConnectionContext& connections() { return connections_; }
    const HttpConfig& config() const { return config_; }
    const HttpDependencies& dependencies() const { return dependencies_; }

    std::size_t bodyLimit(const RequestHead& head) const override;
    void serve(FramedRequest request, std::shared_ptr<Connection> connection) override;
    std::string refusal(const FramingError& error) override;

    Subscription onUpgrade(std::string path, UpgradeHandler handler) override;

    /// Requests that have no answer yet.
    std::size_t inFlight() const { return inFlight_.load(); }
    /// From now on every answer ends its connection.
    void drain() { draining_ = true; }

private:
    friend class Exchange;
    struct UpgradeEntry {
        UpgradeHandler handler;
        mutable runtime::ActivityGate gate;
    };
    using UpgradeMap = std::map<std::string, std::shared_ptr<const UpgradeEntry>, std::less<>>;

    void readOrigin(const RequestHead& head, const Connection& connection, RequestContext& context) const;
    bool admitRate(RequestContext& context);
    void route(const std::shared_ptr<Exchange>& exchange);
    void run(const std::shared_ptr<Exchange>& exchange);
    void runBlocking(const std::shared_ptr<Exchange>& exchange);
    bool tryUpgrade(const std::shared_ptr<Exchange>& exchange);
    void serveStatic(const std::shared_ptr<Exchange>& exchange);
    void answerOptions(const std::shared_ptr<Exchange>& exchange, const std::vector<HttpMethod>& allowed);

    const HttpConfig config_;
    const HttpDependencies dependencies_;
    const Cors cors_;
    const ResponseWriter writer_;
    const AuthGate gate_;
    std::vector<NetworkRange> trustedProxies_;
    RateLimiter limiter_;
    RouteRegistry routes_;
    RouteMetrics unrouted_;
    RouteMetrics staticMetrics_;
    std::unique_ptr<StaticFiles> static_;
    Counter& rejectedByRate_;
    Counter& rejectedBusy_;
    Counter& handlerExceptions_;
    std::shared_ptr<runtime::Guarded<UpgradeMap>> upgrades_ = std::make_shared<runtime::Guarded<UpgradeMap>>();
    std::atomic<std::size_t> inFlight_{0};
    std::atomic<bool> draining_{false};
    ConnectionContext connections_;
};

} // namespace atrium::http
