#include "automation/lua/script.h"

#include <limits>

namespace atrium::automation::lua {

// How conditions stand at a moment at which nothing runs.

namespace {
/// In place of a run: should the host hang in it, no rule is to blame.
constexpr auto probing = std::numeric_limits<std::uint64_t>::max();
} // namespace

void Script::probe(const ProbeConditions& request)
{
    ConditionsProbed answer{request.probe, {}};
    if (!loading_) {
        Run reader; // what clauses read is noted as for a run
        reader.id = probing;
        current_ = &reader;
        Budget::Slice slice(host_.budget, state_, instance_, probing, Budget::Spent{0});
        for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
            if (rules[rule].when < 0) continue;
            reader.when = std::make_unique<ConditionWalk>(conditions, rules[rule].when); // a condition only looks
            probe(rule, rules[rule].when, 0, answer.conditions);
        }
        current_ = nullptr;
    }
    host_.send(answer);
}

bool Script::probe(std::uint32_t rule, int index, std::uint32_t depth, std::vector<ConditionState>& states)
{
    const auto& condition = conditions[index];
    bool all = true, any = false;
    if (condition.kind == Condition::Kind::All) {
        for (const int part : condition.parts) all = probe(rule, part, depth, states) && all;
        return all;
    }
    const auto place = states.size();
    states.push_back({rule, depth, condition.text, false, {}, {}});
    if (condition.kind == Condition::Kind::Any || condition.kind == Condition::Kind::None) {
        for (const int part : condition.parts) any = probe(rule, part, depth + 1, states) || any;
        return states[place].holds = any == (condition.kind == Condition::Kind::Any);
    }
    bool result = false;
    const auto error = protect([&](lua_State* state) {
        if (condition.kind != Condition::Kind::Function) {
            result = attributeHolds(condition);
            return;
        }
        lua_rawgeti(state, LUA_REGISTRYINDEX, condition.function);
        lua_call(state, 0, 1);
        result = lua_toboolean(state, -1) != 0;
        lua_settop(state, 0);
    });
    auto& state = states[place];
    state.holds = result && !error;
    state.error = error.value_or("");
    state.reads = std::exchange(current_->reads, {});
    return state.holds;
}

} // namespace atrium::automation::lua
