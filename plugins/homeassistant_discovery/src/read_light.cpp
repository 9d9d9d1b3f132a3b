#include "readers.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::homeassistant_discovery {

namespace {

void addBrightness(const Reading& entity, double raw, Values& values)
{
    const double scale = entity.config.number("brightness_scale").value_or(255);
    values.emplace_back("brightness_raw", numberValue(raw));
    values.emplace_back("brightness_pct", numberValue(std::round(std::clamp(raw / scale, 0.0, 1.0) * 1000) / 10));
}

/// A lamp that does not say in which mode it is, is in that of its last colour.
void addMode(const Reading& entity, const std::string& mode, Values& values)
{
    if (entity.config.text("schema", "basic") == "basic" && !entity.config.has("color_mode_state_topic"))
        values.emplace_back("color_mode", mode);
}

double toMired(double kelvin) { return kelvin > 0 ? std::round(1e6 / kelvin) : 0; }

} // namespace

bool readBrightness(Reading& entity, const Channel&, const std::string& text, Values& values)
{
    const auto raw = jinja::parseFloat(text);
    if (!raw || *raw < 0) return text.empty();
    if (*raw == 0) return true; // it is off: how bright it was stays
    addBrightness(entity, *raw, values);
    return true;
}

bool readColorTemp(Reading& entity, const Channel&, const std::string& text, Values& values)
{
    const auto number = jinja::parseFloat(text);
    if (!number) return text.empty() || text == "None";
    // A template renders what the lamp shows, in whatever unit it says it has.
    const bool converts = entity.config.flag("color_temp_kelvin", false) && entity.config.text("schema") != "template";
    values.emplace_back("color_temp", numberValue(converts ? toMired(*number) : *number));
    addMode(entity, "color_temp", values);
    return true;
}

bool readColor(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    List parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        const auto number = jinja::parseFloat(text.substr(at, end - at));
        if (!number) return text.empty() || text == "None";
        parts.push_back(numberValue(*number));
        at = end + 1;
    }
    constexpr std::pair<const char*, std::size_t> sizes[] = {
        {"xy", 2}, {"hs", 2}, {"rgb", 3}, {"rgbw", 4}, {"rgbww", 5}};
    for (const auto& [space, size] : sizes)
        if (channel.role == space && parts.size() != size) return false;
    // Without a level of its own the brightest part is the level, and the colour is what it would be at full.
    if (channel.role.starts_with("rgb")) {
        double most = 0;
        for (const auto& part : parts) most = std::max(most, part.number());
        const bool isLevel = !entity.config.has("brightness_state_topic");
        if (isLevel && most == 0) return true;
        if (isLevel) addBrightness(entity, most * entity.config.number("brightness_scale").value_or(255) / 255, values);
        for (auto& part : parts)
            part = numberValue(isLevel ? std::min(std::nearbyint(part.number() / most * 255), 255.0)
                                       : std::trunc(part.number()));
    }
    values.emplace_back(channel.role, std::move(parts));
    addMode(entity, channel.role, values);
    return true;
}

bool readJsonLight(Reading& entity, const Channel&, const std::string& text, Values& values)
{
    const auto json = parseJson(text);
    if (!json || !json->isObject()) return false;
    if (const Value* state = json->find("state")) {
        if (state->isNull()) values.emplace_back("state", Value());
        else if (*state == Value("ON")) values.emplace_back("state", true);
        else if (*state == Value("OFF")) values.emplace_back("state", false);
    }
    const auto number = [&](const Value* value) {
        return value ? jinja::parseFloat(jinja::Var::from(*value).text()) : std::nullopt;
    };
    if (const auto raw = number(json->find("brightness")); raw && *raw > 0) addBrightness(entity, *raw, values);
    const auto mode = json->textOr("color_mode", "");
    const auto supported = entity.config.texts("supported_color_modes");
    if (!mode.empty() && (supported.empty() || contains(supported, mode))) values.emplace_back("color_mode", mode);
    if (const auto raw = number(json->find("color_temp")))
        values.emplace_back("color_temp",
                            numberValue(entity.config.flag("color_temp_kelvin", false) ? toMired(*raw) : *raw));
    if (const Value* color = json->find("color"); color && color->isObject()) {
        const std::pair<const char*, std::vector<const char*>> spaces[] = {{"xy", {"x", "y"}},
                                                                           {"hs", {"h", "s"}},
                                                                           {"rgb", {"r", "g", "b"}},
                                                                           {"rgbw", {"r", "g", "b", "w"}},
                                                                           {"rgbww", {"r", "g", "b", "c", "w"}}};
        for (const auto& [role, keys] : spaces) {
            List parts;
            for (const char* key : keys)
                if (const auto part = number(color->find(key))) parts.push_back(numberValue(*part));
            if (parts.size() == keys.size() && (mode.empty() || mode == role || mode.starts_with(role)))
                values.emplace_back(role, std::move(parts));
        }
    }
    if (const Value* effect = json->find("effect")) values.emplace_back("effect", effect->isText() ? *effect : Value());
    return true;
}

bool readTemplateLightState(Reading&, const Channel& channel, const std::string& text, Values& values)
{
    if (text == "on" || text == "off") values.emplace_back(channel.role, text == "on");
    else if (text == "None") values.emplace_back(channel.role, Value());
    else return false;
    return true;
}

bool readRgbPart(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    const auto number = jinja::parseFloat(text);
    if (!number) return false;
    entity.last(channel.role) = numberValue(*number);
    if (channel.role == "blue")
        values.emplace_back("rgb", List{entity.last("red"), entity.last("green"), entity.last("blue")});
    return true;
}

} // namespace atrium::homeassistant_discovery
