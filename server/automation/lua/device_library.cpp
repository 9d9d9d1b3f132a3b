#include "atrium/json.h"
#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

void fillDevice(lua_State* state);
void fillAttribute(lua_State* state);
constexpr HandleType deviceType{"atrium.device", fillDevice};
constexpr HandleType attributeType{"atrium.attribute", fillAttribute};

MirroredDevice& deviceAt(lua_State* state, int index)
{
    return **static_cast<MirroredDevice**>(luaL_checkudata(state, index, deviceType.name));
}

int requireAttribute(MirroredDevice& device, std::string_view name)
{
    constexpr std::size_t mostAttributes = 200;
    const int attribute = device.find(name);
    if (attribute >= 0) return attribute;
    if (device.isStandIn && device.attributes.size() < mostAttributes) {
        device.attributes.push_back({std::string(name), true, {}});
        return static_cast<int>(device.attributes.size()) - 1;
    }
    Suggestion suggestion(name);
    for (const auto& known : device.attributes) suggestion.consider(known.name);
    throw ScriptError("device \"" + device.uid + "\" has no attribute \"" + std::string(name) + "\"" +
                      suggestion.question());
}

// ---- device "uid"

int afterDeviceAnswer(lua_State* state, int, lua_KContext)
{
    // Stack: the name, then what Script::answer pushed: the suggestion.
    const std::string name = lua_tostring(state, 1);
    if (auto* device = Script::of(state).knownDevice(name)) {
        pushDevice(state, *device);
        return 1;
    }
    const std::string suggestion = lua_tostring(state, -1);
    return luaL_error(state, "unknown device \"%s\"%s", name.c_str(),
                      suggestion.empty() ? "" : (" (did you mean \"" + suggestion + "\"?)").c_str());
}

int device(lua_State* state)
{
    const std::string name(requireText(state, 1, "the name of a device"));
    if (name.empty() || name.size() > 200) throw ScriptError("the name of a device has 1 to 200 bytes");
    auto& script = Script::of(state);
    if (auto* known = script.knownDevice(name)) {
        pushDevice(state, *known);
        return 1;
    }
    lua_settop(state, 1);
    script.askForDevice(state, name);
    return lua_yieldk(state, 0, 0, afterDeviceAnswer);
}

enum class Verb { On, Off, Toggle, Set };

const char* word(Verb verb)
{
    switch (verb) {
    case Verb::On: return "on";
    case Verb::Off: return "off";
    case Verb::Toggle: return "toggle";
    case Verb::Set: break;
    }
    return "set";
}

template <Verb verb>
int command(lua_State* state)
{
    auto& target = deviceAt(state, 1);
    auto& script = Script::of(state);
    script.requireRun("a command");
    const char* name = word(verb);
    Value arguments;
    if (!lua_isnoneornil(state, 2)) {
        if (!lua_istable(state, 2)) throw ScriptError(std::string(name) + " wants a table, e.g. {level = 60}");
        arguments = toValue(state, 2);
        if (arguments.isList()) throw ScriptError(std::string(name) + " wants named values, e.g. {level = 60}");
    }
    if (verb == Verb::Set && (!arguments.isObject() || arguments.object().empty()))
        throw ScriptError("set wants the attributes to set, e.g. {level = 60}");
    Object payload{{"device", target.id}, {"uid", target.uid}, {"name", name}, {"arguments", std::move(arguments)}};
    return script.step(state, StepKind::Command, std::move(payload));
}

/// `lamp:on_for("5m")`, `lamp:on_for("5m", {level = 60})`, `lamp:on_for("5m", {level = 60}, {level = 10})`
template <Verb verb>
int timedCommand(lua_State* state)
{
    constexpr std::int64_t longest = 400ll * 86400 * 1'000'000;
    auto& target = deviceAt(state, 1);
    auto& script = Script::of(state);
    script.requireRun("a command");
    const std::string name = word(verb);
    const auto period = requireDuration(state, 2, "how long").count();
    if (period <= 0 || period > longest) throw ScriptError(name + "_for is for up to 400 days");
    Object payload{{"device", target.id}, {"uid", target.uid}, {"name", name}, {"for", period}};
    for (int index = 3; index <= 4; ++index) {
        if (lua_isnoneornil(state, index)) continue;
        auto values = lua_istable(state, index) ? toValue(state, index) : Value();
        if (!values.isObject() || values.object().empty())
            throw ScriptError(name + "_for wants named values, e.g. {level = 60}");
        payload.set(index == 3 ? "arguments" : "after", std::move(values));
    }
    return script.step(state, StepKind::Command, std::move(payload));
}

int get(lua_State* state)
{
    auto& device = deviceAt(state, 1);
    const int attribute = requireAttribute(device, requireText(state, 2, "the name of an attribute"));
    pushValue(state, Script::of(state).read(device, attribute));
    return 1;
}

constexpr luaL_Reg deviceMethods[] = {{"on", guarded<command<Verb::On>>},
                                      {"off", guarded<command<Verb::Off>>},
                                      {"toggle", guarded<command<Verb::Toggle>>},
                                      {"set", guarded<command<Verb::Set>>},
                                      {"on_for", guarded<timedCommand<Verb::On>>},
                                      {"off_for", guarded<timedCommand<Verb::Off>>},
                                      {"get", guarded<get>},
                                      {nullptr, nullptr}};

