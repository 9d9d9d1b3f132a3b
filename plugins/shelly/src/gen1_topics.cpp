#include "gen1_topics.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atrium::shelly {

namespace {

constexpr std::size_t longestRawText = 255;

/// Topics with a number: path with `#` for the index, what it becomes, and by how much it is to be multiplied.
struct Measure {
    const char* path;
    const char* deviceClass;
    const char* unit;
    const char* stateClass;
    double factor = 1;
    bool isDiagnostic = false;
};
constexpr double wattMinute = 1.0 / 60; // of a Wh
constexpr Measure measures[] = {
    {"relay/#/power", "power", "W", "measurement"},
    {"relay/#/energy", "energy", "Wh", "total_increasing", wattMinute},
    {"light/#/power", "power", "W", "measurement"},
    {"light/#/energy", "energy", "Wh", "total_increasing", wattMinute},
    {"color/#/power", "power", "W", "measurement"},
    {"white/#/power", "power", "W", "measurement"},
    {"roller/#/power", "power", "W", "measurement"},
    {"roller/#/energy", "energy", "Wh", "total_increasing", wattMinute},
    {"emeter/#/power", "power", "W", "measurement"},
    {"emeter/#/reactive_power", "reactive_power", "var", "measurement"},
    {"emeter/#/pf", "power_factor", "", "measurement"},
    {"emeter/#/voltage", "voltage", "V", "measurement"},
    {"emeter/#/current", "current", "A", "measurement"},
    {"emeter/#/total", "energy", "Wh", "total_increasing"},
    {"emeter/#/total_returned", "energy", "Wh", "total_increasing"},
    {"emeter_n/current", "current", "A", "measurement"},
    {"adc/#", "voltage", "V", "measurement"},
    {"ext_temperature/#", "temperature", "°C", "measurement"},
    {"ext_humidity/#", "humidity", "%", "measurement"},
    {"sensor/temperature", "temperature", "°C", "measurement"},
    {"sensor/humidity", "humidity", "%", "measurement"},
    {"sensor/lux", "illuminance", "lx", "measurement"},
    {"sensor/battery", "battery", "%", "measurement", 1, true},
    {"sensor/tilt", "", "°", "measurement"},
    {"sensor/concentration", "", "ppm", "measurement"},
    {"voltage", "voltage", "V", "measurement", 1, true},
    {"temperature", "temperature", "°C", "measurement", 1, true},
};

/// Topics with one of two words.
struct Switching {
    const char* path;
    const char* component;
    const char* deviceClass;
    const char *on, *off;
    bool isDiagnostic = false;
};
constexpr Switching switchings[] = {
    {"input/#", "binary_sensor", "", "1", "0"},
    {"sensor/state", "binary_sensor", "opening", "open", "close"},
    {"sensor/flood", "binary_sensor", "moisture", "true", "false"},
    {"sensor/smoke", "binary_sensor", "smoke", "true", "false"},
    {"sensor/motion", "binary_sensor", "motion", "true", "false"},
    {"sensor/motion", "binary_sensor", "motion", "1", "0"},
    {"sensor/vibration", "binary_sensor", "vibration", "1", "0"},
    {"sensor/vibration", "binary_sensor", "vibration", "true", "false"},
    {"sensor/charger", "binary_sensor", "battery_charging", "true", "false", true},
    {"overtemperature", "binary_sensor", "heat", "1", "0", true},
};

constexpr const char* housekeeping[] = {
    "announce",           "info",           "online",        "command",          "temperature_f", "temperature_status",
    "sensor/act_reasons", "sensor/error",   "sensor/status", "sensor/ext_power", "settings",      "loadstatus",
    "ext_temperatures",   "ext_humidities", "ext_switches"};

/// Splits the number off: `relay/0/power` becomes `relay/#/power` and 0.
std::pair<std::string, int> patternOf(std::string_view path)
{
    std::string pattern;
    int index = -1;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        const auto level = path.substr(0, end);
        int number = 0;
        const auto [last, error] = std::from_chars(level.data(), level.data() + level.size(), number);
        if (!pattern.empty()) pattern += '/';
        if (index < 0 && error == std::errc{} && last == level.data() + level.size() && number >= 0) {
            index = number;
            pattern += '#';
        }
        else pattern += level;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return {pattern, index};
}

std::string entityOf(std::string_view path)
{
    std::string id(path);
    std::replace(id.begin(), id.end(), '/', '-');
    return id;
}

std::optional<double> numberOf(std::string_view text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return {};
    return number;
}

Error unfit(std::string_view path)
{
    return makeError(ErrorCode::InvalidArgument, {}, "the payload does not fit " + std::string(path));
}

/// `light/0/status`, `color/0/status`, `white/0/status`.
Result<std::optional<Gen1Message>> readLight(std::string_view path, std::string_view payload)
{
    const auto json = parseJson(payload);
    if (!json || !json->isObject()) return unfit(path);
    Gen1Message message{entityOf(path.substr(0, path.rfind('/'))), {}, {}};
    if (const Value* on = json->find("ison"); on && on->isBoolean()) message.values.emplace_back("state", *on);
    const bool isColor = path.starts_with("color") || json->textOr("mode", "white") == "color";
    if (const Value* level = json->find(isColor ? "gain" : "brightness"); level && level->isNumeric())
        message.values.emplace_back("brightness_pct", *level);
    if (json->find("red") && json->find("green") && json->find("blue"))
        message.values.emplace_back("rgb", List{*json->find("red"), *json->find("green"), *json->find("blue")});
    if (const auto kelvin = json->integerOr("temp", 0); kelvin > 0)
        message.values.emplace_back("color_temp",
                                    static_cast<std::int64_t>(std::lround(1e6 / static_cast<double>(kelvin))));
    return std::optional(std::move(message));
}

Result<std::optional<Gen1Message>> readRoller(std::string_view path, std::string_view payload)
{
    if (!path.ends_with("/pos")) {
        // What it is doing; where it stands says the position.
        const char* state = payload == "open" ? "opening" : payload == "close" ? "closing" : nullptr;
        if (!state && payload != "stop") return unfit(path);
        if (!state) return std::optional<Gen1Message>();
        return std::optional(Gen1Message{entityOf(path), {{"state", state}}, {}});
    }
    const auto position = numberOf(payload);
    if (!position || *position < -1 || *position > 101) return unfit(path);
    Gen1Message message{entityOf(path.substr(0, path.rfind('/'))), {}, {}};
    if (*position >= 0 && *position <= 100) {
        message.values.emplace_back("position", static_cast<std::int64_t>(*position));
        message.values.emplace_back("state", *position == 0 ? "closed" : "open");
    }
    return std::optional(std::move(message));
}

Result<std::optional<Gen1Message>> readInputEvent(std::string_view path, std::string_view payload)
{
    const auto json = parseJson(payload);
    if (!json || !json->isObject()) return unfit(path);
    const auto type = json->textOr("event", "");
    if (type.empty() || type.size() > 20) return std::optional<Gen1Message>();
    return std::optional(Gen1Message{entityOf(path), {}, type});
}

} // namespace

