#include "http/connection.h"

#include <cerrno>
#include <sys/socket.h>

namespace atrium::http {

namespace {
constexpr std::size_t readBytes = 64 * 1024;
constexpr std::size_t maxDrainedBytes = 256 * 1024;
/// Requests that one pipelining client may have served before the other clients of its worker get their turn.
constexpr unsigned turnsPerWake = 64;
constexpr std::string_view continueAnswer = "HTTP/1.1 100 Continue\r\n\r\n";

std::chrono::milliseconds timeFor(std::size_t bytes, std::size_t perSecond)
{
    return std::chrono::milliseconds(bytes * 1000 / perSecond);
}
} // namespace

Connection::Connection(int descriptor, std::string remoteAddress, ConnectionContext& context,
                       std::function<void()> wake)
    : descriptor_(descriptor), remoteAddress_(std::move(remoteAddress)), context_(context), wake_(std::move(wake)),
      framer_(context.limits, [&context](const RequestHead& head) { return context.sink.bodyLimit(head); })
{
    expireIn(context_.timeouts.head);
}

Connection::~Connection() { context_.unsentBytes.fetch_sub(unsent_.size() - sent_, std::memory_order_relaxed); }

Connection::Next Connection::onReady()
{
    for (unsigned turn = 0;; ++turn) {
        switch (settle()) {
        case Progress::Gone: return Next::Remove;
        case Progress::Wait: return Next::Wait;
        case Progress::HandOver: return Next::HandOver;
        case Progress::Go: break;
        }
        if (turn >= turnsPerWake) {
            std::lock_guard lock(mutex_);
            wake_();
            return Next::Wait;
        }
        switch (framer_.next()) {
        case RequestFramer::Status::Complete: {
            {
                std::lock_guard lock(mutex_);
                stage_ = Stage::Answering;
                phase_ = RequestFramer::Phase::Idle;
                expireIn(context_.timeouts.answer);
            }
            context_.sink.serve(std::move(framer_.request()), shared_from_this());
            break;
        }
        case RequestFramer::Status::Refused: {
            context_.framingErrors.add();
            auto bytes = context_.sink.refusal(framer_.error());
            std::lock_guard lock(mutex_);
            stage_ = Stage::Draining;
            sendLocked(std::move(bytes));
            break;
        }
        case RequestFramer::Status::NeedMore:
            if (framer_.takeContinue()) {
                std::lock_guard lock(mutex_);
                sendLocked(std::string(continueAnswer));
            }
            expectInput();
            switch (readMore()) {
            case Progress::Gone: return Next::Remove;
            case Progress::Wait: return Next::Wait;
            case Progress::HandOver:
            case Progress::Go: break;
            }
        }
    }
}

Connection::Progress Connection::settle()
{
    std::unique_lock lock(mutex_);
    if (!unsent_.empty()) flushLocked();
    if (broken_) return Progress::Gone;
    if (!unsent_.empty()) return Progress::Wait;
    switch (stage_) {
    case Stage::Reading: return Progress::Go;
    case Stage::Answering: {
        resumeWanted_ = true;
        if (!nobodyWaits_.stop_possible() || !hasHungUp()) return Progress::Wait;
        auto nobodyWaits = nobodyWaits_;
        lock.unlock();
        nobodyWaits.request_stop();
        return Progress::Wait;
    }
    case Stage::HandOver: return Progress::HandOver;
    case Stage::Draining: break;
    }
    if (!writeEnded_) {
        // Closing at once would make the kernel send a reset that can overtake the answer (RFC 9112 §9.6).
        writeEnded_ = true;
        ::shutdown(descriptor_, SHUT_WR);
        expireIn(context_.timeouts.linger);
    }
    return drain() ? Progress::Wait : Progress::Gone;
}

/// Whether the client has ended its half or is gone. Unknown while it has sent more than was read.
bool Connection::hasHungUp() const
{
    char next = 0;
    const auto n = ::recv(descriptor_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/// Reads and drops what a closing client still sends; false at its end.
bool Connection::drain()
{
    thread_local char dropped[4096];
    while (drained_ < maxDrainedBytes) {
        const auto n = ::recv(descriptor_, dropped, sizeof dropped, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
        if (n <= 0) return false;
        drained_ += static_cast<std::size_t>(n);
    }
    return false;
}

Connection::Progress Connection::readMore()
{
    thread_local char input[readBytes];
    const auto n = ::recv(descriptor_, input, sizeof input, MSG_DONTWAIT);
    if (n > 0) {
        framer_.append({input, static_cast<std::size_t>(n)});
        return Progress::Go;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Progress::Wait;
    // The end of the client's half: all complete requests are answered here, so nothing is lost.
    return Progress::Gone;
}

void Connection::expectInput()
{
    const auto phase = framer_.phase();
    if (phase == phase_) return;
    std::lock_guard lock(mutex_);
    phase_ = phase;
    switch (phase) {
    case RequestFramer::Phase::Idle: break;
    case RequestFramer::Phase::Head: expireIn(context_.timeouts.head); break;
    case RequestFramer::Phase::Body:
        expireIn(context_.timeouts.body + timeFor(framer_.announcedBody(), context_.timeouts.bodyBytesPerSecond));
        break;
    }
}

void Connection::answer(std::string bytes, AfterAnswer after)
{
    std::lock_guard lock(mutex_);
    if (!open_ || stage_ != Stage::Answering) return;
    nobodyWaits_ = std::stop_source(std::nostopstate);
    stage_ = after == AfterAnswer::Close ? Stage::Draining : Stage::Reading;
    expireIn(context_.timeouts.idle);
    sendLocked(std::move(bytes));
    if (std::exchange(resumeWanted_, false)) wake_();
}

std::stop_token Connection::nobodyWaits()
{
    std::lock_guard lock(mutex_);
    nobodyWaits_ = std::stop_source();
    return nobodyWaits_.get_token();
}

void Connection::upgrade(std::string bytes, std::function<void(int, std::string)> take)
{
    std::lock_guard lock(mutex_);
    if (!open_ || stage_ != Stage::Answering) return;
    sendLocked(std::move(bytes));
    // A fresh connection always has room for the few bytes of a 101.
    if (!unsent_.empty()) giveUpLocked();
    stage_ = Stage::HandOver;
    take_ = std::move(take);
    rest_ = framer_.takeRest();
}

void Connection::completeHandOver(int descriptor) { take_(descriptor, std::move(rest_)); }

void Connection::checkDeadline(SteadyTime now)
{
    if (now.time_since_epoch().count() < deadline_.load(std::memory_order_relaxed)) return;
    std::unique_lock lock(mutex_);
    if (!open_ || broken_ || stage_ == Stage::HandOver) return;
    if (now.time_since_epoch().count() < deadline_.load(std::memory_order_relaxed)) return;
    if (!unsent_.empty()) {
        context_.slowReadersCut.add();
        giveUpLocked();
        return;
    }
    const bool waits = stage_ == Stage::Answering || (stage_ == Stage::Reading && phase_ != RequestFramer::Phase::Idle);
    if (!waits) {
        giveUpLocked();
        return;
    }
    context_.timedOut.add();
    const FramingError late = stage_ == Stage::Answering ? FramingError{504, "the handler took too long"}
                                                         : FramingError{408, "the request took too long"};
    stage_ = Stage::Draining;
    sendLocked(context_.sink.refusal(late));
    wake_();
    auto nobodyWaits = std::exchange(nobodyWaits_, std::stop_source(std::nostopstate));
    lock.unlock();
    nobodyWaits.request_stop();
}

void Connection::reject(std::string_view bytes)
{
    std::lock_guard lock(mutex_);
    if (!open_) return;
    if (!bytes.empty()) sendLocked(std::string(bytes));
    broken_ = true;
    ::shutdown(descriptor_, SHUT_RDWR);
}

bool Connection::closeIfIdle()
{
    std::lock_guard lock(mutex_);
    if (!open_ || broken_) return true;
    if (stage_ == Stage::Answering || !unsent_.empty()) return false;
    giveUpLocked();
    return true;
}

void Connection::release()
{
    std::stop_source nobodyWaits{std::nostopstate};
    {
        std::lock_guard lock(mutex_);
        open_ = false;
        std::swap(nobodyWaits, nobodyWaits_);
    }
    nobodyWaits.request_stop();
}

void Connection::sendLocked(std::string bytes)
{
    if (broken_) return;
    if (!unsent_.empty()) {
        context_.unsentBytes.fetch_add(bytes.size(), std::memory_order_relaxed);
        unsent_.append(bytes);
        return;
    }
    ssize_t n = 0;
    do n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN) {
        giveUpLocked();
        return;
    }
    const auto out = n < 0 ? 0 : static_cast<std::size_t>(n);
    if (out == bytes.size()) return;
    // The rest leaves when the socket is writable again: no thread waits for a slow reader.
    const auto rest = bytes.size() - out;
    if (context_.unsentBytes.load(std::memory_order_relaxed) + rest > context_.maxUnsentBytes) {
        context_.slowReadersCut.add();
        giveUpLocked();
        return;
    }
    unsent_ = std::move(bytes);
    sent_ = out;
    context_.unsentBytes.fetch_add(rest, std::memory_order_relaxed);
    expireIn(context_.timeouts.write + timeFor(rest, context_.timeouts.writeBytesPerSecond));
    wake_();
}

void Connection::flushLocked()
{
    while (sent_ < unsent_.size() && !broken_) {
        const auto n = ::send(descriptor_, unsent_.data() + sent_, unsent_.size() - sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) {
            giveUpLocked();
            return;
        }
        sent_ += static_cast<std::size_t>(n);
        context_.unsentBytes.fetch_sub(static_cast<std::size_t>(n), std::memory_order_relaxed);
    }
    if (sent_ < unsent_.size()) return;
    std::string().swap(unsent_);
    sent_ = 0;
    expireIn(context_.timeouts.idle);
}

void Connection::giveUpLocked()
{
    broken_ = true;
    if (!open_) return;
    ::shutdown(descriptor_, SHUT_RDWR);
    wake_();
}

void Connection::expireIn(std::chrono::milliseconds delay)
{
    deadline_.store((context_.clock.steadyNow() + delay).time_since_epoch().count(), std::memory_order_relaxed);
}

} // namespace atrium::http
