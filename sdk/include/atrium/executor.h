#pragma once

#include <functional>

namespace atrium {

/// Runs tasks on a thread or a pool of threads. `core` runs them in order, one at a time.
class Executor {
public:
    virtual ~Executor() = default;

    /// Queues `task`. False when the bounded queue is full or the executor stops: the task will not run, the caller
    /// decides what that means. Exceptions from tasks are caught, logged and counted. Thread: any.
    virtual bool post(std::function<void()> task) = 0;

    /// Queues an answer that somebody waits for: while the queue is full it tries again each millisecond, for five
    /// seconds; then the executor is stopping: false. Thread: one that may block, and not of this executor.
    bool postPatiently(const std::function<void()>& task);

    /// Whether the calling thread belongs to this executor. Thread: any.
    virtual bool isCurrent() const = 0;
};

} // namespace atrium
