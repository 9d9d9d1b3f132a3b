#include "mqtt/broker_connection.h"

#include "runtime/system_clock.h"
#include "runtime/thread.h"

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
constexpr int subscriptionQos = 1;

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

bool BrokerConnection::publish(MqttPublication publication, std::uint64_t token)
{
    Outgoing outgoing{std::move(publication), token};
    if (sendDirectly(outgoing)) return true;
    const std::size_t size = outgoing.publication.topic.size() + outgoing.publication.payload.size();
    {
        std::lock_guard lock(mutex_);
        if (outbox_.size() >= outboxMessages || outboxSize_ + size > outboxBytes) return false;
        outboxSize_ += size;
        outbox_.push_back(std::move(outgoing));
    }
    wake();
    return true;
}

bool BrokerConnection::sendDirectly(const Outgoing& outgoing)
{
    if (!connected_ || stopping()) return false;
    // Never waits: while the thread `mqtt` is at work the outbox is as quick.
    const std::unique_lock library(library_, std::try_to_lock);
    if (!library || !connected_ || inFlight_.size() >= maxInFlight || queued() > 0) return false;
    if (!hand(outgoing)) return false;
    if (!sent_.empty() || mosquitto_want_write(client_)) wake();
    return true;
}

void BrokerConnection::setFilters(std::set<std::string> filters, std::set<std::string> repeated)
{
    {
        std::lock_guard lock(mutex_);
        wantedFilters_ = std::move(filters);
        repeatedFilters_.merge(repeated);
        filtersChanged_ = true;
    }
    wake();
}

std::size_t BrokerConnection::queued() const
{
    std::lock_guard lock(mutex_);
    return outbox_.size();
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

void BrokerConnection::releaseOutbox()
{
    while (inFlight_.size() < maxInFlight) {
        Outgoing next;
        {
            std::lock_guard lock(mutex_);
            if (outbox_.empty()) return;
            next = std::move(outbox_.front());
            outbox_.pop_front();
            outboxSize_ -= next.publication.topic.size() + next.publication.payload.size();
        }
        if (hand(next)) continue;
        std::lock_guard lock(mutex_);
        outboxSize_ += next.publication.topic.size() + next.publication.payload.size();
        outbox_.push_front(std::move(next));
        return;
    }
}

bool BrokerConnection::hand(const Outgoing& outgoing)
{
    const auto& message = outgoing.publication;
    int messageId = 0;
    const int result =
        mosquitto_publish(client_, &messageId, message.topic.c_str(), static_cast<int>(message.payload.size()),
                          message.payload.data(), message.qos, message.retain);
    if (result == MOSQ_ERR_NO_CONN || result == MOSQ_ERR_CONN_LOST) return false;
    published_.add();
    if (result != MOSQ_ERR_SUCCESS)
        log_.error("the MQTT library refused a message",
                   {{"topic", message.topic}, {"reason", mosquitto_strerror(result)}});
    if (result == MOSQ_ERR_SUCCESS && message.qos > 0) inFlight_.emplace(messageId, outgoing.token);
    else if (outgoing.token != 0) sent_.push_back(outgoing.token);
    return true;
}

void BrokerConnection::syncFilters()
{
    std::set<std::string> wanted, repeated;
    {
        std::lock_guard lock(mutex_);
        if (!std::exchange(filtersChanged_, false)) return;
        wanted = wantedFilters_;
        repeated.swap(repeatedFilters_);
    }
    for (const auto& filter : subscribed_)
        if (!wanted.contains(filter)) mosquitto_unsubscribe(client_, nullptr, filter.c_str());
    for (const auto& filter : wanted)
        if (!subscribed_.contains(filter)) mosquitto_subscribe(client_, nullptr, filter.c_str(), subscriptionQos);
    // A subscription brings the retained messages; its end at once keeps the wider ones from overlapping with it.
    if (!subscribed_.empty())
        for (const auto& filter : repeated) {
            mosquitto_subscribe(client_, nullptr, filter.c_str(), subscriptionQos);
            mosquitto_unsubscribe(client_, nullptr, filter.c_str());
        }
    subscribed_ = std::move(wanted);
}

void BrokerConnection::deliver()
{
    std::vector<std::uint64_t> sent;
    {
        const std::lock_guard library(library_);
        sent.swap(sent_);
    }
    // Without the lock from here on: whoever takes these may wait for core, and core may be publishing.
    if (!sent.empty()) events_.sent(std::move(sent));
    if (batch_->entries.empty()) return;
    batch_->receivedAt = runtime::SystemClock{}.now();
    received_.add(batch_->entries.size());
    events_.messages(std::exchange(batch_, std::make_shared<MessageBatch>()));
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

void BrokerConnection::onMessage(const mosquitto_message& message) noexcept
{
    progress_ = true;
    try {
        MessageBatch& batch = *batch_;
        const std::size_t topicSize = std::char_traits<char>::length(message.topic);
        const auto payloadSize = static_cast<std::size_t>(message.payloadlen);
        batch.entries.push_back(
            {batch.bytes.size(), topicSize, batch.bytes.size() + topicSize, payloadSize, message.retain});
        batch.bytes.append(message.topic, topicSize);
        batch.bytes.append(static_cast<const char*>(message.payload), payloadSize);
    }
    catch (...) {
        // Out of memory: the message is lost, the loop is not.
    }
}

void BrokerConnection::onPublish(int messageId) noexcept
{
    progress_ = true;
    try {
        const auto found = inFlight_.find(messageId);
        if (found == inFlight_.end()) return;
        if (found->second != 0) sent_.push_back(found->second);
        inFlight_.erase(found);
    }
    catch (...) {
    }
}

} // namespace atrium::mqtt
