#pragma once

#include "atrium/value.h"

#include <lua.hpp>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace atrium::automation::lua {

/// What the author of a script did wrong. Functions that scripts call throw it; `guarded` makes it a Lua error.
class ScriptError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The one trampoline: a C++ exception becomes a Lua error that names the line which called, after all C++ objects of
/// the function are gone. (This Lua is compiled as C++: its own errors unwind the stack too and pass through.)
template <int (*function)(lua_State*)>
int guarded(lua_State* state)
{
    char message[500];
    try {
        return function(state);
    }
    catch (const std::exception& error) {
        std::snprintf(message, sizeof message, "%s", error.what());
    }
    return luaL_error(state, "%s", message);
}

/// Pushes a value; objects and lists become new tables. Raises Lua errors (memory): call in protected mode.
void pushValue(lua_State* state, const Value& value);

/// The value at `index`. Throws ScriptError for functions, handles, tables with keys that are neither text nor 1..n,
/// nesting over 16, and more than `maxBytes`. No metamethod runs.
Value toValue(lua_State* state, int index, std::size_t maxBytes = 32 * 1024);

/// The text at `index` without conversion of numbers; throws ScriptError that names `what`.
std::string_view requireText(lua_State* state, int index, const char* what);

/// A duration such as `30s` or `1h30m` at `index`.
std::chrono::microseconds requireDuration(lua_State* state, int index, const char* what);

/// A finite number at `index`.
double requireNumber(lua_State* state, int index, const char* what);

/// How often an effect may happen when the server dies over it (`once` at `index`): whether not at all is better than
/// twice.
bool requireAtMostOnce(lua_State* state, int index);

/// Walks the options table at `index` (or nothing): `take` finds each value on top of the stack. Throws ScriptError for
/// a name that is not known, with the one that was probably meant.
void forEachOption(lua_State* state, int index, std::initializer_list<const char*> known,
                   const std::function<void(std::string_view)>& take);

} // namespace atrium::automation::lua
