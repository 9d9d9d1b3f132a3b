#include "automation/lua/script.h"

#include <algorithm>

namespace atrium::automation::lua {

namespace {
constexpr std::uint32_t maxSteps = 2000;
} // namespace

void Script::start(const StartRun& request)
{
    auto owned = std::make_unique<Run>();
    auto& run = *owned;
    run.id = request.run;
    run.rule = request.rule;
    run.journal = request.journal;
    run.random = request.run * 0x9E3779B97F4A7C15ull + 1;
    runs_[run.id] = std::move(owned);
    if (run.rule >= rules.size()) return end(run, RunEnd::Failed, name_ + ": no such rule");
    const auto error = protect([&](lua_State* state) {
        run.coroutine = lua_newthread(state);
        run.reference = luaL_ref(state, LUA_REGISTRYINDEX);
        lua_pushcfunction(state, guarded<&Script::runBody>);
        if (rules[run.rule].isTest) pushTestHandle(state);
        else pushEvent(state, request.event);
        if (rules[run.rule].store.isNull()) lua_pushnil(state);
        else {
            pushValue(state, request.store);
            lua_pushvalue(state, -1);
            run.store = luaL_ref(state, LUA_REGISTRYINDEX);
        }
        if (!lua_checkstack(run.coroutine, 5)) luaL_error(state, "not enough memory");
        lua_xmove(state, run.coroutine, 3);
    });
    if (error) return end(run, RunEnd::OverBudget, *error);
    resume(run, 2);
}

/// The body of every run: clauses of `when`, then the rule's function.
int Script::runBody(lua_State* state)
{
    auto& script = of(state);
    auto& run = *script.current_;
    const auto& rule = script.rules[run.rule];
    // A run that has recorded steps passed its conditions in an earlier life; reading them again must not skip it.
    if (rule.when >= 0 && run.journal.empty()) run.when = std::make_unique<ConditionWalk>(script.conditions, rule.when);
    return goThroughConditions(state);
}

/// Stack: the event, the store.
int Script::goThroughConditions(lua_State* state)
{
    auto& script = of(state);
    auto& run = *script.current_;
    while (const auto* clause = run.when ? run.when->leaf() : nullptr) {
        if (clause->kind != Condition::Kind::Function) {
            run.when->tell(script.attributeHolds(*clause));
            continue;
        }
        luaL_checkstack(state, 4, "when");
        lua_rawgeti(state, LUA_REGISTRYINDEX, clause->function);
        lua_callk(state, 0, 1, 0, afterCondition);
        run.when->tell(lua_toboolean(state, -1) != 0);
        lua_pop(state, 1);
    }
    const auto walk = std::move(run.when);
    if (walk && !walk->holds()) {
        run.skippedBy = withUnread(walk->failed(), run.named);
        return 0;
    }
    lua_rawgeti(state, LUA_REGISTRYINDEX, script.rules[run.rule].function);
    lua_insert(state, 1);
    lua_callk(state, 2, 0, 0, &Script::runEnd);
    return 0;
}

bool Script::attributeHolds(const Condition& clause)
{
    return (read(*clause.device, clause.attribute) == clause.expected) == (clause.kind == Condition::Kind::AttributeIs);
}

/// Back from a function that was interrupted.
int Script::afterCondition(lua_State* state, int, lua_KContext)
{
    of(state).current_->when->tell(lua_toboolean(state, -1) != 0);
    lua_pop(state, 1);
    return goThroughConditions(state);
}

int Script::runEnd(lua_State*, int, lua_KContext) { return 0; }

void Script::resume(Run& run, int arguments)
{
    int results = 0, status = LUA_OK;
    bool exceeded = false;
    current_ = &run;
    {
        Budget::Slice slice(host_.budget, run.coroutine, instance_, run.id, run.slice);
        status = lua_resume(run.coroutine, nullptr, arguments, &results);
        exceeded = slice.exceeded();
        interrupted_ = slice.interrupted() && status == LUA_YIELD && !exceeded;
        interruptedRun_ = run.id;
        const auto spent = slice.spent();
        run.cpu += spent;
        run.slice = interrupted_ ? run.slice + spent : Budget::Spent{0};
    }
    current_ = nullptr;
    if (interrupted_) return;
    if (exceeded) return end(run, RunEnd::OverBudget, name_ + ": CPU time is used up");
    if (status == LUA_YIELD) {
        if (run.waitsForAnswer || !run.deviceAsked.empty() || run.asksSelection) return;
        return end(run, RunEnd::Failed, name_ + ": the run yielded outside of a step");
    }
    if (status == LUA_ERRMEM) return end(run, RunEnd::OverBudget, name_ + ": memory is used up");
    if (status != LUA_OK) return end(run, RunEnd::Failed, errorText(run.coroutine));
    if (!run.skippedBy.empty()) return end(run, RunEnd::Skipped, run.skippedBy);
    end(run, RunEnd::Finished, {});
}

void Script::end(Run& run, RunEnd how, std::string message)
{
    RunEnded ended{run.id,
                   how,
                   std::move(message),
                   std::move(run.reads),
                   std::chrono::duration_cast<std::chrono::microseconds>(run.cpu).count(),
                   {}};
    if (how == RunEnd::Finished && run.store != LUA_NOREF) {
        const auto error = protect([&](lua_State* state) {
            lua_rawgeti(state, LUA_REGISTRYINDEX, run.store);
            try {
                ended.store = toValue(state, -1);
            }
            catch (const ScriptError& refused) {
                ended.end = RunEnd::Failed;
                ended.message = name_ + ": store: " + refused.what();
            }
            lua_settop(state, 0);
        });
        if (error) ended.message = *error;
    }
    host_.send(ended);
    if (run.reference != LUA_NOREF) luaL_unref(state_, LUA_REGISTRYINDEX, run.reference);
    if (run.store != LUA_NOREF) luaL_unref(state_, LUA_REGISTRYINDEX, run.store);
    runs_.erase(run.id);
}

void Script::cancel(std::uint64_t id)
{
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    if (found->second->reference != LUA_NOREF) luaL_unref(state_, LUA_REGISTRYINDEX, found->second->reference);
    if (found->second->store != LUA_NOREF) luaL_unref(state_, LUA_REGISTRYINDEX, found->second->store);
    runs_.erase(found);
    if (interrupted_ && interruptedRun_ == id) interrupted_ = false;
}

void Script::goOn()
{
    if (!std::exchange(interrupted_, false)) return;
    if (loading_) return resumeLoad(0);
    if (probe_) return goOnProbing();
    const auto found = runs_.find(interruptedRun_);
    if (found != runs_.end()) resume(*found->second, 0);
}

Run& Script::requireRun(const char* what)
{
    if (current_) return *current_;
    throw ScriptError(std::string(what) + " works while a rule runs, not while its file is loaded");
}

/// What the script gets of a step: the result, true for none, or nil and the reason.
int Script::pushResult(lua_State* state, StepKind kind, bool ok, const Value& result)
{
    if (!ok) lua_pushnil(state);
    // Of what is not known there is no value; of what was done without a result, that it was.
    if (ok && result.isNull() && kind != StepKind::History) lua_pushboolean(state, 1);
    else if (kind == StepKind::WaitFor) pushEvent(state, result);
    else pushValue(state, result);
    return ok ? 1 : 2;
}

namespace {

void requireNoCondition(const Run& run, StepKind kind)
{
    if (run.when) throw ScriptError(std::string("a condition only looks: ") + toString(kind) + " belongs into run");
}

} // namespace

int Script::step(lua_State* state, StepKind kind, Value payload, std::vector<Trigger> triggers, lua_KFunction next)
{
    auto& run = *current_;
    requireNoCondition(run, kind);
    if (run.step >= maxSteps) throw ScriptError("the run has more than 2000 steps");
    if (kind == StepKind::Wait || kind == StepKind::WaitFor) run.waited = true;
    if (run.step < run.journal.size()) {
        const auto& recorded = run.journal[run.step];
        if (recorded.kind != kind) throw ScriptError("the run does not follow its journal any more");
        ++run.step;
        run.reads.clear();
        const int results = pushResult(state, kind, recorded.ok, recorded.result);
        return next ? next(state, LUA_OK, 0) : results;
    }
    if (!lua_isyieldable(state))
        throw ScriptError("this cannot be done inside a metamethod that a function of Lua calls");
    ++run.step;
    run.waitsForAnswer = true;
    run.asked = kind;
    host_.send(
        Step{run.id, run.step, kind, std::move(payload), std::exchange(run.reads, {}), true, std::move(triggers)});
    return lua_yieldk(state, 0, 0, next);
}

void Script::stepWithoutAnswer(StepKind kind, Value payload)
{
    auto& run = *current_;
    requireNoCondition(run, kind);
    if (run.step >= maxSteps) throw ScriptError("the run has more than 2000 steps");
    ++run.step;
    if (run.step <= run.journal.size()) {
        if (run.journal[run.step - 1].kind != kind) throw ScriptError("the run does not follow its journal any more");
        run.reads.clear();
        return;
    }
    host_.send(Step{run.id, run.step, kind, std::move(payload), std::exchange(run.reads, {}), false, {}});
}

void Script::noteNamed(const MirroredDevice& device, int attribute)
{
    if (!current_ || !current_->when) return;
    auto name = device.uid + "." + device.attributes[attribute].name;
    auto& named = current_->named;
    constexpr std::size_t enough = 3;
    if (named.size() < enough && std::find(named.begin(), named.end(), name) == named.end())
        named.push_back(std::move(name));
}

std::string Script::withUnread(std::string clause, const std::vector<std::string>& named)
{
    if (named.empty()) return clause;
    std::string attributes;
    for (const auto& name : named) attributes += (attributes.empty() ? "" : ", ") + name;
    return clause + " (" + attributes + ": its value was not read; write " + named.front() + ".value, or :is(...))";
}

const Value& Script::read(MirroredDevice& device, int attribute)
{
    const auto& live = device.attributes[attribute];
    if (!current_) return live.value;
    auto& run = *current_;
    const auto among = [&](const std::vector<ReadValue>& reads) -> const Value* {
        for (const auto& read : reads)
            if (read.device == device.id && read.attribute == live.name) return &read.value;
        return nullptr;
    };
    if (!run.named.empty()) std::erase(run.named, device.uid + "." + live.name);
    if (const auto* before = among(run.reads)) return *before;
    const Value* value = nullptr;
    if (run.step < run.journal.size()) value = among(run.journal[run.step].reads);
    run.reads.push_back({device.id, live.name, value ? *value : live.value});
    return run.reads.back().value;
}

} // namespace atrium::automation::lua
