#pragma once

#include "atrium/commands.h"
#include "atrium/device.h"
#include "atrium/result.h"
#include "atrium/subscription.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

/// How a maker's convention becomes devices of the house. A plugin opens a port, subscribes to its topics with Mqtt,
/// and says through the port what it understood; everything else (identity, names chosen by people, the database, the
/// API, history, rules, confirmed commands) is done for it. plugins/homie is a small complete example.

/// One value of an entity.
struct AnnouncedAttribute {
    std::string role = "state"; ///< `state`, `brightness`, `current_temperature`, ...; unique within the entity
    AttributeSpec spec;         ///< its name, entity and role are given by the directory
};

/// One function of a device.
struct AnnouncedEntity {
    SharedText id; ///< unique within the integration and stable: the identity behind history and rules
    EntitySpec spec;
    std::string wish; ///< what its attributes should be called, e.g. `temperature`, `left`; empty = from its name
    std::vector<AnnouncedAttribute> attributes;
    Availability availability = Availability::Available; ///< until the integration says otherwise
};

/// A device as an integration knows it. Announcing a key again replaces what was said before; what did not change
/// costs nothing. Devices that share an identifier or a MAC address become one, whoever announced them.
struct DeviceAnnouncement {
    std::string key;                      ///< how the integration calls it; stable
    std::vector<std::string> identifiers; ///< unique within the integration, e.g. a serial number or a topic
    std::vector<std::string> macs;        ///< in any usual spelling
    /// `integration:identifier` of the same device where another convention speaks of it too.
    std::vector<std::string> alsoKnownAs;
    std::string name;
    std::string maker;
    std::string model;
    std::string modelId;
    std::string firmware;
    std::string hardware;
    std::string serialNumber;
    std::string suggestedRoom;
    std::string configurationUrl;
    std::string via; ///< identifier of the bridge
    bool tellsAvailability = false;
    std::vector<AnnouncedEntity> entities;
};

/// A command to one entity, to be turned into messages.
struct EntityCommand {
    const Device& device;
    const Entity& entity;
    std::string_view key; ///< DeviceAnnouncement::key
    const std::string& name;
    const Object& arguments;
    const Cause& cause;
};

/// What a command means: messages, and the values by role that the entity should report when it obeyed.
struct EntityPlan {
    std::vector<MqttPublication> publications;
    std::vector<std::pair<std::string, Value>> expected;
    Confirmation confirmation = Confirmation::Awaited;
};

/// A picture as it was sent: JPEG, PNG, WebP or GIF.
struct StillPicture {
    static constexpr std::size_t maxBytes = 4 << 20;
    std::string bytes;
    UtcTime at{};
};

/// Pure. Errors: what is wrong with the command. Thread: core; must not block.
using EntityPlanner = std::function<Result<EntityPlan>(const EntityCommand&)>;

/// The way of one integration into the house. Closed with its destruction; its devices stay, unavailable.
/// Thread: core, except where a method says otherwise.
class IntegrationPort {
public:
    virtual ~IntegrationPort() = default;

    virtual void announce(DeviceAnnouncement announcement) = 0;
    /// The device is gone for good: its entities of this integration vanish, and the device with the last of them.
    virtual void withdraw(std::string_view key) = 0;
    /// Values by role. Unknown keys, entities and roles are ignored. A Null says that the value is not known.
    virtual void report(std::string_view key, std::string_view entity,
                        std::vector<std::pair<std::string, Value>> values, UtcTime at) = 0;
    /// An empty `entity` means all of the device.
    virtual void setAvailability(std::string_view key, std::string_view entity, Availability availability) = 0;
    /// Something happened once.
    virtual void raise(std::string_view key, std::string_view entity, std::string type, Object data, UtcTime at) = 0;
    /// The last picture of a camera; whoever may see the device may look at it. Kept in memory only. What is too large
    /// or no picture is counted as refused. A camera that is asked for its picture says where with the attribute or the
    /// capability `url` instead.
    virtual void show(std::string_view key, std::string_view entity, StillPicture picture) = 0;
    /// Counts a message that could not be understood, and logs one now and then.
    virtual void refuse(std::string_view topic, std::string_view reason) = 0;
    /// Whether somebody else speaks for a device with this `integration:identifier` or `mac:ADDRESS`.
    virtual bool knows(std::string_view identifier) const = 0;
};

/// Where integrations register; provided by the plugin `devices`.
class Integrations {
public:
    static constexpr const char* serviceName = "integrations/1";
    virtual ~Integrations() = default;

    /// Throws std::invalid_argument when `integration` is open already. Thread: any.
    virtual std::shared_ptr<IntegrationPort> open(std::string integration, EntityPlanner planner) = 0;
};

} // namespace atrium
