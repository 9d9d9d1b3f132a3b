#pragma once

#include "automation/lua/budget.h"
#include "automation/lua/condition_walk.h"
#include "automation/lua/device_mirror.h"
#include "automation/lua/global_names.h"
#include "automation/lua/language.h"
#include "automation/lua/values.h"
#include "automation/messages.h"

#include <functional>
#include <memory>
#include <set>
#include <unordered_map>

namespace atrium::automation::lua {

/// What all scripts of the host share.
struct HostContext {
    DeviceMirror& mirror;
    Budget& budget;
    const std::vector<ModuleFunctions>& modules;
    const std::vector<MirroredDevice*>& surroundings;
    std::function<void(const FromHost&)> send;
    std::size_t memoryLimit = 4 * 1024 * 1024;
};

struct Rule {
    std::string name;
    RuleMode mode;
    int line = 0;
    std::vector<int> triggers; ///< positions in Script::triggers
    int when = -1;             ///< position in Script::conditions; -1 = always
    int function = LUA_NOREF;
    Value store;
    std::optional<std::vector<std::string>> grants;
    bool isTest = false;
    std::optional<ErrorPolicy> onError;
    ChangePolicy onChange = ChangePolicy::FinishOld;
};

/// One call of a rule: a coroutine, and what the journal knows of it.
struct Run {
    std::uint64_t id = 0;
    std::uint32_t rule = 0;
    lua_State* coroutine = nullptr;
    int reference = LUA_NOREF;
    std::vector<RecordedStep> journal; ///< of an earlier life of this run
    std::uint32_t step = 0;            ///< the last one begun
    std::vector<ReadValue> reads;      ///< since that step
    bool waitsForAnswer = false;       ///< to `step`
    StepKind asked = StepKind::Log;    ///< of the step that it waits for
    bool waited = false;        ///< passed a `wait` or `wait_for`: from there on the run survives a crash of the server
    std::string deviceAsked;    ///< waits for a DeviceAnswer; empty = does not
    bool asksSelection = false; ///< waits for a SelectionAnswer
    std::uint32_t queries = 0;  ///< for devices and selections
    std::unique_ptr<ConditionWalk> when; ///< while its conditions are looked at
    std::string skippedBy;               ///< the clause of `when` that did not hold
    std::vector<std::string> named;      ///< attributes that a condition named and whose values it has not read
    Budget::Spent cpu{0};                ///< of all slices
    Budget::Spent slice{0};              ///< of the slice that was interrupted
    int store = LUA_NOREF;
    std::uint64_t random = 0; ///< state of math.random: the same in every life of the run
};

/// The question how conditions stand, while it is being answered.
struct ConditionProbe {
    ConditionsProbed answer;
    std::vector<int> clauses; ///< the condition of each state in the answer
    std::size_t next = 0;     ///< the state that is found out now
    Run reader;               ///< what clauses read is noted as for a run
    Budget::Spent slice{0};
    bool exceeded = false;
};

/// One loaded version of one automation: a lua_State of its own with its own memory limit, the rules that it declared
/// and their runs. Scripts cannot see each other. Thread: the host's.
class Script {
public:
    Script(HostContext& host, std::uint32_t instance, std::string name);
    ~Script();
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;

    /// Compiles and runs the text; ends in ScriptLoaded or ScriptFailed, maybe after DeviceQuery.
    void load(const std::string& source);
    void start(const StartRun& request);
    void answer(const StepAnswer& answer);
    void answer(const DeviceAnswer& answer);
    void answer(const SelectionAnswer& answer);
    void answer(const ModuleAnswer& answer);
    void cancel(std::uint64_t run);
    /// Tells how every clause of `when` stands now, in ConditionsProbed. Functions among them are called.
    void probe(const ProbeConditions& request);
    bool hasRun(std::uint64_t run) const { return runs_.contains(run); }
    /// Whether its code was interrupted for others. Until it has gone on, nothing else of the script may begin: a
    /// script is never interrupted by itself, so its variables change only at steps.
    bool isInterrupted() const { return interrupted_; }
    void goOn();

    // ---- for the functions that the script calls

    static Script& of(lua_State* state) { return **static_cast<Script**>(lua_getextraspace(state)); }
    HostContext& host() { return host_; }
    bool loading() const { return loading_; }
    /// The run whose code is running; throws ScriptError with `what` when there is none.
    Run& requireRun(const char* what);
    Run* currentRun() { return current_; }
    void requireLoading(const char* what) const;
    /// Does one step of the current run: returns the recorded result, or sends the step and yields. To be returned from
    /// the C function that the script called.
    /// `next` goes on with what the script gets of it (pushResult) at the top of the stack; without, that is returned.
    int step(lua_State* state, StepKind kind, Value payload, std::vector<Trigger> triggers = {},
             lua_KFunction next = nullptr);
    /// The same for a step that nobody answers.
    void stepWithoutAnswer(StepKind kind, Value payload);
    /// While the file is loaded, and in conditions: what they log is no step.
    void logOutsideOfRun(std::string level, std::string text);
    /// The value of an attribute as this run sees it: the recorded one, or the mirror's.
    const Value& read(MirroredDevice& device, int attribute);
    /// A condition gets hold of an attribute: to read its value, one hopes.
    void noteNamed(const MirroredDevice& device, int attribute);
    MirroredDevice* knownDevice(const std::string& name) const;
    /// Asks the server for a device. The caller yields and looks again.
    void askForDevice(lua_State* state, const std::string& name);
    /// Asks whether a selection has members. The caller yields; it goes on with the names of their attributes, or with
    /// nil and the reason why there is none.
    void askForSelection(lua_State* state, const DeviceSelection& selection);
    /// Asks for the text of a module. The caller yields; it goes on with the text, or with nil and a suggestion.
    void askForModule(lua_State* state, const std::string& name);
    /// Pushes the function that a text is, with the names of the language as its globals; raises Lua errors.
    void compile(lua_State* state, const std::string& source, const std::string& name);
    int addTrigger(Trigger trigger);
    const Trigger& trigger(int index) const { return triggers[static_cast<std::size_t>(index)]; }
    int addCondition(Condition condition);
    void addRule(Rule rule);
    /// `file:line` of the function at `level`.
    std::string position(lua_State* state, int level) const;
    int line(lua_State* state, int level) const;

