#include "runtime/worker_pool.h"

#include "runtime/thread.h"

namespace atrium::runtime {

namespace {
/// The pool that the calling thread belongs to.
thread_local const WorkerPool* currentPool = nullptr;
} // namespace

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queueLimit,
                       std::function<void(const std::string&)> onException)
    : onException_(std::move(onException)), queueLimit_(queueLimit)
{
    for (std::size_t i = 0; i < threads; ++i)
        threads_.push_back(startThread(name + "-" + std::to_string(i), [this] { run(); }));
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::post(std::function<void()> task)
{
    {
        std::lock_guard lock(mutex_);
        if (stopping_ || tasks_.size() >= queueLimit_) return false;
        tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

bool WorkerPool::isCurrent() const { return currentPool == this; }

void WorkerPool::stop()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

std::size_t WorkerPool::queued() const
{
    std::lock_guard lock(mutex_);
    return tasks_.size();
}

void WorkerPool::run()
{
    currentPool = this;
    for (;;) {
        std::function<void()> task;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        try {
            task();
        }
        catch (const std::exception& error) {
            onException_(error.what());
        }
        catch (...) {
            onException_("unknown exception");
        }
    }
}

} // namespace atrium::runtime
