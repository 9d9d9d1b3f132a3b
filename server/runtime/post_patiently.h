#pragma once

#include "atrium/executor.h"

#include <thread>

namespace atrium::runtime {

/// Posts an answer that somebody waits for: while the queue is full it tries again each millisecond, for five seconds;
/// then the executor is stopping. Thread: one that may block.
inline void postPatiently(Executor& executor, const std::function<void()>& task)
{
    constexpr int attempts = 5000;
    for (int attempt = 0; attempt < attempts && !executor.post(task); ++attempt)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

} // namespace atrium::runtime
