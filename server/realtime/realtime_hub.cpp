#include "realtime/realtime_hub.h"

#include "runtime/thread.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::realtime {

namespace {

constexpr int maxEvents = 256;
constexpr std::chrono::milliseconds tickPeriod{200};
/// While nobody listens, so many messages may wait for the next turn: a large device is 20 KB before it is a text.
constexpr std::size_t idleBatch = 256;

} // namespace

RealtimeHub::RealtimeHub(RealtimeConfig config, RealtimeDependencies dependencies)
    : config_(std::move(config)), dependencies_(std::move(dependencies)),
      clientGauge_(dependencies_.metrics.gauge("atrium_realtime_clients", "Connected WebSocket clients")),
      inboxGauge_(dependencies_.metrics.gauge("atrium_realtime_inbox", "Published messages that wait for the hub")),
      published_(dependencies_.metrics.counter("atrium_realtime_published_total", "Messages given to the hub")),
      delivered_(dependencies_.metrics.counter("atrium_realtime_delivered_total", "Messages sent to clients")),
      slowDropped_(dependencies_.metrics.counter("atrium_realtime_slow_clients_total", "Clients dropped as too slow")),
      inboxDropped_(dependencies_.metrics.counter("atrium_realtime_inbox_dropped_total",
                                                  "Messages dropped because the hub's inbox was full")),
      protocolErrors_(dependencies_.metrics.counter("atrium_realtime_protocol_errors_total",
                                                    "Clients closed for breaking RFC 6455")),
      refused_(dependencies_.metrics.counter("atrium_realtime_refused_total",
                                             "Clients refused for token, origin or number")),
      ring_(config_.replayMessages, config_.replayBytes)
{
    // Numbers of an earlier run of the server must not look like numbers of this one: resume answers `resync` then.
    seq_ = static_cast<std::uint64_t>(toMilliseconds(dependencies_.clock.now()));
    ring_.breakHistory(seq_);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    wakeup_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wakeup_;
    if (epoll_ < 0 || wakeup_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeup_, &event) != 0)
        throw std::runtime_error("realtime hub: no descriptors left");
}

RealtimeHub::~RealtimeHub()
{
    stop();
    for (const auto& incoming : incoming_) ::close(incoming.descriptor);
    ::close(wakeup_);
    ::close(epoll_);
}

void RealtimeHub::start()
{
    thread_ = runtime::startThread("realtime", [this] { run(); });
}

void RealtimeHub::stop()
{
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
}

void RealtimeHub::wake()
{
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the hub wakes up anyway.
    [[maybe_unused]] const auto written = ::write(wakeup_, &one, sizeof one);
}

