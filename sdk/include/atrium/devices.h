#pragma once

#include "atrium/device.h"
#include "atrium/result.h"
#include "atrium/subscription.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// An immutable list of devices by id, and its version, which grows with each visible change.
struct DeviceList {
    std::vector<DevicePtr> devices;
    std::uint64_t version = 0;
};

/// A part of that list, and how long the whole is.
struct DevicePage {
    std::vector<DevicePtr> devices;
    std::size_t total = 0;
};

/// Values that one message from a device brought.
struct Report {
    DeviceId device;
    std::vector<std::pair<std::string, Value>> values;
    UtcTime at{};
    Cause cause;
};

/// What a device sent and nobody could take.
struct RefusedReport {
    std::string attribute; ///< empty = the whole message
    std::string reason;    ///< in English, for people who ask why nothing happens
    UtcTime at{};
};

/// All devices and their state. Core is the only writer; readers take snapshots that trail it by at most 10 ms.
class Devices {
public:
    virtual ~Devices() = default;

    /// The device as it is published; on core, as it is now. Thread: any.
    virtual DevicePtr find(DeviceId id) const = 0;
    /// By uid, else by exact name, else by number written as text. Thread: any.
    virtual DevicePtr find(std::string_view uidOrName) const = 0;
    /// Thread: any.
    virtual std::shared_ptr<const DeviceList> list() const = 0;
    /// At most `count` devices of the list, from the one at `first` on: costs what it shows, however many there are.
    /// Thread: any.
    virtual DevicePage page(std::size_t first, std::size_t count) const = 0;

    /// Adds a device (its id and uid must be new) or replaces the info and attribute specs of a known one; values that
    /// it already has stay. The values of `attributes` are the restored last ones. Thread: core.
    virtual Result<void> put(DeviceInfo info, std::vector<Attribute> attributes, SharedList<Entity> entities = {}) = 0;
    /// Removes a device and tells everybody. Thread: core.
    virtual bool remove(DeviceId id) = 0;
    /// Takes what a device reported. Unknown attributes are ignored and false is returned; equal values raise no event.
    /// A value of another kind than the spec's is refused and counted. Thread: core.
    virtual bool report(const Report& report) = 0;
    /// Notes that a device sent something that nobody could read. Thread: core.
    virtual void refuse(DeviceId, RefusedReport) {}
    /// The last of those, until the device is removed; values of a wrong kind are among them. Thread: core.
    virtual std::optional<RefusedReport> refused(DeviceId) const { return {}; }
    /// Marks a value as following from a command that is not confirmed yet. Thread: core.
    virtual bool assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause) = 0;
    /// Takes an assumed value back to what the device had reported: the command was lost. False when nothing was
    /// assumed. Thread: core.
    virtual bool giveUp(DeviceId id, std::string_view attribute, const Cause& cause) = 0;
    /// Of a device without entities. Thread: core.
    virtual void setOnline(DeviceId id, bool online) = 0;
    /// Of one entity by its index; -1 = all of them. The device is online while one of them is available.
    /// Thread: core.
    virtual void setAvailability(DeviceId id, int entity, Availability availability) = 0;
    /// Tells everybody of an event. Thread: core.
    virtual void raise(const DeviceEvent& event) = 0;

    /// Handlers run on core, in the order of the events. Thread: any.
    virtual Subscription onAttributeChanged(std::function<void(const AttributeChanged&)> handler) = 0;
    /// A report has confirmed a value that a command had made be assumed: `previous` is the same value.
    virtual Subscription onConfirmed(std::function<void(const AttributeChanged&)> handler) = 0;
    virtual Subscription onEvent(std::function<void(const DeviceEvent&)> handler) = 0;
    virtual Subscription onDeviceChanged(std::function<void(const DeviceChanged&)> handler) = 0;
    /// Called on core each time that readers get new snapshots, with the devices that differ: at most every 10 ms,
    /// however fast messages come. Made for screens; what must see each change uses onAttributeChanged. Thread: any.
    virtual Subscription onPublished(std::function<void(const std::vector<DevicePtr>&)> handler) = 0;
};

} // namespace atrium
