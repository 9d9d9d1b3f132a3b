#pragma once

#include "schedule.h"

namespace atrium::schedules {

/// The automation that a schedule is: a rule that calls `schedule.run(ID)` at its instants. Readable, because people
/// look at it when they ask why something did or did not happen. Pure.
std::string toLua(const Schedule& schedule, const std::string& deviceName);

/// What its rule, and the automation, are called.
std::string titleOf(const Schedule& schedule, const std::string& deviceName);

} // namespace atrium::schedules
