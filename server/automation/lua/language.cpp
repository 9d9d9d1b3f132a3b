#include "automation/lua/language.h"

#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

/// Calls `take` for each name of the language until it returns true.
template <class Take>
bool anyName(Take take)
{
    for (const auto& part : {sandboxNames, stringNames, deviceNames, ruleNames, triggerNames, effectNames, mqttNames,
                             peopleNames, testNames, historyNames, selectionNames, moduleNames, webNames})
        for (const auto& entry : part)
            if (take(entry)) return true;
    return false;
}

const ModuleFunctions* findModule(const HostContext& host, std::string_view name)
{
    for (const auto& module : host.modules)
        if (module.name == name) return &module;
    return nullptr;
}

MirroredDevice* findSurrounding(const HostContext& host, std::string_view name)
{
    for (auto* surrounding : host.surroundings)
        if (surrounding->uid == name) return surrounding;
    return nullptr;
}

/// `module.function(...)`. Upvalues: the module's name, the function's name.
int call(lua_State* state)
{
    auto& script = Script::of(state);
    const std::string module = lua_tostring(state, lua_upvalueindex(1));
    const std::string function = lua_tostring(state, lua_upvalueindex(2));
    script.requireRun((module + "." + function).c_str());
    List arguments;
    for (int i = 1, count = lua_gettop(state); i <= count; ++i) arguments.push_back(toValue(state, i));
    return script.step(state, StepKind::Call,
                       Object{{"module", module}, {"function", function}, {"arguments", std::move(arguments)}});
}

void pushModule(lua_State* state, const ModuleFunctions& module)
{
    lua_createtable(state, 0, static_cast<int>(module.functions.size()));
    for (const auto& function : module.functions) {
        lua_pushstring(state, module.name.c_str());
        lua_pushstring(state, function.c_str());
        lua_pushcclosure(state, guarded<call>, 2);
        lua_setfield(state, -2, function.c_str());
    }
}

} // namespace

bool isLanguageName(lua_State* state, std::string_view name)
{
    const auto& host = Script::of(state).host();
    return findModule(host, name) || findSurrounding(host, name) ||
           anyName([&](const auto& entry) { return entry.name == name; });
}

bool pushLanguageName(lua_State* state, std::string_view name)
{
    luaL_checkstack(state, 6, "names");
    const auto& host = Script::of(state).host();
    if (auto* surrounding = findSurrounding(host, name)) {
        pushDevice(state, *surrounding);
        return true;
    }
    if (const auto* module = findModule(host, name)) {
        pushModule(state, *module);
        return true;
    }
    return anyName([&](const auto& entry) {
        if (entry.name != name) return false;
        if (entry.function) lua_pushcfunction(state, entry.function);
        else entry.push(state, entry.name);
        return true;
    });
}

void considerLanguageNames(lua_State* state, Suggestion& suggestion)
{
    anyName([&](const auto& entry) {
        suggestion.consider(entry.name);
        return false;
    });
    const auto& host = Script::of(state).host();
    for (const auto& module : host.modules) suggestion.consider(module.name);
    for (const auto* surrounding : host.surroundings) suggestion.consider(surrounding->uid);
}

void setClosedMethod(lua_State* state, const char* method, lua_CFunction function)
{
    lua_createtable(state, 0, 2);
    lua_pushcfunction(state, function);
    lua_setfield(state, -2, method);
    lua_pushboolean(state, 0);
    lua_setfield(state, -2, "__metatable");
    lua_setmetatable(state, -2);
}

void setType(lua_State* state, const HandleType& type)
{
    if (luaL_newmetatable(state, type.name)) {
        lua_pushboolean(state, 0);
        lua_setfield(state, -2, "__metatable");
        if (type.fill) type.fill(state);
    }
    lua_setmetatable(state, -2);
}

bool pushMethod(lua_State* state, const luaL_Reg* methods, std::string_view name)
{
    for (const auto* method = methods; method->name; ++method)
        if (method->name == name) {
            lua_pushcfunction(state, method->func);
            return true;
        }
    return false;
}

lua_CFunction stockFunction(lua_CFunction library, const char* name)
{
    // Functions without upvalues are the same in every state, so one state in which the libraries are open serves all.
    static lua_State* const reference = luaL_newstate();
    if (!reference) throw std::bad_alloc();
    lua_pushcfunction(reference, library);
    lua_call(reference, 0, 1);
    lua_getfield(reference, -1, name);
    const auto function = lua_tocfunction(reference, -1);
    lua_settop(reference, 0);
    return function;
}

} // namespace atrium::automation::lua
