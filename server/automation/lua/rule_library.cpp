#include "atrium/text.h"
#include "automation/lua/script.h"
#include "automation/wire.h"

#include <cmath>

namespace atrium::automation::lua {

namespace {

/// In place of a position among the triggers of the script.
constexpr int madeInRun = -2;

void fillTrigger(lua_State* state);
constexpr HandleType triggerType{"atrium.trigger", fillTrigger};
constexpr HandleType conditionType{"atrium.condition"};

int indexOf(lua_State* state, int index, const HandleType& type)
{
    const auto* handle = static_cast<const int*>(luaL_testudata(state, index, type.name));
    return handle ? *handle : -1;
}

/// A condition from a handle, a function, or a list (all must hold).
int readCondition(lua_State* state, int index, int depth)
{
    auto& script = Script::of(state);
    index = lua_absindex(state, index);
    luaL_checkstack(state, 4, "when");
    if (const int known = indexOf(state, index, conditionType); known >= 0) return known;
    if (auto attribute = conditionOfAttribute(state, index)) return script.addCondition(std::move(*attribute));
    if (lua_isfunction(state, index)) {
        Condition condition;
        condition.kind = Condition::Kind::Function;
        lua_pushvalue(state, index);
        lua_Debug debug{};
        lua_getinfo(state, ">S", &debug);
        condition.text = std::string(debug.short_src) + ":" + std::to_string(debug.linedefined) + ": function";
        lua_pushvalue(state, index);
        condition.function = luaL_ref(state, LUA_REGISTRYINDEX);
        return script.addCondition(std::move(condition));
    }
    if (!lua_istable(state, index) || depth > 8)
        throw ScriptError(std::string("a condition is device.attribute, device.attribute:is(value), any{...}, "
                                      "none{...} or a function, not ") +
                          luaL_typename(state, index));
    Condition condition;
    const auto count = static_cast<lua_Integer>(lua_rawlen(state, index));
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(state, index, i);
        condition.parts.push_back(readCondition(state, -1, depth + 1));
        lua_pop(state, 1);
    }
    return script.addCondition(std::move(condition));
}

template <Condition::Kind kind>
int group(lua_State* state)
{
    luaL_checktype(state, 1, LUA_TTABLE);
    auto& script = Script::of(state);
    const int all = readCondition(state, 1, 0);
    Condition condition;
    condition.kind = kind;
    condition.parts = script.conditions[all].parts;
    condition.text = script.position(state, 1) + (kind == Condition::Kind::Any ? ": any" : ": none");
    pushCondition(state, std::move(condition));
    return 1;
}

void readTriggers(lua_State* state, int index, Rule& rule)
{
    index = lua_absindex(state, index);
    if (const int trigger = indexOf(state, index, triggerType); trigger >= 0) {
        rule.triggers.push_back(trigger);
        return;
    }
    if (!lua_istable(state, index)) throw ScriptError("on wants a trigger or a list of triggers");
    const auto count = static_cast<lua_Integer>(lua_rawlen(state, index));
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(state, index, i);
        const int trigger = indexOf(state, -1, triggerType);
        if (trigger < 0)
            throw ScriptError("entry " + std::to_string(i) + " of on is no trigger but a " + luaL_typename(state, -1));
        rule.triggers.push_back(trigger);
        lua_pop(state, 1);
    }
    if (rule.triggers.empty()) throw ScriptError("on is empty: the rule would never run");
}

/// The value on the top of the stack: a list of texts.
std::vector<std::string> readGrants(lua_State* state, const std::string& label)
{
    constexpr std::size_t mostGrants = 50;
    const auto value = lua_istable(state, -1) ? toValue(state, -1) : Value();
    const auto* list = value.ifList();
    const auto* empty = value.ifObject(); // what an empty table becomes
    std::vector<std::string> grants;
    for (const auto& grant : list ? *list : List{}) {
        if (!grant.isText() || grants.size() == mostGrants) list = nullptr;
        if (!list) break;
        grants.push_back(grant.text());
    }
    if (!list && !(empty && empty->size() == 0))
        throw ScriptError(label +
                          "grants is a list of at most 50 permissions and modules, like { \"devices.control\" }");
    return grants;
}

