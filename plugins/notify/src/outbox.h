#pragma once

#include "atrium/clock.h"
#include "atrium/health.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/result.h"
#include "outbox_repository.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace atrium::notify {

struct OutboxOptions {
    std::string channel; ///< `mail`; the name of its rows and the label of its metrics
    std::chrono::hours patience{24};
    std::int64_t limit = 10'000;
    std::chrono::seconds attemptLimit{60}; ///< one attempt is broken off after this
};

/// The messages of one channel: kept until they are taken, refused or given up, and tried on one thread of its own
/// (`notify-CHANNEL`). A message can arrive twice when the server dies between its delivery and the note of it.
/// Thread: any, but put() and stop() may block.
class Outbox {
public:
    /// `onHealth` is called when the channel fails and when it works again.
    Outbox(OutboxOptions options, Channel& channel, OutboxRepository& repository, const Clock& clock, Log& log,
           Metrics& metrics, std::function<void(HealthState, std::string)> onHealth);
    /// stop()
    ~Outbox();

    void start();
    /// Breaks off the attempt in hand and ends the thread; what waits stays on the disk. Idempotent.
    void stop();

    /// Keeps a message, unless one to the same recipient was kept under the same key (not empty) before; on the disk on
    /// return. Errors: InvalidArgument (too long), TooManyRequests (outbox full).
    Result<void> put(std::string recipient, std::string category, std::string content, std::string key = {});

    /// Wakes the thread when something is due, and breaks off an attempt that takes too long. For a timer that runs
    /// every second; never blocks.
    void tick();

private:
    void run();
    /// Tries what is due; true when there may be more.
    bool pass();
    void attempt(const Delivery& delivery);
    void giveUp(const Delivery& delivery, const char* why, const std::string& reason);
    void count(const char* result, const Delivery& delivery);
    void wake();
    void noteNextDue();

    const OutboxOptions options_;
    Channel& channel_;
    OutboxRepository& repository_;
    const Clock& clock_;
    Log& log_;
    Metrics& metrics_;
    Gauge& depth_;
    const std::function<void(HealthState, std::string)> onHealth_;

    std::atomic<std::int64_t> lastPass_{0};     ///< microseconds UTC; a clock that was set back shows
    std::atomic<std::int64_t> nextDue_{0};      ///< microseconds UTC; INT64_MAX = nothing waits
    std::atomic<std::int64_t> pausedUntil_{0};  ///< steady clock ticks; the channel is down until then
    std::atomic<std::int64_t> attemptSince_{0}; ///< steady clock ticks; 0 = no attempt in hand
    int failures_ = 0;                          ///< of the channel, in a row; on the outbox's thread

    std::mutex mutex_;
    std::condition_variable wake_;
    bool woken_ = false;
    std::atomic<bool> running_ = false;
    std::thread thread_;
};

} // namespace atrium::notify
