#include "entity_shape.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::homeassistant_discovery {

namespace {

using jinja::Var;

Error badArgument(const std::string& name)
{
    return makeError(ErrorCode::InvalidArgument,
                     {"Paramètre de commande invalide : " + name, "Invalid command argument: " + name});
}

Error notSupported(const std::string& name)
{
    return makeError(ErrorCode::Unprocessable, {"Cet appareil ne connaît pas la commande : " + name,
                                                "This device does not know the command: " + name});
}

/// Builds one plan; the first error stays.
class Planner {
public:
    Planner(const EntityShape& shape, const Topics& topics, const std::string& name, const Object& arguments,
            UtcTime now)
        : shape_(shape), topics_(topics), name_(name), arguments_(arguments), now_(now)
    {
        if (shape.isOptimistic) plan_.confirmation = Confirmation::None;
    }

    Result<EntityPlan> run();

private:
    using Variables = std::vector<std::pair<std::string_view, Var>>;

    const EntityConfig& config() const { return shape_.config; }
    void send(const char* topicKey, const char* templateKey, const Var& value, Variables variables = {})
    {
        if (!config().has(topicKey)) return fail(notSupported(name_));
        std::string payload = value.text();
        const auto found = shape_.commandTemplates.find(templateKey);
        if (found != shape_.commandTemplates.end() && found->second) {
            variables.emplace_back("value", value);
            const auto rendered = found->second->render({std::move(variables), now_}, jinja::Edges::Kept);
            if (!rendered) return fail(rendered.error());
            payload = *rendered;
        }
        publish(topicKey, std::move(payload));
    }
    void publish(const char* topicKey, std::string payload)
    {
        std::string topic = shape_.topic(topics_, topicKey);
        if (!isValidTopic(topic)) return fail(notSupported(name_));
        const int qos = static_cast<int>(std::clamp(config().number("qos").value_or(0), 0.0, 2.0));
        plan_.publications.push_back({std::move(topic), std::move(payload), qos, config().flag("retain", false)});
    }
    void expect(const char* role, Value value) { plan_.expected.emplace_back(role, std::move(value)); }
    void fail(Error error)
    {
        if (!error_) error_ = std::move(error);
    }
    Var number(const char* key)
    {
        const Value* value = arguments_.find(key);
        const auto given =
            value ? value->isText() ? jinja::parseFloat(value->text()) : value->ifNumber() : std::nullopt;
        if (!given) {
            fail(badArgument(key));
            return 0;
        }
        return value->isInteger() ? Var(value->integer()) : Var(*given);
    }
    std::string word(const char* key)
    {
        const Value* value = arguments_.find(key);
        if (!value || value->isNull()) {
            fail(badArgument(key));
            return {};
        }
        return Var::from(*value).text();
    }
    /// A number as a payload: whole ones without ".0".
    static Var plain(const Var& number)
    {
        const double value = number.number();
        return std::trunc(value) == value && std::abs(value) < 9e15 ? Var(static_cast<std::int64_t>(value)) : number;
    }
    void inRange(double value, const char* leastKey, const char* mostKey, const char* argument)
    {
        const auto least = config().number(leastKey), most = config().number(mostKey);
        if ((least && value < *least) || (most && value > *most)) fail(badArgument(argument));
    }

    void switchTo(bool on);
    void light();
    void jsonLight(bool on);
    void templateLight(bool on);
    std::optional<double> brightness();
    /// In the lamp's steps; whoever looks at the percentage sees the wish as well.
    void expectBrightness(double raw)
    {
        const double scale = config().number("brightness_scale").value_or(255);
        expect("brightness_raw", raw);
        if (scale > 0) expect("brightness_pct", std::round(std::clamp(raw / scale, 0.0, 1.0) * 1000) / 10);
    }
    void climate();
    void opening();
    void fan();
    void humidifier();
    void siren();
    void alarm();
    void vacuum();

