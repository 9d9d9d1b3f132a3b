#include "job_thread.h"

#include <csignal>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace atrium::auth {

JobThread::JobThread(Options options, Log& log, Metrics& metrics)
    : options_(options), log_(log), refused_(metrics.counter(std::string(options.metric) + "_refused_total",
                                                             "Sign-ins refused because the queue was full")),
      queued_(metrics.gauge(std::string(options.metric) + "_queued", "Sign-ins that wait for the thread"))
{}

JobThread::~JobThread() { stop(); }

void JobThread::start()
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
        pthread_setname_np(pthread_self(), options_.name);
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), options_.niceness);
        run();
    });
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

void JobThread::stop()
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

bool JobThread::post(std::function<void()> job, std::function<void()> cancel)
{
    {
        std::lock_guard lock(mutex_);
        if (!running_ || jobs_.size() >= options_.waiting) {
            refused_.add();
            return false;
        }
        jobs_.push_back({std::move(job), std::move(cancel)});
        queued_.set(static_cast<double>(jobs_.size()));
    }
    wake_.notify_one();
    return true;
}

void JobThread::run()
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

void JobThread::guarded(const std::function<void()>& call)
{
    try {
        call();
    }
    catch (const std::exception& error) {
        log_.error("a sign-in failed", {{"reason", error.what()}});
    }
    catch (...) {
        log_.error("a sign-in failed", {{"reason", "unknown exception"}});
    }
}

} // namespace atrium::auth
