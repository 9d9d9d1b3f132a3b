#pragma once

#include "atrium/log.h"
#include "atrium/metrics.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace atrium::auth {

/// The one thread that hashes passwords (`auth-hash`): bcrypt takes a core for 0.2 s, so more of them would take the
/// house down with ten logins a second. The queue holds 20 jobs; the next is refused and the caller answers 429.
/// Thread: any.
class HashingThread {
public:
    static constexpr std::size_t queueLimit = 20;

    HashingThread(Log& log, Metrics& metrics);
    /// stop()
    ~HashingThread();

    void start();
    /// Runs the job in hand, calls `cancel` of the others, ends the thread. Idempotent.
    void stop();

    /// False when the queue is full or the thread is not running: neither function will be called.
    bool post(std::function<void()> job, std::function<void()> cancel);

private:
    struct Job {
        std::function<void()> run;
        std::function<void()> cancel;
    };
    void run();
    void guarded(const std::function<void()>& call);

    Log& log_;
    Counter& refused_;
    Gauge& queued_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool running_ = false;
    std::thread thread_;
};

} // namespace atrium::auth