/// The value on the top of the stack: `{ retry = 3, backoff = "5s", notify = role "admin", disable_after = 10 }`.
ErrorPolicy readErrorPolicy(lua_State* state)
{
    constexpr double mostRetries = 100, mostFailures = 1000;
    const auto count = [&](const char* what, double most) {
        const double number = requireNumber(state, -1, what);
        if (number < 0 || number > most || number != std::floor(number))
            throw ScriptError(std::string(what) + " is a number up to " + std::to_string(static_cast<int>(most)));
        return static_cast<std::uint32_t>(number);
    };
    ErrorPolicy policy;
    forEachOption(state, lua_gettop(state), {"retry", "backoff", "notify", "disable_after"}, [&](std::string_view key) {
        if (key == "retry") policy.retries = count("retry", mostRetries);
        else if (key == "backoff") policy.backoff = requireDuration(state, -1, "backoff").count();
        else if (key == "notify") policy.notify = toValue(state, -1);
        else policy.disableAfter = count("disable_after", mostFailures);
    });
    return policy;
}

int declareRule(lua_State* state)
{
    auto& script = Script::of(state);
    script.requireLoading("rule");
    Rule rule;
    rule.name = lua_tostring(state, lua_upvalueindex(1));
    rule.line = script.line(state, 1);
    const std::string label = "rule \"" + rule.name + "\": ";
    if (!lua_istable(state, 1)) throw ScriptError(label + "a table {on = ..., run = ...} is wanted");
    lua_settop(state, 1);
    lua_pushnil(state);
    while (lua_next(state, 1) != 0) {
        const auto key = requireText(state, -2, (label + "a key").c_str());
        if (key == "on") readTriggers(state, -1, rule);
        else if (key == "when") rule.when = readCondition(state, -1, 0);
        else if (key == "mode") {
            const auto mode = parseRuleMode(requireText(state, -1, "mode"));
            if (!mode) throw ScriptError(label + "mode is single, restart, queued(n), parallel(n) or throttle 10s");
            rule.mode = *mode;
        }
        else if (key == "store") {
            if (!lua_istable(state, -1)) throw ScriptError(label + "store is a table");
            rule.store = toValue(state, -1);
        }
        else if (key == "grants") rule.grants = readGrants(state, label);
        else if (key == "on_error") rule.onError = readErrorPolicy(state);
        else if (key == "on_change") {
            const auto policy = parseChangePolicy(requireText(state, -1, "on_change"));
            if (!policy) throw ScriptError(label + "on_change is finish_old, restart or cancel");
            rule.onChange = *policy;
        }
        else if (key == "run") {
            if (!lua_isfunction(state, -1)) throw ScriptError(label + "run is a function");
            lua_pushvalue(state, -1);
            rule.function = luaL_ref(state, LUA_REGISTRYINDEX);
        }
        else {
            Suggestion suggestion(key);
            for (const char* known : {"on", "when", "mode", "run", "store", "grants", "on_error", "on_change"})
                suggestion.consider(known);
            throw ScriptError(label + "unknown key \"" + std::string(key) + "\"" + suggestion.question());
        }
        lua_pop(state, 1);
    }
    if (rule.triggers.empty()) throw ScriptError(label + "on is missing");
    if (rule.function == LUA_NOREF) throw ScriptError(label + "run is missing");
    script.addRule(std::move(rule));
    return 0;
}

int rule(lua_State* state)
{
    const auto name = requireText(state, 1, "the name of a rule");
    if (name.empty() || name.size() > 100 || !isCleanUtf8(name))
        throw ScriptError("the name of a rule has 1 to 100 bytes of UTF-8");
    lua_settop(state, 1);
    lua_pushcclosure(state, guarded<declareRule>, 1);
    return 1;
}

int on(lua_State* state)
{
    const int trigger = indexOf(state, 1, triggerType);
    if (trigger < 0) throw ScriptError("on(trigger, function) wants a trigger first");
    return declarePlainRule(state, trigger, 2);
}

/// `trigger:holds "30s"`, `trigger:debounce "5s"`: the same trigger, later.
template <std::int64_t AttributeTrigger::*delay>
int delayed(lua_State* state)
{
    auto trigger = triggerAt(state, 1);
    auto* selected = trigger ? std::get_if<SelectedTrigger>(&*trigger) : nullptr;
    auto* attribute = selected && selected->silence == 0 ? &selected->attribute
                      : trigger                          ? std::get_if<AttributeTrigger>(&*trigger)
                                                         : nullptr;
    if (!attribute) throw ScriptError("holds and debounce are for triggers on an attribute of a device");
    attribute->*delay = requireDuration(state, 2, "the time").count();
    if (attribute->hold != 0 && attribute->quiet != 0) throw ScriptError("a trigger has either holds or debounce");
    pushTrigger(state, std::move(*trigger));
    return 1;
}

