#pragma once

#include "atrium/commands.h"
#include "atrium/devices.h"
#include "atrium/services.h"

namespace atrium::devices {

/// Raises an alert when a device did not do what it was told, and clears it when it obeys again. Nothing happens while
/// no plugin offers alerts.
void tellOfLostCommand(const Services& services, const Devices& devices, const CommandOutcome& outcome);

} // namespace atrium::devices
