#include "atrium/json.h"
#include "atrium/mqtt.h"
#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

// `mqtt "topic"` is a trigger, `mqtt.publish` an effect.

constexpr std::size_t maxPayloadBytes = 256 * 1024;

bool requireBoolean(lua_State* state, const char* what)
{
    if (!lua_isboolean(state, -1)) throw ScriptError(std::string(what) + " is true or false");
    return lua_toboolean(state, -1) != 0;
}

/// `mqtt(filter, options)`; argument 1 is the table `mqtt` itself.
int trigger(lua_State* state)
{
    const auto pattern = requireText(state, 2, "the topic");
    auto topics = parseTopicPattern(pattern);
    if (!topics) throw ScriptError("\"" + std::string(pattern) + "\" is no topic filter");
    forEachOption(state, 3, {"json", "retained"}, [&](std::string_view key) {
        (key == "json" ? topics->json : topics->retained) = requireBoolean(state, key.data());
    });
    pushTrigger(state, std::move(*topics));
    return 1;
}

int publish(lua_State* state)
{
    auto& script = Script::of(state);
    script.requireRun("mqtt.publish");
    const auto topic = requireText(state, 1, "the topic");
    if (!isValidTopic(topic)) throw ScriptError("\"" + std::string(topic) + "\" is no topic to publish to");
    Object payload{{"topic", topic}};
    if (lua_type(state, 2) == LUA_TSTRING || lua_isnoneornil(state, 2))
        payload.set("payload", lua_isnoneornil(state, 2) ? Value("") : toValue(state, 2, maxPayloadBytes));
    else payload.set("payload", toJson(toValue(state, 2, maxPayloadBytes)));
    auto& run = *script.currentRun();
    forEachOption(state, 3, {"qos", "retain", "once"}, [&](std::string_view key) {
        if (key == "once") {
            if (!requireAtMostOnce(state, -1)) return;
            payload.set("once", "at_most");
            run.waited = true; // from here on the run survives a crash
            return;
        }
        const auto value = toValue(state, -1);
        if (key == "retain" ? value.isBoolean() : value.isInteger() && value.integer() >= 0 && value.integer() <= 2)
            payload.set(key, value);
        else throw ScriptError("the options of publish are qos = 0, 1 or 2 and retain = true or false");
    });
    // Publishing is asking the outbox: nothing to wait for, unless the run is one that must know after a crash what it
    // has done. One way less to the server and back is a third of a reaction's time.
    if (run.waited) return script.step(state, StepKind::Publish, std::move(payload));
    script.stepWithoutAnswer(StepKind::Publish, std::move(payload));
    lua_pushboolean(state, 1);
    return 1;
}

void pushMqtt(lua_State* state, const char*)
{
    lua_createtable(state, 0, 1);
    lua_pushcfunction(state, guarded<publish>);
    lua_setfield(state, -2, "publish");
    setClosedMethod(state, "__call", guarded<trigger>);
}

constexpr LanguageName names[] = {{"mqtt", nullptr, pushMqtt}};

} // namespace

const std::span<const LanguageName> mqttNames = names;

} // namespace atrium::automation::lua
