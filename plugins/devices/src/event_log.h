#pragma once

#include "atrium/device.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace atrium::devices {

/// The last events of each device, and how often each of its entities has spoken since the start. Bounded: 64 events a
/// device, the oldest go first. Thread: any.
class EventLog {
public:
    static constexpr std::size_t perDevice = 64;

    void add(const DeviceEvent& event);
    void forget(DeviceId device);

    std::vector<DeviceEvent> of(DeviceId device) const;
    /// The last event of an entity, and their number; null and 0 when there was none.
    struct Summary {
        std::shared_ptr<const DeviceEvent> last;
        std::uint64_t count = 0;
    };
    Summary of(DeviceId device, std::string_view entity) const;

private:
    struct Events {
        std::deque<DeviceEvent> recent;
        std::map<std::string, Summary, std::less<>> byEntity;
    };
    mutable std::mutex mutex_;
    std::map<DeviceId, Events> devices_;
};

} // namespace atrium::devices
