#pragma once

#include "automation/lua/pattern.h"

#include <lua.hpp>

namespace atrium::automation::lua {

// Texts and captures of patterns as scripts see them; all raise Lua errors.

inline std::string_view textArgument(lua_State* state, int index)
{
    std::size_t size = 0;
    const char* text = luaL_checklstring(state, index, &size);
    return {text, size};
}

inline void pushCapture(lua_State* state, std::string_view subject, const Pattern::Capture& capture)
{
    if (capture.isPosition) lua_pushinteger(state, static_cast<lua_Integer>(capture.start) + 1);
    else lua_pushlstring(state, subject.data() + capture.start, capture.length);
}

/// Pushes the captures, or the whole match when the pattern has none and `whole` is given. Returns how many.
inline int pushCaptures(lua_State* state, std::string_view subject, const Pattern& pattern,
                        const Pattern::Capture* whole)
{
    const auto& captures = pattern.captures();
    luaL_checkstack(state, static_cast<int>(captures.size()) + 1, "too many captures");
    if (captures.empty() && whole) {
        pushCapture(state, subject, *whole);
        return 1;
    }
    for (const auto& capture : captures) pushCapture(state, subject, capture);
    return static_cast<int>(captures.size());
}

} // namespace atrium::automation::lua
