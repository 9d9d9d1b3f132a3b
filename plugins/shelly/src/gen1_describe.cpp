#include "gen1_tables.h"
#include "gen1_topics.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::shelly {

using namespace gen1;

AnnouncedEntity describeGen1(const std::string& id, const Gen1Message& message)
{
    AnnouncedEntity entity;
    entity.id = id + '-' + message.entity;
    entity.availability = Availability::NeverHeard;
    std::string name = message.entity, path = message.entity;
    std::replace(name.begin(), name.end(), '-', ' ');
    std::replace(name.begin(), name.end(), '_', ' ');
    std::replace(path.begin(), path.end(), '-', '/');
    name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    for (const char* useless : {"Sensor "})
        if (name.starts_with(useless)) {
            name = name.substr(std::string_view(useless).size());
            name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
        }
    entity.spec.name = name;
    const auto [pattern, index] = patternOf(path);
    const auto attribute = [&](const char* role, Value::Kind kind, const char* unit = "") -> AttributeSpec& {
        AnnouncedAttribute added{role, {}};
        added.spec.kind = kind;
        added.spec.unit = unit;
        entity.attributes.push_back(std::move(added));
        return entity.attributes.back().spec;
    };
    if (pattern == "input_event/#") {
        entity.spec.component = "event";
        entity.spec.capabilities = Object{{"event_types", List{"S", "SS", "SSS", "L", "SL", "LS"}}};
        return entity;
    }
    if (pattern == "relay/#") {
        entity.spec.component = "switch";
        entity.spec.commands = {"turn_on", "turn_off"};
        attribute("state", Value::Kind::Boolean).writable = true;
        return entity;
    }
    if (pattern == "light/#" || pattern == "color/#" || pattern == "white/#") {
        entity.spec.component = "light";
        entity.spec.commands = {"turn_on", "turn_off", "set_brightness"};
        attribute("state", Value::Kind::Boolean).writable = true;
        attribute("brightness_pct", Value::Kind::Number, "%").writable = true;
        if (pattern != "white/#")
            entity.spec.commands.push_back("set_rgb"), attribute("rgb", Value::Kind::List).writable = true;
        if (pattern != "color/#")
            entity.spec.commands.push_back("set_color_temp"),
                attribute("color_temp", Value::Kind::Number).writable = true;
        return entity;
    }
    if (pattern == "roller/#") {
        entity.spec.component = "cover";
        entity.spec.commands = {"open", "close", "stop", "set_position"};
        attribute("state", Value::Kind::Text);
        auto& position = attribute("position", Value::Kind::Number, "%");
        position.writable = true, position.minimum = 0, position.maximum = 100;
        return entity;
    }
    for (const auto& known : switchings) {
        if (pattern != known.path) continue;
        entity.spec.component = known.component;
        entity.spec.deviceClass = known.deviceClass;
        if (known.isDiagnostic) entity.spec.category = EntityCategory::Diagnostic;
        attribute("state", Value::Kind::Boolean).deviceClass = known.deviceClass;
        return entity;
    }
    for (const auto& measure : measures) {
        if (pattern != measure.path) continue;
        entity.spec.component = "sensor";
        entity.spec.deviceClass = measure.deviceClass;
        entity.spec.unit = measure.unit;
        entity.spec.stateClass = measure.stateClass;
        if (measure.isDiagnostic) entity.spec.category = EntityCategory::Diagnostic;
        attribute("state", Value::Kind::Number, measure.unit).deviceClass = measure.deviceClass;
        return entity;
    }
    entity.spec.component = "raw";
    entity.spec.category = EntityCategory::Diagnostic;
    entity.spec.enabled = false;
    attribute("state", Value::Kind::Text).history = false;
    return entity;
}

Result<EntityPlan> planGen1(const std::string& base, const std::string& entity, const EntityCommand& command)
{
    const auto bad = [](const char* key) {
        return makeError(ErrorCode::InvalidArgument, {std::string("Paramètre de commande invalide : ") + key,
                                                      std::string("Invalid command argument: ") + key});
    };
    const auto number = [&](const char* key) {
        const Value* value = command.arguments.find(key);
        return value ? value->ifNumber() : std::nullopt;
    };
    const auto whole = [](double value) { return static_cast<std::int64_t>(std::lround(value)); };
    std::string path = entity;
    std::replace(path.begin(), path.end(), '-', '/');
    const std::string topic = base + '/' + path;
    EntityPlan plan;
    const auto send = [&](std::string to, std::string payload) {
        plan.publications.push_back({std::move(to), std::move(payload), 1, false});
    };
    const bool on = command.name != "turn_off";
    if (path.starts_with("relay/")) {
        send(topic + "/command", on ? "on" : "off");
        plan.expected.emplace_back("state", on);
        return plan;
    }
    if (path.starts_with("roller/")) {
        if (command.name != "set_position") {
            send(topic + "/command", command.name);
            if (command.name != "stop") plan.expected.emplace_back("state", command.name == "open" ? "open" : "closed");
            return plan;
        }
        const auto wanted = number("position");
        if (!wanted || *wanted < 0 || *wanted > 100) return bad("position");
        send(topic + "/command/pos", std::to_string(whole(*wanted)));
        plan.expected.emplace_back("position", whole(*wanted));
        return plan;
    }
    Object settings{{"turn", on ? "on" : "off"}};
    plan.expected.emplace_back("state", on);
    if (command.name == "set_brightness") {
        auto level = number("brightness_pct");
        if (const auto raw = number("brightness_255"); !level && raw) level = *raw * 100 / 255;
        if (!level || *level < 0 || *level > 100) return bad("brightness_pct");
        settings.set(path.starts_with("color/") ? "gain" : "brightness", whole(*level));
        plan.expected.emplace_back("brightness_pct", whole(*level));
    }
    if (command.name == "set_color_temp") {
        const auto mireds = number("mireds");
        if (!mireds || *mireds < 100 || *mireds > 500) return bad("mireds");
        settings.set("temp", whole(1e6 / *mireds));
        plan.expected.emplace_back("color_temp", whole(*mireds));
    }
    if (command.name == "set_rgb") {
        List parts;
        if (const Value* list = command.arguments.find("rgb"); list && list->isList()) parts = list->list();
        else
            for (const char* key : {"r", "g", "b"})
                if (const auto part = number(key)) parts.push_back(whole(*part));
        if (parts.size() != 3) return bad("rgb");
        std::size_t i = 0;
        for (const char* key : {"red", "green", "blue"}) {
            const auto part = parts[i++].ifNumber();
            if (!part || *part < 0 || *part > 255) return bad("rgb");
            settings.set(key, whole(*part));
        }
        plan.expected.emplace_back("rgb", std::move(parts));
    }
    send(topic + "/set", toJson(settings));
    return plan;
}

} // namespace atrium::shelly
