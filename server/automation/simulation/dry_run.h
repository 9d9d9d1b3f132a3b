#pragma once

#include "automation/simulation/world.h"

namespace atrium::automation {

struct DryRun {
    std::string name; ///< in error messages
    std::string source;
    std::string rule;            ///< that gets the event; empty = all of them
    std::optional<Object> event; ///< starts the rules by hand, else the history of [from, to) is replayed
    UtcTime from{};
    UtcTime to{};
};

/// What an automation would do: its runs step by step, its effects, what it did not run for and why, and a hash that is
/// the same for the same input. Only what the text names is replayed; messages of the broker are not recorded and so
/// not replayed (`not_replayed`). Error: Unprocessable (it does not load), NotFound (no such rule), Unavailable (it
/// takes too long). Thread: any that may block.
Result<Object> tryOut(const WorldPlan& plan, const DryRun& dryRun, RecordedHistory& history);

} // namespace atrium::automation
