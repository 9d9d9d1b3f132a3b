#include "automation/lua/values.h"

#include "automation/duration.h"
#include "automation/suggestion.h"

#include <algorithm>
#include <cmath>

namespace atrium::automation::lua {

namespace {

constexpr int maxDepth = 16;

class Reader {
public:
    Reader(lua_State* state, std::size_t maxBytes) : state_(state), left_(maxBytes) {}

    Value read(int index, int depth)
    {
        spend(8);
        switch (lua_type(state_, index)) {
        case LUA_TNIL: return {};
        case LUA_TBOOLEAN: return lua_toboolean(state_, index) != 0;
        case LUA_TNUMBER:
            if (lua_isinteger(state_, index)) return static_cast<std::int64_t>(lua_tointeger(state_, index));
            return lua_tonumber(state_, index);
        case LUA_TSTRING: {
            std::size_t size = 0;
            const char* text = lua_tolstring(state_, index, &size);
            spend(size);
            return std::string_view(text, size);
        }
        case LUA_TTABLE: return table(lua_absindex(state_, index), depth);
        default: throw ScriptError(std::string("a ") + luaL_typename(state_, index) + " cannot be sent or kept");
        }
    }

private:
    void spend(std::size_t bytes)
    {
        if (left_ < bytes) throw ScriptError("the value is too large");
        left_ -= bytes;
    }

    Value table(int index, int depth)
    {
        if (depth >= maxDepth || !lua_checkstack(state_, 4)) throw ScriptError("the table is nested too deeply");
        const auto length = lua_rawlen(state_, index);
        if (length > 0) {
            List list;
            for (lua_Unsigned i = 1; i <= length; ++i) {
                lua_rawgeti(state_, index, static_cast<lua_Integer>(i));
                list.push_back(read(-1, depth + 1));
                lua_pop(state_, 1);
            }
            return list;
        }
        Object object;
        lua_pushnil(state_);
        while (lua_next(state_, index) != 0) {
            if (lua_type(state_, -2) != LUA_TSTRING) throw ScriptError("keys of a table must be text, or 1 to n");
            std::size_t size = 0;
            const char* key = lua_tolstring(state_, -2, &size);
            spend(size);
            object.append(std::string(key, size), read(-1, depth + 1));
            lua_pop(state_, 1);
        }
        return object;
    }

    lua_State* state_;
    std::size_t left_;
};

} // namespace

void pushValue(lua_State* state, const Value& value)
{
    luaL_checkstack(state, 4, "value");
    switch (value.kind()) {
    case Value::Kind::Null: return lua_pushnil(state);
    case Value::Kind::Boolean: return lua_pushboolean(state, value.boolean());
    case Value::Kind::Integer: return lua_pushinteger(state, value.integer());
    case Value::Kind::Number: return lua_pushnumber(state, value.number());
    case Value::Kind::Text: lua_pushlstring(state, value.text().data(), value.text().size()); return;
    case Value::Kind::List: {
        lua_createtable(state, static_cast<int>(value.list().size()), 0);
        lua_Integer i = 0;
        for (const auto& item : value.list()) {
            pushValue(state, item);
            lua_rawseti(state, -2, ++i);
        }
        return;
    }
    case Value::Kind::Object:
        lua_createtable(state, 0, static_cast<int>(value.object().size()));
        for (const auto& [key, member] : value.object()) {
            lua_pushlstring(state, key.data(), key.size());
            pushValue(state, member);
            lua_rawset(state, -3);
        }
        return;
    }
}

Value toValue(lua_State* state, int index, std::size_t maxBytes) { return Reader(state, maxBytes).read(index, 0); }

std::string_view requireText(lua_State* state, int index, const char* what)
{
    if (lua_type(state, index) != LUA_TSTRING)
        throw ScriptError(std::string(what) + " must be text, not " + luaL_typename(state, index));
    std::size_t size = 0;
    const char* text = lua_tolstring(state, index, &size);
    return {text, size};
}

std::chrono::microseconds requireDuration(lua_State* state, int index, const char* what)
{
    const auto text = requireText(state, index, what);
    const auto duration = parseDuration(text);
    if (!duration)
        throw ScriptError(std::string(what) + ": \"" + std::string(text) +
                          "\" is no duration (examples: 30s, 2m, 1h30m)");
    return *duration;
}

double requireNumber(lua_State* state, int index, const char* what)
{
    if (lua_type(state, index) != LUA_TNUMBER || !std::isfinite(lua_tonumber(state, index)))
        throw ScriptError(std::string(what) + " must be a number, not " + luaL_typename(state, index));
    return lua_tonumber(state, index);
}

bool requireAtMostOnce(lua_State* state, int index)
{
    const auto once = requireText(state, index, "once");
    if (once != "at_most" && once != "at_least") throw ScriptError("once is \"at_most\" or \"at_least\"");
    return once == "at_most";
}

void forEachOption(lua_State* state, int index, std::initializer_list<const char*> known,
                   const std::function<void(std::string_view)>& take)
{
    if (lua_isnoneornil(state, index)) return;
    luaL_checktype(state, index, LUA_TTABLE);
    lua_pushnil(state);
    while (lua_next(state, index) != 0) {
        const auto key = requireText(state, -2, "the name of an option");
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            Suggestion suggestion(key);
            for (const char* name : known) suggestion.consider(name);
            throw ScriptError("unknown option \"" + std::string(key) + "\"" + suggestion.question());
        }
        take(key);
        lua_pop(state, 1);
    }
}

} // namespace atrium::automation::lua
