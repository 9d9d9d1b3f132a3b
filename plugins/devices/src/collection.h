#pragma once

#include "atrium/ids.h"
#include "atrium/value.h"

#include <string>
#include <vector>

namespace atrium::devices {

/// One command to one device, as a scene or a batch holds it.
struct DeviceStep {
    DeviceId device;
    std::string entity; ///< empty = the device as a whole
    std::string command;
    Object arguments;
};

/// Devices that people command together, wherever they stand.
struct Group {
    static constexpr std::size_t maxMembers = 1000;
    std::int64_t id = 0;
    std::string name;
    std::vector<DeviceId> members;
};

/// A mood: what each of its devices does when it is activated.
struct Scene {
    static constexpr std::size_t maxSteps = 300;
    std::int64_t id = 0;
    std::string name;
    std::vector<DeviceStep> steps;
};

/// JSON of the members and of the steps, for the database and the API; and back. What does not fit is left out.
List toJson(const std::vector<DeviceId>& members);
List toJson(const std::vector<DeviceStep>& steps);
std::vector<DeviceId> membersFrom(const Value* json);
std::vector<DeviceStep> stepsFrom(const Value* json);

} // namespace atrium::devices
