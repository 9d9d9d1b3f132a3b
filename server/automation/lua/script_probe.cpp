#include "automation/lua/script.h"

#include <limits>

namespace atrium::automation::lua {

// How conditions stand at a moment at which nothing runs.

namespace {
/// In place of a run: should the host hang in it, no rule is to blame.
constexpr auto probing = std::numeric_limits<std::uint64_t>::max();

bool isGroup(const Condition& condition) { return !condition.parts.empty() || condition.kind >= Condition::Kind::All; }
} // namespace

void Script::probe(const ProbeConditions& request)
{
    probe_ = std::make_unique<ConditionProbe>();
    probe_->answer.probe = request.probe;
    probe_->reader.id = probing;
    if (!loading_)
        for (std::uint32_t rule = 0; rule < rules.size(); ++rule)
            if (rules[rule].when >= 0) listClauses(rule, rules[rule].when, 0);
    goOnProbing();
}

/// A list of clauses is no clause itself.
void Script::listClauses(std::uint32_t rule, int index, std::uint32_t depth)
{
    const auto& condition = conditions[index];
    const bool isList = condition.kind == Condition::Kind::All;
    if (!isList) {
        probe_->answer.conditions.push_back({rule, depth, condition.text, false, {}, {}});
        probe_->clauses.push_back(index);
    }
    for (const int part : condition.parts) listClauses(rule, part, isList ? depth : depth + 1);
}

/// Finds out about clause after clause, and stands still where a function among them is interrupted.
void Script::goOnProbing()
{
    auto& probe = *probe_;
    for (; probe.next < probe.clauses.size(); ++probe.next) {
        const auto& condition = conditions[probe.clauses[probe.next]];
        if (isGroup(condition)) continue;
        auto& reader = probe.reader;
        auto& state = probe.answer.conditions[probe.next];
        if (condition.kind != Condition::Kind::Function) {
            current_ = &reader;
            state.holds = attributeHolds(condition);
            current_ = nullptr;
        }
        else if (!callClause(condition, state)) return;
        state.reads = std::exchange(reader.reads, {});
        const auto named = std::exchange(reader.named, {});
        if (!state.holds && state.error.empty()) state.text = withUnread(state.text, named);
    }
    std::size_t place = 0;
    while (place < probe.clauses.size()) {
        const auto rule = probe.answer.conditions[place].rule;
        decideGroups(rules[rule].when, place);
    }
    host_.send(probe.answer);
    probe_.reset();
}

/// False: it was interrupted.
bool Script::callClause(const Condition& clause, ConditionState& state)
{
    auto& probe = *probe_;
    auto& reader = probe.reader;
    if (probe.exceeded) {
        state.error = name_ + ": CPU time is used up";
        return true;
    }
    if (!reader.coroutine) {
        const auto error = protect([&](lua_State* from) {
            reader.coroutine = lua_newthread(from);
            reader.reference = luaL_ref(from, LUA_REGISTRYINDEX);
            lua_rawgeti(reader.coroutine, LUA_REGISTRYINDEX, clause.function);
        });
        if (error) {
            reader.coroutine = nullptr;
            state.error = *error;
            return true;
        }
        // For steps that it might try: a condition only looks.
        reader.when = std::make_unique<ConditionWalk>(conditions, probe.clauses[probe.next]);
    }
    int status = LUA_OK, results = 0;
    current_ = &reader;
    {
        Budget::Slice slice(host_.budget, reader.coroutine, instance_, probing, probe.slice);
        status = lua_resume(reader.coroutine, nullptr, 0, &results);
        probe.exceeded = slice.exceeded();
        probe.slice += slice.spent();
        interrupted_ = slice.interrupted() && status == LUA_YIELD && !probe.exceeded;
        interruptedRun_ = probing;
    }
    current_ = nullptr;
    if (interrupted_) return false;
    if (status == LUA_OK) state.holds = results > 0 && lua_toboolean(reader.coroutine, -results) != 0;
    else state.error = probe.exceeded ? name_ + ": CPU time is used up" : errorText(reader.coroutine);
    luaL_unref(state_, LUA_REGISTRYINDEX, reader.reference);
    reader.coroutine = nullptr;
    return true;
}

/// What `any` and `none` are by their parts, from the place of their first clause on.
bool Script::decideGroups(int index, std::size_t& place)
{
    const auto& condition = conditions[index];
    if (!isGroup(condition)) return probe_->answer.conditions[place++].holds;
    const bool isList = condition.kind == Condition::Kind::All;
    const auto own = isList ? place : place++;
    bool all = true, any = false;
    for (const int part : condition.parts) {
        const bool holds = decideGroups(part, place);
        all = all && holds;
        any = any || holds;
    }
    if (isList) return all;
    return probe_->answer.conditions[own].holds = any == (condition.kind == Condition::Kind::Any);
}

} // namespace atrium::automation::lua