constexpr luaL_Reg triggerMethods[] = {{"holds", guarded<delayed<&AttributeTrigger::hold>>},
                                       {"debounce", guarded<delayed<&AttributeTrigger::quiet>>},
                                       {nullptr, nullptr}};

int triggerIndex(lua_State* state)
{
    return pushMethod(state, triggerMethods, requireText(state, 2, "the name of a method")) ? 1 : 0;
}

/// `every "10m"(function() ... end)`; `startup()`, `startup "devices-ready"` and `shutdown()` are the trigger itself.
int triggerCall(lua_State* state)
{
    const int trigger = indexOf(state, 1, triggerType);
    const bool ready = lua_type(state, 2) == LUA_TSTRING && requireText(state, 2, "startup") == "devices-ready";
    if (trigger >= 0 && (lua_isnoneornil(state, 2) || ready) &&
        (std::holds_alternative<StartupTrigger>(Script::of(state).trigger(trigger)) ||
         std::holds_alternative<ShutdownTrigger>(Script::of(state).trigger(trigger)))) {
        lua_settop(state, 1);
        return 1;
    }
    return declarePlainRule(state, trigger, 2);
}

void fillTrigger(lua_State* state)
{
    lua_pushcfunction(state, guarded<triggerCall>);
    lua_setfield(state, -2, "__call");
    lua_pushcfunction(state, guarded<triggerIndex>);
    lua_setfield(state, -2, "__index");
}

constexpr LanguageName names[] = {{"rule", guarded<rule>},
                                  {"on", guarded<on>},
                                  {"any", guarded<group<Condition::Kind::Any>>},
                                  {"none", guarded<group<Condition::Kind::None>>}};

} // namespace

void pushTrigger(lua_State* state, Trigger trigger)
{
    auto& script = Script::of(state);
    auto& index = *static_cast<int*>(lua_newuserdatauv(state, sizeof(int), 1));
    index = madeInRun;
    if (script.loading()) index = script.addTrigger(std::move(trigger));
    else {
        std::string wire;
        WireWriter(wire).put(trigger);
        lua_pushlstring(state, wire.data(), wire.size());
        lua_setiuservalue(state, -2, 1);
    }
    setType(state, triggerType);
}

std::optional<Trigger> triggerAt(lua_State* state, int index)
{
    const auto* handle = static_cast<const int*>(luaL_testudata(state, index, triggerType.name));
    if (!handle) return {};
    if (*handle != madeInRun) return Script::of(state).trigger(*handle);
    lua_getiuservalue(state, index, 1);
    std::size_t size = 0;
    const char* wire = lua_tolstring(state, -1, &size);
    auto trigger = wire ? decodeMessage<Trigger>({wire, size}) : std::nullopt;
    lua_pop(state, 1);
    return trigger;
}

void pushEvent(lua_State* state, const Value& event)
{
    pushValue(state, event);
    const auto* device = event.find("device");
    if (!device || !device->isInteger() || !lua_istable(state, -1)) return;
    auto* mirrored = Script::of(state).host().mirror.find(device->integer());
    if (!mirrored) return;
    pushDevice(state, *mirrored);
    lua_setfield(state, -2, "device");
}

void pushCondition(lua_State* state, Condition condition)
{
    auto& script = Script::of(state);
    script.requireLoading("a condition");
    *static_cast<int*>(lua_newuserdatauv(state, sizeof(int), 0)) = script.addCondition(std::move(condition));
    setType(state, conditionType);
}

int declarePlainRule(lua_State* state, int trigger, int functionIndex)
{
    auto& script = Script::of(state);
    script.requireLoading("a rule");
    if (!lua_isfunction(state, functionIndex)) throw ScriptError("a function is wanted");
    Rule rule;
    rule.line = script.line(state, 1);
    // Named for its place among the plain rules: the name survives an edit above it that adds lines.
    int number = 1;
    for (const auto& other : script.rules)
        if (other.name.starts_with("rule ")) ++number;
    rule.name = "rule " + std::to_string(number);
    rule.triggers.push_back(trigger);
    lua_pushvalue(state, functionIndex);
    rule.function = luaL_ref(state, LUA_REGISTRYINDEX);
    script.addRule(std::move(rule));
    return 0;
}

const std::span<const LanguageName> ruleNames = names;

} // namespace atrium::automation::lua
