#pragma once

#include "event_log.h"

#include "atrium/device.h"

namespace atrium::devices {

/// What the page of a device shows beside its simple view: who made it, its entities with their values by role, its
/// triggers, and under `specs` what may be said of each attribute (range, words, what waits to be confirmed). `state`
/// is a number, `on`/`off` or a word; null = not known.
Object detailView(const Device& device, const EventLog& events);
/// The recent events of a device, oldest first.
List eventViews(const std::vector<DeviceEvent>& events);

} // namespace atrium::devices
