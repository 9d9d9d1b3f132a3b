#include "automation/lua/script.h"

#include <algorithm>

namespace atrium::automation::lua {

namespace {

// `require "name"`: the site's own modules, files of the folder `lib` beside the automations. Each automation has its
// own copy, in its own state.

constexpr const char* modulesKey = "atrium.modules";
constexpr std::size_t longestName = 100;

bool isModuleName(std::string_view name)
{
    return !name.empty() && name.size() <= longestName && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

/// Stack: the name, what the module returned.
int afterModule(lua_State* state, int, lua_KContext)
{
    if (lua_isnil(state, 2)) {
        lua_pushboolean(state, 1);
        lua_replace(state, 2);
    }
    lua_getfield(state, LUA_REGISTRYINDEX, modulesKey);
    lua_pushvalue(state, 1);
    lua_pushvalue(state, 2);
    lua_rawset(state, -3);
    lua_settop(state, 2);
    return 1;
}

/// Stack: the name, the text or nil, a suggestion.
int afterModuleAnswer(lua_State* state, int, lua_KContext)
{
    if (lua_isnil(state, 2)) {
        const std::string suggestion = lua_tostring(state, 3);
        return luaL_error(state, "unknown module \"%s\"%s", lua_tostring(state, 1),
                          suggestion.empty() ? "" : (" (did you mean \"" + suggestion + "\"?)").c_str());
    }
    std::size_t size = 0;
    const char* text = lua_tolstring(state, 2, &size);
    Script::of(state).compile(state, std::string(text, size), "lib/" + std::string(lua_tostring(state, 1)) + ".lua");
    lua_replace(state, 2);
    lua_settop(state, 2);
    lua_callk(state, 0, 1, 0, afterModule);
    return afterModule(state, LUA_OK, 0);
}

int require(lua_State* state)
{
    const std::string name(requireText(state, 1, "the name of a module"));
    auto& script = Script::of(state);
    if (!isModuleName(name)) throw ScriptError("the name of a module has letters, digits, - and _, at most 100");
    lua_settop(state, 1);
    luaL_getsubtable(state, LUA_REGISTRYINDEX, modulesKey);
    lua_pushvalue(state, 1);
    if (lua_rawget(state, -2) != LUA_TNIL) {
        if (lua_islightuserdata(state, -1)) throw ScriptError("the module \"" + name + "\" requires itself");
        return 1;
    }
    script.requireLoading("require");
    lua_pushvalue(state, 1);
    lua_pushlightuserdata(state, nullptr); // until it is loaded
    lua_rawset(state, 2);
    lua_settop(state, 1);
    script.askForModule(state, name);
    return lua_yieldk(state, 0, 0, afterModuleAnswer);
}

constexpr LanguageName names[] = {{"require", guarded<require>}};

} // namespace

const std::span<const LanguageName> moduleNames = names;

} // namespace atrium::automation::lua
