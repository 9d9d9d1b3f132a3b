#include "gen2_component.h"

#include <algorithm>
#include <cstdlib>

namespace atrium::shelly {

namespace {

/// A measured member of a status.
struct Measure {
    const char* key; ///< `a.b` = nested
    const char* suffix;
    const char* deviceClass;
    const char* unit;
    const char* stateClass;
};

constexpr Measure measures[] = {
    {"apower", "apower", "power", "W", "measurement"},
    {"voltage", "voltage", "voltage", "V", "measurement"},
    {"current", "current", "current", "A", "measurement"},
    {"freq", "freq", "frequency", "Hz", "measurement"},
    {"pf", "pf", "power_factor", "", "measurement"},
    {"aenergy.total", "energy", "energy", "Wh", "total_increasing"},
    {"ret_aenergy.total", "ret_energy", "energy", "Wh", "total_increasing"},
    {"temperature.tC", "temperature", "temperature", "°C", "measurement"},
    {"tC", "", "temperature", "°C", "measurement"},
    {"rh", "", "humidity", "%", "measurement"},
    {"lux", "", "illuminance", "lx", "measurement"},
    {"battery.percent", "battery", "battery", "%", "measurement"},
    {"battery.V", "battery_voltage", "voltage", "V", "measurement"},
    {"act_power", "act_power", "power", "W", "measurement"},
    {"aprt_power", "aprt_power", "apparent_power", "VA", "measurement"},
    {"total_act_power", "total_act_power", "power", "W", "measurement"},
    {"total_aprt_power", "total_aprt_power", "apparent_power", "VA", "measurement"},
    {"total_current", "total_current", "current", "A", "measurement"},
    {"n_current", "n_current", "current", "A", "measurement"},
    {"total_act", "total_act", "energy", "Wh", "total_increasing"},
    {"total_act_ret", "total_act_ret", "energy", "Wh", "total_increasing"},
    {"total_act_energy", "total_act_energy", "energy", "Wh", "total_increasing"},
    {"total_act_ret_energy", "total_act_ret_energy", "energy", "Wh", "total_increasing"},
    {"percent", "percent", "", "%", "measurement"},
    {"xpercent", "xpercent", "", "", "measurement"},
    {"xvoltage", "xvoltage", "", "", "measurement"},
    {"counts.total", "counts", "", "", "total_increasing"},
};
/// Members that exist once a phase: `a_voltage`, `b_voltage`, `c_voltage`.
constexpr Measure phaseMeasures[] = {
    {"act_power", "", "power", "W", "measurement"},
    {"aprt_power", "", "apparent_power", "VA", "measurement"},
    {"voltage", "", "voltage", "V", "measurement"},
    {"current", "", "current", "A", "measurement"},
    {"pf", "", "power_factor", "", "measurement"},
    {"freq", "", "frequency", "Hz", "measurement"},
    {"total_act_energy", "", "energy", "Wh", "total_increasing"},
    {"total_act_ret_energy", "", "energy", "Wh", "total_increasing"},
};

const Value* member(const Value& status, std::string_view path)
{
    const Value* value = &status;
    while (value && !path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        value = value->find(path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return value;
}

/// Calls `use(key, suffix, measure)` for each measure that the status holds.
template <class Use>
void forMeasures(const Value& status, Use use)
{
    for (const auto& measure : measures)
        if (const Value* value = member(status, measure.key); value && value->isNumeric())
            use(std::string(measure.suffix), measure, *value);
    for (const char* phase : {"a_", "b_", "c_"})
        for (const auto& measure : phaseMeasures) {
            const std::string key = std::string(phase) + measure.key;
            if (const Value* value = status.find(key); value && value->isNumeric()) use(key, measure, *value);
        }
}

bool isLight(const std::string& kind)
{
    return kind == "light" || kind == "rgb" || kind == "rgbw" || kind == "cct" || kind == "rgbcct";
}

/// Kinds whose one boolean member is a binary sensor: kind, member, device class.
struct Detector {
    const char *kind, *key, *deviceClass;
};
constexpr Detector detectors[] = {{"input", "state", ""},
                                  {"smoke", "alarm", "smoke"},
                                  {"flood", "alarm", "moisture"},
                                  {"occupancy", "value", "occupancy"},
                                  {"presence", "presence", "presence"},
                                  {"presencezone", "value", "occupancy"}};

const Detector* detectorOf(const std::string& kind)
{
    for (const auto& detector : detectors)
        if (kind == detector.kind) return &detector;
    return nullptr;
}

bool isMeasuring(const std::string& kind)
{
    for (const char* known : {"temperature", "humidity", "illuminance", "devicepower", "pm1", "em", "emdata", "em1",
                              "em1data", "voltmeter"})
        if (kind == known) return true;
    return false;
}

/// Values that a user defined on the device: kind, component of the house, command.
struct Virtual {
    const char *kind, *component, *command;
    Value::Kind value;
};
constexpr Virtual virtuals[] = {{"boolean", "switch", "turn_on", Value::Kind::Boolean},
                                {"number", "number", "set_value", Value::Kind::Number},
                                {"text", "text", "set_value", Value::Kind::Text},
                                {"enum", "select", "select_option", Value::Kind::Text}};

const Virtual* virtualOf(const std::string& kind)
{
    for (const auto& known : virtuals)
        if (kind == known.kind) return &known;
    return nullptr;
}

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

Value miredsOf(const Value& kelvin)
{
    const auto number = kelvin.ifNumber();
    return number && *number > 0 ? Value(static_cast<std::int64_t>(1e6 / *number + 0.5)) : Value();
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

std::vector<Reading> read(const std::string& prefix, const ComponentName& component, const Value& status)
{
    std::vector<Reading> all;
    const std::string base = prefix + '-' + component.text;
    const auto& kind = component.kind;
    Reading main{base, {}};
    const auto take = [&](const char* key, const char* role) {
        if (const Value* value = status.find(key); value && !value->isNull()) main.values.emplace_back(role, *value);
    };
    const auto* detector = detectorOf(kind);
    if (kind == "switch") take("output", "state");
    else if (isLight(kind)) {
        take("output", "state");
        take("brightness", "brightness_pct");
        take("rgb", "rgb");
        if (const Value* kelvin = status.find("ct")) main.values.emplace_back("color_temp", miredsOf(*kelvin));
    }
    else if (detector) take(detector->key, "state");
    else if (virtualOf(kind)) take("value", "state");
    else if (kind == "cover") {
        const auto state = status.textOr("state", "");
        const Value* position = status.find("current_pos");
        const auto at = position ? position->ifNumber() : std::nullopt;
        if (state == "stopped") main.values.emplace_back("state", at && *at == 0 ? "closed" : "open");
        else if (state == "calibrating") main.values.emplace_back("state", Value());
        else if (!state.empty()) main.values.emplace_back("state", state);
        if (at) main.values.emplace_back("position", *position);
    }
    else if (kind == "thermostat") {
        const bool cools = status.textOr("type", "heating") == "cooling";
        const bool enabled = status.booleanOr("enable", true);
        main.values.emplace_back("state", !enabled ? "off" : cools ? "cool" : "heat");
        if (status.find("output"))
            main.values.emplace_back("hvac_action", !enabled                             ? "off"
                                                    : !status.booleanOr("output", false) ? "idle"
                                                    : cools                              ? "cooling"
                                                                                         : "heating");
        take("current_C", "current_temperature");
        take("target_C", "target_temperature");
        take("current_humidity", "current_humidity");
    }
    else if (!isMeasuring(kind) && kind != "button") main.values.emplace_back("state", status);
    if (!main.values.empty()) all.push_back(std::move(main));
    forMeasures(status, [&](const std::string& suffix, const Measure&, const Value& value) {
        all.push_back({base + (suffix.empty() ? "" : '-' + suffix), {{"state", value}}});
    });
    return all;
}

} // namespace atrium::shelly
