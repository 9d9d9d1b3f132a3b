#pragma once

#include "automation/rule_policies.h"
#include "automation/trigger.h"
#include "automation/wire.h"

namespace atrium::automation {

/// What the server and the script host say to each other. An *instance* is one loaded version of one automation file;
/// a *run* is one call of one rule; a *step* is one numbered effect or wait of a run, counted from 1.

/// An attribute as scripts see it.
struct AttributeView {
    std::string name;
    bool writable = false;
    Value value;
    template <class A>
    void fields(A& a)
    {
        a(name, writable, value);
    }
};

/// A device as scripts see it.
struct DeviceView {
    std::int64_t id = 0;
    std::string uid;
    std::string name;
    std::vector<AttributeView> attributes;
    bool isStandIn = false; ///< for a device that is not known yet: it has every attribute that a text names
    template <class A>
    void fields(A& a)
    {
        a(id, uid, name, attributes, isStandIn);
    }
};

/// A value that a run read from a device: later runs of the same code over the journal read the same.
struct ReadValue {
    std::int64_t device = 0;
    std::string attribute;
    Value value;
    template <class A>
    void fields(A& a)
    {
        a(device, attribute, value);
    }
};

/// The numbers are in the journal: new ones come last.
enum class StepKind : std::uint8_t { Command, Publish, Log, Wait, Call, WaitFor, History, Select, Web };
const char* toString(StepKind kind);

/// A step that was done: its result is returned again when the run is taken up after a restart. Steps are numbered
/// without gaps, so the position in the list is the number.
struct RecordedStep {
    StepKind kind = StepKind::Log;
    bool ok = true;
    Value result;
    std::vector<ReadValue> reads; ///< what was read between the step before and this one
    template <class A>
    void fields(A& a)
    {
        a(kind, ok, result, reads);
    }
};

struct ModuleFunctions {
    std::string name;
    std::vector<std::string> functions;
    template <class A>
    void fields(A& a)
    {
        a(name, functions);
    }
};

// ---- to the host

/// The modules that scripts loaded from now on see, and the devices that are names of the language (`sun`).
struct DefineModules {
    std::vector<ModuleFunctions> modules;
    std::vector<DeviceView> surroundings;
    template <class A>
    void fields(A& a)
    {
        a(modules, surroundings);
    }
};

struct LoadScript {
    std::uint32_t instance = 0;
    std::string name; ///< in error messages, e.g. `hall_light.lua`
    std::string source;
    template <class A>
    void fields(A& a)
    {
        a(instance, name, source);
    }
};

/// Ends an instance; its runs have ended or end with it, without a word.
struct UnloadScript {
    std::uint32_t instance = 0;
    template <class A>
    void fields(A& a)
    {
        a(instance);
    }
};

/// The answer to a DeviceQuery.
struct DeviceAnswer {
    std::uint32_t instance = 0;
    std::uint64_t run = 0;
    std::optional<DeviceView> device;
    std::string suggestion; ///< the closest known uid when there is no such device
    template <class A>
    void fields(A& a)
    {
        a(instance, run, device, suggestion);
    }
};

/// A device was edited; ignored unless a script named it.
struct DefineDevice {
    DeviceView device;
    template <class A>
    void fields(A& a)
    {
        a(device);
    }
};

/// A device that a script did not name: an event is about it.
struct ShowDevice {
    DeviceView device;
    template <class A>
    void fields(A& a)
    {
        a(device);
    }
};

/// The answer to a SelectionQuery: the attributes that members have, or why there is none.
struct SelectionAnswer {
    std::uint32_t instance = 0;
    std::uint64_t run = 0;
    std::vector<std::string> attributes;
    std::string error;
    template <class A>
    void fields(A& a)
    {
        a(instance, run, attributes, error);
    }
};

/// The answer to a ModuleQuery.
struct ModuleAnswer {
    std::uint32_t instance = 0;
    std::optional<std::string> source;
    std::string suggestion; ///< the closest known name when there is no such module
    template <class A>
    void fields(A& a)
    {
        a(instance, source, suggestion);
    }
};

struct MirrorUpdate {
    std::int64_t device = 0;
    std::string attribute;
    Value value;
    template <class A>
    void fields(A& a)
    {
        a(device, attribute, value);
    }
};

struct StartRun {
    std::uint64_t run = 0;
    std::uint32_t instance = 0;
    std::uint32_t rule = 0;
    Value event;
    Value store; ///< what the rule keeps between runs, as it was when this run began
    std::vector<RecordedStep> journal;
    template <class A>
    void fields(A& a)
    {
        a(run, instance, rule, event, store, journal);
    }
};

struct StepAnswer {
    std::uint64_t run = 0;
    std::uint32_t step = 0;
    bool ok = true;
    Value result; ///< the reason when not ok
    template <class A>
    void fields(A& a)
    {
        a(run, step, ok, result);
    }
};

struct CancelRun {
    std::uint64_t run = 0;
    template <class A>
    void fields(A& a)
    {
        a(run);
    }
};

/// How the conditions of an instance's rules stand now; answered by ConditionsProbed.
struct ProbeConditions {
    std::uint32_t probe = 0;
    std::uint32_t instance = 0;
    template <class A>
    void fields(A& a)
    {
        a(probe, instance);
    }
};

using ToHost = std::variant<DefineModules, LoadScript, UnloadScript, DeviceAnswer, DefineDevice, MirrorUpdate, StartRun,
                            StepAnswer, CancelRun, ShowDevice, SelectionAnswer, ModuleAnswer, ProbeConditions>;

// ---- from the host

/// A rule of a script: what starts it and how runs of it live together.
struct RuleView {
    std::string name;
    RuleMode mode;
    std::int64_t line = 0;
    std::vector<Trigger> triggers;
    Value store;         ///< first content; Null = the rule keeps nothing
    bool isTest = false; ///< `test "name" (function(t) ... end)`: started by a simulation only
    std::optional<std::vector<std::string>> grants; ///< all that it may do; empty optional = whatever its author may
    std::optional<ErrorPolicy> onError;
    ChangePolicy onChange = ChangePolicy::FinishOld;
    template <class A>
    void fields(A& a)
    {
        a(name, mode, line, triggers, store, isTest, grants, onError, onChange);
    }
};

/// The attributes of one device that a script names: what the mirror must follow.
struct MirrorWish {
    std::int64_t device = 0;
    std::vector<std::string> attributes;
    template <class A>
    void fields(A& a)
    {
        a(device, attributes);
    }
};

struct ScriptLoaded {
    std::uint32_t instance = 0;
    std::vector<RuleView> rules;
    std::vector<MirrorWish> mirror;
    std::uint64_t memoryBytes = 0;
    template <class A>
    void fields(A& a)
    {
        a(instance, rules, mirror, memoryBytes);
    }
};

/// A run named a device that its file does not name at the top.
struct MirrorMore {
    std::uint32_t instance = 0;
    MirrorWish wish;
    template <class A>
    void fields(A& a)
    {
        a(instance, wish);
    }
};

struct ScriptFailed {
    std::uint32_t instance = 0;
    std::string message; ///< begins with `file:line:` where there is one
    bool overBudget = false;
    template <class A>
    void fields(A& a)
    {
        a(instance, message, overBudget);
    }
};

/// One clause of `when`, as it stands.
struct ConditionState {
    std::uint32_t rule = 0;
    std::uint32_t depth = 0; ///< within any{} and none{}, which come first
    std::string text;        ///< `file:line: what`
    bool holds = false;
    std::string error; ///< why it cannot be told; empty = it can
    std::vector<ReadValue> reads;
    template <class A>
    void fields(A& a)
    {
        a(rule, depth, text, holds, error, reads);
    }
};

struct ConditionsProbed {
    std::uint32_t probe = 0;
    std::vector<ConditionState> conditions; ///< in the order of rules and clauses
    template <class A>
    void fields(A& a)
    {
        a(probe, conditions);
    }
};

/// A script names a device. The load or run goes on with the DeviceAnswer.
struct DeviceQuery {
    std::uint32_t instance = 0;
    std::uint64_t run = 0; ///< 0 = while loading
    std::string name;
    template <class A>
    void fields(A& a)
    {
        a(instance, run, name);
    }
};

/// `devices{...}`. The load or run goes on with the SelectionAnswer.
struct SelectionQuery {
    std::uint32_t instance = 0;
    std::uint64_t run = 0; ///< 0 = while loading
    DeviceSelection selection;
    template <class A>
    void fields(A& a)
    {
        a(instance, run, selection);
    }
};

/// `require "name"` while a file is loaded, which goes on with the ModuleAnswer.
struct ModuleQuery {
    std::uint32_t instance = 0;
    std::string name;
    template <class A>
    void fields(A& a)
    {
        a(instance, name);
    }
};

struct Step {
    std::uint64_t run = 0;
    std::uint32_t step = 0;
    StepKind kind = StepKind::Log;
    Value payload;
    std::vector<ReadValue> reads;
    bool awaited = true;           ///< the run goes on with the StepAnswer; false = it went on already
    std::vector<Trigger> triggers; ///< of WaitFor: any of them answers
    template <class A>
    void fields(A& a)
    {
        a(run, step, kind, payload, reads, awaited, triggers);
    }
};

/// A line that a script logs while it is loaded, outside of any run.
struct LoadLog {
    std::uint32_t instance = 0;
    std::string level;
    std::string text;
    template <class A>
    void fields(A& a)
    {
        a(instance, level, text);
    }
};

enum class RunEnd : std::uint8_t { Finished, Failed, OverBudget, Skipped };

struct RunEnded {
    std::uint64_t run = 0;
    RunEnd end = RunEnd::Finished;
    std::string message; ///< the error, or the clause of `when` that did not hold
    std::vector<ReadValue> reads;
    std::int64_t cpuMicroseconds = 0; ///< of this life of the run, all slices
    std::optional<Value> store;       ///< when the rule keeps something and the run came to its end
    template <class A>
    void fields(A& a)
    {
        a(run, end, message, reads, cpuMicroseconds, store);
    }
};

using FromHost = std::variant<ScriptLoaded, ScriptFailed, MirrorMore, DeviceQuery, Step, LoadLog, RunEnded,
                              SelectionQuery, ModuleQuery, ConditionsProbed>;

} // namespace atrium::automation
