// The hub's dealings with one client: tokens, commands, sending, closing. realtime_hub.cpp has the loop around it.
#include "realtime/realtime_hub.h"

#include "atrium/json.h"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::realtime {

namespace {
constexpr int maxVectors = 64;
constexpr std::size_t readBytes = 64 * 1024;
} // namespace

std::string RealtimeHub::frameOf(const Object& body) { return textFrame(toJson(Value(body))); }

bool RealtimeHub::originAllowed(const IncomingClient& incoming) const
{
    if (incoming.origin.empty()) return true;
    for (const auto& origin : config_.origins)
        if (origin == "*" || origin == incoming.origin) return true;
    const auto scheme = incoming.origin.find("://");
    return scheme != std::string::npos && !incoming.host.empty() && incoming.origin.substr(scheme + 3) == incoming.host;
}

bool RealtimeHub::authenticate(Client& client)
{
    auto principal = dependencies_.authenticate(client.token);
    if (!principal.ok()) {
        refused_.add();
        close(client, CloseCode::PolicyViolation, "Token invalide");
        return false;
    }
    client.principal = *std::move(principal);
    client.recheckAt = dependencies_.clock.steadyNow() + config_.recheckEvery;
    if (client.state == Client::State::Unauthenticated) {
        client.state = Client::State::Open;
        client.firstLiveSeq = seq_;
        sendInitial(client);
    }
    return true;
}

void RealtimeHub::sendInitial(Client& client)
{
    Object first{{"type", "initial"}};
    for (const auto& entry : initials_->all()) {
        try {
            entry->gate.pass([&] {
                for (const auto& [name, value] : entry->handler(client.principal))
                    if (name != "type") first.set(name, value);
            });
        }
        catch (const std::exception& error) {
            dependencies_.log.error("initial message is incomplete", {{"detail", error.what()}});
        }
        catch (...) {
            dependencies_.log.error("initial message is incomplete");
        }
    }
    first.set("seq", seq_);
    send(client, frameOf(first));
}

void RealtimeHub::readFrom(Client& client)
{
    static thread_local char bytes[readBytes];
    const auto count = ::recv(client.descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        drop(client);
        return;
    }
    client.heardAt = dependencies_.clock.steadyNow();
    decode(client, {bytes, static_cast<std::size_t>(count)});
}

void RealtimeHub::decode(Client& client, std::string_view bytes)
{
    FrameDecoder::Event event;
    while (client.descriptor >= 0) {
        const auto status = client.decoder.next(bytes, event);
        if (status == FrameDecoder::Status::NeedMore) return;
        if (status == FrameDecoder::Status::Error) {
            if (client.state != Client::State::Closing) {
                protocolErrors_.add();
                close(client, client.decoder.error(), "");
            }
            return;
        }
        switch (event.kind) {
        case FrameDecoder::Kind::Text:
            if (client.state != Client::State::Closing) handleText(client, event.payload);
            break;
        case FrameDecoder::Kind::Ping:
            if (client.state != Client::State::Closing) send(client, pongFrame(event.payload));
            break;
        case FrameDecoder::Kind::Close:
            if (client.state != Client::State::Closing) close(client, CloseCode::Normal, "");
            else drop(client);
            return;
        case FrameDecoder::Kind::Binary:
        case FrameDecoder::Kind::Pong: break;
        }
    }
}

void RealtimeHub::handleText(Client& client, const std::string& text)
{
    const auto parsed = parseJson(text, {.maxBytes = config_.maxMessageBytes, .maxDepth = 16});
    // Existing clients send all kinds of things: what is not understood is ignored (contracts.md §8).
    if (!parsed.ok() || !parsed->isObject()) return;
    const auto type = parsed->textOr("type", "");
    if (client.state == Client::State::Unauthenticated) {
        if (type != "auth") return;
        client.token = parsed->textOr("token", "");
        if (!client.token.empty()) authenticate(client);
        else close(client, CloseCode::PolicyViolation, "Token manquant");
        return;
    }
    handleCommand(client, type, parsed->object());
}

void RealtimeHub::handleCommand(Client& client, const std::string& type, const Object& body)
{
    if (type == "ping") return send(client, frameOf({{"type", "pong"}}));
    if (type == "resume") return resume(client, body);
    if (type == "subscribe" || type == "unsubscribe") {
        const auto* topics = body.find("topics");
        const auto* list = topics ? topics->ifList() : nullptr;
        if (!list) return;
        if (type == "subscribe") client.topics.subscribe(*list);
        else client.topics.unsubscribe(*list);
        return;
    }
    for (const auto& entry : handlers_->all()) {
        if (entry->type != type) continue;
        try {
            entry->gate.pass([&] { entry->handler(client.principal, body); });
        }
        catch (const std::exception& error) {
            dependencies_.log.error("client message failed", {{"type", type}, {"detail", error.what()}});
        }
        catch (...) {
            dependencies_.log.error("client message failed", {{"type", type}});
        }
    }
}

