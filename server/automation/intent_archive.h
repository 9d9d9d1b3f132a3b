#pragma once

#include "atrium/database.h"
#include "automation/journal_store.h"

#include <set>

namespace atrium::automation {

// What rules have yet to do, and what they keep: the tables automation_marks, automation_timers, automation_holds,
// automation_failures and automation_state, within the caller's transaction. `known` as in writeRuns().

void writeMarks(Transaction& transaction, const std::vector<ScheduleMark>& marks, const std::set<std::int64_t>& known);
std::vector<ScheduleMark> readMarks(Transaction& transaction);
void writeTimers(Transaction& transaction, const std::vector<TimerChange>& timers);
std::vector<TimedCommand> readTimers(Transaction& transaction);
void writeHolds(Transaction& transaction, const std::vector<HoldChange>& holds, const std::set<std::int64_t>& known);
std::vector<HoldChange> readHolds(Transaction& transaction);
void writeFailureCounts(Transaction& transaction, const std::vector<FailureCount>& counts,
                        const std::set<std::int64_t>& known);
std::vector<FailureCount> readFailureCounts(Transaction& transaction);
void writeStores(Transaction& transaction, const std::vector<JournalBatch::Store>& stores,
                 const std::set<std::int64_t>& known);
std::vector<JournalBatch::Store> readStores(Transaction& transaction);

} // namespace atrium::automation
