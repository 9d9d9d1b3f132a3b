#include "outbox.h"

#include <csignal>
#include <pthread.h>

namespace atrium::notify {

namespace {

constexpr int batch = 20;
constexpr std::size_t contentLimit = 60'000; // MariaDB's TEXT holds 65,535 bytes
constexpr std::size_t recipientLimit = 1000;
constexpr auto never = INT64_MAX;

std::int64_t ticks(SteadyTime time) { return time.time_since_epoch().count(); }

} // namespace

Outbox::Outbox(OutboxOptions options, Channel& channel, OutboxRepository& repository, const Clock& clock, Log& log,
               Metrics& metrics, std::function<void(HealthState, std::string)> onHealth)
    : options_(std::move(options)), channel_(channel), repository_(repository), clock_(clock), log_(log),
      metrics_(metrics), depth_(metrics.gauge("atrium_queue_depth", "Entries that wait in a queue",
                                              {{"queue", "notify_" + options_.channel}})),
      onHealth_(std::move(onHealth))
{}

Outbox::~Outbox() { stop(); }

void Outbox::start()
{
    if (running_.exchange(true)) return;
    // Signals belong to the main thread; a new thread inherits the mask of the one that starts it.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), ("notify-" + options_.channel).substr(0, 15).c_str());
        run();
    });
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

void Outbox::stop()
{
    {
        std::lock_guard lock(mutex_);
        running_ = false;
    }
    wake_.notify_all();
    channel_.abort();
    if (thread_.joinable()) thread_.join();
}

Result<void> Outbox::put(std::string recipient, std::string category, std::string content, std::string key)
{
    if (content.size() > contentLimit || recipient.size() > recipientLimit)
        return makeError(ErrorCode::InvalidArgument, {"Le message est trop long", "The message is too long"});
    Delivery delivery;
    delivery.recipient = std::move(recipient);
    delivery.category = std::move(category);
    delivery.content = std::move(content);
    delivery.key = std::move(key);
    delivery.createdAt = delivery.dueAt = clock_.now();
    delivery.expiresAt = delivery.createdAt + options_.patience;
    if (!repository_.add(options_.channel, delivery, options_.limit)) {
        count("overflow", delivery);
        auto error = makeError(ErrorCode::TooManyRequests,
                               {"Trop de messages attendent déjà d'être envoyés", "Too many messages wait already"});
        error.retryAfter = std::chrono::minutes{1};
        return error;
    }
    wake();
    return {};
}

void Outbox::tick()
{
    if (!running_) return;
    const auto now = clock_.steadyNow();
    const auto since = attemptSince_.load();
    if (since != 0 && ticks(now - options_.attemptLimit) > since) channel_.abort();
    const auto utc = toMicroseconds(clock_.now());
    if ((utc >= nextDue_ || utc < lastPass_) && ticks(now) >= pausedUntil_) wake();
}

void Outbox::wake()
{
    {
        std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wake_.notify_one();
}

void Outbox::run()
{
    while (running_) {
        bool more = false;
        try {
            more = pass();
            noteNextDue();
        }
        catch (const std::exception& error) {
            // The database; the next tick tries again.
            log_.warning("the outbox cannot be read", {{"channel", options_.channel}, {"reason", error.what()}});
        }
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return !running_ || woken_ || more; });
        woken_ = false;
    }
}

bool Outbox::pass()
{
    if (ticks(clock_.steadyNow()) < pausedUntil_) return false;
    lastPass_ = toMicroseconds(clock_.now());
    const auto deliveries = repository_.due(options_.channel, clock_.now(), batch);
    for (const auto& delivery : deliveries) {
        if (!running_) return false;
        if (delivery.expiresAt <= clock_.now()) giveUp(delivery, "expired", "patience ended");
        else attempt(delivery);
        if (ticks(clock_.steadyNow()) < pausedUntil_) return false;
    }
    return deliveries.size() == batch;
}

void Outbox::attempt(const Delivery& delivery)
{
    attemptSince_ = ticks(clock_.steadyNow());
    const auto outcome = channel_.deliver(delivery);
    attemptSince_ = 0;
    if (!running_ && outcome.kind != Outcome::Kind::Taken) return; // broken off by stop()

    if (outcome.kind == Outcome::Kind::ChannelDown) {
        ++failures_;
        pausedUntil_ = ticks(clock_.steadyNow() + retryDelay(failures_));
        count("retry", delivery);
        if (failures_ == 1) log_.warning("messages wait", {{"channel", options_.channel}, {"reason", outcome.reason}});
        onHealth_(HealthState::Degraded, outcome.reason);
        return;
    }
    if (failures_ > 0) {
        failures_ = 0;
        log_.info("messages leave again", {{"channel", options_.channel}});
        onHealth_(HealthState::Healthy, "");
    }
    switch (outcome.kind) {
    case Outcome::Kind::Taken:
        repository_.remove(delivery.id);
        count("delivered", delivery);
        break;
    case Outcome::Kind::TryLater:
        repository_.postpone(delivery.id, clock_.now() + retryDelay(delivery.attempts + 1), delivery.attempts + 1);
        count("retry", delivery);
        break;
    default: giveUp(delivery, "refused", outcome.reason);
    }
}

void Outbox::giveUp(const Delivery& delivery, const char* why, const std::string& reason)
{
    repository_.remove(delivery.id);
    log_.warning("a message is given up", {{"channel", options_.channel},
                                           {"message", delivery.id},
                                           {"category", delivery.category},
                                           {"attempts", delivery.attempts},
                                           {"reason", reason}});
    count(why, delivery);
}

void Outbox::count(const char* result, const Delivery& delivery)
{
    metrics_
        .counter("atrium_notify_messages_total", "What became of messages to people and other systems",
                 {{"channel", options_.channel}, {"category", delivery.category}, {"result", result}})
        .add();
}

void Outbox::noteNextDue()
{
    const auto next = repository_.nextDue(options_.channel);
    nextDue_ = next ? toMicroseconds(*next) : never;
    depth_.set(static_cast<double>(repository_.count(options_.channel)));
}

} // namespace atrium::notify
