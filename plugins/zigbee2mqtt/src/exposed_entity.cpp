#include "exposed_entity.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::zigbee2mqtt {

namespace {

Error badArgument(const std::string& what)
{
    return makeError(ErrorCode::InvalidArgument,
                     {"Paramètre de commande invalide : " + what, "Invalid command argument: " + what});
}

const Value* at(const Value& state, const std::vector<std::string>& path)
{
    const Value* value = &state;
    for (const auto& key : path)
        if (!(value = value->find(key))) return nullptr;
    return value;
}

void place(Object& message, const std::vector<std::string>& path, Value value)
{
    Object* target = &message;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (!target->find(path[i])) target->set(path[i], Object{});
        target = &target->find(path[i])->object();
    }
    target->set(path.back(), std::move(value));
}

std::optional<Value> decode(const Feature& feature, const Value& value)
{
    if (value.isNull()) return Value();
    switch (feature.form) {
    case Feature::Form::Binary:
        if (value == feature.on) return Value(true);
        if (value == feature.off) return Value(false);
        return {};
    case Feature::Form::Words:
        if (value.isText()) return value.text().empty() ? std::nullopt : std::optional(value);
        if (value.isBoolean() || value.isNumeric()) return Value(toJson(value));
        return {};
    case Feature::Form::Color: {
        const Value *first = value.find(feature.parts.first), *second = value.find(feature.parts.second);
        if (!first || !second || !first->isNumeric() || !second->isNumeric()) return {};
        return Value(List{*first, *second});
    }
    case Feature::Form::Json: return Value(toJson(value));
    case Feature::Form::Plain: break;
    }
    const auto number = value.ifNumber();
    if (!number) return {};
    if (feature.full > 0) return Value(static_cast<std::int64_t>(std::lround(*number * 100 / feature.full)));
    return value;
}

class SettingBuilder {
public:
    SettingBuilder(const ExposedEntity& entity, const Object& arguments) : entity_(entity), arguments_(arguments) {}

    Result<Setting> build(const std::string& command);

private:
    const Feature* find(std::string_view role) const
    {
        for (const auto& feature : entity_.features)
            if (feature.role == role) return &feature;
        return nullptr;
    }
    void put(const char* role, Value raw, Value expected)
    {
        const Feature* feature = find(role);
        if (!feature) return fail(role);
        place(setting_.message, feature->path, std::move(raw));
        setting_.expected.emplace_back(role, std::move(expected));
    }
    void fail(const std::string& what)
    {
        if (!error_) error_ = badArgument(what);
    }
    std::optional<double> number(const char* key) const
    {
        const Value* value = arguments_.find(key);
        return value ? value->ifNumber() : std::nullopt;
    }
    void switchTo(bool on)
    {
        if (const Feature* state = find("state")) put("state", on ? state->on : state->off, on);
        else fail("state");
    }
    void setNumber(const char* role, const char* argument)
    {
        const auto wanted = number(argument);
        if (!wanted || !inRange(role, *wanted)) return fail(argument);
        put(role, *arguments_.find(argument), *arguments_.find(argument));
    }
    bool inRange(std::string_view role, double wanted) const
    {
        for (const auto& attribute : entity_.announced.attributes)
            if (attribute.role == role)
                return wanted >= attribute.spec.minimum.value_or(-1e300) &&
                       wanted <= attribute.spec.maximum.value_or(1e300);
        return true;
    }
    void setWord(const char* role, const char* argument)
    {
        const Value* wanted = arguments_.find(argument);
        if (!wanted || !wanted->isText()) return fail(argument);
        for (const auto& attribute : entity_.announced.attributes)
            if (const auto& options = attribute.spec.options;
                attribute.role == role && !options.empty() &&
                std::find(options.begin(), options.end(), wanted->text()) == options.end())
                return fail(argument);
        put(role, *wanted, *wanted);
    }
    void setBrightness();
    void setColor(const char* role, const char* first, const char* second);
    void setRgb();

    const ExposedEntity& entity_;
    const Object& arguments_;
    Setting setting_;
    std::optional<Error> error_;
};

void SettingBuilder::setBrightness()
{
    const Feature* feature = find("brightness_pct");
    auto level = number("brightness_pct");
    if (const auto raw = number("brightness_255"); !level && raw) level = *raw * 100 / 255;
    if (!feature || !level || *level < 0 || *level > 100) return fail("brightness_pct");
    switchTo(*level > 0);
    const auto raw = static_cast<std::int64_t>(std::lround(*level * feature->full / 100));
    // What the lamp will report for it.
    put("brightness_pct", raw, static_cast<std::int64_t>(std::lround(static_cast<double>(raw) * 100 / feature->full)));
}