void RealtimeHub::resume(Client& client, const Object& body)
{
    const auto* seq = body.find("seq");
    const auto* number = seq ? seq->ifInteger() : nullptr;
    if (!number || *number < 0) return;
    // Only what was before its time: later messages reach it anyway.
    const auto missed = ring_.since(static_cast<std::uint64_t>(*number), client.firstLiveSeq);
    if (!missed) return send(client, frameOf({{"type", "resync"}, {"seq", seq_}}));
    for (const auto& message : *missed)
        if (client.topics.wants(message->topic) && message->visibleTo(client.principal)) enqueue(client, message);
    send(client, frameOf({{"type", "resumed"}, {"seq", seq_}}));
}

void RealtimeHub::checkTimes(Client& client, SteadyTime now)
{
    switch (client.state) {
    case Client::State::Unauthenticated:
        if (now < client.deadline) return;
        refused_.add();
        return close(client, CloseCode::PolicyViolation, "Token manquant");
    case Client::State::Closing:
        if (now >= client.deadline) drop(client);
        return;
    case Client::State::Open:
        if (now - client.heardAt > 2 * config_.pingEvery + config_.pingEvery / 2) return drop(client);
        if (now >= client.recheckAt && !authenticate(client)) return;
        if (now < client.pingAt) return;
        client.pingAt = now + config_.pingEvery;
        return send(client, pingFrame());
    }
}

void RealtimeHub::send(Client& client, std::string frame)
{
    auto message = std::make_shared<OutgoingMessage>();
    message->frame = std::move(frame);
    enqueue(client, std::move(message));
}

void RealtimeHub::enqueue(Client& client, MessagePtr message)
{
    if (client.descriptor < 0) return;
    if (client.outbox.push(std::move(message))) return wantFlush(client);
    slowDropped_.add();
    drop(client);
}

void RealtimeHub::wantFlush(Client& client)
{
    if (client.flushWanted || client.waitsForRoom) return;
    client.flushWanted = true;
    toFlush_.push_back(client.descriptor);
}

void RealtimeHub::flushWaiting()
{
    for (const int descriptor : std::exchange(toFlush_, {})) {
        const auto found = clients_.find(descriptor);
        if (found == clients_.end()) continue;
        found->second->flushWanted = false;
        if (found->second->descriptor >= 0) flush(*found->second);
    }
}

void RealtimeHub::flush(Client& client)
{
    std::array<iovec, maxVectors> vectors;
    while (const int count = client.outbox.gather(vectors.data(), maxVectors)) {
        msghdr header{};
        header.msg_iov = vectors.data();
        header.msg_iovlen = static_cast<std::size_t>(count);
        const auto sent = ::sendmsg(client.descriptor, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && errno == EAGAIN) {
            if (!std::exchange(client.waitsForRoom, true)) watch(client, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
            return;
        }
        if (sent < 0) {
            drop(client);
            return;
        }
        delivered_.add(client.outbox.sent(static_cast<std::size_t>(sent)));
    }
    if (std::exchange(client.waitsForRoom, false)) watch(client, EPOLLIN | EPOLLRDHUP);
    if (client.state == Client::State::Closing) ::shutdown(client.descriptor, SHUT_WR);
}

void RealtimeHub::watch(Client& client, std::uint32_t events)
{
    epoll_event event{};
    event.events = events;
    event.data.fd = client.descriptor;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.descriptor, &event);
}

void RealtimeHub::close(Client& client, CloseCode code, std::string_view reason)
{
    client.state = Client::State::Closing;
    client.deadline = dependencies_.clock.steadyNow() + config_.closeWithin;
    send(client, closeFrame(code, reason));
}

void RealtimeHub::drop(Client& client)
{
    // The object stays until the end of the turn: callers up the stack still hold it.
    if (client.descriptor < 0) return;
    dropped_.push_back(client.descriptor);
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, client.descriptor, nullptr);
    client.descriptor = -1;
}

void RealtimeHub::removeDropped()
{
    // Closed only now, so that no new client can have got the same number meanwhile.
    if (dropped_.empty()) return;
    {
        std::lock_guard lock(inboxMutex_);
        keepUntil_ = dependencies_.clock.steadyNow() + config_.rememberFor;
    }
    for (const int descriptor : std::exchange(dropped_, {})) {
        clients_.erase(descriptor);
        ::close(descriptor);
        clientCount_.fetch_sub(1);
    }
}

} // namespace atrium::realtime
