#pragma once

#include "atrium/device.h"
#include "atrium/devices.h"
#include "atrium/value.h"

namespace atrium::devices {

/// A device as clients see it: the simple shape that existing ones rely on (`id, name, type, room, status, power`, and
/// `temperature` where there is one; contracts.md §3) with everything else beside it.
Object toView(const Device& device);

/// The rooms of a list, by name: `{name, devices, on}`.
List roomsOf(const DeviceList& list);

} // namespace atrium::devices