    const EntityShape& shape_;
    const Topics& topics_;
    const std::string& name_;
    const Object& arguments_;
    const UtcTime now_;
    EntityPlan plan_;
    std::optional<Error> error_;
};

void Planner::switchTo(bool on)
{
    const std::string payload = on ? config().text("payload_on", "ON") : config().text("payload_off", "OFF");
    send("command_topic", "command_template", payload);
    expect("state", on);
}

/// In the lamp's own steps.
std::optional<double> Planner::brightness()
{
    const double scale = config().number("brightness_scale").value_or(255);
    if (arguments_.contains("brightness_raw")) return number("brightness_raw").number();
    if (arguments_.contains("brightness_255"))
        return std::clamp(std::nearbyint(number("brightness_255").number() * scale / 255), 0.0, scale);
    if (arguments_.contains("brightness_pct"))
        return std::clamp(std::nearbyint(number("brightness_pct").number() * scale / 100), 0.0, scale);
    if (arguments_.contains("level"))
        return std::clamp(std::nearbyint(number("level").number() * scale / 100), 0.0, scale);
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
        constexpr const char* names[] = {"red", "green", "blue"};
        for (const auto& part : parts) {
            if (!text.empty()) text += ',';
            text += plain(part).text();
            expected.push_back(plain(part).json());
            if (std::string_view(role) == "rgb") variables.emplace_back(names[index++], part);
        }
        send(topic, valueTemplate, text, std::move(variables));
        expect(role, std::move(expected));
    };
    if (name_ == "set_xy") color("xy", {"x", "y"}, "xy_command_topic", "xy_command_template");
    if (name_ == "set_hs") color("hs", {"h", "s"}, "hs_command_topic", "hs_command_template");
    if (name_ == "set_rgb") color("rgb", {"r", "g", "b"}, "rgb_command_topic", "rgb_command_template");
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
    if (name_ == "set_effect") message.set("effect", word("effect"));
    if (arguments_.contains("transition")) message.set("transition", number("transition").json());
    if (arguments_.contains("flash")) message.set("flash", word("flash"));
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
    else if (name_ == "set_position" || name_ == "set_tilt") {
        const bool isTilt = name_ == "set_tilt";
        const char* argument = isTilt ? "tilt" : "position";
        const double percent = number(argument).number();
        if (percent < 0 || percent > 100) return fail(badArgument(argument));
        const char* closedKey = isTilt ? "tilt_min" : "position_closed";
        const char* openKey = isTilt ? "tilt_max" : "position_open";
        const Var raw = plain(scaled(percent, closedKey, openKey));
        Variables variables{{isTilt ? "tilt_position" : "position", plain(percent)},
                            {isTilt ? "tilt_min" : "position_closed", plain(config().number(closedKey).value_or(0))},
                            {isTilt ? "tilt_max" : "position_open", plain(config().number(openKey).value_or(100))}};
        if (reportsPosition) send("command_topic", "command_template", raw);
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

void Planner::siren()
{
    const bool on = name_ == "turn_on";
    const std::string payload = on ? config().text("payload_on", "ON") : config().text("payload_off", "OFF");
    Variables variables{{"state", payload}};
    Object message{{"state", payload}};
    for (const char* key : {"tone", "duration", "volume_level"})
        if (const Value* value = arguments_.find(key); on && value) {
            variables.emplace_back(key, Var::from(*value));
            message.set(key, *value);
        }
    expect("state", on);
    const bool hasOffTemplate = shape_.commandTemplates.contains("command_off_template");
    const char* key = !on && hasOffTemplate ? "command_off_template" : "command_template";
    if (shape_.commandTemplates.contains(key)) send("command_topic", key, payload, std::move(variables));
    else publish("command_topic", toJson(message));
}

void Planner::alarm()
{
    std::string upper = name_;
    for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string action = config().text("payload_" + name_, upper);
    const Value* code = arguments_.find("code");
    const Var codeValue = code ? Var::from(*code) : Var(jinja::None{});
    const bool hasTemplate = shape_.commandTemplates.contains("command_template");
    send("command_topic", hasTemplate ? "command_template" : "", action, {{"action", action}, {"code", codeValue}});
    if (name_ == "disarm") expect("state", "disarmed");
    else if (name_.starts_with("arm_")) expect("state", "armed_" + name_.substr(4));
}

void Planner::vacuum()
{
    if (name_ == "set_fan_speed") return send("set_fan_speed_topic", "", word("fan_speed"));
    if (name_ == "send_command") return send("send_command_topic", "", word("command"));
    if (config().component == "lawn_mower") {
        if (name_ == "pause") return send("pause_command_topic", "", "pause");
        return send(name_ == "dock" ? "dock_command_topic" : "start_mowing_command_topic", "", name_);
    }
    send("command_topic", "", config().text("payload_" + name_, name_));
}

Result<EntityPlan> Planner::run()
{
    const auto& component = config().component;
    if (component == "light") light();
    else if (component == "climate" || component == "water_heater") climate();
    else if (component == "cover" || component == "valve") opening();
    else if (component == "fan") fan();
    else if (component == "humidifier") humidifier();
    else if (component == "siren") siren();
    else if (component == "alarm_control_panel") alarm();
    else if (component == "vacuum" || component == "lawn_mower") vacuum();
    else if (component == "switch") switchTo(name_ == "turn_on");
    else if (component == "lock") {
        std::string upper = name_;
        for (auto& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        if (name_ == "open" && !config().has("payload_open")) return notSupported(name_);
        const Value* code = arguments_.find("code");
        send("command_topic", "command_template", config().text("payload_" + name_, upper),
             {{"code", code ? Var::from(*code) : Var(jinja::None{})}});
        if (name_ != "open") expect("state", name_ + "ed");
    }
    else if (component == "number") {
        const Var value = number("value");
        const double wanted = value.number();
        if (wanted < config().number("min").value_or(1) || wanted > config().number("max").value_or(100))
            fail(badArgument("value"));
        send("command_topic", "command_template", plain(value));
        expect("state", wanted);
    }
    else if (component == "select") {
        const auto option = word("option");
        const auto options = config().texts("options");
        if (std::find(options.begin(), options.end(), option) == options.end()) fail(badArgument("option"));
        send("command_topic", "command_template", option);
        expect("state", option);
    }
    else if (component == "text") {
        const auto text = word("value");
        const auto length = static_cast<double>(jinja::letters(text).size());
        if (length < config().number("min").value_or(0) || length > config().number("max").value_or(255))
            fail(badArgument("value"));
        send("command_topic", "command_template", text);
        expect("state", text);
    }
    else if (component == "button") send("command_topic", "command_template", config().text("payload_press", "PRESS"));
    else if (component == "scene") send("command_topic", "command_template", config().text("payload_on", "ON"));
    else if (component == "notify") send("command_topic", "command_template", word("message"));
    else if (component == "update") send("command_topic", "", config().text("payload_install", ""));
    else return notSupported(name_);
    if (error_) return *error_;
    return std::move(plan_);
}

} // namespace

Result<EntityPlan> planCommand(const EntityShape& shape, const Topics& topics, const std::string& name,
                               const Object& arguments, UtcTime now)
{
    return Planner(shape, topics, name, arguments, now).run();
}

} // namespace atrium::homeassistant_discovery
