#include "automation/lua/selection_values.h"

#include "automation/lua/script.h"

#include <algorithm>

namespace atrium::automation::lua {

namespace {

enum class Question { Sum, Mean, Minimum, Maximum, Count, Any, All };

/// Stack: the attribute, a value or nil, the list of members.
template <Question question>
int answer(lua_State* state, int, lua_KContext)
{
    auto& script = Script::of(state);
    lua_getiuservalue(state, 1, 2);
    const std::string name = lua_tostring(state, -1);
    // Of switches what is asked for is that they are on, unless another value is named.
    const Value wanted = lua_isnil(state, 2) ? Value(true) : toValue(state, 2);
    std::vector<double> numbers;
    lua_Integer known = 0, equal = 0;
    const auto count = static_cast<lua_Integer>(lua_rawlen(state, 3));
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(state, 3, i);
        auto& device = **static_cast<MirroredDevice**>(lua_touserdata(state, -1));
        lua_pop(state, 1);
        const int attribute = device.find(name);
        if (attribute < 0) continue;
        const auto& value = script.read(device, attribute);
        if (value.isNull()) continue;
        ++known;
        if (value == wanted) ++equal;
        if (const auto number = value.ifNumber()) numbers.push_back(*number);
    }
    if constexpr (question == Question::Count) lua_pushinteger(state, lua_isnil(state, 2) ? known : equal);
    else if constexpr (question == Question::Any) lua_pushboolean(state, equal > 0);
    else if constexpr (question == Question::All) lua_pushboolean(state, known > 0 && equal == known);
    else {
        double sum = 0;
        for (const double number : numbers) sum += number;
        if constexpr (question == Question::Sum) lua_pushnumber(state, sum);
        else if (numbers.empty()) lua_pushnil(state); // of nothing there is neither mean nor extreme
        else if constexpr (question == Question::Mean) lua_pushnumber(state, sum / static_cast<double>(numbers.size()));
        else if constexpr (question == Question::Minimum)
            lua_pushnumber(state, *std::min_element(numbers.begin(), numbers.end()));
        else lua_pushnumber(state, *std::max_element(numbers.begin(), numbers.end()));
    }
    return 1;
}

template <Question question>
int ask(lua_State* state)
{
    lua_settop(state, 2);
    lua_pushcfunction(state, guarded<membersOf>);
    lua_pushvalue(state, 1);
    lua_callk(state, 1, 1, 0, answer<question>);
    return answer<question>(state, LUA_OK, 0);
}

} // namespace

const luaL_Reg selectedValues[] = {{"sum", guarded<ask<Question::Sum>>},     {"mean", guarded<ask<Question::Mean>>},
                                   {"min", guarded<ask<Question::Minimum>>}, {"max", guarded<ask<Question::Maximum>>},
                                   {"count", guarded<ask<Question::Count>>}, {"any", guarded<ask<Question::Any>>},
                                   {"all", guarded<ask<Question::All>>},     {nullptr, nullptr}};

} // namespace atrium::automation::lua
