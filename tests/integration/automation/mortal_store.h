#pragma once

#include "automation/journal_store.h"

#include <atomic>
#include <stdexcept>

namespace atrium::automation {

/// The store of a server that dies: from then on nothing reaches the disk.
class MortalStore : public JournalStore {
public:
    explicit MortalStore(JournalStore& real) : real_(real) {}
    void die() { dead_ = true; }
    void live() { dead_ = false; }

    std::vector<AutomationRow> automations() override { return real_.automations(); }
    AutomationId save(const AutomationRow& row) override { return real_.save(row); }
    std::vector<AutomationVersion> versions(AutomationId id) override { return real_.versions(id); }
    void remove(AutomationId id) override { real_.remove(id); }
    void write(const JournalBatch& batch) override
    {
        if (dead_) throw std::runtime_error("killed");
        real_.write(batch);
    }
    std::vector<RunRecord> unfinishedRuns() override { return real_.unfinishedRuns(); }
    std::vector<RunRecord> lastRuns(AutomationId id, std::size_t limit) override { return real_.lastRuns(id, limit); }
    std::vector<JournalBatch::Store> stores() override { return real_.stores(); }
    std::vector<ScheduleMark> marks() override { return real_.marks(); }
    std::vector<TimedCommand> timers() override { return real_.timers(); }
    std::vector<HoldChange> holds() override { return real_.holds(); }
    std::vector<FailureCount> failureCounts() override { return real_.failureCounts(); }
    std::vector<HookSecret> hookSecrets() override { return real_.hookSecrets(); }
    void saveHookSecret(const HookSecret& secret) override { real_.saveHookSecret(secret); }
    std::string mode() override { return real_.mode(); }
    void saveMode(const std::string& mode) override { real_.saveMode(mode); }
    void prune(UtcTime time) override { real_.prune(time); }

private:
    JournalStore& real_;
    std::atomic<bool> dead_{false};
};

} // namespace atrium::automation
