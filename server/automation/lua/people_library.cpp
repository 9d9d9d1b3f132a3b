#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

constexpr std::size_t longestWord = 200;

/// `role "admin"` is the table {role = "admin"}, `user "ada@example.org"` and `user(7)` likewise: people, as functions
/// that take receivers understand them. Upvalue 1: the key.
int person(lua_State* state)
{
    const std::string key = lua_tostring(state, lua_upvalueindex(1));
    const bool isNumber = key == "user" && lua_isinteger(state, 1) && lua_tointeger(state, 1) > 0;
    if (!isNumber) {
        const auto word = requireText(state, 1, key.c_str());
        if (word.empty() || word.size() > longestWord) throw ScriptError(key + " wants a name of 1 to 200 bytes");
    }
    lua_createtable(state, 0, 1);
    lua_pushvalue(state, 1);
    lua_setfield(state, -2, key.c_str());
    return 1;
}

void pushPerson(lua_State* state, const char* name)
{
    lua_pushstring(state, name);
    lua_pushcclosure(state, guarded<person>, 1);
}

constexpr LanguageName names[] = {{"role", nullptr, pushPerson}, {"user", nullptr, pushPerson}};

} // namespace

const std::span<const LanguageName> peopleNames = names;

} // namespace atrium::automation::lua
