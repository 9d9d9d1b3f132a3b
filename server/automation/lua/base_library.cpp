#include "automation/lua/script.h"

#include <cmath>

namespace atrium::automation::lua {

namespace {

constexpr lua_Unsigned maxSorted = 20'000;

/// The stock functions of `library` named in `wanted` go into the table at the top of the stack.
void copy(lua_State* state, lua_CFunction library, std::initializer_list<const char*> wanted)
{
    lua_pushcfunction(state, library);
    lua_call(state, 0, 1);
    for (const char* name : wanted) {
        lua_getfield(state, -1, name);
        lua_setfield(state, -3, name);
    }
    lua_pop(state, 1);
}

int setMetatable(lua_State* state)
{
    if (!lua_istable(state, 1) || !(lua_istable(state, 2) || lua_isnoneornil(state, 2)))
        throw ScriptError("setmetatable wants a table, and a table or nil");
    lua_settop(state, 2);
    if (lua_istable(state, 2)) {
        // Finalizers run with hooks off, and weak or closing objects have crashed this version of Lua.
        for (const char* refused : {"__gc", "__close", "__mode", "__metatable"}) {
            lua_pushstring(state, refused);
            if (lua_rawget(state, 2) != LUA_TNIL) throw ScriptError(std::string(refused) + " is not available");
            lua_pop(state, 1);
        }
    }
    if (luaL_getmetafield(state, 1, "__metatable") != LUA_TNIL) throw ScriptError("the metatable is protected");
    lua_setmetatable(state, 1);
    return 1;
}

/// A table function of the standard library for tables without metatable only: `__len` and `__index` could lie about
/// sizes and keep C code busy for hours. The stock function is upvalue 1.
template <bool sorts>
int plainTable(lua_State* state)
{
    if (!lua_istable(state, 1)) throw ScriptError("a table is wanted");
    if (lua_getmetatable(state, 1)) throw ScriptError("this works on tables without metatable only");
    if (sorts && lua_rawlen(state, 1) > maxSorted) throw ScriptError("tables of more than 20000 items are not sorted");
    // Called as plain C, so that its errors name the line of the script; these functions use no upvalues of their own.
    return lua_tocfunction(state, lua_upvalueindex(1))(state);
}

/// xorshift64*: the same numbers in every life of a run, as the journal needs it.
int randomNumber(lua_State* state)
{
    auto* run = Script::of(state).currentRun();
    if (!run) throw ScriptError("math.random works while a rule runs, not while its file is loaded");
    auto& x = run->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    const std::uint64_t bits = x * 0x2545F4914F6CDD1Dull;
    const int arguments = lua_gettop(state);
    if (arguments == 0) {
        lua_pushnumber(state, static_cast<double>(bits >> 11) * 0x1.0p-53);
        return 1;
    }
    const lua_Integer low = arguments > 1 ? luaL_checkinteger(state, 1) : 1;
    const lua_Integer high = luaL_checkinteger(state, arguments > 1 ? 2 : 1);
    if (low > high) throw ScriptError("math.random: the interval is empty");
    const auto span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    lua_pushinteger(state,
                    static_cast<lua_Integer>(static_cast<std::uint64_t>(low) + (span == 0 ? bits : bits % span)));
    return 1;
}

int unknownName(lua_State* state)
{
    if (lua_type(state, 2) != LUA_TSTRING) return 0;
    const std::string name = lua_tostring(state, 2);
    if (Script::of(state).names.assigned.contains(name)) return 0;
    Suggestion suggestion(name);
    lua_pushnil(state);
    while (lua_next(state, 1) != 0) {
        lua_pop(state, 1);
        if (lua_type(state, -1) == LUA_TSTRING) suggestion.consider(lua_tostring(state, -1));
    }
    throw ScriptError("unknown name \"" + name + "\"" + suggestion.question());
}

} // namespace

void openSandbox(lua_State* state)
{
    copy(state, luaopen_base,
         {"assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen",
          "rawset", "select", "tonumber", "tostring", "type"});
    lua_pushcfunction(state, guarded<setMetatable>);
    lua_setfield(state, -2, "setmetatable");

    lua_newtable(state);
    copy(state, luaopen_math, {"abs",       "acos", "asin", "atan", "ceil", "cos",        "deg",       "exp",  "floor",
                               "fmod",      "log",  "max",  "min",  "modf", "rad",        "sin",       "sqrt", "tan",
                               "tointeger", "type", "ult",  "huge", "pi",   "maxinteger", "mininteger"});
    lua_pushcfunction(state, guarded<randomNumber>);
    lua_setfield(state, -2, "random");
    lua_setfield(state, -2, "math");

    lua_newtable(state);
    copy(state, luaopen_table, {"pack"});
    lua_pushcfunction(state, luaopen_table);
    lua_call(state, 0, 1);
    for (const char* name : {"concat", "insert", "remove", "unpack"}) {
        lua_getfield(state, -1, name);
        lua_pushcclosure(state, guarded<plainTable<false>>, 1);
        lua_setfield(state, -3, name);
    }
    lua_getfield(state, -1, "sort");
    lua_pushcclosure(state, guarded<plainTable<true>>, 1);
    lua_setfield(state, -3, "sort");
    lua_pop(state, 1);
    lua_setfield(state, -2, "table");

    lua_createtable(state, 0, 2);
    lua_pushcfunction(state, guarded<unknownName>);
    lua_setfield(state, -2, "__index");
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
}

} // namespace atrium::automation::lua
