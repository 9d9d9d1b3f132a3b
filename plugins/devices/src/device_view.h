#pragma once

#include "atrium/device.h"
#include "atrium/devices.h"
#include "atrium/value.h"

#include <span>
#include <string>

namespace atrium::devices {

/// A device as clients see it: the simple shape that existing ones rely on (`id, name, type, room, status, power`, and
/// `temperature` where there is one; contracts.md §3) with everything else beside it.
Object toView(const Device& device);
/// The views of several as a JSON list.
void appendViews(std::string& json, std::span<const DevicePtr> devices);

/// The rooms of a list, by name: `{name, devices, on}`.
List roomsOf(const DeviceList& list);

} // namespace atrium::devices
