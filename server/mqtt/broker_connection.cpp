#include "mqtt/broker_connection.h"

#include "runtime/thread.h"

#include <algorithm>
#include <mosquitto.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace atrium::mqtt {

namespace {

constexpr int keepAliveSeconds = 60;
constexpr std::chrono::milliseconds shortestPause{100};
constexpr std::chrono::milliseconds longestPause{15'000};
constexpr std::chrono::seconds connectTimeout{10};

/// mosquitto_lib_init is not thread safe and wants to run once.
void initialiseLibrary()
{
    static const int once = mosquitto_lib_init();
    (void)once;
}

} // namespace

BrokerConnection::BrokerConnection(BrokerAddress address, std::string clientId, ConnectionEvents events, Log& log,
                                   Metrics& metrics)
    : address_(std::move(address)), clientId_(std::move(clientId)), events_(std::move(events)), log_(log),
      received_(metrics.counter("atrium_mqtt_messages_total", "MQTT messages", {{"direction", "in"}})),
      published_(metrics.counter("atrium_mqtt_messages_total", "MQTT messages", {{"direction", "out"}})),
      reconnects_(metrics.counter("atrium_mqtt_connects_total", "Connections to the broker")),
      connectedGauge_(metrics.gauge("atrium_mqtt_connected", "1 while the broker is connected")),
      batch_(std::make_shared<MessageBatch>())
{
    initialiseLibrary();
    wakeDescriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    // clean session = false: the broker keeps QoS 1 messages for us while we are away.
    client_ = mosquitto_new(clientId_.c_str(), false, this);
    if (!client_ || wakeDescriptor_ < 0) throw std::runtime_error("cannot create the MQTT client");
    mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_max_inflight_messages_set(client_, static_cast<unsigned>(maxInFlight));
    if (!address_.user.empty()) mosquitto_username_pw_set(client_, address_.user.c_str(), address_.password.c_str());
    if (address_.tls) {
        const auto file = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
        const char* systemAuthorities = address_.caFile.empty() ? "/etc/ssl/certs" : nullptr;
        const int result = mosquitto_tls_set(client_, file(address_.caFile), systemAuthorities,
                                             file(address_.certificateFile), file(address_.keyFile), nullptr);
        if (result != MOSQ_ERR_SUCCESS)
            throw std::runtime_error(std::string("MQTT TLS settings are refused: ") + mosquitto_strerror(result));
    }
    // Callbacks come from C code: they must neither throw nor block (library-traps M5).
    mosquitto_connect_callback_set(
        client_, [](mosquitto*, void* self, int result) { static_cast<BrokerConnection*>(self)->onConnect(result); });
    mosquitto_disconnect_callback_set(
        client_, [](mosquitto*, void* self, int) { static_cast<BrokerConnection*>(self)->onDisconnect(); });
    mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* message) {
        static_cast<BrokerConnection*>(self)->onMessage(*message);
    });
    mosquitto_publish_callback_set(client_, [](mosquitto*, void* self, int messageId) {
        static_cast<BrokerConnection*>(self)->onPublish(messageId);
    });
}

BrokerConnection::~BrokerConnection()
{
    stop(std::chrono::milliseconds{0});
    mosquitto_destroy(client_);
    ::close(wakeDescriptor_);
}

void BrokerConnection::start()
{
    thread_ = runtime::startThread("mqtt", [this] { run(); });
}

void BrokerConnection::stop(std::chrono::milliseconds patience)
{
    drainUntil_ = std::chrono::steady_clock::now() + patience;
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
}

void BrokerConnection::wake()
{
    const std::uint64_t one = 1;
    (void)!::write(wakeDescriptor_, &one, sizeof one);
}

void BrokerConnection::pause(std::chrono::milliseconds duration)
{
    const auto end = std::chrono::steady_clock::now() + duration;
    while (!stopping() && std::chrono::steady_clock::now() < end) {
        pollfd wakeUp{wakeDescriptor_, POLLIN, 0};
        if (::poll(&wakeUp, 1, 100) > 0) {
            std::uint64_t count = 0;
            (void)!::read(wakeDescriptor_, &count, sizeof count);
        }
    }
}

