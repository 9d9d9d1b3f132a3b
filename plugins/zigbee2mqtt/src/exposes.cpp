#include "exposes.h"

#include "exposed_names.h"

#include <algorithm>
#include <set>

namespace atrium::zigbee2mqtt {

namespace {

constexpr std::size_t maxEntities = 200;
constexpr std::int64_t publishedBit = 1, settableBit = 2;

std::string titled(std::string name)
{
    std::replace(name.begin(), name.end(), '_', ' ');
    if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    return name;
}

std::vector<std::string> wordsOf(const Value& expose, const char* key)
{
    std::vector<std::string> words;
    if (const Value* list = expose.find(key); list && list->isList())
        for (const auto& word : list->list())
            if (word.isText()) words.push_back(word.text());
    return words;
}

class Reader {
public:
    explicit Reader(const std::string& ieee) : ieee_(ieee) {}

    void take(const Value& expose, const std::vector<std::string>& above = {});
    std::vector<ExposedEntity> entities;

private:
    ExposedEntity make(const Value& expose, const std::vector<std::string>& path, const char* component);
    void takeSpecific(const Value& expose, const std::string& kind);
    void add(ExposedEntity entity)
    {
        if (entities.size() < maxEntities && ids_.insert(entity.announced.id.str()).second)
            entities.push_back(std::move(entity));
    }

