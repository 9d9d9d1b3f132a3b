#pragma once

#include "atrium/database.h"
#include "automation/journal_store.h"

#include <set>

namespace atrium::automation {

// Runs and their steps in the tables automation_runs and automation_steps, within the caller's transaction.

/// `known`: the automations that have a row. A run may end after its automation was removed.
void writeRuns(Transaction& transaction, const std::vector<JournalBatch::Entry>& runs,
               const std::set<std::int64_t>& known);
/// With all steps, in the order of their ids.
std::vector<RunRecord> readUnfinishedRuns(Transaction& transaction);
/// Newest first.
std::vector<RunRecord> readLastRuns(Transaction& transaction, AutomationId automation, std::size_t limit);
/// Forgets ended runs that started before `time`.
void pruneRuns(Transaction& transaction, UtcTime time);

} // namespace atrium::automation
