#pragma once

#include "alert_book.h"

#include "atrium/automation.h"
#include "atrium/scheduler.h"

namespace atrium::security {

/// What rules see as `alert`:
///     alert.raise{ key = "pump", severity = "major", text = "...", clear_after_quiet = "30m", escalate = { after =
///     "10m" } } alert.clear("pump")
/// A key of a rule is kept as `rule:KEY`, so that it meets none of the house. The rule goes on when the disk has it,
/// and after two seconds all the same: what a rule does after an alert must not wait for a database that is away.
/// Thread: core.
AutomationModule alertModule(AlertBook& alerts, Scheduler& scheduler);

/// A duration as rules write it, `30s`, `10m`, `2h`, `1d`; empty when it is none or not above zero.
std::optional<std::chrono::microseconds> parseDuration(std::string_view text);

} // namespace atrium::security
