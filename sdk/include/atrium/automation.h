#pragma once

#include "atrium/device.h"
#include "atrium/result.h"
#include "atrium/scheduler.h"
#include "atrium/subscription.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// The run of a rule that calls a function of a plugin.
struct AutomationCall {
    std::string rule;
    Cause cause;
    std::string idempotencyKey; ///< `run-id:step`: the same after a restart, so that an effect happens once
    std::vector<Value> arguments;
    std::string provided; ///< PluginAutomation::key of the automation that calls; empty = people's
};

/// A function that rules can call as `module.name(...)`. Its call is a step in the run's journal: after a restart the
/// recorded result is returned instead of calling again.
struct AutomationFunction {
    std::string name;
    std::string summary; ///< shown by the editor's completion
    /// Thread: core; must not block. Values in, a value or an error out; Lua itself is never seen.
    std::function<Result<Value>(const AutomationCall&)> call{};

    /// Called once, on any thread; what comes later, or after the module is gone, is ignored.
    using Done = std::function<void(Result<Value>)>;
    /// In place of `call` where the answer takes a while, such as until something is on the disk: the run waits for it.
    /// The step is over, and not repeated after a crash, only then. Thread: core; must not block.
    std::function<void(const AutomationCall&, Done)> start{};
};

/// `done`, but true goes back to the rule when no other answer came within `patience`: what follows in a rule, such as
/// closing a valve, is not to wait for a database that is away. Thread: core; what is returned, any.
AutomationFunction::Done answerWithin(std::chrono::microseconds patience, Scheduler& scheduler,
                                      AutomationFunction::Done done);

/// Something that rules see under one global name.
struct AutomationModule {
    std::string name;
    std::vector<AutomationFunction> functions;
};

/// An automation whose text a plugin writes. It is listed, explained and runs like any other, and is changed only by
/// its plugin.
struct PluginAutomation {
    enum class Triggers { Armed, Paused };
    std::string key; ///< unique among all plugins, stable over restarts: runs go on, and are listed, by it
    std::string name;
    std::string source; ///< Lua, at most 48 KiB
    Triggers triggers = Triggers::Armed;
    /// Since when its schedules hold: instants from then on that nobody was there for are caught up with, or missed, as
    /// their `catch_up` says.
    UtcTime since{};
};

/// The next time that a schedule of an automation comes round.
struct UpcomingRun {
    UtcTime at{};
    std::string localTime; ///< RFC 3339 with the zone's offset
    std::string zone;
};

/// Where plugins extend the language of automations. Thread: any.
class Automation {
public:
    virtual ~Automation() = default;
    virtual Subscription addModule(AutomationModule module) = 0;
    /// Whether a text would load, without any effect. `done` runs on core, with Unprocessable and the reason if not.
    /// Thread: any.
    virtual void check(std::string source, std::function<void(Result<void>)> done) = 0;
    /// Loads an automation of a plugin, or its next version. May be called before the automations are up. A text that
    /// does not load is logged and shown like any other. Thread: any.
    virtual void provide(PluginAutomation automation) = 0;
    /// Forgets one, with its runs. Thread: any.
    virtual void withdraw(std::string key) = 0;
    /// Of one that was provided, soonest first. Empty while it is paused or not loaded. Thread: core.
    virtual std::vector<UpcomingRun> upcoming(std::string_view key, UtcTime until, std::size_t limit) const = 0;
    /// Starts the rules that have the trigger `event "name"`. Thread: core.
    virtual void raiseEvent(std::string name, Object data, const Cause& cause) = 0;
};

} // namespace atrium
