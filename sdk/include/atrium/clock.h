#pragma once

#include "atrium/time.h"

namespace atrium {

/// The time of day and a steady time; tests move it (testing/manual_clock.h). Thread: any.
class Clock {
public:
    virtual ~Clock() = default;
    virtual UtcTime now() const = 0;
    virtual SteadyTime steadyNow() const = 0;
};

} // namespace atrium