/// A method wins over an attribute of the same name, which `get` still reads.
int deviceIndex(lua_State* state)
{
    auto& device = deviceAt(state, 1);
    const auto key = requireText(state, 2, "the name of an attribute");
    if (pushMethod(state, deviceMethods, key)) return 1;
    if (key == "uid" || key == "name") {
        const auto& text = key == "uid" ? device.uid : device.name;
        lua_pushlstring(state, text.data(), text.size());
        return 1;
    }
    const int attribute = requireAttribute(device, key);
    Script::of(state).noteNamed(device, attribute);
    *static_cast<AttributeHandle*>(lua_newuserdatauv(state, sizeof(AttributeHandle), 0)) = {&device, attribute};
    setType(state, attributeType);
    return 1;
}

int deviceText(lua_State* state)
{
    lua_pushstring(state, ("device \"" + deviceAt(state, 1).uid + "\"").c_str());
    return 1;
}

// ---- device.attribute

std::string nameOf(const AttributeHandle& handle)
{
    return handle.device->uid + "." + handle.device->attributes[handle.attribute].name;
}

/// While a rule runs: whether it is so. While the file is loaded: a condition for `when`.
template <Condition::Kind kind>
int is(lua_State* state)
{
    const auto handle = attributeAt(state, 1);
    auto& script = Script::of(state);
    Value expected = toValue(state, 2);
    if (script.currentRun()) {
        const bool equal = script.read(*handle.device, handle.attribute) == expected;
        lua_pushboolean(state, equal == (kind == Condition::Kind::AttributeIs));
        return 1;
    }
    Condition condition;
    condition.kind = kind;
    condition.device = handle.device;
    condition.attribute = handle.attribute;
    condition.expected = std::move(expected);
    condition.text = script.position(state, 1) + ": " + nameOf(handle) +
                     (kind == Condition::Kind::AttributeIs ? ":is(" : ":is_not(") + toJson(condition.expected) + ")";
    pushCondition(state, std::move(condition));
    return 1;
}

constexpr luaL_Reg conditions[] = {{"is", guarded<is<Condition::Kind::AttributeIs>>},
                                   {"is_not", guarded<is<Condition::Kind::AttributeIsNot>>},
                                   {nullptr, nullptr}};

int attributeIndex(lua_State* state)
{
    const auto handle = attributeAt(state, 1);
    const auto key = requireText(state, 2, "the name of a property");
    if (pushMethod(state, conditions, key) || pushMethod(state, attributeTriggers, key)) return 1;
    if (key == "value") {
        pushValue(state, Script::of(state).read(*handle.device, handle.attribute));
        return 1;
    }
    if (key == "name") {
        lua_pushstring(state, handle.device->attributes[handle.attribute].name.c_str());
        return 1;
    }
    Suggestion suggestion(key);
    for (const char* known : {"value", "name", "becomes", "changes", "above", "below", "silent", "is", "is_not"})
        suggestion.consider(known);
    throw ScriptError("an attribute has no \"" + std::string(key) + "\"" + suggestion.question());
}

int attributeText(lua_State* state)
{
    lua_pushstring(state, nameOf(attributeAt(state, 1)).c_str());
    return 1;
}

/// Whoever computes with an attribute means its value.
int attributeIsNoValue(lua_State* state)
{
    const bool isFirst = luaL_testudata(state, 1, attributeType.name) != nullptr;
    const auto name = nameOf(attributeAt(state, isFirst ? 1 : 2));
    throw ScriptError(name + " is an attribute, not its value: write " + name + ".value");
}

void fillDevice(lua_State* state)
{
    lua_pushcfunction(state, guarded<deviceIndex>);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, guarded<deviceText>);
    lua_setfield(state, -2, "__tostring");
}

void fillAttribute(lua_State* state)
{
    lua_pushcfunction(state, guarded<attributeIndex>);
    lua_setfield(state, -2, "__index");
    lua_pushcfunction(state, guarded<attributeText>);
    lua_setfield(state, -2, "__tostring");
    for (const char* operation : {"__lt", "__le", "__add", "__sub", "__mul", "__div", "__mod", "__unm", "__concat"}) {
        lua_pushcfunction(state, guarded<attributeIsNoValue>);
        lua_setfield(state, -2, operation);
    }
}

constexpr LanguageName names[] = {{"device", guarded<device>}};

} // namespace

void pushDevice(lua_State* state, MirroredDevice& device)
{
    *static_cast<MirroredDevice**>(lua_newuserdatauv(state, sizeof(MirroredDevice*), 0)) = &device;
    setType(state, deviceType);
}

AttributeHandle& attributeAt(lua_State* state, int index)
{
    return *static_cast<AttributeHandle*>(luaL_checkudata(state, index, attributeType.name));
}

std::optional<Condition> conditionOfAttribute(lua_State* state, int index)
{
    const auto* handle = static_cast<const AttributeHandle*>(luaL_testudata(state, index, attributeType.name));
    if (!handle) return {};
    Condition condition;
    condition.kind = Condition::Kind::AttributeIs;
    condition.device = handle->device;
    condition.attribute = handle->attribute;
    condition.expected = true;
    condition.text = Script::of(state).position(state, 1) + ": " + nameOf(*handle);
    return condition;
}

const std::span<const LanguageName> deviceNames = names;

} // namespace atrium::automation::lua
