#include "automation/lua/resumable.h"
#include "automation/lua/script.h"

#include <limits>
#include <numbers>

namespace atrium::automation::lua {

namespace {

constexpr lua_Unsigned maxSorted = 20'000;

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

/// `__len` and `__index` could lie about sizes and keep C code busy for hours.
void requirePlainTable(lua_State* state)
{
    if (!lua_istable(state, 1)) throw ScriptError("a table is wanted");
    if (lua_getmetatable(state, 1)) throw ScriptError("this works on tables without metatable only");
}

int sort(lua_State* state)
{
    requirePlainTable(state);
    if (lua_rawlen(state, 1) > maxSorted) throw ScriptError("tables of more than 20000 items are not sorted");
    return sortTable(state);
}

/// A table function of the standard library, for tables without metatable only. The stock function is upvalue 1.
int plainTable(lua_State* state)
{
    requirePlainTable(state);
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

void pushBase(lua_State* state, const char* name) { lua_pushcfunction(state, stockFunction(luaopen_base, name)); }

void pushMath(lua_State* state, const char*)
{
    lua_createtable(state, 0, 32);
    for (const char* name : {"abs", "acos", "asin", "atan", "ceil", "cos",  "deg", "exp",       "floor", "fmod", "log",
                             "max", "min",  "modf", "rad",  "sin",  "sqrt", "tan", "tointeger", "type",  "ult"}) {
        lua_pushcfunction(state, stockFunction(luaopen_math, name));
        lua_setfield(state, -2, name);
    }
    lua_pushcfunction(state, guarded<randomNumber>);
    lua_setfield(state, -2, "random");
    lua_pushnumber(state, std::numeric_limits<double>::infinity());
    lua_setfield(state, -2, "huge");
    lua_pushnumber(state, std::numbers::pi);
    lua_setfield(state, -2, "pi");
    lua_pushinteger(state, std::numeric_limits<lua_Integer>::max());
    lua_setfield(state, -2, "maxinteger");
    lua_pushinteger(state, std::numeric_limits<lua_Integer>::min());
    lua_setfield(state, -2, "mininteger");
}

void pushTable(lua_State* state, const char*)
{
    lua_createtable(state, 0, 6);
    lua_pushcfunction(state, stockFunction(luaopen_table, "pack"));
    lua_setfield(state, -2, "pack");
    for (const char* name : {"concat", "insert", "remove", "unpack"}) {
        lua_pushcfunction(state, stockFunction(luaopen_table, name));
        lua_pushcclosure(state, guarded<plainTable>, 1);
        lua_setfield(state, -2, name);
    }
    lua_pushcfunction(state, guarded<sort>);
    lua_setfield(state, -2, "sort");
}

constexpr LanguageName names[] = {{"assert", nullptr, pushBase},       {"error", nullptr, pushBase},
                                  {"getmetatable", nullptr, pushBase}, {"ipairs", eachItem},
                                  {"next", nullptr, pushBase},         {"pairs", nullptr, pushBase},
                                  {"pcall", nullptr, pushBase},        {"rawequal", nullptr, pushBase},
                                  {"rawget", nullptr, pushBase},       {"rawlen", nullptr, pushBase},
                                  {"rawset", nullptr, pushBase},       {"select", nullptr, pushBase},
                                  {"tonumber", nullptr, pushBase},     {"tostring", toText},
                                  {"type", nullptr, pushBase},         {"setmetatable", guarded<setMetatable>},
                                  {"math", nullptr, pushMath},         {"table", nullptr, pushTable}};

/// Called for a name that the environment does not have yet.
int openName(lua_State* state)
{
    if (lua_type(state, 2) != LUA_TSTRING) return 0;
    const std::string name = lua_tostring(state, 2);
    if (pushLanguageName(state, name)) {
        lua_pushvalue(state, 2);
        lua_pushvalue(state, -2);
        lua_rawset(state, 1);
        return 1;
    }
    const auto& assigned = Script::of(state).names.assigned;
    if (assigned.contains(name)) return 0;
    Suggestion suggestion(name);
    considerLanguageNames(state, suggestion);
    for (const auto& other : assigned) suggestion.consider(other);
    throw ScriptError("unknown name \"" + name + "\"" + suggestion.question());
}

} // namespace

const std::span<const LanguageName> sandboxNames = names;

void openEnvironment(lua_State* state)
{
    lua_createtable(state, 0, 0);
    setClosedMethod(state, "__index", guarded<openName>);
}

} // namespace atrium::automation::lua