    std::vector<Trigger> triggers;
    std::vector<Condition> conditions;
    std::vector<Rule> rules;
    ChunkNames names;
    std::unordered_map<std::string, MirroredDevice*> devices; ///< by the name that it was asked for with

private:
    struct Memory {
        std::size_t used = 0;
        std::size_t limit = 0;
    };
    static void* allocate(void* memory, void* block, std::size_t oldSize, std::size_t newSize);
    static int runBody(lua_State* state);
    static int goThroughConditions(lua_State* state);
    static int afterCondition(lua_State* state, int status, lua_KContext context);
    /// Of a clause that looks at an attribute.
    bool attributeHolds(const Condition& clause);
    /// A clause that is false, with a word on attributes that stand in it like values: comparing them is never true.
    static std::string withUnread(std::string clause, const std::vector<std::string>& named);
    static int runEnd(lua_State* state, int status, lua_KContext context);
    static int pushResult(lua_State* state, StepKind kind, bool ok, const Value& result);
    void listClauses(std::uint32_t rule, int condition, std::uint32_t depth);
    void goOnProbing();
    bool callClause(const Condition& clause, ConditionState& state);
    bool decideGroups(int condition, std::size_t& place);

    /// Runs `body` under lua_pcall; the error text when it failed.
    std::optional<std::string> protect(const std::function<void(lua_State*)>& body);
    void prepare(const std::string& source);
    void resumeLoad(int arguments);
    void finishLoad();
    void failLoad(std::string message, bool overBudget);
    void resume(Run& run, int arguments);
    void end(Run& run, RunEnd end, std::string message);
    std::string errorText(lua_State* state) const;
    void beforeQuery(lua_State* state);

    HostContext& host_;
    std::uint32_t instance_;
    std::string name_;
    Memory memory_;
    lua_State* state_ = nullptr;
    bool loading_ = true;
    lua_State* loader_ = nullptr;
    int loaderReference_ = LUA_NOREF;
    std::string loaderAsked_;
    bool loaderWaits_ = false; ///< for a SelectionAnswer or ModuleAnswer
    std::vector<std::unique_ptr<MirroredDevice>> standIns_;
    std::size_t modules_ = 0;
    std::uint32_t loaderQueries_ = 0;
    Budget::Spent loaderSlice_{0};
    bool interrupted_ = false;
    std::uint64_t interruptedRun_ = 0;      ///< 0 = the loader
    std::unique_ptr<ConditionProbe> probe_; ///< while it is found out how conditions stand
    /// Lets the run (0 = the loader) go on with what `push` puts on the stack.
    void goOn(std::uint64_t run, const std::function<void(lua_State*)>& push);
    std::unordered_map<std::uint64_t, std::unique_ptr<Run>> runs_;
    Run* current_ = nullptr;
};

/// Pushes the table of global names: empty, it takes those of the language that are asked for.
void openEnvironment(lua_State* state);
/// Gives texts their methods.
void openTexts(lua_State* state);

/// `device.attribute` as scripts hold it.
struct AttributeHandle {
    MirroredDevice* device;
    int attribute;
};
/// The one at `index`; raises a Lua error when there is none.
AttributeHandle& attributeAt(lua_State* state, int index);
void pushDevice(lua_State* state, MirroredDevice& device);
/// What a trigger is about: an attribute of a device, or of the devices of a selection.
struct TriggerSubject {
    std::optional<DeviceSelection> selection;
    AttributeTrigger trigger;
};
/// `devices{...}.attribute` at `index`, if it is one.
std::optional<TriggerSubject> selectedAttributeAt(lua_State* state, int index);
/// The methods of attributes that make triggers, for both kinds of them.
extern const luaL_Reg attributeTriggers[];
/// The condition that an attribute stands for by itself: it is true. Empty when there is none at `index`.
std::optional<Condition> conditionOfAttribute(lua_State* state, int index);
/// Pushes a handle of a trigger or condition. A trigger made while a rule runs is for wait_for and lives in its handle.
void pushTrigger(lua_State* state, Trigger trigger);
void pushCondition(lua_State* state, Condition condition);
/// The trigger at `index`, empty when there is none.
std::optional<Trigger> triggerAt(lua_State* state, int index);
/// Pushes an event as scripts see it: `ev.device` is the device.
void pushEvent(lua_State* state, const Value& event);
/// Pushes what the function of a test gets.
void pushTestHandle(lua_State* state);
/// Makes a rule of a trigger and a function: `every "10m"(function() end)`.
int declarePlainRule(lua_State* state, int trigger, int functionIndex);

} // namespace atrium::automation::lua
