#pragma once

#include "atrium/devices.h"
#include "automation/trigger.h"

#include <string>

namespace atrium::automation {

/// A trigger as a script would say it, with the name of its device: `boiler.temp:above(80):holds "3m"`. Thread: core.
std::string toText(const Trigger& trigger, const Devices& devices);
/// `uid.attribute`; with the number of a device that does not exist.
std::string subjectOf(DeviceId device, const std::string& attribute, const Devices& devices);

} // namespace atrium::automation
