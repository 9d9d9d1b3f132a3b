#include "automation/lua/captures.h"
#include "automation/lua/resumable.h"
#include "automation/lua/script.h"

#include <cstring>

namespace atrium::automation::lua {

namespace {

constexpr std::size_t maxRepeated = 1024 * 1024;

/// Where a search begins: `init` counted from 1, or from the end when negative. Past the end when there is nothing.
std::size_t startArgument(lua_State* state, int index, std::size_t size)
{
    const auto init = luaL_optinteger(state, index, 1);
    if (init > 0) return static_cast<std::size_t>(init) - 1;
    if (init == 0 || static_cast<std::size_t>(-(init + 1)) >= size) return 0;
    return size - static_cast<std::size_t>(-(init + 1)) - 1;
}

template <bool find>
int search(lua_State* state)
{
    const auto subject = textArgument(state, 1);
    const auto text = textArgument(state, 2);
    auto at = startArgument(state, 3, subject.size());
    if (at > subject.size()) {
        lua_pushnil(state);
        return 1;
    }
    const bool plain = find && (lua_toboolean(state, 4) || text.find_first_of("^$*+?.([%-") == std::string_view::npos);
    if (plain) {
        const void* found = ::memmem(subject.data() + at, subject.size() - at, text.data(), text.size());
        if (!found) {
            lua_pushnil(state);
            return 1;
        }
        const auto start = static_cast<const char*>(found) - subject.data();
        lua_pushinteger(state, start + 1);
        lua_pushinteger(state, start + static_cast<lua_Integer>(text.size()));
        return 2;
    }
    Pattern pattern(subject, text);
    for (;; ++at) {
        if (const auto end = pattern.matchAt(at)) {
            const Pattern::Capture whole{at, *end - at, false};
            if (!find) return pushCaptures(state, subject, pattern, &whole);
            lua_pushinteger(state, static_cast<lua_Integer>(at) + 1);
            lua_pushinteger(state, static_cast<lua_Integer>(*end));
            return 2 + pushCaptures(state, subject, pattern, nullptr);
        }
        if (at >= subject.size() || pattern.anchored()) break;
    }
    lua_pushnil(state);
    return 1;
}

/// Upvalues: subject, pattern, where to go on (counted from 0), end of the last match (-1 = none).
int nextMatch(lua_State* state)
{
    const auto subject = textArgument(state, lua_upvalueindex(1));
    auto at = static_cast<std::size_t>(lua_tointeger(state, lua_upvalueindex(3)));
    const auto lastEnd = lua_tointeger(state, lua_upvalueindex(4));
    const auto text = textArgument(state, lua_upvalueindex(2));
    Pattern pattern(subject, text);
    // For gmatch a '^' is a plain character in stock Lua's sense: it matches nothing here that could advance.
    for (; at <= subject.size(); ++at) {
        const auto end = pattern.matchAt(at);
        if (!end || static_cast<lua_Integer>(*end) == lastEnd) continue;
        lua_pushinteger(state, static_cast<lua_Integer>(*end));
        lua_copy(state, -1, lua_upvalueindex(3));
        lua_replace(state, lua_upvalueindex(4));
        const Pattern::Capture whole{at, *end - at, false};
        return pushCaptures(state, subject, pattern, &whole);
    }
    return 0;
}

int everyMatch(lua_State* state)
{
    const auto subject = textArgument(state, 1);
    textArgument(state, 2);
    const auto start = std::min(startArgument(state, 3, subject.size()), subject.size() + 1);
    lua_settop(state, 2);
    lua_pushinteger(state, static_cast<lua_Integer>(start));
    lua_pushinteger(state, -1);
    lua_pushcclosure(state, guarded<nextMatch>, 4);
    return 1;
}

int repeat(lua_State* state)
{
    const auto text = textArgument(state, 1);
    const auto count = luaL_checkinteger(state, 2);
    const auto separator = lua_isnoneornil(state, 3) ? std::string_view() : textArgument(state, 3);
    const auto piece = text.size() + separator.size();
    if (count <= 0 || piece == 0) {
        lua_pushliteral(state, "");
        return 1;
    }
    if (static_cast<std::uint64_t>(count) > maxRepeated / piece)
        throw ScriptError("rep: the result is larger than 1 MiB");
    std::string out;
    out.reserve(static_cast<std::size_t>(count) * piece);
    for (lua_Integer i = 0; i < count; ++i) {
        out += text;
        if (i + 1 < count) out += separator;
    }
    lua_pushlstring(state, out.data(), out.size());
    return 1;
}

/// The functions of `string`. They are the methods of texts too: the metatable of texts keeps the one table of the
/// state.
void pushStrings(lua_State* state, const char*)
{
    lua_pushliteral(state, "");
    lua_getmetatable(state, -1);
    lua_remove(state, -2);
    lua_pushliteral(state, "__index");
    if (lua_rawget(state, -2) == LUA_TTABLE) {
        lua_remove(state, -2);
        return;
    }
    lua_pop(state, 1);
    lua_createtable(state, 0, 16);
    for (const char* name : {"byte", "char", "len", "lower", "pack", "packsize", "reverse", "sub", "unpack", "upper"}) {
        lua_pushcfunction(state, stockFunction(luaopen_string, name));
        lua_setfield(state, -2, name);
    }
    const luaL_Reg own[] = {{"find", guarded<search<true>>},
                            {"match", guarded<search<false>>},
                            {"gmatch", guarded<everyMatch>},
                            {"gsub", guarded<replaceMatches>},
                            {"rep", guarded<repeat>},
                            {"format", formatText},
                            {nullptr, nullptr}};
    luaL_setfuncs(state, own, 0);
    lua_pushvalue(state, -1);
    lua_setfield(state, -3, "__index");
    lua_remove(state, -2);
}

/// `__index` of texts until the first method is called.
int firstMethod(lua_State* state)
{
    pushStrings(state, nullptr);
    lua_pushvalue(state, 2);
    lua_rawget(state, -2);
    return 1;
}

constexpr LanguageName names[] = {{"string", nullptr, pushStrings}};

} // namespace

const std::span<const LanguageName> stringNames = names;

void openTexts(lua_State* state)
{
    lua_pushliteral(state, "");
    setClosedMethod(state, "__index", guarded<firstMethod>);
    lua_pop(state, 1);
}

} // namespace atrium::automation::lua
