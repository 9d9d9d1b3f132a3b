#include "planner.h"

namespace atrium::homeassistant_discovery {

void Planner::climate()
{
    const auto mode = [&](const std::string& wanted) {
        const auto modes = config().texts("modes");
        if (!modes.empty() && std::find(modes.begin(), modes.end(), wanted) == modes.end()) fail(badArgument("mode"));
        send("mode_command_topic", "mode_command_template", wanted);
        expect("state", wanted);
    };
    if (name_ == "turn_on" || name_ == "turn_off") {
        const bool on = name_ == "turn_on";
        if (config().has("power_command_topic"))
            return send("power_command_topic", "power_command_template",
                        on ? config().text("payload_on", "ON") : config().text("payload_off", "OFF"));
        if (!on) return mode("off");
        for (const char* first : {"heat", "auto", "heat_cool", "cool"})
            for (const auto& known : config().texts("modes"))
                if (known == first) return mode(first);
        return fail(notSupported(name_));
    }
    if (name_ == "set_mode") return mode(word("mode"));
    const std::tuple<const char*, const char*, const char*, const char*> temperatures[] = {
        {"set_temperature", "temperature_command_topic", "temperature_command_template", "target_temperature"},
        {"set_temp_low", "temperature_low_command_topic", "temperature_low_command_template", "target_temp_low"},
        {"set_temp_high", "temperature_high_command_topic", "temperature_high_command_template", "target_temp_high"}};
    for (const auto& [command, topic, commandTemplate, role] : temperatures)
        if (name_ == command) {
            const double wanted = number("temperature").number();
            inRange(wanted, "min_temp", "max_temp", "temperature");
            send(topic, commandTemplate, wanted); // Home Assistant always sends a float here
            return expect(role, wanted);
        }
    if (name_ == "set_humidity") {
        send("target_humidity_command_topic", "target_humidity_command_template", plain(number("humidity")));
        return expect("target_humidity", number("humidity").json());
    }
    const std::tuple<const char*, const char*, const char*, const char*> words[] = {
        {"set_fan_mode", "fan_mode_command_topic", "fan_mode_command_template", "fan_mode"},
        {"set_swing_mode", "swing_mode_command_topic", "swing_mode_command_template", "swing_mode"},
        {"set_swing_horizontal_mode", "swing_horizontal_mode_command_topic", "swing_horizontal_mode_command_template",
         "swing_horizontal_mode"},
        {"set_preset_mode", "preset_mode_command_topic", "preset_mode_command_template", "preset_mode"}};
    for (const auto& [command, topic, commandTemplate, role] : words)
        if (name_ == command) {
            send(topic, commandTemplate, word(role));
            return expect(role, word(role));
        }
    fail(notSupported(name_));
}

void Planner::opening()
{
    const bool isValve = config().component == "valve";
    const auto button = [&](const char* key, const char* fallback) {
        const Value* configured = config().config.find(key);
        if (configured && configured->isNull()) return fail(notSupported(name_)); // null = it cannot do that
        if (!configured && !*fallback) return fail(notSupported(name_));
        const std::string payload = config().text(key, fallback);
        send("command_topic", isValve ? "command_template" : "", payload);
    };
    const auto scaled = [&](double percent, const char* closedKey, const char* openKey) {
        const double closed = config().number(closedKey).value_or(0), open = config().number(openKey).value_or(100);
        return std::nearbyint(closed + (open - closed) * percent / 100);
    };
    const bool reportsPosition = isValve && config().flag("reports_position", false);
    if (reportsPosition && (name_ == "open" || name_ == "close")) {
        send("command_topic", "command_template",
             plain(scaled(name_ == "open" ? 100 : 0, "position_closed", "position_open")));
        return expect("state", name_ == "open" ? "open" : "closed");
    }
    if (name_ == "open") button("payload_open", "OPEN"), expect("state", "open");
    else if (name_ == "close") button("payload_close", "CLOSE"), expect("state", "closed");
    else if (name_ == "stop") button("payload_stop", isValve ? "" : "STOP");
    else if (name_ == "open_tilt" || name_ == "close_tilt") {
        const bool opens = name_ == "open_tilt";
        const Var raw = plain(opens ? config().number("tilt_opened_value").value_or(100)
                                    : config().number("tilt_closed_value").value_or(0));
        send("tilt_command_topic", "tilt_command_template", raw, {{"tilt_position", raw}});
        expect("tilt", opens ? 100 : 0);
    }
    else if (name_ == "stop_tilt") send("tilt_command_topic", "", config().text("payload_stop_tilt", "STOP"));
    else if (name_ == "set_position" || name_ == "set_tilt") {
        const bool isTilt = name_ == "set_tilt";
        const char* argument = isTilt ? "tilt" : "position";
        const double percent = number(argument).number();
        if (percent < 0 || percent > 100) return fail(badArgument(argument));
        const char* closedKey = isTilt ? "tilt_min" : "position_closed";
        const char* openKey = isTilt ? "tilt_max" : "position_open";
        const Var raw = plain(scaled(percent, closedKey, openKey));
        const auto bound = [&](const char* key, double fallback) {
            return plain(config().number(key).value_or(fallback));
        };
        Variables variables{{isTilt ? "tilt_position" : "position", plain(percent)},
                            {"position_closed", bound("position_closed", 0)},
                            {"position_open", bound("position_open", 100)},
                            {"tilt_min", bound("tilt_min", 0)},
                            {"tilt_max", bound("tilt_max", 100)}};
        if (reportsPosition) send("command_topic", "command_template", raw, std::move(variables));
        else
            send(isTilt ? "tilt_command_topic" : "set_position_topic",
                 isTilt ? "tilt_command_template" : "set_position_template", raw, std::move(variables));
        expect(argument, percent);
    }
}

void Planner::fan()
{
    if (name_ == "turn_on" || name_ == "turn_off") return switchTo(name_ == "turn_on");
    if (name_ == "set_percentage") {
        const double least = config().number("speed_range_min").value_or(1),
                     most = config().number("speed_range_max").value_or(100);
        const double percent = number("percentage").number();
        if (percent < 0 || percent > 100) return fail(badArgument("percentage"));
        const double steps = most - least + 1;
        send("percentage_command_topic", "percentage_command_template",
             plain(std::ceil(percent * steps / 100) + least - 1));
        plan_.confirmation = config().has("percentage_state_topic") ? plan_.confirmation : Confirmation::None;
        return expect("percentage", std::floor(std::ceil(percent * steps / 100) * 100 / steps));
    }
    if (name_ == "set_preset" || name_ == "set_preset_mode") {
        const char* key = arguments_.contains("preset") ? "preset" : "preset_mode";
        send("preset_mode_command_topic", "preset_mode_command_template", word(key));
        return expect("preset_mode", word(key));
    }
    if (name_ == "oscillate") {
        const Value* wanted = arguments_.find("oscillating");
        const bool on = !wanted || *wanted == Value(true);
        send("oscillation_command_topic", "oscillation_command_template",
             on ? config().text("payload_oscillation_on", "oscillate_on")
                : config().text("payload_oscillation_off", "oscillate_off"));
        return expect("oscillating", on);
    }
    send("direction_command_topic", "direction_command_template", word("direction"));
    expect("direction", word("direction"));
}

void Planner::humidifier()
{
    if (name_ == "turn_on" || name_ == "turn_off") return switchTo(name_ == "turn_on");
    if (name_ == "set_humidity") {
        send("target_humidity_command_topic", "target_humidity_command_template", plain(number("humidity")));
        return expect("target_humidity", number("humidity").json());
    }
    send("mode_command_topic", "mode_command_template", word("mode"));
    expect("mode", word("mode"));
}

} // namespace atrium::homeassistant_discovery
