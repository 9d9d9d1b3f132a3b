#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/realtime.h"
#include "atrium/scheduler.h"

#include <map>

namespace atrium::devices {

/// Device updates for screens. A quiet house is shown at once; under a flood each device is sent at most as often as
/// its turn comes at about 2,000 updates a second. Thread: core.
class DeviceFeed {
public:
    /// Between two rounds at least; and so much more for each device in a round.
    static constexpr std::chrono::milliseconds shortestRound{50};
    static constexpr std::chrono::microseconds perDevice{500};

    DeviceFeed(const Clock& clock, Scheduler& scheduler, Realtime& realtime);

    void changed(const std::vector<DevicePtr>& devices);
    void removed(const Device& device);

private:
    void sendRound();

    const Clock& clock_;
    Scheduler& scheduler_;
    Realtime& realtime_;
    std::map<DeviceId, DevicePtr> waiting_;
    SteadyTime nextRound_{};
    Subscription timer_;
    bool timerRuns_ = false;
};

} // namespace atrium::devices