Result<std::optional<Gen1Message>> readGen1(std::string_view path, std::string_view payload)
{
    const auto [pattern, index] = patternOf(path);
    for (const char* own : housekeeping)
        if (pattern == own) return std::optional<Gen1Message>();
    // Commands of others, and what repeats another topic.
    if (path.ends_with("/command") || path.ends_with("/set") || path.find("/command/") != std::string_view::npos ||
        path.ends_with("overpower_value") || pattern == "longpush/#" || pattern == "emeter/#/energy" ||
        pattern == "emeter/#/returned_energy" || path.ends_with("_f"))
        return std::optional<Gen1Message>();
    if (pattern == "light/#/status" || pattern == "color/#/status" || pattern == "white/#/status")
        return readLight(path, payload);
    if (pattern == "roller/#" || pattern == "roller/#/pos") return readRoller(path, payload);
    if (pattern == "input_event/#") return readInputEvent(path, payload);
    if (pattern == "relay/#" || pattern == "light/#" || pattern == "color/#" || pattern == "white/#") {
        // `overpower`: it switched itself off.
        if (payload != "on" && payload != "off" && payload != "overpower") return unfit(path);
        return std::optional(Gen1Message{entityOf(path), {{"state", payload == "on"}}, {}});
    }
    bool isSwitching = false;
    for (const auto& known : switchings) {
        if (pattern != known.path) continue;
        isSwitching = true;
        if (payload == known.on || payload == known.off)
            return std::optional(Gen1Message{entityOf(path), {{"state", payload == known.on}}, {}});
    }
    if (isSwitching) return unfit(path);
    for (const auto& measure : measures) {
        if (pattern != measure.path) continue;
        const auto number = numberOf(payload);
        if (!number) return unfit(path);
        // 999 stands for a probe that is not there.
        if (std::string_view(measure.deviceClass) == "temperature" && *number == 999)
            return std::optional(Gen1Message{entityOf(path), {{"state", Value()}}, {}});
        return std::optional(Gen1Message{entityOf(path), {{"state", *number * measure.factor}}, {}});
    }
    // Not understood, not lost: it is shown as it is.
    if (payload.size() > longestRawText || !isCleanUtf8(payload)) return unfit(path);
    return std::optional(Gen1Message{entityOf(path), {{"state", std::string(payload)}}, {}});
}

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
