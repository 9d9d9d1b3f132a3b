#pragma once

#include "atrium/automation.h"
#include "automation/automation_errors.h"
#include "automation/engine.h"
#include "automation/library_folder.h"
#include "automation/source_folder.h"

#include <mutex>

namespace atrium::automation {

struct AutomationOptions {
    HostOptions host;
    std::vector<SourceFolder> folders;
    Site site;
    WebOptions web;
    std::chrono::milliseconds lookAtFolders{1000};
    std::chrono::hours keepRuns{24 * 30};
};

struct AutomationServices {
    runtime::CoreLoop& core;
    Executor& worker;
    Scheduler& scheduler;
    const Clock& clock;
    Devices& devices;
    Commands& commands;
    Mqtt& mqtt;
    Realtime& realtime;
    Log& log;
    Metrics& metrics;
    std::function<std::shared_ptr<Accounts>()> accounts; ///< gives null while no plugin knows accounts
    RecordedHistory& history;
};

/// What is known of one automation.
struct AutomationEntry {
    enum class State { Loading, Active, Failed };
    AutomationRow row;
    std::string path; ///< of a file
    State state = State::Loading;
    std::string error; ///< of the newest text; the version before may still run
    std::vector<RuleView> rules;
    std::uint64_t memoryBytes = 0;
};

/// All automations of the site: files and rows of the database, kept loaded, enabled or not, with their runs.
/// Methods without a thread of their own: core. The worker must have run out of tasks before destruction.
class AutomationService : public Automation {
public:
    using Saved = std::function<void(Result<AutomationId>)>;

    AutomationService(AutomationOptions options, AutomationServices services, std::shared_ptr<JournalStore> store);
    ~AutomationService() override;

    /// Reads rows, files and unfinished runs, and starts the script host. Throws when the store cannot be read.
    /// Thread: any that may block, not core; core runs already.
    void start();
    /// Lets the rules that wait for it hear that the server stops, for at most `patience`. Thread: any but core, which
    /// runs.
    void sayGoodbye(std::chrono::milliseconds patience);
    /// Ends script host and timers; unfinished runs go on after the next start. Thread: any but core, or core when it
    /// is not running.
    void stop();

    // ---- Automation
    Subscription addModule(AutomationModule module) override;
    void check(std::string source, std::function<void(Result<void>)> done) override;
    void provide(PluginAutomation automation) override;
    void withdraw(std::string key) override;
    std::vector<UpcomingRun> upcoming(std::string_view key, UtcTime until, std::size_t limit) const override;
    void raiseEvent(std::string name, Object data, const Cause& cause) override;

