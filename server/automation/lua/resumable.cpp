#include "automation/lua/resumable.h"

#include "automation/lua/language.h"

#include <string_view>

namespace atrium::automation::lua {

namespace {

int giveItem(lua_State* state, int, lua_KContext) { return lua_isnil(state, -1) ? 1 : 2; }

/// The iterator of ipairs: the list, the position before.
int nextItem(lua_State* state)
{
    const auto position = static_cast<lua_Unsigned>(luaL_checkinteger(state, 2)) + 1;
    lua_settop(state, 1);
    lua_pushinteger(state, static_cast<lua_Integer>(position));
    if (lua_istable(state, 1) && lua_rawgeti(state, 1, static_cast<lua_Integer>(position)) != LUA_TNIL) return 2;
    lua_settop(state, 2);
    lua_pushvalue(state, 2);
    if (!index(state, 1)) lua_callk(state, 2, 1, 0, giveItem);
    return giveItem(state, LUA_OK, 0);
}

int stockText(lua_State* state)
{
    luaL_tolstring(state, 1, nullptr);
    return 1;
}

/// The letter of the conversion that takes the argument at `index` of format; 0 when there is none.
char conversionOf(lua_State* state, int index)
{
    int argument = 1;
    for (const char* at = lua_tostring(state, 1); at && *at; ++at) {
        if (*at != '%') continue;
        if (*++at == '%') continue;
        while (*at && std::string_view("-+ #0123456789.").find(*at) != std::string_view::npos) ++at;
        if (++argument == index || !*at) return *at;
    }
    return 0;
}

bool isFormattedAsText(lua_State* state, int index)
{
    return lua_type(state, index) >= LUA_TTABLE && conversionOf(state, index) == 's';
}

int stockFormat(lua_State* state)
{
    static const auto format = stockFunction(luaopen_string, "format");
    return format(state);
}

} // namespace

bool index(lua_State* state, int object)
{
    constexpr int longestChain = 2000; // as in stock Lua
    luaL_checkstack(state, 4, "index");
    const int key = lua_gettop(state);
    lua_pushvalue(state, object);
    for (int i = 0; i < longestChain; ++i) {
        // Stack: the key, what is indexed now.
        if (lua_istable(state, -1)) {
            lua_pushvalue(state, key);
            const bool isThere = lua_rawget(state, -2) != LUA_TNIL;
            const bool isAll = !isThere && luaL_getmetafield(state, -2, "__index") == LUA_TNIL;
            if (isThere || isAll) {
                lua_replace(state, key);
                lua_settop(state, key);
                return true;
            }
            lua_remove(state, -2);
        }
        else if (luaL_getmetafield(state, -1, "__index") == LUA_TNIL) break;
        if (lua_isfunction(state, -1)) {
            lua_pushvalue(state, -2);
            lua_pushvalue(state, key);
            lua_rotate(state, key, 3);
            lua_settop(state, key + 2);
            return false;
        }
        lua_remove(state, -2);
    }
    // It cannot be indexed: Lua says so.
    lua_settop(state, key);
    lua_gettable(state, object);
    return true;
}

int eachItem(lua_State* state)
{
    luaL_checkany(state, 1);
    lua_pushcfunction(state, nextItem);
    lua_pushvalue(state, 1);
    lua_pushinteger(state, 0);
    return 3;
}

int toText(lua_State* state)
{
    luaL_checkany(state, 1);
    lua_settop(state, 1);
    return withTexts<stockText>(state);
}

int formatText(lua_State* state)
{
    luaL_checkstring(state, 1);
    return textsFrom<stockFormat, isFormattedAsText>(state, LUA_OK, 0);
}

bool pushTextCall(lua_State* state, int argument)
{
    luaL_checkstack(state, 3, "text");
    if (luaL_getmetafield(state, argument, "__tostring") == LUA_TNIL) return false;
    lua_pushvalue(state, argument);
    return true;
}

void takeText(lua_State* state, int argument)
{
    if (!lua_isstring(state, -1)) luaL_error(state, "'__tostring' must return a string");
    lua_tostring(state, -1);
    lua_replace(state, argument);
}

} // namespace atrium::automation::lua