    const std::string ieee_;
    std::set<std::string> ids_;
};

AttributeSpec& attribute(ExposedEntity& entity, const char* role, Value::Kind kind)
{
    AnnouncedAttribute added{role, {}};
    added.spec.kind = kind;
    entity.announced.attributes.push_back(std::move(added));
    return entity.announced.attributes.back().spec;
}

void limit(AttributeSpec& spec, const Value& expose)
{
    const auto number = [&](const char* key) {
        const Value* value = expose.find(key);
        return value ? value->ifNumber() : std::nullopt;
    };
    spec.minimum = number("value_min");
    spec.maximum = number("value_max");
    spec.step = number("value_step");
    spec.unit = expose.textOr("unit", "");
}

EntityCategory categoryOf(const Value& expose)
{
    const auto category = expose.textOr("category", "");
    if (category == "config") return EntityCategory::Config;
    return category == "diagnostic" ? EntityCategory::Diagnostic : EntityCategory::Primary;
}

ExposedEntity Reader::make(const Value& expose, const std::vector<std::string>& path, const char* component)
{
    ExposedEntity entity;
    std::string id = ieee_;
    for (const auto& key : path) id += '_' + key;
    entity.announced.id = id;
    entity.announced.spec.component = component;
    std::string name = expose.textOr("label", "");
    if (name.empty()) name = titled(path.empty() ? component : path.back());
    entity.announced.spec.name = name;
    entity.announced.spec.category = categoryOf(expose);
    entity.announced.wish = path.empty() ? component : path.back();
    return entity;
}

void Reader::take(const Value& expose, const std::vector<std::string>& above)
{
    const auto type = expose.textOr("type", ""), property = expose.textOr("property", "");
    const Value* features = expose.find("features");
    for (const char* specific : {"light", "switch", "cover", "lock", "fan", "climate"})
        if (type == specific && features && features->isList()) return takeSpecific(expose, type);
    if (property.empty()) return;
    auto path = above;
    path.push_back(property);
    const auto access = expose.integerOr("access", publishedBit);
    const bool isSettable = access & settableBit;
    const auto name = expose.textOr("name", property);
    if (type == "composite" && features && features->isList() && above.size() < 3) {
        for (const auto& feature : features->list()) take(feature, path);
        return;
    }
    Feature feature{"state", path};
    if (type == "binary") {
        auto entity = make(expose, path, isSettable ? "switch" : "binary_sensor");
        attribute(entity, "state", Value::Kind::Boolean).writable = isSettable;
        feature.form = Feature::Form::Binary;
        if (const Value* on = expose.find("value_on")) feature.on = *on;
        if (const Value* off = expose.find("value_off")) feature.off = *off;
        if (isSettable) entity.announced.spec.commands = {"turn_on", "turn_off"};
        else
            for (const auto& [known, deviceClass] : detected)
                if (name == known)
                    entity.announced.spec.deviceClass = entity.announced.attributes[0].spec.deviceClass = deviceClass;
        entity.features.push_back(std::move(feature));
        return add(std::move(entity));
    }
    if (type == "numeric") {
        auto entity = make(expose, path, isSettable ? "number" : "sensor");
        auto& spec = attribute(entity, "state", Value::Kind::Number);
        limit(spec, expose);
        spec.writable = isSettable;
        entity.announced.spec.unit = spec.unit;
        if (isSettable) {
            entity.announced.spec.commands = {"set_value"};
            if (entity.announced.spec.category == EntityCategory::Primary)
                entity.announced.spec.category = EntityCategory::Config;
        }
        else {
            spec.minimum.reset(), spec.maximum.reset();
            for (const auto& known : measured) {
                if (name != known.name) continue;
                entity.announced.spec.deviceClass = spec.deviceClass = known.deviceClass;
                entity.announced.spec.stateClass = known.stateClass;
                if (known.isDiagnostic) entity.announced.spec.category = EntityCategory::Diagnostic;
            }
            if (name == "linkquality") entity.announced.spec.enabled = false;
        }
        entity.features.push_back(std::move(feature));
        return add(std::move(entity));
    }
    if (type == "enum" && name == "action") {
        auto entity = make(expose, path, "event");
        List types;
        for (auto& word : wordsOf(expose, "values")) types.push_back(std::move(word));
        entity.announced.spec.capabilities = Object{{"event_types", std::move(types)}};
        return add(std::move(entity));
    }
    if (type == "enum" || type == "text") {
        const bool isEnum = type == "enum";
        const auto words = wordsOf(expose, "values");
        // With one word there is nothing to choose, only something to do.
        auto entity = make(expose, path, !isSettable ? "sensor" : isEnum ? "select" : "text");
        auto& spec = attribute(entity, "state", Value::Kind::Text);
        spec.writable = isSettable;
        spec.options = words;
        if (isSettable) entity.announced.spec.commands = {isEnum ? "select_option" : "set_value"};
        if (isEnum) entity.announced.spec.capabilities = Object{{"options", List(words.begin(), words.end())}};
        feature.form = Feature::Form::Words;
        entity.features.push_back(std::move(feature));
        return add(std::move(entity));
    }
    // Not understood, not lost: it is shown as it is.
    auto entity = make(expose, path, "raw");
    entity.announced.spec.category = EntityCategory::Diagnostic;
    attribute(entity, "state", Value::Kind::Text).history = false;
    feature.form = Feature::Form::Json;
    entity.features.push_back(std::move(feature));
    add(std::move(entity));
}

void Reader::takeSpecific(const Value& expose, const std::string& kind)
{
    const auto endpoint = expose.textOr("endpoint", "");
    std::vector<std::string> path{kind};
    if (!endpoint.empty()) path.push_back(endpoint);
    auto entity = make(expose, path, kind.c_str());
    entity.announced.spec.name = endpoint.empty() ? std::nullopt : std::optional(titled(endpoint));
    auto& commands = entity.announced.spec.commands;
    const auto command = [&](std::initializer_list<const char*> names) {
        for (const char* name : names) commands.push_back(name);
    };
    for (const auto& feature : expose.find("features")->list()) {
        const auto name = feature.textOr("name", ""), property = feature.textOr("property", "");
        if (property.empty()) continue;
        const bool isSettable = feature.integerOr("access", publishedBit) & settableBit;
        Feature made{"", {property}};
        const auto keep = [&](const char* role, Value::Kind valueKind) -> AttributeSpec& {
            made.role = role;
            entity.features.push_back(made);
            auto& spec = attribute(entity, role, valueKind);
            spec.writable = isSettable;
            return spec;
        };
        const auto keepWord = [&](const char* role, const char* capability, const char* setter) {
            made.form = Feature::Form::Words;
            auto& spec = keep(role, Value::Kind::Text);
            spec.options = wordsOf(feature, "values");
            entity.announced.spec.capabilities.set(capability, List(spec.options.begin(), spec.options.end()));
            if (isSettable && *setter) command({setter});
        };
        const bool switches = kind == "light" || kind == "switch" || kind == "fan";
        if (name == "state" && (switches || kind == "lock")) {
            made.form = Feature::Form::Binary;
            if (const Value* on = feature.find("value_on")) made.on = *on;
            if (const Value* off = feature.find("value_off")) made.off = *off;
            if (kind == "lock") {
                made.role = "lock";
                entity.features.push_back(made);
                attribute(entity, "state", Value::Kind::Text);
                command({"lock", "unlock"});
            }
            else {
                keep("state", Value::Kind::Boolean);
                command({"turn_on", "turn_off"});
            }
        }
        else if (name == "brightness") {
            const Value* most = feature.find("value_max");
            made.full = most && most->isNumeric() && most->number() > 0 ? most->number() : 254;
            auto& spec = keep("brightness_pct", Value::Kind::Number);
            spec.unit = "%", spec.minimum = 0, spec.maximum = 100;
            command({"set_brightness"});
        }
        else if (name == "color_temp") {
            limit(keep("color_temp", Value::Kind::Number), feature);
            entity.announced.attributes.back().spec.unit = "";
            command({"set_color_temp"});
        }
        else if (name == "color_xy" || name == "color_hs") {
            made.form = Feature::Form::Color;
            const bool isXy = name == "color_xy";
            made.parts = isXy ? std::pair<std::string, std::string>{"x", "y"}
                              : std::pair<std::string, std::string>{"hue", "saturation"};
            keep(isXy ? "xy" : "hs", Value::Kind::List);
            command({isXy ? "set_xy" : "set_hs"});
            if (std::find(commands.begin(), commands.end(), "set_rgb") == commands.end()) command({"set_rgb"});
        }
        else if (kind == "cover" && name == "state") {
            made.form = Feature::Form::Words;
            keep("state", Value::Kind::Text).writable = false;
            command({"open", "close", "stop"});
        }
        else if (kind == "cover" && (name == "position" || name == "tilt")) {
            const bool isTilt = name == "tilt";
            auto& spec = keep(isTilt ? "tilt" : "position", Value::Kind::Number);
            spec.unit = "%", spec.minimum = 0, spec.maximum = 100;
            command({isTilt ? "set_tilt" : "set_position"});
        }
        else if (kind == "climate" && name == "local_temperature")
            keep("current_temperature", Value::Kind::Number).unit = "°C";
        else if (kind == "climate" && (name == "occupied_heating_setpoint" || name == "current_heating_setpoint")) {
            limit(keep("target_temperature", Value::Kind::Number), feature);
            command({"set_temperature"});
        }
        else if (kind == "climate" && name == "system_mode") {
            keepWord("state", "modes", "set_mode");
            command({"turn_on", "turn_off"});
        }
        else if (kind == "climate" && name == "running_state") keepWord("hvac_action", "actions", "");
        else if (name == "preset") keepWord("preset_mode", "preset_modes", "set_preset_mode");
        else if (kind == "climate" && name == "fan_mode") keepWord("fan_mode", "fan_modes", "set_fan_mode");
        else if (kind == "fan" && name == "mode") keepWord("mode", "modes", "set_mode");
        else take(feature);
    }
    if (!entity.features.empty()) add(std::move(entity));
}

} // namespace

std::vector<ExposedEntity> entitiesOf(const std::string& ieee, const Value& exposes)
{
    Reader reader(ieee);
    if (exposes.isList())
        for (const auto& expose : exposes.list()) reader.take(expose);
    return std::move(reader.entities);
}

} // namespace atrium::zigbee2mqtt
