#pragma once

#include "automation/decision.h"
#include "automation/failure_count.h"
#include "automation/hook_secret.h"
#include "automation/run_log.h"
#include "automation/timed_command.h"

namespace atrium::automation {

/// Where an automation's text comes from.
enum class SourceKind { Shipped, LocalFile, Database, Plugin };
const char* toString(SourceKind kind);
SourceKind parseSourceKind(std::string_view word);

/// Why an automation does not run any more.
struct AutomationStop {
    UserId by{}; ///< who disabled it; none = the server, or the operator at the machine
    UtcTime at{};
    std::string reason; ///< the server's; empty = somebody wanted it so
};

/// A row of the table of automations. Files have one too, for their number and whether they are enabled.
struct AutomationRow {
    AutomationId id;
    std::string key; ///< unique: `shipped/hall.lua`, `local/mine.lua`, `db/` or `plugin/` and a name
    SourceKind kind = SourceKind::Database;
    std::string name;
    std::string source; ///< of Database rows only
    bool enabled = true;
    UtcTime updatedAt{};
    UserId author{};       ///< whose rights its rules have: whoever saved it last; none = the site's own (files)
    AutomationStop stop{}; ///< unless it is enabled
};

/// One text that an automation had.
struct AutomationVersion {
    std::int64_t number = 0; ///< from 1 on
    std::string name;
    std::string source;
    UserId author{};
    UtcTime savedAt{};
};

/// What is written together: in one transaction, in this order.
struct JournalBatch {
    struct Entry {
        KeptRun run;
        std::size_t storedSteps = 0; ///< that have rows; the last of them may have been open then: write it again
        bool stored = false;         ///< the run has a row
    };
    struct Store {
        AutomationId automation;
        std::string rule;
        Value content;
    };
    std::vector<Entry> runs;
    std::vector<Store> stores;
    std::vector<ScheduleMark> marks;
    std::vector<TimerChange> timers;
    std::vector<HoldChange> holds;
    std::vector<FailureCount> failureCounts;
    bool durable = false; ///< with runs that wait or waited, timers or holds: on the disk before write() returns
};

/// What automations keep over a restart. Every method throws on failure. Thread: one that may block; calls of one
/// object may come from several.
class JournalStore {
public:
    virtual ~JournalStore() = default;
    virtual std::vector<AutomationRow> automations() = 0;
    /// Inserts (id 0) or updates; returns the id. A new text of a Database row is a new version.
    virtual AutomationId save(const AutomationRow& row) = 0;
    /// Newest first.
    virtual std::vector<AutomationVersion> versions(AutomationId id) = 0;
    /// With its runs and what its rules keep.
    virtual void remove(AutomationId id) = 0;
    virtual void write(const JournalBatch& batch) = 0;
    /// Runs that had not ended, with all steps.
    virtual std::vector<RunRecord> unfinishedRuns() = 0;
    /// Newest first.
    virtual std::vector<RunRecord> lastRuns(AutomationId id, std::size_t limit) = 0;
    virtual std::vector<JournalBatch::Store> stores() = 0;
    virtual std::vector<ScheduleMark> marks() = 0;
    virtual std::vector<TimedCommand> timers() = 0;
    virtual std::vector<HoldChange> holds() = 0;
    virtual std::vector<FailureCount> failureCounts() = 0;
    virtual std::vector<HookSecret> hookSecrets() = 0;
    virtual void saveHookSecret(const HookSecret& secret) = 0;
    /// The mode that people set for the house; empty when nobody did yet.
    virtual std::string mode() = 0;
    virtual void saveMode(const std::string& mode) = 0;
    /// Forgets ended runs that started before `time`.
    virtual void prune(UtcTime time) = 0;
};

} // namespace atrium::automation
