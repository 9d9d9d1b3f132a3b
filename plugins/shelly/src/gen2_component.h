#pragma once

#include "reading.h"

#include "atrium/integration.h"

namespace atrium::shelly {

/// A component of a device of generation 2 or later: `switch:0` is of kind `switch` and has the number 0.
/// Source: the component pages of the Gen2 device API (status fields, RPC methods). All functions are pure.
struct ComponentName {
    std::string text, kind;
    std::int64_t number = -1; ///< -1 = it has none, e.g. `wifi`
};
ComponentName parseComponent(const std::string& text);

/// Whether the component is the device's own housekeeping: it has no entities.
bool isHousekeeping(const ComponentName& component);

/// The entities that the status shows, with ids below `prefix`; one of an unknown kind becomes one raw entity.
std::vector<AnnouncedEntity> describe(const std::string& prefix, const ComponentName& component,
                                      const std::string& displayName, const Value& status);
std::vector<Reading> read(const std::string& prefix, const ComponentName& component, const Value& status);

/// The remote call that a command means.
struct Call {
    std::string method;
    Object parameters;
    std::vector<std::pair<std::string, Value>> expected;
};
Result<Call> callFor(const ComponentName& component, const EntityCommand& command);

} // namespace atrium::shelly
