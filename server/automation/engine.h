#pragma once

#include "atrium/executor.h"
#include "automation/explanation.h"
#include "automation/fingerprint.h"
#include "automation/journal.h"
#include "automation/lua_host.h"
#include "automation/rule_rights.h"
#include "automation/runner.h"
#include "automation/timed_commands.h"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace atrium::automation {

/// The version of an automation's text; the same text has the same version.
inline std::string versionOf(const std::string& text) { return fingerprintOf(text); }
/// A device as scripts see it.
DeviceView viewOf(const Device& device);

/// Loads automations into the script host, swaps versions without a gap, connects triggers, runs and the host, and
/// brings a new host process up to date. Thread: core.
class Engine {
public:
    struct Script {
        AutomationId automation;
        std::string name; ///< in error messages
        std::string source;
        UserId author; ///< none = the site itself
        /// Since when the text holds: schedules are due from then on, should nobody have decided later ones. Empty =
        /// from the moment that it is loaded.
        std::optional<UtcTime> since;
        std::string provided; ///< PluginAutomation::key; empty = people's
        /// Of a text that is only checked: names that stand for devices which are not known yet.
        std::set<std::string> standIns;
    };
    struct Handlers {
        std::function<void(AutomationId, const std::vector<RuleView>&, std::uint64_t memoryBytes)> loaded;
        /// The version that was running goes on.
        std::function<void(AutomationId, const std::string& message)> failed;
        /// The automation went over its budgets three times in ten minutes.
        std::function<void(AutomationId, const std::string& reason)> offender;
        /// The sun or the mode changed; rules were started for it. May be empty.
        std::function<void()> surroundings;
    };
    struct Services {
        runtime::CoreLoop& core;
        Scheduler& scheduler;
        const Clock& clock;
        Devices& devices;
        Commands& commands;
        Mqtt& mqtt;
        Realtime& realtime;
        Log& log;
        Metrics& metrics;
        std::function<std::shared_ptr<Accounts>()> accounts; ///< gives null while no plugin knows accounts
        HistoryDesk* history = nullptr;                      ///< null = nothing is recorded
        WebDesk* web = nullptr;                              ///< null = there are no servers to ask
    };

    Engine(Services services, HostOptions hostOptions, Site site, Journal& journal, Handlers handlers);
    ~Engine();

    void start() { host_.start(); }
    void stop();

    enum class Triggers { Armed, Disarmed };
    /// Loads a new version; ends in `loaded` or `failed`. Runs of the old version finish on it.
    void apply(Script script, Triggers triggers);
    /// Disarmed: nothing starts it but by hand; its runs are cancelled.
    void setTriggers(AutomationId automation, Triggers triggers);
    void remove(AutomationId automation);
    /// Loads a text only to see whether it does. `done`: the rules, or the message.
    void validate(Script script, std::function<void(Result<std::vector<std::string>>)> done);
    /// Starts every rule of an automation, or the named one, by hand. NotFound, Conflict (not loaded).
    Result<std::vector<std::uint64_t>> runNow(AutomationId automation, const std::string& rule, const Cause& cause);
    void restoreMarks(std::vector<ScheduleMark> marks) { marks_.restore(std::move(marks)); }
    /// Holds of an earlier life of the server.
    void restoreHolds(std::vector<HoldChange> holds) { holds_.restore(std::move(holds)); }
    std::vector<HoldChange> holds() const { return holds_.list(); }
    /// The same with an event of the caller's making.
    Result<std::vector<std::uint64_t>> runWith(AutomationId automation, const std::string& rule, const Object& event,
                                               const Cause& cause);
    /// Starts a test of the file. NotFound, Conflict.
    Result<std::uint64_t> startTest(AutomationId automation, const std::string& name);
    /// Runs that the store kept, to be taken up when their automations are loaded in the same version.
    void keepForResume(std::vector<RunRecord> runs);
    /// Loads everything again, e.g. because a device or module appeared that scripts wait for.
    void reloadFailed();

    std::vector<Upcoming> upcoming(UtcTime until, std::size_t limit) const
    {
        return dispatcher_.upcoming(until, limit);
    }
    std::vector<Upcoming> upcomingOf(AutomationId automation, UtcTime until, std::size_t limit) const;
    /// The attributes that a loaded automation names, or that start it by a selection.
    std::vector<MirrorWish> attributesOf(AutomationId automation) const;
    UtcTime now() const { return services_.clock.now(); }
    AutomationId automationOf(RuleKey key) const;
    std::string ruleName(RuleKey key) const;
    void raiseEvent(const std::string& name, Object data, const Cause& cause);
    /// Starts the rules with the trigger `shutdown()`.
    void shutdown() { dispatcher_.shutdown(); }
    /// Whether one of them still does something.
    bool isShuttingDown() const;
    /// The triggers of an automation on a hook; none while it is not loaded or disabled.
    std::vector<WebhookTrigger> hooks(AutomationId automation, const std::string& name) const;
    /// Starts what waits for the hook; how many that is.
    std::size_t hook(AutomationId automation, const std::string& name, const std::string& method, const Object& event,
                     const Cause& cause);
    /// The texts that `require` finds by name. Automations that use one that changed are loaded anew.
    void setLibrary(std::map<std::string, std::string> library);
    TimedCommands& timedCommands() { return timedCommands_; }
    /// Why the rules of an automation do not run now. Asks the script host how the conditions stand; when it does not
    /// answer within a second, `done` is called without them.
    void explain(AutomationId automation, std::function<void(Explanation)> done);
    void setTracing(Tracing tracing);

