#include "readers.h"

#include "atrium/json.h"

#include <cmath>
#include <map>

namespace atrium::homeassistant_discovery {

namespace {

/// The list under `key` of the configuration, or what the convention says when there is none; empty = any word.
std::vector<std::string> listOf(const EntityConfig& config, std::string_view key)
{
    if (key == "hvac_actions")
        return {"off", "preheating", "heating", "cooling", "drying", "idle", "fan", "defrosting"};
    if (key == "actions" && config.component == "humidifier") return {"off", "humidifying", "drying", "idle"};
    if (key == "activities") return {"mowing", "paused", "docked", "returning", "error"};
    if (key == "modes" && config.component == "water_heater" && !config.has(key))
        return {"off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance"};
    if (config.has(key) || config.component != "climate") return config.texts(key);
    if (key == "modes") return {"auto", "off", "cool", "heat", "dry", "fan_only"};
    if (key == "fan_modes") return {"auto", "low", "medium", "high"};
    if (key == "swing_modes" || key == "swing_horizontal_modes") return {"on", "off"};
    return {};
}

} // namespace

/// Of a humidifier: the wish within its range, the measurement a percentage.
bool readHumidity(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == entity.config.text("payload_reset_humidity", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    const bool isWish = channel.role == "target_humidity";
    const auto number = jinja::parseFloat(text);
    const double least = isWish ? entity.config.number("min_humidity").value_or(0) : 0;
    const double most = isWish ? entity.config.number("max_humidity").value_or(100) : 100;
    if (!number || !(*number >= least && *number <= most)) return false;
    values.emplace_back(channel.role, numberValue(*number));
    return true;
}

bool readLock(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == entity.config.text("payload_reset", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    for (const char* word : {"locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening"}) {
        std::string upper = word;
        for (auto& c : upper) c = static_cast<char>(std::toupper(c));
        if (text != entity.config.text(std::string("state_") + word, upper)) continue;
        values.emplace_back(channel.role, word);
        return true;
    }
    return false;
}

bool readPercentage(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == entity.config.text("payload_reset_percentage", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    const auto raw = jinja::parseFloat(text);
    const double least = entity.config.number("speed_range_min").value_or(1),
                 most = entity.config.number("speed_range_max").value_or(100);
    if (!raw) return false;
    const double percent = std::floor((*raw - (least - 1)) * 100 / (most - least + 1));
    if (percent < 0 || percent > 100) return false;
    values.emplace_back(channel.role, numberValue(percent));
    return true;
}

bool readOscillation(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text == entity.config.text("payload_oscillation_on", "oscillate_on")) values.emplace_back(channel.role, true);
    else if (text == entity.config.text("payload_oscillation_off", "oscillate_off"))
        values.emplace_back(channel.role, false);
    else return text.empty();
    return true;
}

/// A siren says words, or an object of which one wrong member spoils all.
bool readSiren(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    const auto json = parseJson(text);
    if (!json || !json->isObject()) return readBoolean(entity, channel, text, values);
    const auto isNumberIn = [](const Value& value, double least, double most) {
        return value.isNumeric() && value.number() >= least && value.number() <= most;
    };
    const auto tones = entity.config.texts("available_tones");
    for (const auto& [key, value] : json->object()) {
        if (value.isNull()) continue;
        const bool isWrong = (key == "tone" && !tones.empty() && !contains(tones, jinja::Var::from(value).text())) ||
                             (key == "duration" && !(value.isInteger() && value.integer() > 0)) ||
                             (key == "volume_level" && !isNumberIn(value, 0, 1));
        if (isWrong) return false;
    }
    if (const Value* state = json->find("state"))
        if (!readBoolean(entity, channel, jinja::Var::from(*state).text(), values)) return false;
    for (const char* role : {"tone", "duration", "volume_level"})
        if (const Value* value = json->find(role)) values.emplace_back(role, *value);
    return true;
}

bool readUpdate(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty() && channel.role == "installed_version") return true;
    const auto json = parseJson(text);
    if (json && json->isObject() && channel.role == "installed_version") {
        for (const char* key : {"installed_version", "latest_version", "title", "release_summary", "release_url"})
            if (const Value* value = json->find(key))
                values.emplace_back(key, value->isNull() ? Value() : Value(jinja::Var::from(*value).text()));
        if (const Value* value = json->find("in_progress"); value && value->isBoolean())
            values.emplace_back("in_progress", *value);
        if (const Value* value = json->find("update_percentage"); value && (value->isNumeric() || value->isNull()))
            values.emplace_back("update_percentage", *value);
    }
    else values.emplace_back(channel.role, text == "None" ? Value() : Value(text));
    for (const auto& [role, value] : values) entity.last(role) = value;
    const Value &installed = entity.last("installed_version"), &latest = entity.last("latest_version");
    values.emplace_back("state", installed.isNull() || latest.isNull() || latest == Value("")
                                     ? Value()
                                     : Value(!(installed == latest)));
    return true;
}

bool readVacuum(Reading&, const Channel&, const std::string& text, Values& values)
{
    const auto json = parseJson(text);
    if (!json || !json->isObject()) return false;
    static const std::vector<std::string> states{"cleaning", "docked", "paused", "idle", "returning", "error"};
    if (const Value* state = json->find("state");
        state && (state->isNull() || (state->isText() && contains(states, state->text()))))
        values.emplace_back("state", *state);
    if (const Value* level = json->find("battery_level"); level && level->isNumeric())
        values.emplace_back("battery_level", *level);
    if (const Value* speed = json->find("fan_speed"); speed && speed->isText())
        values.emplace_back("fan_speed", *speed);
    return true;
}

bool readAlarm(Reading&, const Channel& channel, const std::string& text, Values& values)
{
    if (text == "None") values.emplace_back(channel.role, Value());
    else if (!contains({"disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass",
                        "pending", "arming", "disarming", "triggered"},
                       text))
        return text.empty();
    else values.emplace_back(channel.role, text);
    return true;
}

bool readTracker(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text == entity.config.text("payload_home", "home")) values.emplace_back(channel.role, "home");
    else if (text == entity.config.text("payload_not_home", "not_home")) values.emplace_back(channel.role, "not_home");
    else if (text == entity.config.text("payload_reset", "None")) values.emplace_back(channel.role, Value());
    else values.emplace_back(channel.role, text);
    return true;
}

/// A word out of a list of the configuration, named after the role; without a list any word.
bool readListed(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    const bool isHeating = entity.config.component == "climate" || entity.config.component == "water_heater";
    const bool isState = channel.role == "activity" || (channel.role == "mode" && isHeating);
    if (channel.role == "preset_mode" && isHeating && (text == "None" || text == "none")) {
        values.emplace_back(channel.role, "none");
        return true;
    }
    if (text == "None" || text == entity.config.text("payload_reset_" + channel.role, "None")) {
        values.emplace_back(isState ? "state" : channel.role, Value());
        return true;
    }
    static const std::map<std::string, const char*> lists{
        {"preset_mode", "preset_modes"}, {"fan_mode", "fan_modes"},
        {"swing_mode", "swing_modes"},   {"mode", "modes"},
        {"effect", "effect_list"},       {"fan_speed", "fan_speed_list"},
        {"hvac_action", "hvac_actions"}, {"action", "actions"},
        {"activity", "activities"},      {"swing_horizontal_mode", "swing_horizontal_modes"}};
    const auto list = lists.find(channel.role);
    const auto known = list == lists.end() ? std::vector<std::string>{} : listOf(entity.config, list->second);
    if (!known.empty() && !contains(known, text)) return false;
    values.emplace_back(isState ? "state" : channel.role, text);
    return true;
}

} // namespace atrium::homeassistant_discovery
