#include "atrium/executor.h"

#include <chrono>
#include <thread>

namespace atrium {

bool Executor::postPatiently(const std::function<void()>& task)
{
    constexpr int attempts = 5000;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (post(task)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return false;
}

} // namespace atrium
