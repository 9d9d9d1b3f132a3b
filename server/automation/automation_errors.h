#pragma once

#include "atrium/result.h"

#include <cstdint>
#include <string_view>

namespace atrium::automation {

// What people are told when something with automations cannot be done. Thread: any.

/// NotFound.
Error unknownAutomation();
/// Conflict: its plugin changes it.
Error ownedByPlugin();
/// Unavailable: a queue is full.
Error busy();
/// An Unprocessable error of a script becomes one that points at its place in the text that was sent, `source`; others
/// stay as they are.
Error scriptError(const Error& error, const std::string& source);
/// The number in `file.lua:3: what is wrong`; 0 when there is none.
std::int64_t lineOfMessage(std::string_view message);
/// What `message` (`file.lua:3: unknown device "x"`) says of the field `pointer`, and where in `source`: at the word
/// that it names, if that stands in the line.
FieldError scriptFault(std::string pointer, const std::string& message, const std::string& source);

} // namespace atrium::automation
