#pragma once

#include "atrium/auth.h"
#include "atrium/ids.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What an attribute of a device holds.
struct AttributeSpec {
    std::string name; ///< `status`, `power`, `temperature`, ...
    Value::Kind kind = Value::Kind::Number;
    std::string unit; ///< SI-like text as devices send it: `W`, `°C`; empty = none
    bool writable = false;
    bool history = true; ///< keep samples of it
    std::optional<double> minimum;
    std::optional<double> maximum;
};

/// One attribute with its last value.
struct Attribute {
    AttributeSpec spec;
    Value value; ///< Null = never reported
    UtcTime changedAt{};
    UtcTime reportedAt{};
    bool assumed = false; ///< follows from a command that the device has not confirmed yet
};

/// What a person knows about a device.
struct DeviceInfo {
    DeviceId id;
    std::string uid; ///< stable and unique: how an automation names it, e.g. `salon/lumiere`
    std::string name;
    std::string type; ///< `light`, `climate`, `fan`, `plug`, `sensor`, ...
    std::string room;
    std::int64_t nominalPower = 0; ///< W, as printed on the device
    std::string integration;       ///< the plugin id whose CommandHandler serves it
    std::string maker;
    std::string model;
    UtcTime createdAt{};
};

/// One device at one moment: immutable, shared by all readers.
struct Device {
    DeviceInfo info;
    std::vector<Attribute> attributes;
    bool online = true;
    UtcTime lastSeen{}; ///< epoch = never heard of

    const Attribute* find(std::string_view name) const;
    /// The last value of an attribute; Null when there is none.
    const Value& value(std::string_view name) const;
};

using DevicePtr = std::shared_ptr<const Device>;

/// The device as an object of rights.
inline AccessObject accessObjectOf(const Device& device)
{
    return AccessObject::ofDevice(device.info.id, device.info.room);
}

/// Why something happened: one chain from an event through rules and commands to further events.
struct Cause {
    std::string correlationId; ///< goes through logs, run log and WebSocket messages
    std::string origin;        ///< `user:4`, `rule:hall-light`, `device`, `system`
    int hops = 0;              ///< rules passed so far; over Cause::maxHops the chain is cut

    static constexpr int maxHops = 16;
};

/// A fresh 16-hex-digit correlation id. Thread: any.
std::string newCorrelationId();

/// An attribute took another value. Lives as long as the call it is passed to.
struct AttributeChanged {
    const Device& device;
    const Attribute& attribute; ///< with the new value
    const Value& previous;
    const Cause& cause;
};

/// A device was added, edited or removed (`after` null), or its availability changed.
struct DeviceChanged {
    DevicePtr before;
    DevicePtr after;
};

} // namespace atrium
