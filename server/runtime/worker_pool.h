#pragma once

#include "atrium/executor.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace atrium::runtime {

/// The bounded pool for work that blocks (threads `work-N`). A full queue refuses: the caller answers 503.
class WorkerPool : public Executor {
public:
    WorkerPool(std::string name, std::size_t threads, std::size_t queueLimit,
               std::function<void(const std::string&)> onException);
    ~WorkerPool() override;

    bool post(std::function<void()> task) override;
    bool isCurrent() const override;

    /// Runs what is queued and joins. Idempotent.
    void stop();
    std::size_t queued() const;

private:
    void run();

    std::function<void(const std::string&)> onException_;
    const std::size_t queueLimit_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace atrium::runtime
