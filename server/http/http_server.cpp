#include "http/http_server.h"

#include "http/documentation.h"
#include "runtime/thread.h"

#include <algorithm>
#include <sys/resource.h>

namespace atrium::http {

namespace {

constexpr std::chrono::milliseconds sweepPeriod{100};
constexpr std::chrono::milliseconds drainStep{10};
/// Descriptors that are left for databases, logs, the broker and Pistache itself.
constexpr std::size_t reservedDescriptors = 256;

/// accept() that fails with EMFILE makes Pistache's accept thread spin (P10), so the limit is never reached.
std::size_t affordableConnections(std::size_t wanted)
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
    const auto available = static_cast<std::size_t>(limit.rlim_cur);
    return std::min(wanted, available > 2 * reservedDescriptors ? available - reservedDescriptors : available / 2);
}

} // namespace

HttpServer::HttpServer(HttpConfig config, HttpDependencies dependencies)
    : dispatcher_(std::make_shared<Dispatcher>(std::move(config), std::move(dependencies))),
      rejectedConnections_(dispatcher_->dependencies().metrics.counter(
          "atrium_http_rejected_total", "Requests and connections that were turned away", {{"reason", "connections"}})),
      openConnections_(dispatcher_->dependencies().metrics.gauge("atrium_http_connections", "Open HTTP connections")),
      unsentBytes_(dispatcher_->dependencies().metrics.gauge("atrium_http_unsent_bytes",
                                                             "Answer bytes that slow readers have not taken yet")),
      inFlight_(dispatcher_->dependencies().metrics.gauge("atrium_http_requests_in_flight",
                                                          "Requests that have no answer yet"))
{
    const auto& settings = dispatcher_->config();
    registry_.setLimit(affordableConnections(settings.maxConnections));
    documentation_ = publishDocumentation(dispatcher_->routes(), settings.title, settings.version);
}

HttpServer::~HttpServer() { stop(std::chrono::seconds(1)); }

void HttpServer::start()
{
    const auto& settings = dispatcher_->config();
    std::vector<std::unique_ptr<Listener>> listeners;
    for (const auto& [address, port] : settings.listeners)
        listeners.push_back(std::make_unique<Listener>(address, port, std::max(1u, settings.workers),
                                                       dispatcher_->connections(), registry_, rejectedConnections_));
    listeners_ = std::move(listeners);
    for (auto& listener : listeners_) listener->start();
    sweeper_ = runtime::startThread("http-sweep", [this] { sweep(); });
}

void HttpServer::stop(std::chrono::milliseconds patience)
{
    {
        std::lock_guard lock(mutex_);
        if (stopping_) return;
        stopping_ = true;
    }
    // New connections are turned away from here on; whoever waits for an answer gets it.
    registry_.setLimit(0);
    dispatcher_->drain();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        bool busy = dispatcher_->inFlight() > 0;
        for (const auto& connection : registry_.all()) busy = !connection->closeIfIdle() || busy;
        if ((!busy && registry_.size() == 0) || std::chrono::steady_clock::now() >= deadline) break;
        std::this_thread::sleep_for(drainStep);
    }
    wake_.notify_all();
    if (sweeper_.joinable()) sweeper_.join();
    listeners_.clear();
}

std::vector<std::uint16_t> HttpServer::ports() const
{
    std::vector<std::uint16_t> ports;
    for (const auto& listener : listeners_) ports.push_back(listener->port());
    return ports;
}

void HttpServer::sweep()
{
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_.wait_for(lock, sweepPeriod);
        lock.unlock();
        const auto now = dispatcher_->dependencies().clock.steadyNow();
        const auto connections = registry_.all();
        for (const auto& connection : connections) connection->checkDeadline(now);
        openConnections_.set(static_cast<double>(connections.size()));
        unsentBytes_.set(static_cast<double>(dispatcher_->connections().unsentBytes.load()));
        inFlight_.set(static_cast<double>(dispatcher_->inFlight()));
        lock.lock();
    }
}

} // namespace atrium::http