    Effects& effects() { return effects_; }
    Runner& runner() { return runner_; }
    /// With all that is over by now.
    RunLog& runLog();
    LuaHost& host() { return host_; }
    Surroundings& surroundings() { return surroundings_; }
    /// The modules of `effects()` changed.
    void onModulesChanged();

private:
    /// A device that a text names and that there is not.
    struct MissingDevice {
        std::string name;
        std::string suggestion; ///< what was probably meant
    };
    enum class State { Loading, Active, Retiring, Validating, Failed };
    struct Instance {
        Script script;
        std::string version;
        State state = State::Loading;
        Triggers triggers = Triggers::Armed;
        bool inHost = false;
        bool startup = false; ///< fire `startup` when loaded
        bool retry = true;    ///< may load later, when a device or module appears
        std::string error;    ///< of a text that does not load
        std::optional<MissingDevice> missing;
        std::vector<RuleView> rules;
        std::vector<MirrorWish> mirror;
        std::set<DeviceId> devices; ///< that the script named
        std::set<DeviceId> shown;   ///< others that an event told it of
        /// What it requires; empty = there is no such module.
        std::map<std::string, std::optional<std::string>> modules;
        std::function<void(Result<std::vector<std::string>>)> validated;
    };

    void onStarted();
    void onDied(const LuaHost::Death& death);
    void onMessage(FromHost& message);
    void onLoaded(ScriptLoaded& loaded);
    enum class Retry { Yes, No };
    void onFailed(std::uint32_t id, const std::string& message, Retry retry);
    void onDeviceQuery(const DeviceQuery& query);
    // ---- engine_decisions.cpp
    /// The mark of a rule, put to `until`.
    std::optional<ScheduleMark> mark(RuleKey key, UtcTime until);
    UtcTime decided(RuleKey key);
    void decideUpToNow(std::uint32_t id, const Instance& instance);
    HoldKey holdKey(RuleKey key, const AttributeTrigger& trigger) const;
    void keepHold(RuleKey key, const AttributeTrigger& trigger, const std::optional<PendingHold>& hold);
    /// Holds of rules that are not armed, or that the text does not have any more, end.
    void dropHolds(AutomationId automation, const std::vector<RuleView>& armed);
    // ---- engine_queries.cpp
    void onSelectionQuery(const SelectionQuery& query);
    void onModuleQuery(const ModuleQuery& query);
    /// Lets an instance know of a device that it did not name.
    void show(RuleKey key, DeviceId device);
    Value select(RuleKey key, const Value& selection) const;
    void followChange(std::uint32_t old, std::uint32_t next);
    bool sees(RuleKey key, const Device& device) const;
    void activate(std::uint32_t id, Instance& instance, std::uint64_t memoryBytes);
    void resumeKept(std::uint32_t id, const Instance& instance);
    void load(std::uint32_t id, Instance& instance);
    void unload(std::uint32_t id);
    void changed(const AttributeChanged& change);
    DefineModules definitions() const;
    // ---- engine_runs.cpp
    RuleActor actorOf(RuleKey key) const;
    void perform(const TimedCommand& command);
    void offended(AutomationId automation, const std::string& reason);
    // ---- engine_explanations.cpp
    Explanation explanationOf(AutomationId automation) const;
    void onConditions(ConditionsProbed& answer);
    std::uint32_t find(AutomationId automation, State state) const;
    Instance& create(std::uint32_t id, AutomationId automation);
    void erase(std::uint32_t id);

    struct Probe {
        Explanation explanation;
        std::uint32_t instance = 0;
        std::function<void(Explanation)> done;
        Subscription timeout;
    };

    static constexpr std::size_t offencesAllowed = 3;
    static constexpr std::chrono::minutes offencesWithin{10};

    Services services_;
    Journal& journal_;
    ScheduleMarks marks_;
    PendingHolds holds_;
    const RuleRights rights_;
    RunLog runLog_;
    Surroundings surroundings_;
    Effects effects_;
    TimedCommands timedCommands_;
    Dispatcher dispatcher_;
    Runner runner_;
    LuaHost host_;
    Handlers handlers_;

    std::map<std::uint32_t, Instance> instances_;
    std::map<AutomationId, std::set<std::uint32_t>> instancesOf_;
    std::uint32_t lastInstance_ = 0;
    std::map<std::uint32_t, Probe> probes_;
    std::uint32_t lastProbe_ = 0;
    std::map<std::string, std::string> library_;
    std::map<AutomationId, std::deque<UtcTime>> offences_;
    std::map<AutomationId, std::vector<RunRecord>> kept_;
    std::set<AutomationId> started_; ///< had their `startup`
    Subscription deviceChanges_;
    Subscription reload_;
};

} // namespace atrium::automation
