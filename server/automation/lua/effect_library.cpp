#include "automation/lua/resumable.h"
#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

constexpr std::size_t maxLogBytes = 2000;

/// `log.LEVEL(...)`: the arguments joined by blanks. Upvalue 1: the level.
int log(lua_State* state)
{
    std::string text;
    const int arguments = lua_gettop(state);
    for (int i = 1; i <= arguments && text.size() < maxLogBytes; ++i) {
        std::size_t size = 0;
        const char* part = luaL_tolstring(state, i, &size);
        if (i > 1) text += ' ';
        text.append(part, std::min(size, maxLogBytes));
        lua_pop(state, 1);
    }
    if (text.size() > maxLogBytes) text.resize(maxLogBytes);
    const std::string level = lua_tostring(state, lua_upvalueindex(1));
    auto& script = Script::of(state);
    if (const auto* run = script.currentRun(); run && !run->when)
        script.stepWithoutAnswer(StepKind::Log, Object{{"level", level}, {"text", std::move(text)}});
    else script.logOutsideOfRun(level, std::move(text));
    return 0;
}

constexpr std::int64_t longestWait = 400ll * 86400 * 1'000'000;

/// Seconds as a number, or a text such as `2m`; in microseconds.
std::int64_t requireWaitTime(lua_State* state, int index, const char* what)
{
    std::int64_t microseconds = 0;
    if (lua_type(state, index) != LUA_TNUMBER) microseconds = requireDuration(state, index, what).count();
    else {
        const double seconds = requireNumber(state, index, what);
        microseconds = seconds < 0 || seconds > 1e9 ? -1 : static_cast<std::int64_t>(seconds * 1e6);
    }
    if (microseconds < 0 || microseconds > longestWait) throw ScriptError(std::string(what) + " is at most 400 days");
    return microseconds;
}

int wait(lua_State* state)
{
    auto& script = Script::of(state);
    script.requireRun("wait");
    return script.step(state, StepKind::Wait, Object{{"microseconds", requireWaitTime(state, 1, "the duration")}});
}

/// `wait_for(trigger, {timeout = "15m"})`, also of a list of triggers: the event, or false when the time is over.
int waitFor(lua_State* state)
{
    constexpr std::size_t mostTriggers = 20;
    auto& script = Script::of(state);
    script.requireRun("wait_for");
    std::vector<Trigger> triggers;
    const auto add = [&](int index) {
        auto trigger = triggerAt(state, index);
        if (!trigger) throw ScriptError("wait_for wants a trigger or a list of triggers");
        if (std::holds_alternative<StartupTrigger>(*trigger) || std::holds_alternative<ShutdownTrigger>(*trigger))
            throw ScriptError("startup is over when a rule runs");
        triggers.push_back(std::move(*trigger));
    };
    if (lua_istable(state, 1)) {
        const auto count = lua_rawlen(state, 1);
        if (count == 0 || count > mostTriggers) throw ScriptError("wait_for takes 1 to 20 triggers");
        for (lua_Unsigned i = 1; i <= count; ++i) {
            lua_rawgeti(state, 1, static_cast<lua_Integer>(i));
            add(-1);
            lua_pop(state, 1);
        }
    }
    else add(1);
    List kinds;
    for (const auto& trigger : triggers) kinds.push_back(kindOf(trigger));
    Object payload{{"events", std::move(kinds)}};
    if (!lua_isnoneornil(state, 2)) {
        luaL_checktype(state, 2, LUA_TTABLE);
        lua_pushnil(state);
        while (lua_next(state, 2) != 0) {
            if (requireText(state, -2, "the name of an option") != "timeout")
                throw ScriptError("the option of wait_for is timeout, e.g. {timeout = \"15m\"}");
            payload.set("timeout", std::max<std::int64_t>(requireWaitTime(state, -1, "timeout"), 1));
            lua_pop(state, 1);
        }
    }
    return script.step(state, StepKind::WaitFor, std::move(payload), std::move(triggers));
}

void pushPrint(lua_State* state, const char*)
{
    lua_pushliteral(state, "info");
    lua_pushcclosure(state, withTexts<guarded<log>>, 1);
}

void pushLog(lua_State* state, const char*)
{
    lua_createtable(state, 0, 4);
    for (const char* level : {"debug", "info", "warn", "error"}) {
        lua_pushstring(state, level);
        lua_pushcclosure(state, withTexts<guarded<log>>, 1);
        lua_setfield(state, -2, level);
    }
}

constexpr LanguageName names[] = {
    {"print", nullptr, pushPrint}, {"log", nullptr, pushLog}, {"wait", guarded<wait>}, {"wait_for", guarded<waitFor>}};

} // namespace

const std::span<const LanguageName> effectNames = names;

} // namespace atrium::automation::lua
