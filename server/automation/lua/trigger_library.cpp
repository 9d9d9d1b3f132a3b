#include "automation/duration.h"
#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

/// Walks the options table at `index` (or nothing) and refuses unknown names.
void forEachOption(lua_State* state, int index, std::initializer_list<const char*> known,
                   const std::function<void(std::string_view)>& take)
{
    if (lua_isnoneornil(state, index)) return;
    luaL_checktype(state, index, LUA_TTABLE);
    lua_pushnil(state);
    while (lua_next(state, index) != 0) {
        const auto key = requireText(state, -2, "the name of an option");
        Suggestion suggestion(key);
        bool found = false;
        for (const char* name : known) {
            found = found || key == name;
            suggestion.consider(name);
        }
        if (!found) throw ScriptError("unknown option \"" + std::string(key) + "\"" + suggestion.question());
        take(key);
        lua_pop(state, 1);
    }
}

bool requireBoolean(lua_State* state, const char* what)
{
    if (!lua_isboolean(state, -1)) throw ScriptError(std::string(what) + " is true or false");
    return lua_toboolean(state, -1) != 0;
}

/// `mqtt(filter, options)`; argument 1 is the table `mqtt` itself.
int mqttTrigger(lua_State* state)
{
    const auto pattern = requireText(state, 2, "the topic");
    auto trigger = parseTopicPattern(pattern);
    if (!trigger) throw ScriptError("\"" + std::string(pattern) + "\" is no topic filter");
    forEachOption(state, 3, {"json", "retained"}, [&](std::string_view key) {
        (key == "json" ? trigger->json : trigger->retained) = requireBoolean(state, key.data());
    });
    pushTrigger(state, std::move(*trigger));
    return 1;
}

int every(lua_State* state)
{
    const auto text = requireText(state, 1, "the period");
    const auto period = parseDuration(text);
    if (!period || *period < std::chrono::milliseconds(100))
        throw ScriptError("\"" + std::string(text) + "\" is no period (examples: 30s, 10m, 1h30m; at least 100ms)");
    pushTrigger(state, EveryTrigger{period->count()});
    return 1;
}

int at(lua_State* state)
{
    AtTrigger trigger;
    const auto text = requireText(state, 1, "the time");
    const auto time = parseTimeOfDay(text);
    if (!time) throw ScriptError("\"" + std::string(text) + "\" is no time of day (example: 07:30)");
    trigger.secondOfDay = *time;
    forEachOption(state, 2, {"days", "tz", "dst"}, [&](std::string_view key) {
        const auto value = requireText(state, -1, key.data());
        if (key == "days") {
            const auto days = parseDays(value);
            if (!days) throw ScriptError("\"" + std::string(value) + "\" are no days (example: mon-fri,sun)");
            trigger.days = *days;
        }
        else if (key == "dst") {
            const auto policy = parseDstPolicy(value);
            if (!policy) throw ScriptError("dst is once, skip or both");
            trigger.dst = *policy;
        }
        else trigger.zone = value;
    });
    pushTrigger(state, std::move(trigger));
    return 1;
}

int event(lua_State* state)
{
    const auto name = requireText(state, 1, "the name of an event");
    if (name.empty() || name.size() > 100) throw ScriptError("the name of an event has 1 to 100 bytes");
    pushTrigger(state, EventTrigger{std::string(name)});
    return 1;
}

} // namespace

void openTriggers(lua_State* state)
{
    const luaL_Reg functions[] = {
        {"every", guarded<every>}, {"at", guarded<at>}, {"event", guarded<event>}, {nullptr, nullptr}};
    luaL_setfuncs(state, functions, 0);
    lua_createtable(state, 0, 1); // openEffects adds `publish`
    lua_createtable(state, 0, 2);
    lua_pushcfunction(state, guarded<mqttTrigger>);
    lua_setfield(state, -2, "__call");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
    lua_setfield(state, -2, "mqtt");
    pushTrigger(state, StartupTrigger{});
    lua_setfield(state, -2, "startup");
}

} // namespace atrium::automation::lua