void RealtimeHub::accept(IncomingClient incoming)
{
    if (stopping_ || clientCount_.load() >= config_.maxClients) {
        refused_.add();
        const auto frame = closeFrame(CloseCode::TryAgainLater, "full");
        ::send(incoming.descriptor, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        ::close(incoming.descriptor);
        return;
    }
    clientCount_.fetch_add(1);
    {
        std::lock_guard lock(inboxMutex_);
        incoming_.push_back(std::move(incoming));
    }
    wake();
}

void RealtimeHub::publish(RealtimeMessage message)
{
    published_.add();
    bool urgent = false;
    {
        std::lock_guard lock(inboxMutex_);
        if (clientCount_.load() == 0 && dependencies_.clock.steadyNow() >= keepUntil_) {
            lost_ = true;
            return;
        }
        if (inbox_.size() >= config_.inboxMessages) {
            inboxDropped_.add();
            const auto old = std::find_if(inbox_.begin(), inbox_.end(),
                                          [](const auto& waiting) { return !waiting.conflationKey.empty(); });
            if (old == inbox_.end()) {
                lost_ = true;
                return;
            }
            inbox_.erase(old);
        }
        const auto waiting = inbox_.size();
        // While nobody listens, what is published only has to be kept for those who resume: the next turn is soon
        // enough.
        urgent = clientCount_.load() > 0 ? waiting == 0 : waiting == std::min(config_.inboxMessages / 2, idleBatch);
        inbox_.push_back(std::move(message));
    }
    if (urgent) wake();
}

Subscription RealtimeHub::onInitial(std::function<Object(const Principal&)> contribute)
{
    auto entry = std::make_shared<Initial>();
    entry->handler = std::move(contribute);
    {
        std::lock_guard lock(initials_->mutex);
        initials_->handlers.push_back(entry);
    }
    return Subscription([registry = initials_, entry] {
        {
            std::lock_guard lock(registry->mutex);
            std::erase(registry->handlers, entry);
        }
        entry->gate.close();
    });
}

Subscription RealtimeHub::onClientMessage(std::string type,
                                          std::function<void(const Principal&, const Object&)> handler)
{
    auto entry = std::make_shared<OnMessage>();
    entry->type = std::move(type);
    entry->handler = std::move(handler);
    {
        std::lock_guard lock(handlers_->mutex);
        handlers_->handlers.push_back(entry);
    }
    return Subscription([registry = handlers_, entry] {
        {
            std::lock_guard lock(registry->mutex);
            std::erase(registry->handlers, entry);
        }
        entry->gate.close();
    });
}

void RealtimeHub::run()
{
    std::array<epoll_event, maxEvents> events;
    nextTick_ = dependencies_.clock.steadyNow();
    while (!stopping_) {
        const int count = ::epoll_wait(epoll_, events.data(), maxEvents, static_cast<int>(tickPeriod.count()));
        for (int i = 0; i < count; ++i) {
            if (events[i].data.fd == wakeup_) {
                std::uint64_t ignored;
                [[maybe_unused]] const auto read = ::read(wakeup_, &ignored, sizeof ignored);
                continue;
            }
            handleEvent(events[i].data.fd, events[i].events);
        }
        distributeInbox();
        takeIncoming();
        if (dependencies_.clock.steadyNow() >= nextTick_) tick();
        flushWaiting();
        removeDropped();
    }
    closeAll();
}

void RealtimeHub::handleEvent(int descriptor, std::uint32_t events)
{
    const auto found = clients_.find(descriptor);
    if (found == clients_.end()) return;
    auto& client = *found->second;
    guarded(client, [&] {
        if (events & EPOLLOUT) flush(client);
        if (client.descriptor >= 0 && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) readFrom(client);
    });
}

void RealtimeHub::takeIncoming()
{
    std::vector<IncomingClient> incoming;
    {
        std::lock_guard lock(inboxMutex_);
        incoming.swap(incoming_);
    }
    const auto now = dependencies_.clock.steadyNow();
    for (auto& arrival : incoming) {
        auto created = std::make_unique<Client>(arrival.descriptor, config_.maxMessageBytes, config_.outboxBytes);
        auto& client = *created;
        client.token = std::move(arrival.token);
        client.deadline = now + config_.authenticateWithin;
        client.heardAt = now;
        client.pingAt = now + config_.pingEvery;
        epoll_event event{};
        event.events = EPOLLIN | EPOLLRDHUP;
        event.data.fd = client.descriptor;
        if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.descriptor, &event) != 0) {
            ::close(client.descriptor);
            clientCount_.fetch_sub(1);
            continue;
        }
        clients_[client.descriptor] = std::move(created);
        guarded(client, [&] {
            if (!originAllowed(arrival)) {
                refused_.add();
                return close(client, CloseCode::PolicyViolation, "Origine refusée");
            }
            if (!client.token.empty() && !authenticate(client)) return;
            if (!arrival.leftover.empty()) decode(client, arrival.leftover);
        });
    }
}

void RealtimeHub::distributeInbox()
{
    std::deque<RealtimeMessage> messages;
    bool lost = false;
    {
        std::lock_guard lock(inboxMutex_);
        messages.swap(inbox_);
        lost = std::exchange(lost_, false);
    }
    inboxGauge_.set(static_cast<double>(messages.size()));
    for (auto& message : messages) {
        try {
            distribute(std::move(message));
        }
        catch (const std::exception& error) {
            dependencies_.log.error("message was not distributed", {{"detail", error.what()}});
        }
        catch (...) {
            dependencies_.log.error("message was not distributed");
        }
    }
    if (!lost) return;
    ring_.breakHistory(++seq_);
    const auto frame = frameOf({{"type", "resync"}, {"seq", seq_}});
    for (auto& [descriptor, client] : clients_)
        if (client->state == Client::State::Open) send(*client, frame);
}

void RealtimeHub::distribute(RealtimeMessage&& source)
{
    auto message = std::make_shared<OutgoingMessage>();
    message->seq = ++seq_;
    message->permission = std::move(source.permission);
    message->object = std::move(source.object);
    message->user = source.user;
    message->conflationKey = std::move(source.conflationKey);
    source.body.set("topic", source.topic);
    source.body.set("seq", seq_);
    message->topic = std::move(source.topic);
    message->frame = frameOf(source.body);
    const MessagePtr shared = std::move(message);
    ring_.add(shared);
    for (auto& [descriptor, client] : clients_) {
        if (client->state != Client::State::Open || client->descriptor < 0) continue;
        if (shared->visibleTo(client->principal) && client->topics.wants(shared->topic)) enqueue(*client, shared);
    }
}

void RealtimeHub::tick()
{
    const auto now = dependencies_.clock.steadyNow();
    nextTick_ = now + tickPeriod;
    clientGauge_.set(static_cast<double>(clients_.size()));
    for (auto& [descriptor, client] : clients_)
        if (client->descriptor >= 0) guarded(*client, [this, &one = *client, now] { checkTimes(one, now); });
}

void RealtimeHub::closeAll()
{
    for (auto& [descriptor, client] : clients_)
        if (client->state != Client::State::Closing) close(*client, CloseCode::GoingAway, "");
    flushWaiting();
    for (auto& [descriptor, client] : clients_) drop(*client);
    removeDropped();
}

} // namespace atrium::realtime
