#pragma once

struct lua_State;
struct luaL_Reg;

namespace atrium::automation::lua {

/// To be called with a selection, or an attribute of one: the list of the devices that are its members now. A step.
int membersOf(lua_State* state);

/// What a run asks the members of `devices{...}.attribute` together: `:sum()`, `:mean()`, `:min()`, `:max()`,
/// `:count()`,
/// `:any()`, `:all()`. Members without the attribute, or without a value, do not count.
extern const luaL_Reg selectedValues[];

} // namespace atrium::automation::lua
