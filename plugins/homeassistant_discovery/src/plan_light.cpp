#include "planner.h"

#include "atrium/json.h"

#include <map>

namespace atrium::homeassistant_discovery {

/// In the lamp's own steps.
std::optional<double> Planner::brightness()
{
    const double scale = config().number("brightness_scale").value_or(255);
    // However little is wished, the lamp is on.
    const auto inSteps = [scale](double part) {
        return part <= 0 ? 0.0 : std::clamp(std::nearbyint(part * scale), 1.0, scale);
    };
    if (arguments_.contains("brightness_raw")) return number("brightness_raw").number();
    if (arguments_.contains("brightness_255")) return inSteps(number("brightness_255").number() / 255);
    if (arguments_.contains("brightness_pct")) return inSteps(number("brightness_pct").number() / 100);
    if (arguments_.contains("level")) return inSteps(number("level").number() / 100);
    return {};
}

void Planner::light()
{
    const auto schema = config().text("schema", "basic");
    const bool on = name_ != "turn_off";
    if (schema == "json") return jsonLight(on);
    if (schema == "template") return templateLight(on);
    expect("state", on);
    if (!on) return send("command_topic", "state_command_template", config().text("payload_off", "OFF"));
    const auto level = brightness();
    const auto order = config().text("on_command_type", "last");
    const bool isLevelOnly = order == "brightness" && config().has("brightness_command_topic");
    const auto turnOn = [&] {
        if (!isLevelOnly) send("command_topic", "state_command_template", config().text("payload_on", "ON"));
    };
    if (order == "first") turnOn();
    if (level || isLevelOnly) {
        const double value = level.value_or(config().number("brightness_scale").value_or(255));
        send("brightness_command_topic", "brightness_command_template", plain(value));
        expectBrightness(value);
    }
    if (name_ == "set_color_temp") {
        const double mireds = number("mireds").number();
        const bool kelvin = config().flag("color_temp_kelvin", false);
        send("color_temp_command_topic", "color_temp_command_template",
             plain(kelvin ? std::round(1e6 / mireds) : mireds));
        expect("color_temp", mireds);
    }
    const auto color = [&](const char* role, std::initializer_list<const char*> keys, const char* topic,
                           const char* valueTemplate) {
        jinja::Vars parts;
        if (const Value* list = arguments_.find(role); list && list->isList() && list->list().size() == keys.size())
            for (const auto& part : list->list()) parts.push_back(Var::from(part));
        else
            for (const char* key : keys) parts.push_back(number(key));
        std::string text;
        List expected;
        Variables variables;
        std::size_t index = 0;
        const std::map<std::string_view, std::vector<const char*>> names{
            {"xy", {"x", "y"}},
            {"hs", {"hue", "sat"}},
            {"rgb", {"red", "green", "blue"}},
            {"rgbw", {"red", "green", "blue", "white"}},
            {"rgbww", {"red", "green", "blue", "cold_white", "warm_white"}}};
        for (const auto& part : parts) {
            if (!text.empty()) text += ',';
            text += plain(part).text();
            expected.push_back(plain(part).json());
            variables.emplace_back(names.at(role)[index++], part);
        }
        send(topic, valueTemplate, text, std::move(variables));
        expect(role, std::move(expected));
    };
    if (name_ == "set_xy") color("xy", {"x", "y"}, "xy_command_topic", "xy_command_template");
    if (name_ == "set_hs") color("hs", {"h", "s"}, "hs_command_topic", "hs_command_template");
    if (name_ == "set_rgb") color("rgb", {"r", "g", "b"}, "rgb_command_topic", "rgb_command_template");
    if (name_ == "set_rgbw") color("rgbw", {"r", "g", "b", "w"}, "rgbw_command_topic", "rgbw_command_template");
    if (name_ == "set_rgbww")
        color("rgbww", {"r", "g", "b", "c", "w"}, "rgbww_command_topic", "rgbww_command_template");
    if (name_ == "set_white")
        send("white_command_topic", "",
             plain(std::nearbyint(number("white").number() * config().number("white_scale").value_or(255) / 255)));
    if (name_ == "set_effect") {
        send("effect_command_topic", "effect_command_template", word("effect"));
        expect("effect", word("effect"));
    }
    if (order != "first") turnOn();
}

void Planner::jsonLight(bool on)
{
    Object message{{"state", on ? "ON" : "OFF"}};
    expect("state", on);
    if (const auto level = brightness(); on && level) {
        message.set("brightness", static_cast<std::int64_t>(*level));
        expectBrightness(*level);
    }
    if (name_ == "set_color_temp") {
        const double mireds = number("mireds").number();
        const bool kelvin = config().flag("color_temp_kelvin", false);
        message.set("color_temp", plain(kelvin && mireds > 0 ? std::round(1e6 / mireds) : mireds).json());
        expect("color_temp", mireds);
    }
    const auto color = [&](const char* role, std::initializer_list<const char*> keys) {
        const Value* list = arguments_.find(role);
        Object parts;
        List expected;
        std::size_t index = 0;
        for (const char* key : keys) {
            const bool inList = list && list->isList() && index < list->list().size();
            parts.set(key, inList ? list->list()[index] : number(key).json());
            expected.push_back(*parts.find(key));
            ++index;
        }
        message.set("color", std::move(parts));
        expect(role, std::move(expected));
    };
    if (name_ == "set_xy") color("xy", {"x", "y"});
    if (name_ == "set_hs") color("hs", {"h", "s"});
    if (name_ == "set_rgb") color("rgb", {"r", "g", "b"});
    if (name_ == "set_rgbw") color("rgbw", {"r", "g", "b", "w"});
    if (name_ == "set_rgbww") color("rgbww", {"r", "g", "b", "c", "w"});
    if (name_ == "set_white")
        message.set("white",
                    plain(std::nearbyint(number("white").number() * config().number("white_scale").value_or(255) / 255))
                        .json());
    if (name_ == "set_effect") message.set("effect", word("effect"));
    if (arguments_.contains("transition")) message.set("transition", number("transition").json());
    if (arguments_.contains("flash")) { // told in seconds
        const bool isLong = word("flash") == "long";
        message.set("flash", plain(isLong ? config().number("flash_time_long").value_or(10)
                                          : config().number("flash_time_short").value_or(2))
                                 .json());
    }
    publish("command_topic", toJson(message));
}

void Planner::templateLight(bool on)
{
    const auto& source = shape_.commandTemplates;
    const auto found = source.find(on ? "command_on_template" : "command_off_template");
    if (found == source.end() || !found->second) return fail(notSupported(name_));
    Variables variables{{"state", on ? "on" : "off"}};
    expect("state", on);
    if (const auto level = brightness(); on && level) {
        variables.emplace_back("brightness", plain(*level));
        expectBrightness(*level);
    }
    if (name_ == "set_color_temp") {
        const double mireds = number("mireds").number();
        const bool kelvin = config().flag("color_temp_kelvin", false);
        variables.emplace_back("color_temp", plain(kelvin && mireds > 0 ? std::round(1e6 / mireds) : mireds));
        expect("color_temp", mireds);
    }
    if (name_ == "set_rgb") {
        const Value* list = arguments_.find("rgb");
        std::size_t index = 0;
        for (const auto& [key, argument] : {std::pair{"red", "r"}, {"green", "g"}, {"blue", "b"}}) {
            const bool inList = list && list->isList() && index < list->list().size();
            variables.emplace_back(key, inList ? Var::from(list->list()[index]) : number(argument));
            ++index;
        }
    }
    if (name_ == "set_effect") variables.emplace_back("effect", word("effect"));
    if (arguments_.contains("transition")) variables.emplace_back("transition", number("transition"));
    const auto payload = found->second->render({std::move(variables), now_}, jinja::Edges::Kept);
    if (!payload) return fail(payload.error());
    publish("command_topic", *payload);
}

} // namespace atrium::homeassistant_discovery
