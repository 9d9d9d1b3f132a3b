#include "hashing_thread.h"

#include <csignal>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace atrium::auth {

namespace {
constexpr int hashingNiceness = 10;
}

HashingThread::HashingThread(Log& log, Metrics& metrics)
    : log_(log),
      refused_(metrics.counter("atrium_auth_hashing_refused_total", "Logins refused because the queue was full")),
      queued_(metrics.gauge("atrium_auth_hashing_queued", "Logins that wait for the hashing thread"))
{}

HashingThread::~HashingThread() { stop(); }

void HashingThread::start()
{
    {
        std::lock_guard lock(mutex_);
        if (running_) return;
        running_ = true;
    }
    // Signals belong to the main thread; a new thread inherits the mask of the one that starts it.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "auth-hash");
        // Whoever waits for a hash waits for 0.2 s anyway; all others shall not notice a storm of logins.
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), hashingNiceness);
        run();
    });
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

void HashingThread::stop()
{
    std::deque<Job> left;
    {
        std::lock_guard lock(mutex_);
        running_ = false;
        left.swap(jobs_);
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    for (const auto& job : left) guarded(job.cancel);
}

bool HashingThread::post(std::function<void()> job, std::function<void()> cancel)
{
    {
        std::lock_guard lock(mutex_);
        if (!running_ || jobs_.size() >= queueLimit) {
            refused_.add();
            return false;
        }
        jobs_.push_back({std::move(job), std::move(cancel)});
        queued_.set(static_cast<double>(jobs_.size()));
    }
    wake_.notify_one();
    return true;
}

void HashingThread::run()
{
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return !running_ || !jobs_.empty(); });
            if (!running_) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
            queued_.set(static_cast<double>(jobs_.size()));
        }
        guarded(job.run);
    }
}

void HashingThread::guarded(const std::function<void()>& call)
{
    try {
        call();
    }
    catch (const std::exception& error) {
        log_.error("a login failed", {{"reason", error.what()}});
    }
    catch (...) {
        log_.error("a login failed", {{"reason", "unknown exception"}});
    }
}

} // namespace atrium::auth
