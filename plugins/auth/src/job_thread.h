#pragma once

#include "atrium/log.h"
#include "atrium/metrics.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace atrium::auth {

/// One thread of this plugin that works off a bounded queue. What does not fit is refused, and the caller answers 429.
/// Thread: any.
class JobThread {
public:
    struct Options {
        const char* name;         ///< of the thread, at most 15 letters
        const char* metric;       ///< metrics are `NAME_queued` and `NAME_refused_total`
        int niceness = 0;         ///< of nice(2)
        std::size_t waiting = 20; ///< jobs in the queue at most
    };
    JobThread(Options options, Log& log, Metrics& metrics);
    /// stop()
    ~JobThread();

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

    const Options options_;
    Log& log_;
    Counter& refused_;
    Gauge& queued_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    bool running_ = false;
    std::thread thread_;
};

/// bcrypt takes a core for 0.2 s: more than one at a time would take the house down with ten logins a second, and
/// whoever waits for one waits anyway, so all others shall not notice a storm of logins.
inline constexpr JobThread::Options hashingJobs{"auth-hash", "atrium_auth_hashing", 10};
/// An identity provider may take its time, or never answer.
inline constexpr JobThread::Options providerJobs{"auth-oidc", "atrium_auth_oidc"};

} // namespace atrium::auth
