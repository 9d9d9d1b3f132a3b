#pragma once

#include "atrium/clock.h"

#include <mutex>

namespace atrium::testing {

/// A clock that stands still until the test moves it. Thread: any.
class ManualClock : public Clock {
public:
    explicit ManualClock(UtcTime start = UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}}) : now_(start)
    {}

    UtcTime now() const override
    {
        std::lock_guard lock(mutex_);
        return now_;
    }
    SteadyTime steadyNow() const override
    {
        std::lock_guard lock(mutex_);
        return steady_;
    }

    /// Time passes.
    void advance(std::chrono::microseconds duration)
    {
        std::lock_guard lock(mutex_);
        now_ += duration;
        steady_ += duration;
    }
    /// Somebody sets the clock: UTC jumps, steady time does not.
    void jumpTo(UtcTime time)
    {
        std::lock_guard lock(mutex_);
        now_ = time;
    }

private:
    mutable std::mutex mutex_;
    UtcTime now_;
    SteadyTime steady_{std::chrono::hours{1}};
};

} // namespace atrium::testing
