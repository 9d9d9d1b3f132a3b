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
    /// Between two rounds at least; or so much for each device in a round, if that is more.
    static constexpr std::chrono::milliseconds shortestRound{50};
    static constexpr std::chrono::microseconds perDevice{500};
    /// Views of 10,000 devices at once would be 200 MB.
    static constexpr std::size_t mostInRound = 100;

    DeviceFeed(const Clock& clock, Scheduler& scheduler, Realtime& realtime);

    void changed(const std::vector<DevicePtr>& devices);
    void removed(const Device& device);

private:
    void sendRound();

    const Clock& clock_;
    Scheduler& scheduler_;
    Realtime& realtime_;
    std::map<DeviceId, DevicePtr> waiting_;
    DeviceId lastSent_;
    SteadyTime nextRound_{};
    Subscription timer_;
    bool timerRuns_ = false;
};

} // namespace atrium::devices
