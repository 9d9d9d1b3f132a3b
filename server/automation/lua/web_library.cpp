#include "atrium/json.h"
#include "automation/lua/script.h"

#include <algorithm>

namespace atrium::automation::lua {

namespace {

// `http.get(url, options)`, `http.post(url, body, options)`: a step whose answer is {status, headers, body, json}.

constexpr std::size_t largestBody = 32 * 1024;
constexpr std::size_t mostHeaders = 30;

/// A name and a value that make one line of a request, and no more.
void checkHeader(const std::string& name, const Value& value)
{
    const bool named =
        !name.empty() && name.size() <= 100 &&
        std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
    if (!named) throw ScriptError("\"" + name + "\" is no name of a header");
    if (!value.isText() || value.text().size() > 4000 ||
        std::any_of(value.text().begin(), value.text().end(), [](unsigned char c) { return c < ' ' || c == 127; }))
        throw ScriptError("the header " + name + " is a text in one line");
}

void readOptions(lua_State* state, int index, Object& payload)
{
    forEachOption(state, index, {"headers", "timeout", "once"}, [&](std::string_view key) {
        if (key == "once") {
            if (requireAtMostOnce(state, -1)) payload.set("once", "at_most");
            return;
        }
        if (key == "timeout") {
            const auto timeout = requireDuration(state, -1, "timeout");
            if (timeout > std::chrono::minutes{1}) throw ScriptError("timeout is at most 1m");
            payload.set("microseconds", timeout.count());
            return;
        }
        const auto headers = lua_istable(state, -1) ? toValue(state, -1) : Value();
        if (!headers.isObject() || headers.object().size() > mostHeaders)
            throw ScriptError("headers is a table of at most 30 names and texts");
        for (const auto& [name, value] : headers.object()) checkHeader(name, value);
        auto all = payload.find("headers") ? payload.find("headers")->object() : Object{};
        for (const auto& [name, value] : headers.object()) all.set(name, value);
        payload.set("headers", std::move(all));
    });
}

/// Upvalue 1: the method; upvalue 2: whether it has a body.
int request(lua_State* state)
{
    const std::string method = lua_tostring(state, lua_upvalueindex(1));
    const bool hasBody = lua_toboolean(state, lua_upvalueindex(2)) != 0;
    auto& script = Script::of(state);
    script.requireRun("http");
    Object payload{{"method", method}, {"url", std::string(requireText(state, 1, "the address"))}};
    if (hasBody && !lua_isnoneornil(state, 2)) {
        if (lua_type(state, 2) == LUA_TSTRING) payload.set("body", toValue(state, 2, largestBody));
        else {
            payload.set("body", toJson(toValue(state, 2, largestBody)));
            payload.set("headers", Object{{"Content-Type", "application/json"}});
        }
    }
    readOptions(state, hasBody ? 3 : 2, payload);
    if (payload.find("once")) script.currentRun()->waited = true; // from here on the run survives a crash
    return script.step(state, StepKind::Web, std::move(payload));
}

void pushWeb(lua_State* state, const char*)
{
    struct Function {
        const char* name;
        const char* method;
        bool hasBody;
    };
    constexpr Function functions[] = {{"get", "GET", false},
                                      {"post", "POST", true},
                                      {"put", "PUT", true},
                                      {"patch", "PATCH", true},
                                      {"delete", "DELETE", false}};
    lua_createtable(state, 0, static_cast<int>(std::size(functions)));
    for (const auto& function : functions) {
        lua_pushstring(state, function.method);
        lua_pushboolean(state, function.hasBody ? 1 : 0);
        lua_pushcclosure(state, guarded<request>, 2);
        lua_setfield(state, -2, function.name);
    }
}

constexpr LanguageName names[] = {{"http", nullptr, pushWeb}};

} // namespace

const std::span<const LanguageName> webNames = names;

} // namespace atrium::automation::lua