void BrokerConnection::run()
{
    auto backOff = shortestPause;
    bool told = false;
    while (!stopping()) {
        if (connectOnce()) {
            backOff = shortestPause;
            told = false;
            serve();
        }
        else if (!std::exchange(told, true)) {
            log_.warning("the broker cannot be reached, trying again", {{"broker", address_.display()}});
        }
        if (std::exchange(announced_, false)) events_.connection(false);
        connectedGauge_.set(0);
        if (stopping()) break;
        pause(backOff);
        backOff = std::min(backOff * 2, longestPause);
    }
}

bool BrokerConnection::connectOnce()
{
    const auto call = [this](auto&& work) {
        const std::lock_guard library(library_);
        return work() == MOSQ_ERR_SUCCESS;
    };
    refused_ = false;
    if (!call([&] { return mosquitto_connect_async(client_, address_.host.c_str(), address_.port, keepAliveSeconds); }))
        return false;
    const auto deadline = std::chrono::steady_clock::now() + connectTimeout;
    while (!stopping() && !connected_ && !refused_ && std::chrono::steady_clock::now() < deadline) {
        const int descriptor = mosquitto_socket(client_);
        if (descriptor < 0) return false;
        pollfd ready{descriptor, static_cast<short>(POLLIN | (mosquitto_want_write(client_) ? POLLOUT : 0)), 0};
        ::poll(&ready, 1, 100);
        if ((ready.revents & POLLOUT) && !call([&] { return mosquitto_loop_write(client_, 1); })) return false;
        if ((ready.revents & (POLLIN | POLLERR | POLLHUP)) && !call([&] { return mosquitto_loop_read(client_, 1); }))
            return false;
    }
    return connected_;
}

void BrokerConnection::serve()
{
    auto nextMisc = std::chrono::steady_clock::now();
    while (connected_) {
        pollfd ready[2] = {{-1, POLLIN, 0}, {wakeDescriptor_, POLLIN, 0}};
        {
            const std::lock_guard library(library_);
            if (stopping() && isDrained()) {
                mosquitto_disconnect(client_);
                connected_ = false;
                break;
            }
            ready[0].fd = mosquitto_socket(client_);
            if (mosquitto_want_write(client_)) ready[0].events |= POLLOUT;
        }
        if (ready[0].fd < 0) break;
        ::poll(ready, 2, stopping() ? 20 : 500);
        if (ready[1].revents & POLLIN) {
            std::uint64_t count = 0;
            (void)!::read(wakeDescriptor_, &count, sizeof count);
        }
        bool alive = true;
        {
            const std::lock_guard library(library_);
            syncFilters();
            releaseOutbox();
            if (ready[0].revents & (POLLIN | POLLERR | POLLHUP)) alive = readMessages();
            if (alive && mosquitto_want_write(client_)) alive = mosquitto_loop_write(client_, 1) == MOSQ_ERR_SUCCESS;
            if (const auto now = std::chrono::steady_clock::now(); alive && now >= nextMisc) {
                nextMisc = now + std::chrono::seconds{1};
                alive = mosquitto_loop_misc(client_) == MOSQ_ERR_SUCCESS;
            }
        }
        deliver();
        if (!alive) break;
    }
    deliver();
    connected_ = false;
}

bool BrokerConnection::isDrained() const
{
    return (queued() == 0 && inFlight_.empty()) || std::chrono::steady_clock::now() > drainUntil_.load();
}

bool BrokerConnection::readMessages()
{
    // One packet a call; go on as long as packets come, up to one batch.
    for (std::size_t i = 0; i < maxBatch; ++i) {
        progress_ = false;
        if (mosquitto_loop_read(client_, 1) != MOSQ_ERR_SUCCESS) return false;
        if (!progress_ || batch_->bytes.size() >= maxBatchBytes) break;
    }
    return true;
}

void BrokerConnection::onConnect(int result)
{
    progress_ = true;
    if (result != 0) {
        refused_ = true;
        log_.error("the broker refused the connection",
                   {{"broker", address_.display()}, {"reason", mosquitto_connack_string(result)}});
        return;
    }
    reconnects_.add();
    connectedGauge_.set(1);
    connected_ = true;
    announced_ = true;
    // The session may be new at the broker: subscribe to everything again.
    subscribed_.clear();
    {
        std::lock_guard lock(mutex_);
        filtersChanged_ = true;
    }
    log_.info("connected to the broker", {{"broker", address_.display()}});
    events_.connection(true);
}

void BrokerConnection::onDisconnect()
{
    if (connected_ && !stopping()) log_.warning("the broker connection was lost", {{"broker", address_.display()}});
    connected_ = false;
}

} // namespace atrium::mqtt
