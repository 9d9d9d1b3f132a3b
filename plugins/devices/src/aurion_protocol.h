#pragma once

#include "atrium/commands.h"
#include "atrium/device.h"
#include "atrium/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::devices {

/// The messages of `PREFIX/devices/ID/status` and `/command` (contracts.md §8). Pure.

/// The ID level of a status topic; empty when the topic is none.
std::string_view deviceOfStatusTopic(std::string_view prefix, std::string_view topic);

/// The scalar members of a status payload, in their order: `{"status":true,"power":42.5}`. `"ON"`/`"OFF"` and 0/1 count
/// as a boolean status. Errors: what is wrong with the payload.
Result<std::vector<std::pair<std::string, Value>>> decodeStatus(std::string_view payload);

/// `on`, `off` and `set` as one message, with the values that the device is assumed to take. Errors: an unknown
/// command, an argument that is no writable attribute of the device or of another kind.
Result<CommandPlan> encodeCommand(std::string_view prefix, const Device& device, const Command& command);

} // namespace atrium::devices
