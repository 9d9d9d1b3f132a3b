#pragma once

#include "reading.h"

#include "atrium/integration.h"

#include <optional>
#include <string_view>

namespace atrium::shelly {

/// What one topic of a generation 1 device says. Source: Shelly API documentation of generation 1, section MQTT.
struct Gen1Message {
    std::string entity; ///< below the device, e.g. `relay-0`, `relay-0-power`
    std::vector<std::pair<std::string, Value>> values;
    std::string event; ///< something happened, e.g. `S`; the entity is one of events
};

/// `path` is the topic behind `shellies/ID/`. Empty when the message has no place in the house: a topic of the
/// device's housekeeping, a command, a copy of what another topic says. An error is a payload that does not fit its
/// topic. Pure.
Result<std::optional<Gen1Message>> readGen1(std::string_view path, std::string_view payload);

/// The entity for what was read. `base` is `shellies/ID`. Pure.
AnnouncedEntity describeGen1(const std::string& id, const Gen1Message& message);

/// The messages of a command to `entity` of `base`. Pure.
Result<EntityPlan> planGen1(const std::string& base, const std::string& entity, const EntityCommand& command);

} // namespace atrium::shelly
