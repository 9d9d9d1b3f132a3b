#pragma once

#include "atrium/commands.h"
#include "atrium/device.h"

#include <string>
#include <vector>

namespace atrium::devices {

/// One command to one entity.
struct TargetedCommand {
    int entity = -1;
    std::string name;
    Object arguments;
};

/// What a command to a device means for its entities. With Command::entity it is passed on as it is; `on` and `off`
/// reach the device's main function (a shutter opens, a lock unlocks is never guessed), `set` the entity of each named
/// attribute. Errors: Unprocessable, InvalidArgument. Pure.
Result<std::vector<TargetedCommand>> targetsOf(const Device& device, const Command& command);

} // namespace atrium::devices
