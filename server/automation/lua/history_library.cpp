#include "automation/history_question.h"
#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

void fillHistory(lua_State* state);
constexpr HandleType historyType{"atrium.history", fillHistory};
constexpr std::int64_t longestPeriod = 3660ll * 86400 * 1'000'000;

/// `history(device.attribute)`: its past, to be asked.
int history(lua_State* state)
{
    const auto handle = attributeAt(state, 1);
    if (handle.device->id < 0) throw ScriptError("of the sun and the house nothing is recorded");
    *static_cast<AttributeHandle*>(lua_newuserdatauv(state, sizeof(AttributeHandle), 0)) = handle;
    setType(state, historyType);
    return 1;
}

/// `history(...):avg "7d"`. Upvalue 1: the name of the function.
int ask(lua_State* state)
{
    const auto handle = *static_cast<AttributeHandle*>(luaL_checkudata(state, 1, historyType.name));
    auto& script = Script::of(state);
    const std::string name = lua_tostring(state, lua_upvalueindex(1));
    script.requireRun("history");
    const auto function = *parseHistoryFunction(name);
    using Function = HistoryQuestion::Function;
    Object payload{{"device", handle.device->id},
                   {"attribute", handle.device->attributes[handle.attribute].name},
                   {"function", name}};
    int period = 2;
    if (function == Function::Duration || function == Function::Count) {
        if (lua_isnoneornil(state, 2))
            throw ScriptError(name + " wants a value, and how far back, e.g. (true, \"1d\")");
        payload.set("state", toValue(state, 2));
        period = 3;
    }
    if (function != Function::Previous) {
        const auto duration = requireDuration(state, period, "how far back").count();
        if (duration > longestPeriod) throw ScriptError("the past that rules can ask for is ten years");
        payload.set("microseconds", duration);
    }
    return script.step(state, StepKind::History, std::move(payload));
}

int unknownFunction(lua_State* state)
{
    const auto key = requireText(state, 2, "the name of a function");
    lua_pushvalue(state, 2);
    if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    Suggestion suggestion(key);
    for (const char* known : {"avg", "min", "max", "delta", "duration", "count", "at", "previous"})
        suggestion.consider(known);
    throw ScriptError("history has no \"" + std::string(key) + "\"" + suggestion.question());
}

void fillHistory(lua_State* state)
{
    lua_createtable(state, 0, 8);
    for (const char* name : {"avg", "min", "max", "delta", "duration", "count", "at", "previous"}) {
        lua_pushstring(state, name);
        lua_pushcclosure(state, guarded<ask>, 1);
        lua_setfield(state, -2, name);
    }
    lua_pushcclosure(state, guarded<unknownFunction>, 1);
    lua_setfield(state, -2, "__index");
}

constexpr LanguageName names[] = {{"history", guarded<history>}};

} // namespace

const std::span<const LanguageName> historyNames = names;

} // namespace atrium::automation::lua
