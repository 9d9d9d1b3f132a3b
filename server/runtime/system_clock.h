#pragma once

#include "atrium/clock.h"

namespace atrium::runtime {

/// The clock of the machine.
class SystemClock : public Clock {
public:
    UtcTime now() const override
    {
        return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
    SteadyTime steadyNow() const override { return std::chrono::steady_clock::now(); }
};

} // namespace atrium::runtime
