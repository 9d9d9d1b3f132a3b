#pragma once

#include "automation/suggestion.h"

#include <lua.hpp>

#include <span>
#include <string_view>

namespace atrium::automation::lua {

/// A global name of the language: a function, or what `push` leaves on the stack for it.
struct LanguageName {
    const char* name;
    lua_CFunction function = nullptr;
    void (*push)(lua_State* state, const char* name) = nullptr;
};

// A thousand automations are a thousand states, and most use few names. A name costs a state nothing until its script
// reads it: the environment finds it here then, and keeps it.

/// Whether scripts of this host know `name`: a name of the language, a module of a plugin, a device such as `sun`.
bool isLanguageName(lua_State* state, std::string_view name);
/// Pushes what it stands for; false, and nothing pushed, when it is none.
bool pushLanguageName(lua_State* state, std::string_view name);
void considerLanguageNames(lua_State* state, Suggestion& suggestion);

// The parts of the language.
extern const std::span<const LanguageName> sandboxNames;
extern const std::span<const LanguageName> stringNames;
extern const std::span<const LanguageName> deviceNames;
extern const std::span<const LanguageName> ruleNames;
extern const std::span<const LanguageName> triggerNames;
extern const std::span<const LanguageName> effectNames;
extern const std::span<const LanguageName> mqttNames;
extern const std::span<const LanguageName> peopleNames;
extern const std::span<const LanguageName> testNames;
extern const std::span<const LanguageName> historyNames;
extern const std::span<const LanguageName> selectionNames;
extern const std::span<const LanguageName> moduleNames;
extern const std::span<const LanguageName> webNames;

/// Gives the value at the top of the stack a metatable of its own, closed to scripts, with this one `method`.
void setClosedMethod(lua_State* state, const char* method, lua_CFunction function);

/// A kind of handle that scripts hold, closed to them. `fill` completes its metatable, which is at the top of the
/// stack.
struct HandleType {
    const char* name;
    void (*fill)(lua_State* state) = nullptr;
};
/// Makes the value at the top of the stack one of `type`, whose metatable is made with its first handle.
void setType(lua_State* state, const HandleType& type);
/// Pushes the method `name` of `methods` (they end with an empty one); false when there is none.
bool pushMethod(lua_State* state, const luaL_Reg* methods, std::string_view name);

/// The function `name` of a standard library (its luaopen_ function).
lua_CFunction stockFunction(lua_CFunction library, const char* name);

} // namespace atrium::automation::lua
