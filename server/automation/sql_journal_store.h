#pragma once

#include "atrium/database.h"
#include "automation/journal_store.h"

namespace atrium::automation {

/// The journal in the tables of migration 0003. Values too large for their column (TEXT of MariaDB, 64 KiB) are stored
/// as Null; the runner keeps those of waiting runs below that.
class SqlJournalStore : public JournalStore {
public:
    /// `database` outlives the store.
    explicit SqlJournalStore(Database& database) : database_(database) {}

    std::vector<AutomationRow> automations() override;
    AutomationId save(const AutomationRow& row) override;
    std::vector<AutomationVersion> versions(AutomationId id) override;
    void remove(AutomationId id) override;
    void write(const JournalBatch& batch) override;
    std::vector<RunRecord> unfinishedRuns() override;
    std::vector<RunRecord> lastRuns(AutomationId id, std::size_t limit) override;
    std::vector<JournalBatch::Store> stores() override;
    std::vector<ScheduleMark> marks() override;
    std::vector<TimedCommand> timers() override;
    std::vector<HoldChange> holds() override;
    std::vector<FailureCount> failureCounts() override;
    std::vector<HookSecret> hookSecrets() override;
    void saveHookSecret(const HookSecret& secret) override;
    std::string mode() override;
    void saveMode(const std::string& mode) override;
    void prune(UtcTime time) override;

private:
    Database& database_;
};

} // namespace atrium::automation
