#include "automation/lua/script.h"
#include "automation/lua/selection_values.h"

namespace atrium::automation::lua {

namespace {

void fillSelection(lua_State* state);
void fillSelectedAttribute(lua_State* state);
constexpr HandleType selectionType{"atrium.selection", fillSelection};
constexpr HandleType selectedAttributeType{"atrium.selection.attribute", fillSelectedAttribute};

// A selection is a userdata with two values of the script's: the table {kind = ...} and the set of the names of its
// attributes. An attribute of it has the table and the name.

DeviceSelection selectionAt(lua_State* state, int index)
{
    lua_getiuservalue(state, index, 1);
    const auto selection = toSelection(toValue(state, -1));
    lua_pop(state, 1);
    return selection;
}

/// Stack: the table of the selection, then what Script::answer pushed: the set of attributes, or nil, and the reason.
int afterSelectionAnswer(lua_State* state, int, lua_KContext)
{
    if (lua_isnil(state, 2)) return luaL_error(state, "%s", lua_tostring(state, 3));
    lua_settop(state, 2);
    lua_newuserdatauv(state, 0, 2);
    lua_pushvalue(state, 1);
    lua_setiuservalue(state, -2, 1);
    lua_pushvalue(state, 2);
    lua_setiuservalue(state, -2, 2);
    setType(state, selectionType);
    return 1;
}

/// `devices{ kind = "plug", area = "dorm-B" }`
int devices(lua_State* state)
{
    if (!lua_istable(state, 1)) throw ScriptError("devices wants a table, e.g. {kind = \"plug\", area = \"dorm-B\"}");
    bool any = false;
    forEachOption(state, 1, {"kind", "area", "integration", "uid"}, [&](std::string_view key) {
        const auto word = requireText(state, -1, std::string(key).c_str());
        if (word.empty() || word.size() > 200) throw ScriptError(std::string(key) + " has 1 to 200 bytes");
        any = true;
    });
    if (!any) throw ScriptError("devices wants one of kind, area, integration and uid");
    // A copy: the script may change its own.
    const auto selection = toSelection(toValue(state, 1));
    lua_settop(state, 0);
    pushValue(state, toValue(selection));
    Script::of(state).askForSelection(state, selection);
    return lua_yieldk(state, 0, 0, afterSelectionAnswer);
}

int selectionIndex(lua_State* state)
{
    luaL_checkudata(state, 1, selectionType.name);
    const auto key = requireText(state, 2, "the name of an attribute");
    lua_pushvalue(state, 2);
    if (lua_rawget(state, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    lua_getiuservalue(state, 1, 2);
    lua_pushvalue(state, 2);
    if (lua_rawget(state, -2) == LUA_TNIL) {
        Suggestion suggestion(key);
        lua_pop(state, 1);
        lua_pushnil(state);
        while (lua_next(state, -2) != 0) {
            lua_pop(state, 1);
            suggestion.consider(lua_tostring(state, -1));
        }
        throw ScriptError("no device of the selection has the attribute \"" + std::string(key) + "\"" +
                          suggestion.question());
    }
    lua_newuserdatauv(state, 0, 2);
    lua_getiuservalue(state, 1, 1);
    lua_setiuservalue(state, -2, 1);
    lua_pushvalue(state, 2);
    lua_setiuservalue(state, -2, 2);
    setType(state, selectedAttributeType);
    return 1;
}

// ---- what is done in a run; the members are a step of it, so that the run finds the same ones again

// Stack of what follows: 1 the selection, 2 the arguments of the command or nil, 3 the list of uids, 4 the result.

/// Puts the handle of member `number` on the stack, or asks for it and goes on with `next`.
int pushMember(lua_State* state, lua_KContext number, lua_KFunction next)
{
    lua_rawgeti(state, 3, number);
    const std::string uid = lua_tostring(state, -1);
    lua_pop(state, 1);
    auto& script = Script::of(state);
    if (auto* known = script.knownDevice(uid)) {
        pushDevice(state, *known);
        return 0;
    }
    script.askForDevice(state, uid);
    return lua_yieldk(state, 0, number, next);
}

/// Fills the list 4 with handles, beginning with `number`.
int fillList(lua_State* state, int status, lua_KContext number)
{
    const auto count = static_cast<lua_KContext>(lua_rawlen(state, 3));
    if (status == LUA_YIELD) {
        // Back with the answer about one member, which may be gone meanwhile.
        lua_settop(state, 4);
        lua_rawgeti(state, 3, number);
        auto* known = Script::of(state).knownDevice(lua_tostring(state, -1));
        lua_pop(state, 1);
        if (known) {
            pushDevice(state, *known);
            lua_rawseti(state, 4, static_cast<lua_Integer>(lua_rawlen(state, 4)) + 1);
        }
        ++number;
    }
    for (; number <= count; ++number) {
        pushMember(state, number, fillList);
        lua_rawseti(state, 4, static_cast<lua_Integer>(lua_rawlen(state, 4)) + 1);
    }
    lua_settop(state, 4);
    return 1;
}

int listMembers(lua_State* state, int, lua_KContext)
{
    lua_createtable(state, 0, 0);
    return fillList(state, LUA_OK, 1);
}

int select(lua_State* state, lua_KFunction next)
{
    auto selection = toValue(selectionAt(state, 1));
    auto& script = Script::of(state);
    script.requireRun("devices");
    return script.step(state, StepKind::Select, std::move(selection), {}, next);
}

/// `devices{...}:list()`: the members now, as a table of devices.
int list(lua_State* state)
{
    luaL_checkudata(state, 1, selectionType.name);
    return membersOf(state);
}

/// Commands the members of list 4 one after the other: 5 counts those that took it, 6 says why others did not.
int commandNext(lua_State* state, int status, lua_KContext number)
{
    const auto count = static_cast<lua_KContext>(lua_rawlen(state, 4));
    const auto note = [&] {
        // Stack: ..., true; or nil and the reason.
        const bool done = !lua_isnil(state, 7);
        if (done) {
            lua_pushinteger(state, lua_tointeger(state, 5) + 1);
            lua_replace(state, 5);
        }
        else {
            lua_rawgeti(state, 4, number);
            lua_getfield(state, -1, "uid");
            lua_pushvalue(state, 8);
            lua_rawset(state, 6);
        }
        lua_settop(state, 6);
    };
    if (status == LUA_YIELD) {
        note();
        ++number;
    }
    for (; number <= count; ++number) {
        lua_rawgeti(state, 4, number);
        lua_getfield(state, -1, lua_tostring(state, 3));
        lua_insert(state, -2);
        lua_pushvalue(state, 2);
        lua_callk(state, 2, LUA_MULTRET, number, commandNext);
        note();
    }
    return 2;
}

/// Upvalue 1: the name of the command. Commands the members as they are now; how many took it, and why others did not.
int afterList(lua_State* state, int, lua_KContext)
{
    // Stack: selection, arguments, name, list.
    lua_pushinteger(state, 0);
    lua_createtable(state, 0, 0);
    return commandNext(state, LUA_OK, 1);
}

int command(lua_State* state)
{
    luaL_checkudata(state, 1, selectionType.name);
    Script::of(state).requireRun("a command");
    lua_settop(state, 2);
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_pushcfunction(state, guarded<list>);
    lua_pushvalue(state, 1);
    lua_callk(state, 1, 1, 0, afterList);
    return afterList(state, LUA_OK, 0);
}

int selectedAttributeIndex(lua_State* state)
{
    const auto key = requireText(state, 2, "the name of a trigger");
    if (pushMethod(state, attributeTriggers, key) || pushMethod(state, selectedValues, key)) return 1;
    Suggestion suggestion(key);
    for (const auto* methods : {attributeTriggers, selectedValues})
        for (const auto* method = methods; method->name; ++method) suggestion.consider(method->name);
    throw ScriptError("an attribute of a selection has no \"" + std::string(key) + "\"" + suggestion.question());
}

void fillSelection(lua_State* state)
{
    lua_createtable(state, 0, 5);
    for (const char* name : {"on", "off", "toggle", "set"}) {
        lua_pushstring(state, name);
        lua_pushcclosure(state, guarded<command>, 1);
        lua_setfield(state, -2, name);
    }
    lua_pushcfunction(state, guarded<list>);
    lua_setfield(state, -2, "list");
    lua_pushcclosure(state, guarded<selectionIndex>, 1);
    lua_setfield(state, -2, "__index");
}

void fillSelectedAttribute(lua_State* state)
{
    lua_pushcfunction(state, guarded<selectedAttributeIndex>);
    lua_setfield(state, -2, "__index");
}

constexpr LanguageName names[] = {{"devices", guarded<devices>}};

} // namespace

int membersOf(lua_State* state)
{
    if (!luaL_testudata(state, 1, selectionType.name)) luaL_checkudata(state, 1, selectedAttributeType.name);
    lua_settop(state, 1);
    lua_pushnil(state);
    return select(state, listMembers);
}

std::optional<TriggerSubject> selectedAttributeAt(lua_State* state, int index)
{
    if (!luaL_testudata(state, index, selectedAttributeType.name)) return {};
    TriggerSubject subject;
    subject.selection = selectionAt(state, index);
    lua_getiuservalue(state, index, 2);
    subject.trigger.attribute = lua_tostring(state, -1);
    lua_pop(state, 1);
    return subject;
}

const std::span<const LanguageName> selectionNames = names;

} // namespace atrium::automation::lua
