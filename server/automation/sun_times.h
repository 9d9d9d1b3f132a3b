#pragma once

#include "atrium/time.h"
#include "automation/schedule_trigger.h"
#include "automation/site.h"

#include <optional>

namespace atrium::automation {

/// When the upper rim of the sun crosses the horizon (refraction included), to the minute of an almanac, the one
/// nearest to `noon` on its side of the day: rise before, set after. Empty on polar days and nights. Thread: any.
std::optional<UtcTime> sunTime(SunEvent event, UtcTime noon, const Site& site);

/// Whether the upper rim of the sun is above the horizon. Thread: any.
bool isSunUp(UtcTime time, const Site& site);

} // namespace atrium::automation
