#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/result.h"
#include "atrium/scheduler.h"
#include "automation/site.h"

#include <functional>

namespace atrium::automation {

/// What rules know beside devices: the sun of the site (`sun.up`, `sun.down`) and the mode that people set
/// (`house.mode`). To rules they are devices that are always there; nobody else sees devices in them. Thread: core.
class Surroundings {
public:
    static constexpr DeviceId sunId{-1};
    static constexpr DeviceId houseId{-2};

    /// `tell` is called for every change.
    Surroundings(Site site, Scheduler& scheduler, const Clock& clock,
                 std::function<void(const AttributeChanged&)> tell);

    /// Null for an id that is none of them.
    DevicePtr find(DeviceId id) const;
    /// That one, or else the device of the house.
    DevicePtr find(DeviceId id, const Devices& devices) const
    {
        auto own = find(id);
        return own ? own : devices.find(id);
    }
    std::vector<DevicePtr> all() const { return {sun_, house_}; }
    const std::string& mode() const { return house_->value("mode").text(); }
    /// Error: InvalidArgument for a mode that the site does not have.
    Result<void> setMode(const std::string& mode, const Cause& cause);
    const Site& site() const { return site_; }

private:
    void change(DevicePtr& device, const char* attribute, Value value, const Cause& cause);
    void lookAtSun();
    void armSun();

    const Site site_;
    Scheduler& scheduler_;
    const Clock& clock_;
    std::function<void(const AttributeChanged&)> tell_;
    DevicePtr sun_;
    DevicePtr house_;
    Subscription look_;
    Subscription crossing_;
    UtcTime armedAt_{};
    UtcTime nextCrossing_{};
};

/// As REST and WebSocket clients see them.
Object toObject(const Surroundings& surroundings);

} // namespace atrium::automation
