#pragma once

#include "atrium/auth.h"
#include "atrium/ids.h"
#include "atrium/shared.h"
#include "atrium/shared_text.h"
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
    std::string name; ///< `status`, `power`, `temperature`, ...: unique within the device
    Value::Kind kind = Value::Kind::Number;
    std::string unit; ///< SI-like text as devices send it: `W`, `°C`; empty = none
    bool writable = false;
    bool history = true; ///< keep samples of it
    std::optional<double> minimum;
    std::optional<double> maximum;
    std::optional<double> step;
    std::string deviceClass;          ///< what is measured: `temperature`, `door`, ...; empty = not said
    std::vector<std::string> options; ///< the words that a text may be; empty = any
    int entity = -1;                  ///< index in Device::entities; -1 = the device's own
    std::string role;                 ///< what it is to its entity: `state`, `brightness`, `current_temperature`, ...

    bool operator==(const AttributeSpec&) const = default;
};

/// A wish that the device has not confirmed, and what it had reported before.
struct DesiredValue {
    Value wished;
    Value reported;
    UtcTime since{};
};

/// One attribute with its last value. A campus has 300,000 of them, which are copied with each change of their device:
/// six words.
struct Attribute {
    Shared<AttributeSpec> spec;
    Value value; ///< Null = never reported
    UtcTime changedAt{};
    UtcTime reportedAt{};
    SharedIfAny<DesiredValue> desired; ///< while the value is assumed

    /// Whether the value follows from a command that the device has not confirmed yet.
    bool assumed() const { return static_cast<bool>(desired); }
};

/// Where an entity stands in the interface.
enum class EntityCategory {
    Primary,
    Config,     ///< belongs on the settings page of the device
    Diagnostic, ///< folded away
};

/// Whether an entity can be relied on now, and why not.
enum class Availability {
    Available,
    NeverHeard, ///< its availability topics have said nothing yet
    Offline,    ///< it, or the bridge that speaks for it, said so
    Silent,     ///< it has said nothing for longer than it promised
};

/// What one function of a device is: a lamp of a lamp strip, a sensor of a thermostat.
struct EntitySpec {
    std::string component;           ///< `light`, `switch`, `sensor`, `cover`, ...; `raw` = kept though not understood
    std::string integration;         ///< the plugin whose planner serves its commands
    std::optional<std::string> name; ///< empty optional = it carries the name of the device
    std::string deviceClass;
    std::string unit;
    std::string stateClass; ///< `measurement`, `total`, `total_increasing`; empty = no statistics
    EntityCategory category = EntityCategory::Primary;
    bool enabled = true;               ///< shown before anybody asks for it
    std::vector<std::string> commands; ///< names that Command::name may have for it; empty = it takes none
    Object capabilities;               ///< ranges, modes, options, event types, as the interface needs them

    bool operator==(const EntitySpec&) const = default;
};

/// One function of a device. Its values are the attributes whose spec names it.
struct Entity {
    SharedText id; ///< unique within its integration, stable for ever
    Shared<EntitySpec> spec;
    Availability availability = Availability::Available;
};

/// What one integration says of a device that several speak for.
struct DeviceTelling {
    std::string integration;
    std::string name, maker, model, modelId, firmware, hardware;
};

/// What a person knows about a device.
struct DeviceInfo {
    DeviceId id;
    std::string uid; ///< stable and unique: how an automation names it, e.g. `salon/lumiere`
    std::string name;
    std::string type; ///< `light`, `climate`, `fan`, `plug`, `sensor`, ...
    std::string room;
    std::string zone;              ///< of the building: a floor, a wing; empty = not said
    std::string site;              ///< which building or campus; empty = the only one
    std::int64_t nominalPower = 0; ///< W, as printed on the device
    std::string integration;       ///< the plugin id whose CommandHandler serves it
    std::string maker;
    std::string model;
    std::string modelId;
    std::string firmware;
    std::string hardware;
    std::string serialNumber;
    std::string configurationUrl;
    std::string via;                      ///< identifier of the bridge that it is reached through
    std::vector<std::string> identifiers; ///< `integration:identifier`; empty = made by hand
    std::vector<std::string> macs;        ///< 12 lower-case hexadecimal digits each
    std::vector<DeviceTelling> tellings;  ///< empty unless several integrations speak for it; the first one's win
    UserId owner;                         ///< none = it belongs to the house
    bool tellsAvailability = false;       ///< it says itself when it comes and goes: a report alone proves nothing
    UtcTime createdAt{};
};

/// One device at one moment: immutable, shared by all readers. What a report does not change is shared with the moment
/// before: only the attributes are copied.
struct Device {
    Shared<DeviceInfo> info;
    std::vector<Attribute> attributes;
    SharedList<Entity> entities; ///< empty for a device that is only its attributes
    bool online = true;
    Availability availability = Availability::Available; ///< why it is not online
    UtcTime lastSeen{};                                  ///< epoch = never heard of

    const Attribute* find(std::string_view name) const;
    /// The last value of an attribute; Null when there is none.
    const Value& value(std::string_view name) const;
    /// Its index in `entities`; -1 when there is none.
    int entityIndex(std::string_view id) const;
    /// The attribute of an entity by its role.
    const Attribute* find(int entity, std::string_view role) const;
};

using DevicePtr = std::shared_ptr<const Device>;

/// The device as an object of rights.
inline AccessObject accessObjectOf(const Device& device)
{
    return AccessObject::ofDevice(device.info->id, device.info->room);
}

/// Why something happened: one chain from an event through rules and commands to further events.
struct Cause {
    std::string correlationId; ///< goes through logs, run log and WebSocket messages
    std::string origin;        ///< `user:4`, `rule:hall-light`, `device`, `system`
    int hops = 0;              ///< rules passed so far; over Cause::maxHops the chain is cut

    static constexpr int maxHops = 16;
};

/// `available`, `never_heard`, `offline`, `silent`; `primary`, `config`, `diagnostic`.
const char* toString(Availability availability);
const char* toString(EntityCategory category);

/// A fresh 16-hex-digit correlation id. Thread: any.
std::string newCorrelationId();

/// An attribute took another value. Lives as long as the call it is passed to.
struct AttributeChanged {
    const Device& device;
    const Attribute& attribute; ///< with the new value
    const Value& previous;
    const Cause& cause;
};

/// Something that happened once at a device: a button was pressed, a tag was read. Never a state.
struct DeviceEvent {
    DeviceId device;
    std::string entity; ///< Entity::id
    std::string type;   ///< `single_push`, `ring`, ...
    Object data;
    UtcTime at{};
    Cause cause;
};

/// A device was added, edited or removed (`after` null), or its availability changed.
struct DeviceChanged {
    DevicePtr before;
    DevicePtr after;
};

} // namespace atrium
