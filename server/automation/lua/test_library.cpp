#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

// Tests live next to their rules. What they do is asked of whoever simulates the house, one step each, so that a test
// goes on over a restart that it asks for itself.
void fillHandle(lua_State* state);
void fillExpectation(lua_State* state);
constexpr HandleType handleType{"atrium.test", fillHandle};
constexpr HandleType expectationType{"atrium.test.expectation", fillExpectation};

/// Nothing, or an error at the line of the test.
int afterStep(lua_State* state, int, lua_KContext)
{
    // The stack holds only the result: what it is, or nil and the reason.
    if (lua_gettop(state) >= 2 && lua_isnil(state, -2)) return luaL_error(state, "%s", lua_tostring(state, -1));
    return 0;
}

int ask(lua_State* state, const char* function, List arguments)
{
    auto& script = Script::of(state);
    script.requireRun(function);
    lua_settop(state, 0);
    return script.step(state, StepKind::Call,
                       Object{{"module", "test"}, {"function", function}, {"arguments", std::move(arguments)}}, {},
                       afterStep);
}

/// `t:name(...)`. Upvalue 1: the name.
int testStep(lua_State* state)
{
    luaL_checkudata(state, 1, handleType.name);
    List arguments;
    for (int i = 2, count = lua_gettop(state); i <= count; ++i) arguments.push_back(toValue(state, i));
    return ask(state, lua_tostring(state, lua_upvalueindex(1)), std::move(arguments));
}

/// `t:expect("hall/light")`, or `t:expect()` of everything: what the checks below are about.
int expect(lua_State* state)
{
    luaL_checkudata(state, 1, handleType.name);
    const bool all = lua_isnoneornil(state, 2);
    const auto target = all ? std::string_view() : requireText(state, 2, "what is expected of");
    lua_newuserdatauv(state, 0, 1);
    lua_pushlstring(state, target.data(), target.size());
    lua_setiuservalue(state, -2, 1);
    setType(state, expectationType);
    return 1;
}

/// `t:expect("hall/light"):got("on", {level = 60})`. Upvalue 1: the name of the check.
int check(lua_State* state)
{
    luaL_checkudata(state, 1, expectationType.name);
    lua_getiuservalue(state, 1, 1);
    List arguments{lua_tostring(state, -1)};
    lua_pop(state, 1);
    for (int i = 2, count = lua_gettop(state); i <= count; ++i) arguments.push_back(toValue(state, i));
    return ask(state, lua_tostring(state, lua_upvalueindex(1)), std::move(arguments));
}

int declareTest(lua_State* state)
{
    auto& script = Script::of(state);
    script.requireLoading("test");
    if (!lua_isfunction(state, 1)) throw ScriptError("test \"name\" (function(t) ... end) wants a function");
    Rule rule;
    rule.name = lua_tostring(state, lua_upvalueindex(1));
    rule.line = script.line(state, 1);
    rule.isTest = true;
    rule.mode.kind = RuleMode::Kind::Single;
    lua_pushvalue(state, 1);
    rule.function = luaL_ref(state, LUA_REGISTRYINDEX);
    script.addRule(std::move(rule));
    return 0;
}

int test(lua_State* state)
{
    const auto name = requireText(state, 1, "the name of a test");
    if (name.empty() || name.size() > 100) throw ScriptError("the name of a test has 1 to 100 bytes");
    lua_settop(state, 1);
    lua_pushcclosure(state, guarded<declareTest>, 1);
    return 1;
}

/// The table of methods `names` as the `__index` of the metatable at the top: each is `function` with its name as
/// upvalue. Leaves the methods on the stack.
void addMethods(lua_State* state, lua_CFunction function, std::initializer_list<const char*> names)
{
    lua_createtable(state, 0, static_cast<int>(names.size()));
    for (const char* name : names) {
        lua_pushstring(state, name);
        lua_pushcclosure(state, function, 1);
        lua_setfield(state, -2, name);
    }
    lua_pushvalue(state, -1);
    lua_setfield(state, -3, "__index");
}

void fillHandle(lua_State* state)
{
    addMethods(
        state, guarded<testStep>,
        {"clock", "advance", "set", "online", "mqtt", "event", "mode", "history", "hook", "http", "restart_server"});
    lua_pushcfunction(state, guarded<expect>);
    lua_setfield(state, -2, "expect");
    lua_pop(state, 1);
}

void fillExpectation(lua_State* state)
{
    addMethods(state, guarded<check>, {"got", "nothing", "no_other_effects"});
    lua_pop(state, 1);
}

constexpr LanguageName names[] = {{"test", guarded<test>}};

} // namespace

void pushTestHandle(lua_State* state)
{
    lua_newuserdatauv(state, 0, 0);
    setType(state, handleType);
}

const std::span<const LanguageName> testNames = names;

} // namespace atrium::automation::lua