    // ---- for the API
    const std::map<AutomationId, AutomationEntry>& entries() const { return entries_; }
    const AutomationEntry* find(AutomationId id) const;
    /// `stop`: who disables it, and why; of no account when it is enabled.
    void setEnabled(AutomationId id, Engine::Triggers triggers, AutomationStop stop, Saved done);
    /// Why its rules do not run now. NotFound.
    void explain(AutomationId id, std::function<void(Result<Explanation>)> done);
    /// Validates, then writes and loads: a new automation (id 0) or the next version of one from the database.
    /// From then on its rules act as `author` (none = the site).
    /// A new one is armed unless `triggers` says otherwise.
    void saveSource(AutomationId id, std::string name, std::string source, UserId author, Saved done,
                    std::optional<Engine::Triggers> triggers = {});
    void remove(AutomationId id, std::function<void(Result<void>)> done);
    /// Newest first; of automations that were saved over REST.
    void versions(AutomationId id, std::function<void(Result<std::vector<AutomationVersion>>)> done);
    /// Saves an older text anew, that of before the newest one when none is named. NotFound.
    void rollBack(AutomationId id, std::optional<std::int64_t> number, UserId author, Saved done);
    /// Newest first; unfinished ones included, old ones from the store.
    void runs(AutomationId id, std::size_t limit, std::function<void(Result<List>)> done);
    /// Scheduled runs until then (a day from now when empty), soonest first.
    std::vector<Upcoming> upcoming(std::optional<UtcTime> until, std::size_t limit) const;
    /// Of a hook; empty when there is none.
    std::string hookSecret(AutomationId id, const std::string& name) const;
    void renewHookSecret(AutomationId id, const std::string& name, std::function<void(Result<std::string>)> done);
    /// When what began until now is in the journal.
    void settle(std::function<void(bool)> kept) { journal_.settle(std::move(kept)); }
    /// The modules that rules find with `require`.
    const std::map<std::string, std::string>& library() const { return library_; }
    Engine& engine() { return *engine_; }
    const HostOptions& hostOptions() const { return options_.host; }

private:
    /// What the store and the folders hold when the server starts.
    struct Beginning {
        std::vector<AutomationRow> rows;
        std::vector<SourceChange> files;
        std::map<std::string, std::string> library;
        std::vector<RunRecord> unfinished;
        std::vector<JournalBatch::Store> stores;
        std::vector<ScheduleMark> marks;
        std::vector<TimedCommand> timers;
        std::vector<HoldChange> holds;
        std::vector<FailureCount> failureCounts;
        std::vector<HookSecret> hookSecrets;
        std::string mode;
    };
    void begin(Beginning beginning);
    /// Adds that the text is an older one again.
    void explainVersion(AutomationId id, Explanation told, std::function<void(Result<Explanation>)> done);
    void setLibrary(std::map<std::string, std::string> library);
    void makeHookSecrets(AutomationId id, const std::vector<RuleView>& rules);
    void storeHookSecret(HookSecret secret, std::function<void(Result<std::string>)> done);
    void saveMode();
    /// The row and text of a plugin's automation; a new row is stored first.
    void takeProvided(const PluginAutomation& automation);
    void loadProvided(AutomationRow row, const PluginAutomation& automation);
    /// Gives each file a row. Blocks.
    std::map<std::string, AutomationRow> rowsFor(const std::vector<SourceChange>& files);
    void lookAtFolders();
    void take(const SourceChange& change, const AutomationRow& row);
    void apply(AutomationEntry& entry, std::string source);
    void onLoaded(AutomationId id, const std::vector<RuleView>& rules, std::uint64_t memoryBytes);
    void onFailed(AutomationId id, const std::string& message);
    void onOffender(AutomationId id, const std::string& reason);
    void publish(AutomationId id);
    /// Runs `work` on a worker and `then` on core with its result, or an error.
    void store(std::function<Result<AutomationId>()> work, Saved then);

    const AutomationOptions options_;
    AutomationServices services_;
    std::shared_ptr<JournalStore> store_;
    Journal journal_;
    HistoryDesk history_;
    WebDesk web_;
    std::unique_ptr<Engine> engine_;
    std::map<AutomationId, AutomationEntry> entries_;
    std::shared_ptr<SourceWatcher> watcher_;
    std::shared_ptr<LibraryFolder> libraryFolder_;
    std::map<std::string, std::string> library_;
    std::map<std::pair<AutomationId, std::string>, std::string> hookSecrets_;
    bool looking_ = false;
    bool begun_ = false;
    /// Of plugins: what they said last, by key, and which of it has a row.
    std::map<std::string, PluginAutomation, std::less<>> provided_;
    std::map<std::string, AutomationId, std::less<>> pluginRows_;
    bool savingMode_ = false;
    std::string savedMode_;
    Subscription timer_;
    Subscription pruning_;
    std::mutex moduleMutex_;
    std::set<std::string> moduleNames_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Where the text of an automation is shown in errors.
std::string fileNameOf(const AutomationRow& row);
/// PluginAutomation::key; empty when it is no plugin's.
std::string providedKey(const AutomationRow& row);

} // namespace atrium::automation
