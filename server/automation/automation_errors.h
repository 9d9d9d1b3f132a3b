#pragma once

#include "atrium/result.h"

namespace atrium::automation {

// What people are told when something with automations cannot be done. Thread: any.

/// NotFound.
Error unknownAutomation();
/// Conflict: its plugin changes it.
Error ownedByPlugin();
/// Unavailable: a queue is full.
Error busy();
/// An Unprocessable error of a script becomes one that points at the text that was sent; others stay as they are.
Error scriptError(const Error& error);

} // namespace atrium::automation