void SettingBuilder::setColor(const char* role, const char* first, const char* second)
{
    const Feature* feature = find(role);
    if (!feature) return fail(role);
    List parts;
    if (const Value* list = arguments_.find(role); list && list->isList()) parts = list->list();
    else
        for (const char* key : {first, second})
            if (const Value* part = arguments_.find(key)) parts.push_back(*part);
    if (parts.size() != 2 || !parts[0].isNumeric() || !parts[1].isNumeric()) return fail(role);
    put(role, Object{{feature->parts.first, parts[0]}, {feature->parts.second, parts[1]}}, parts);
}

void SettingBuilder::setRgb()
{
    const Feature* feature = find("xy") ? find("xy") : find("hs");
    if (!feature) return fail("rgb");
    Object color;
    const Value* list = arguments_.find("rgb");
    std::size_t index = 0;
    for (const char* key : {"r", "g", "b"}) {
        const Value* part =
            list && list->isList() && index < list->list().size() ? &list->list()[index] : arguments_.find(key);
        if (!part || !part->isNumeric() || part->number() < 0 || part->number() > 255) return fail("rgb");
        color.set(key, *part);
        ++index;
    }
    place(setting_.message, feature->path, std::move(color)); // the bridge converts it
}

Result<Setting> SettingBuilder::build(const std::string& command)
{
    const auto& component = entity_.announced.spec.component;
    if (command == "activate") {
        const Feature* scene = find("scene");
        if (!scene) return badArgument(command);
        place(setting_.message, scene->path, scene->on);
    }
    else if (command == "turn_on" || command == "turn_off") {
        if (component != "climate") {
            switchTo(command == "turn_on");
            if (command == "turn_on" && number("brightness_pct")) setBrightness();
        }
        else {
            const std::string wanted = command == "turn_off" ? "off" : "heat";
            put("state", wanted, wanted);
        }
    }
    else if (command == "set_brightness") setBrightness();
    else if (command == "set_color_temp") {
        switchTo(true);
        setNumber("color_temp", "mireds");
    }
    else if (command == "set_xy") setColor("xy", "x", "y");
    else if (command == "set_hs") setColor("hs", "h", "s");
    else if (command == "set_rgb") setRgb();
    else if (command == "open" && component == "cover") put("state", "OPEN", "open");
    else if (command == "close") put("state", "CLOSE", "closed");
    else if (command == "stop") {
        put("state", "STOP", Value());
        setting_.expected.clear();
    }
    else if (command == "set_position") setNumber("position", "position");
    else if (command == "set_tilt") setNumber("tilt", "tilt");
    else if (command == "lock" || command == "unlock") {
        const Feature* state = find("lock");
        if (!state) return badArgument("state");
        place(setting_.message, state->path, command == "lock" ? state->on : state->off);
        setting_.expected.emplace_back("state", command == "lock" ? "locked" : "unlocked");
    }
    else if (command == "set_temperature") setNumber("target_temperature", "temperature");
    else if (command == "set_mode") setWord(component == "climate" ? "state" : "mode", "mode");
    else if (command == "set_fan_mode") setWord("fan_mode", "fan_mode");
    else if (command == "set_preset_mode") setWord("preset_mode", "preset_mode");
    else if (command == "select_option") setWord("state", "option");
    else if (command == "set_value" && component == "number") setNumber("state", "value");
    else if (command == "set_value") setWord("state", "value");
    else return badArgument(command);
    if (error_) return *error_;
    return std::move(setting_);
}

} // namespace

std::vector<std::pair<std::string, Value>> readState(const ExposedEntity& entity, const Value& state)
{
    std::vector<std::pair<std::string, Value>> values;
    const auto& component = entity.announced.spec.component;
    const bool hasPosition = std::any_of(entity.features.begin(), entity.features.end(),
                                         [](const auto& one) { return one.role == "position"; });
    if (component == "scene") return values; // something to do, no state
    for (const auto& feature : entity.features) {
        const Value* said = at(state, feature.path);
        if (!said) continue;
        auto value = decode(feature, *said);
        if (!value) continue;
        if (component == "cover" && feature.role == "state") {
            // Where it stands says more than the last command.
            if (hasPosition || !value->isText()) continue;
            *value = value->text() == "OPEN" ? "open" : value->text() == "CLOSE" ? "closed" : "open";
        }
        if (component == "cover" && feature.role == "position" && value->isNumeric())
            values.emplace_back("state", value->number() == 0 ? "closed" : "open");
        if (component == "lock" && feature.role == "lock") {
            if (!value->isBoolean()) continue;
            values.emplace_back("state", value->boolean() ? "locked" : "unlocked");
            continue;
        }
        values.emplace_back(feature.role, std::move(*value));
    }
    return values;
}

Result<Setting> settingFor(const ExposedEntity& entity, const std::string& command, const Object& arguments)
{
    return SettingBuilder(entity, arguments).build(command);
}

} // namespace atrium::zigbee2mqtt
