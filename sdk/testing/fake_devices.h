#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "testing/handler_list.h"

#include <map>

namespace atrium::testing {

/// Devices in memory; events reach their handlers before the call returns. Thread: the test's.
class FakeDevices : public Devices {
public:
    explicit FakeDevices(const Clock& clock) : clock_(clock) {}

    DevicePtr find(DeviceId id) const override;
    DevicePtr find(std::string_view uidOrName) const override;
    std::shared_ptr<const DeviceList> list() const override;
    DevicePage page(std::size_t first, std::size_t count) const override;
    Result<void> put(DeviceInfo info, std::vector<Attribute> attributes, SharedList<Entity> entities = {}) override;
    bool remove(DeviceId id) override;
    bool report(const Report& report) override;
    bool assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause) override;
    bool giveUp(DeviceId id, std::string_view attribute, const Cause& cause) override;
    void setOnline(DeviceId id, bool online) override;
    void setAvailability(DeviceId id, int entity, Availability availability) override;
    void raise(const DeviceEvent& event) override { eventHandlers_.call(event); }
    Subscription onAttributeChanged(std::function<void(const AttributeChanged&)> handler) override
    {
        return attributeHandlers_.add(std::move(handler));
    }
    Subscription onConfirmed(std::function<void(const AttributeChanged&)> handler) override
    {
        return confirmedHandlers_.add(std::move(handler));
    }
    Subscription onEvent(std::function<void(const DeviceEvent&)> handler) override
    {
        return eventHandlers_.add(std::move(handler));
    }
    Subscription onDeviceChanged(std::function<void(const DeviceChanged&)> handler) override
    {
        return deviceHandlers_.add(std::move(handler));
    }
    /// Nothing is published by itself here: the test calls publish().
    Subscription onPublished(std::function<void(const std::vector<DevicePtr>&)> handler) override
    {
        return publishedHandlers_.add(std::move(handler));
    }
    /// Tells the handlers of onPublished() about these devices.
    void publish(const std::vector<DevicePtr>& devices) { publishedHandlers_.call(devices); }

private:
    enum class Origin { Reported, Assumed };
    /// The caller holds the device, which its handlers may remove.
    bool change(Device& device, std::string_view attribute, const Value& value, UtcTime at, const Cause& cause,
                Origin origin);
    void replace(DeviceId id, DevicePtr next);
    /// To be changed in place; null when there is none.
    std::shared_ptr<Device> changeable(DeviceId id);

    const Clock& clock_;
    std::map<DeviceId, DevicePtr> devices_;
    std::uint64_t version_ = 0;
    HandlerList<const AttributeChanged&> attributeHandlers_;
    HandlerList<const AttributeChanged&> confirmedHandlers_;
    HandlerList<const DeviceEvent&> eventHandlers_;
    HandlerList<const DeviceChanged&> deviceHandlers_;
    HandlerList<const std::vector<DevicePtr>&> publishedHandlers_;
};

} // namespace atrium::testing
