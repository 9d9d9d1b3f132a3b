#pragma once

#include "atrium/subscription.h"
#include "atrium/time.h"

#include <functional>

namespace atrium {

/// Timers of the core thread on the Clock that tests can move. Thread: any; handlers run on core.
class Scheduler {
public:
    virtual ~Scheduler() = default;

    /// Runs `handler` once after `delay` of steady time.
    virtual Subscription after(std::chrono::microseconds delay, std::function<void()> handler) = 0;
    /// Runs `handler` every `period` of steady time, first after one period. A late run is not made up for.
    virtual Subscription every(std::chrono::microseconds period, std::function<void()> handler) = 0;
    /// Runs `handler` once when the UTC clock reaches `time`; at once when it has passed. Follows clock jumps.
    virtual Subscription at(UtcTime time, std::function<void()> handler) = 0;
};

} // namespace atrium
