#include "storage/query_watchdog.h"

#include "runtime/thread.h"

#include <sys/socket.h>

namespace atrium::storage {

namespace {
using SteadyClock = std::chrono::steady_clock;
}

QueryWatchdog::QueryWatchdog()
{
    thread_ = runtime::startThread("db-watchdog", [this] { run(); });
}

QueryWatchdog::~QueryWatchdog()
{
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

QueryWatchdog::Guard::Guard(QueryWatchdog& watchdog, int socket, std::chrono::milliseconds limit) : watchdog_(watchdog)
{
    const auto deadline = SteadyClock::now() + limit;
    bool sooner = false;
    {
        std::lock_guard lock(watchdog_.mutex_);
        id_ = watchdog_.nextId_++;
        watchdog_.entries_.emplace(id_, Entry{socket, deadline});
        // Most calls end long before the thread would look: wake it only if it would look too late.
        sooner = deadline < watchdog_.nextWake_;
    }
    if (sooner) watchdog_.wake_.notify_all();
}

QueryWatchdog::Guard::~Guard()
{
    std::lock_guard lock(watchdog_.mutex_);
    watchdog_.entries_.erase(id_);
}

bool QueryWatchdog::Guard::fired() const
{
    std::lock_guard lock(watchdog_.mutex_);
    return watchdog_.entries_.at(id_).fired;
}

void QueryWatchdog::run()
{
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto now = SteadyClock::now();
        nextWake_ = SteadyClock::time_point::max();
        for (auto& [id, entry] : entries_) {
            if (entry.fired) continue;
            if (entry.deadline <= now) {
                entry.fired = true;
                // Under the lock: the guard cannot end, so the descriptor cannot have been reused.
                ::shutdown(entry.socket, SHUT_RDWR);
            }
            else {
                nextWake_ = std::min(nextWake_, entry.deadline);
            }
        }
        if (nextWake_ == SteadyClock::time_point::max()) wake_.wait(lock);
        else wake_.wait_until(lock, nextWake_);
    }
}

} // namespace atrium::storage
