#pragma once

#include "automation/simulation/world.h"

#include <atomic>

namespace atrium::automation {

struct DryRun {
    std::string name; ///< in error messages
    std::string source;
    std::string rule;            ///< that gets the event; empty = all of them
    std::optional<Object> event; ///< starts the rules by hand, else the history of [from, to) is replayed
    UtcTime from{};
    UtcTime to{};
};

/// How far a dry run has come, for people who wait. Thread: any.
struct DryRunProgress {
    std::atomic<double> share{0};         ///< of the time that is replayed
    std::atomic<std::uint64_t> values{0}; ///< replayed so far
};

/// What an automation would do: its runs step by step, its effects, what it did not run for and why, and a hash that is
/// the same for the same input. Only what the text names is replayed; messages of the broker are not recorded and so
/// not replayed (`not_replayed`). Error: Unprocessable (it does not load), NotFound (no such rule), Unavailable (it
/// takes too long, or `plan.nobodyWaits`). Thread: any that may block.
Result<Object> tryOut(const WorldPlan& plan, const DryRun& dryRun, RecordedHistory& history, DryRunProgress& progress);

} // namespace atrium::automation
