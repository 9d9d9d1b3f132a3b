#include "describer.h"
#include "readers.h"

namespace atrium::homeassistant_discovery {

using Kind = Value::Kind;

void describeLight(Describer& it)
{
    const auto schema = it.config().text("schema", "basic");
    for (const char* key : {"supported_color_modes", "effect_list", "min_mireds", "max_mireds", "min_kelvin",
                            "max_kelvin", "white_scale"})
        it.capability(key);
    it.capability("brightness_scale", 255);
    it.attribute("state", Kind::Boolean).writable = true;
    auto& level = it.attribute("brightness_pct", Kind::Number);
    level.writable = true, level.unit = "%", level.minimum = 0, level.maximum = 100;
    it.attribute("brightness_raw", Kind::Number).history = false;
    it.attribute("color_temp", Kind::Number).writable = true;
    it.attribute("color_mode", Kind::Text);
    it.attribute("effect", Kind::Text).writable = true;
    for (const char* space : {"xy", "hs", "rgb", "rgbw", "rgbww"}) it.attribute(space, Kind::List).writable = true;
    for (const char* name :
         {"turn_on", "turn_off", "set_brightness", "set_color_temp", "set_xy", "set_hs", "set_rgb", "set_effect"})
        it.command(name);
    const auto modes = it.config().texts("supported_color_modes");
    for (const auto& [mode, name] : {std::pair{"rgbw", "set_rgbw"}, {"rgbww", "set_rgbww"}, {"white", "set_white"}})
        if (contains(modes, mode) || it.config().has(std::string(mode) + "_command_topic")) it.command(name);
    it.optimisticWithout("state_topic");
    if (schema == "json") {
        it.listen("state_topic", "", readJsonLight, "state");
        return;
    }
    if (schema == "template") {
        it.commandTemplate("command_on_template");
        it.commandTemplate("command_off_template");
        it.listen("state_topic", "state_template", readTemplateLightState, "state");
        const std::tuple<const char*, Reader, const char*> parts[] = {
            {"brightness_template", readBrightness, "brightness"},
            {"color_temp_template", readColorTemp, "color_temp"},
            {"red_template", readRgbPart, "red"},
            {"green_template", readRgbPart, "green"},
            {"blue_template", readRgbPart, "blue"},
            {"effect_template", readListed, "effect"}};
        for (const auto& [key, reader, role] : parts)
            if (it.config().has(key)) it.listen("state_topic", key, reader, role);
        return;
    }
    it.listen("state_topic", it.config().has("state_value_template") ? "state_value_template" : "value_template",
              readBoolean, "state");
    it.listen("brightness_state_topic", "brightness_value_template", readBrightness, "brightness");
    it.listen("color_temp_state_topic", "color_temp_value_template", readColorTemp, "color_temp");
    it.listen("effect_state_topic", "effect_value_template", readWord, "effect");
    it.listen("color_mode_state_topic", "color_mode_value_template", readWord, "color_mode");
    for (const auto& [topic, valueTemplate, role] : {std::tuple{"xy_state_topic", "xy_value_template", "xy"},
                                                     {"hs_state_topic", "hs_value_template", "hs"},
                                                     {"rgb_state_topic", "rgb_value_template", "rgb"},
                                                     {"rgbw_state_topic", "rgbw_value_template", "rgbw"},
                                                     {"rgbww_state_topic", "rgbww_value_template", "rgbww"}})
        it.listen(topic, valueTemplate, readColor, role);
    for (const char* key : {"brightness_command_template", "color_temp_command_template", "effect_command_template",
                            "rgb_command_template", "rgbw_command_template", "rgbww_command_template",
                            "xy_command_template", "hs_command_template"})
        it.commandTemplate(key);
}

void describeClimate(Describer& it)
{
    for (const char* key : {"modes", "min_temp", "max_temp", "temp_step", "preset_modes", "fan_modes", "swing_modes",
                            "swing_horizontal_modes", "precision", "temperature_unit", "min_humidity", "max_humidity"})
        it.capability(key);
    // One template may stand for all that have none of their own.
    const auto ownOrCommon = [&](const char* key) { return it.config().has(key) ? key : "value_template"; };
    it.attribute("state", Kind::Text).writable = true;
    it.listen("mode_state_topic", ownOrCommon("mode_state_template"), readListed, "mode");
    const std::tuple<const char*, const char*, const char*> numbers[] = {
        {"current_temperature_topic", "current_temperature_template", "current_temperature"},
        {"current_humidity_topic", "current_humidity_template", "current_humidity"},
        {"temperature_state_topic", "temperature_state_template", "target_temperature"},
        {"temperature_low_state_topic", "temperature_low_state_template", "target_temp_low"},
        {"temperature_high_state_topic", "temperature_high_state_template", "target_temp_high"},
        {"target_humidity_state_topic", "target_humidity_state_template", "target_humidity"}};
    for (const auto& [topic, valueTemplate, role] : numbers) {
        it.listen(topic, ownOrCommon(valueTemplate), readNumber, role);
        auto& spec = it.attribute(role, Kind::Number);
        spec.unit = std::string_view(role).find("humidity") != std::string_view::npos ? "%" : "°C";
        spec.writable = std::string_view(role).starts_with("target");
    }
    for (const auto& [topic, valueTemplate, role] :
         {std::tuple{"action_topic", "action_template", "hvac_action"},
          {"fan_mode_state_topic", "fan_mode_state_template", "fan_mode"},
          {"swing_mode_state_topic", "swing_mode_state_template", "swing_mode"},
          {"swing_horizontal_mode_state_topic", "swing_horizontal_mode_state_template", "swing_horizontal_mode"},
          {"preset_mode_state_topic", "preset_mode_value_template", "preset_mode"}}) {
        it.listen(topic, ownOrCommon(valueTemplate), readListed, role);
        it.attribute(role, Kind::Text).writable = std::string_view(role) != "hvac_action";
    }
    for (const char* key :
         {"mode_command_template", "temperature_command_template", "temperature_low_command_template",
          "temperature_high_command_template", "fan_mode_command_template", "swing_mode_command_template",
          "swing_horizontal_mode_command_template", "preset_mode_command_template", "power_command_template",
          "target_humidity_command_template"})
        it.commandTemplate(key);
    for (const char* name :
         {"turn_on", "turn_off", "set_mode", "set_temperature", "set_temp_low", "set_temp_high", "set_fan_mode",
          "set_swing_mode", "set_swing_horizontal_mode", "set_preset_mode", "set_humidity"})
        it.command(name);
    it.optimisticWithout("mode_state_topic");
}

void describeOpening(Describer& it)
{
    const bool isValve = it.config().component == "valve";
    it.attribute("state", Kind::Text);
    for (const char* role : {"position", "tilt"}) {
        auto& spec = it.attribute(role, Kind::Number);
        spec.unit = "%", spec.minimum = 0, spec.maximum = 100, spec.writable = true;
    }
    it.listen("position_topic", "position_template", readPosition, "position");
    it.listen("state_topic", "value_template", isValve ? readValve : readCoverState, "state");
    it.listen("tilt_status_topic", "tilt_status_template", readTilt, "tilt");
    for (const char* key : {"set_position_template", "tilt_command_template", "command_template"})
        it.commandTemplate(key);
    for (const char* name : {"open", "close", "stop", "set_position"}) it.command(name);
    if (it.config().has("tilt_command_topic"))
        for (const char* name : {"set_tilt", "open_tilt", "close_tilt", "stop_tilt"}) it.command(name);
    it.optimisticWithout(it.config().has("position_topic") ? "position_topic" : "state_topic");
}

void describeFan(Describer& it)
{
    it.capability("preset_modes");
    it.capability("speed_range_min", 1);
    it.capability("speed_range_max", 100);
    it.attribute("state", Kind::Boolean).writable = true;
    auto& percentage = it.attribute("percentage", Kind::Number);
    percentage.unit = "%", percentage.writable = true, percentage.minimum = 0, percentage.maximum = 100;
    it.attribute("preset_mode", Kind::Text).writable = true;
    it.attribute("oscillating", Kind::Boolean).writable = true;
    it.attribute("direction", Kind::Text).writable = true;
    it.listen("state_topic", "state_value_template", readBoolean, "state");
    it.listen("percentage_state_topic", "percentage_value_template", readPercentage, "percentage");
    it.listen("preset_mode_state_topic", "preset_mode_value_template", readListed, "preset_mode");
    it.listen("oscillation_state_topic", "oscillation_value_template", readOscillation, "oscillating");
    it.listen("direction_state_topic", "direction_value_template", readWord, "direction");
    for (const char* key : {"command_template", "percentage_command_template", "preset_mode_command_template",
                            "oscillation_command_template", "direction_command_template"})
        it.commandTemplate(key);
    for (const char* name :
         {"turn_on", "turn_off", "set_percentage", "set_preset", "set_preset_mode", "oscillate", "set_direction"})
        it.command(name);
    it.optimisticWithout("state_topic");
}

void describeHumidifier(Describer& it)
{
    for (const char* key : {"modes", "min_humidity", "max_humidity"}) it.capability(key);
    it.attribute("state", Kind::Boolean).writable = true;
    for (const char* role : {"target_humidity", "current_humidity"}) it.attribute(role, Kind::Number).unit = "%";
    for (const char* role : {"mode", "action"}) it.attribute(role, Kind::Text);
    it.listen("state_topic", "state_value_template", readBoolean, "state");
    it.listen("target_humidity_state_topic", "target_humidity_state_template", readHumidity, "target_humidity");
    it.listen("current_humidity_topic", "current_humidity_template", readHumidity, "current_humidity");
    it.listen("mode_state_topic", "mode_state_template", readListed, "mode");
    it.listen("action_topic", "action_template", readListed, "action");
    for (const char* key : {"command_template", "target_humidity_command_template", "mode_command_template"})
        it.commandTemplate(key);
    for (const char* name : {"turn_on", "turn_off", "set_humidity", "set_mode"}) it.command(name);
    it.optimisticWithout("state_topic");
}

} // namespace atrium::homeassistant_discovery
