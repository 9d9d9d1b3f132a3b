#pragma once

#include <lua.hpp>

namespace atrium::automation::lua {

// Functions of the standard library that call functions of scripts. Stock Lua calls those as plain C, through which no
// coroutine yields: what they compute could not be interrupted for other rules. These call them with a continuation and
// keep what they know in Lua's memory; results and messages are the same. Their own loops ask the budget, too, as no
// hook sees them. Each raises Lua errors.

/// `table.sort` of a table without metatable. The order of equal items is the same each time, as the journal needs it.
int sortTable(lua_State* state);
/// `string.gsub` within the steps of Pattern, for a result of at most 1 MiB.
int replaceMatches(lua_State* state);
/// `ipairs`.
int eachItem(lua_State* state);
/// `tostring`.
int toText(lua_State* state);
/// `string.format`.
int formatText(lua_State* state);
/// Makes a text of each argument that has a `__tostring`, then returns what `then` does with them all.
template <int (*then)(lua_State*)>
int withTexts(lua_State* state);

/// Replaces the key at the top of the stack by what indexing the value at `object` gives (true), or by a function and
/// its two arguments that have yet to be called for it (false).
bool index(lua_State* state, int object);

// Implementation.

/// Whether the argument at `index` is to be a text.
using WantsText = bool (*)(lua_State* state, int index);
inline bool wantsAnyText(lua_State*, int) { return true; }

/// Pushes the `__tostring` of the argument, and the argument; false, and nothing pushed, when it has none.
bool pushTextCall(lua_State* state, int argument);
/// Puts the text at the top of the stack in the place of the argument.
void takeText(lua_State* state, int argument);

template <int (*then)(lua_State*), WantsText wants>
int textsFrom(lua_State* state, int, lua_KContext called)
{
    auto argument = static_cast<int>(called);
    if (argument > 0) takeText(state, argument);
    while (++argument <= lua_gettop(state)) {
        if (!wants(state, argument) || !pushTextCall(state, argument)) continue;
        lua_callk(state, 1, 1, argument, textsFrom<then, wants>);
        takeText(state, argument);
    }
    return then(state);
}

template <int (*then)(lua_State*)>
int withTexts(lua_State* state)
{
    return textsFrom<then, wantsAnyText>(state, LUA_OK, 0);
}

} // namespace atrium::automation::lua
