#pragma once

#include "http/config.h"
#include "http/dispatcher.h"
#include "http/transport.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace atrium::http {

/// The HTTP server: listeners, their connections, and the routes that plugins register. Routes may be registered and
/// withdrawn at any time, also before start(). Thread: start() and stop() on one thread; the rest any.
class HttpServer {
public:
    HttpServer(HttpConfig config, HttpDependencies dependencies);
    ~HttpServer();

    Http& routes() { return dispatcher_->routes(); }
    Upgrades& upgrades() { return *dispatcher_; }

    /// Binds all addresses and starts to serve. Throws std::runtime_error that names the address that is taken; nothing
    /// listens then.
    void start();
    /// Takes no new connections, lets running requests end until `patience` is over, then closes what is left.
    /// Idempotent; a stopped server cannot be started again.
    void stop(std::chrono::milliseconds patience);

    /// The ports that are listened on, in the order of the configuration.
    std::vector<std::uint16_t> ports() const;
    std::size_t connections() const { return registry_.size(); }

private:
    void sweep();

    const std::shared_ptr<Dispatcher> dispatcher_;
    ConnectionRegistry registry_;
    Counter& rejectedConnections_;
    Gauge& openConnections_;
    Gauge& unsentBytes_;
    Gauge& inFlight_;
    Subscriptions documentation_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread sweeper_;
};

} // namespace atrium::http
