#include "gen2_component.h"

#include "gen2_tables.h"

#include <algorithm>
#include <cstdlib>

namespace atrium::shelly {

namespace {

using namespace gen2;

AnnouncedAttribute& attribute(AnnouncedEntity& entity, const char* role, Value::Kind kind, const char* unit = "")
{
    AnnouncedAttribute added{role, {}};
    added.spec.kind = kind;
    added.spec.unit = unit;
    entity.attributes.push_back(std::move(added));
    return entity.attributes.back();
}

AnnouncedEntity makeEntity(const std::string& prefix, const ComponentName& component, const std::string& displayName,
                           const std::string& suffix, const char* kind, Value::Kind value)
{
    AnnouncedEntity entity;
    entity.id = prefix + '-' + component.text + (suffix.empty() ? "" : '-' + suffix);
    entity.availability = Availability::NeverHeard;
    entity.spec.component = kind;
    std::string name = displayName;
    if (name.empty()) {
        name = component.text;
        std::replace(name.begin(), name.end(), ':', ' ');
    }
    entity.spec.name = name;
    entity.wish = suffix.empty() ? name : suffix;
    attribute(entity, "state", value);
    return entity;
}

AnnouncedEntity makeLight(AnnouncedEntity entity, const std::string& kind, const Value& status)
{
    entity.spec.commands = {"turn_on", "turn_off", "set_brightness"};
    entity.attributes[0].spec.writable = true;
    attribute(entity, "brightness_pct", Value::Kind::Number, "%").spec.writable = true;
    if (status.find("rgb")) {
        attribute(entity, "rgb", Value::Kind::List).spec.writable = true;
        entity.spec.commands.push_back("set_rgb");
    }
    if (kind == "cct" || status.find("ct")) {
        attribute(entity, "color_temp", Value::Kind::Number).spec.writable = true;
        entity.spec.commands.push_back("set_color_temp");
    }
    return entity;
}

AnnouncedEntity makeThermostat(AnnouncedEntity entity, const Value& status)
{
    entity.spec.name.reset();
    entity.spec.commands = {"turn_on", "turn_off", "set_mode", "set_temperature"};
    entity.spec.capabilities =
        Object{{"modes", List{"off", status.textOr("type", "heating") == "cooling" ? "cool" : "heat"}}};
    entity.attributes[0].spec.writable = true;
    attribute(entity, "current_temperature", Value::Kind::Number, "°C");
    auto& target = attribute(entity, "target_temperature", Value::Kind::Number, "°C").spec;
    target.writable = true, target.minimum = 5, target.maximum = 35;
    attribute(entity, "current_humidity", Value::Kind::Number, "%");
    attribute(entity, "hvac_action", Value::Kind::Text);
    return entity;
}

AnnouncedEntity makeCover(AnnouncedEntity entity)
{
    entity.spec.commands = {"open", "close", "stop", "set_position"};
    auto& position = attribute(entity, "position", Value::Kind::Number, "%").spec;
    position.writable = true, position.minimum = 0, position.maximum = 100;
    return entity;
}

} // namespace

ComponentName parseComponent(const std::string& text)
{
    const auto colon = text.find(':');
    if (colon == std::string::npos) return {text, text, -1};
    return {text, text.substr(0, colon), std::strtoll(text.c_str() + colon + 1, nullptr, 10)};
}

bool isHousekeeping(const ComponentName& component)
{
    return component.number < 0 || component.kind == "script" || component.kind == "group" ||
           component.kind == "bthomedevice" || component.kind == "object" || component.kind == "service";
}

std::vector<AnnouncedEntity> describe(const std::string& prefix, const ComponentName& component,
                                      const std::string& displayName, const Value& status)
{
    std::vector<AnnouncedEntity> all;
    const auto& kind = component.kind;
    const auto make = [&](const std::string& suffix, const char* as, Value::Kind value) {
        return makeEntity(prefix, component, displayName, suffix, as, value);
    };
    bool isKnown = isMeasuring(kind);
    if (kind == "switch") {
        isKnown = true;
        if (status.find("output")) {
            auto entity = make("", "switch", Value::Kind::Boolean);
            entity.spec.commands = {"turn_on", "turn_off"};
            entity.attributes[0].spec.writable = true;
            all.push_back(std::move(entity));
        }
    }
    else if (isLight(kind)) {
        isKnown = true;
        if (status.find("output")) all.push_back(makeLight(make("", "light", Value::Kind::Boolean), kind, status));
    }
    else if (kind == "cover") {
        isKnown = true;
        all.push_back(makeCover(make("", "cover", Value::Kind::Text)));
    }
    else if (kind == "thermostat") {
        isKnown = true;
        all.push_back(makeThermostat(make("", "climate", Value::Kind::Text), status));
    }
    else if (const auto* detector = detectorOf(kind)) {
        isKnown = true;
        // An input that is a button, or counts, has no state.
        if (const Value* state = status.find(detector->key); state && state->isBoolean()) {
            auto entity = make("", "binary_sensor", Value::Kind::Boolean);
            entity.spec.deviceClass = detector->deviceClass;
            all.push_back(std::move(entity));
        }
    }
    else if (const auto* defined = virtualOf(kind)) {
        isKnown = true;
        auto entity = make("", defined->component, defined->value);
        entity.spec.commands = {defined->command};
        if (kind == "boolean") entity.spec.commands.push_back("turn_off");
        entity.attributes[0].spec.writable = true;
        all.push_back(std::move(entity));
    }
    else if (kind == "button") {
        isKnown = true;
        auto entity = make("", "button", Value::Kind::Text);
        entity.attributes.clear();
        entity.spec.commands = {"press"};
        all.push_back(std::move(entity));
    }
    forMeasures(status, [&](const std::string& suffix, const Measure& measure, const Value&) {
        auto entity = make(suffix, "sensor", Value::Kind::Number);
        entity.spec.deviceClass = measure.deviceClass;
        entity.spec.unit = measure.unit;
        entity.spec.stateClass = measure.stateClass;
        entity.attributes[0].spec.unit = measure.unit;
        entity.attributes[0].spec.deviceClass = measure.deviceClass;
        // What measures nothing else carries the device's name.
        if (suffix.empty()) {
            if (displayName.empty()) entity.spec.name.reset();
            entity.wish = measure.deviceClass;
        }
        all.push_back(std::move(entity));
    });
    if (isKnown) return all;
    // Not understood, not lost: it is shown as the device says it.
    auto raw = make("", "raw", Value::Kind::Object);
    raw.attributes[0].spec.history = false;
    raw.spec.category = EntityCategory::Diagnostic;
    all.push_back(std::move(raw));
    return all;
}

} // namespace atrium::shelly
