#include "planner.h"

#include "atrium/json.h"

namespace atrium::homeassistant_discovery {

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

void Planner::switchTo(bool on)
{
    const std::string payload = on ? config().text("payload_on", "ON") : config().text("payload_off", "OFF");
    send("command_topic", "command_template", payload);
    expect("state", on);
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
    if (name_ == "send_command") {
        const Value* params = arguments_.find("params");
        if (!params || !params->isObject()) return send("send_command_topic", "", word("command"));
        Object message{{"command", word("command")}};
        for (const auto& [key, value] : params->object()) message.set(key, value);
        return publish("send_command_topic", toJson(message));
    }
    if (config().component == "lawn_mower") {
        if (name_ == "pause") return send("pause_command_topic", "pause_command_template", name_);
        if (name_ == "dock") return send("dock_command_topic", "dock_command_template", name_);
        return send("start_mowing_command_topic", "start_mowing_command_template", "start_mowing");
    }
    send("command_topic", "", config().text("payload_" + name_, name_));
}

void Planner::player()
{
    const auto topic = [](std::string_view what) { return "command_" + std::string(what) + "_topic"; };
    if (name_ == "set_volume") {
        const double wanted = number("volume").number();
        if (!(wanted >= 0 && wanted <= config().number("volume_scale").value_or(1))) return fail(badArgument("volume"));
        send(topic("volume").c_str(), "", plain(number("volume")));
        return expect("volume", number("volume").json());
    }
    if (name_ == "select_source") {
        send(topic("source").c_str(), "", word("source"));
        return expect("source", word("source"));
    }
    if (name_ == "mute") {
        const Value* wanted = arguments_.find("muted");
        const bool on = !wanted || *wanted == Value(true);
        send(topic("mute").c_str(), "", on ? config().text("payload_on", "ON") : config().text("payload_off", "OFF"));
        return expect("muted", on);
    }
    const std::string what = name_ == "play_pause" ? "playpause" : name_.starts_with("turn_") ? name_.substr(5) : name_;
    std::string usual = what;
    usual[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(usual[0])));
    send(topic(what).c_str(), "", config().text("command_" + what + "_payload", usual));
    if (name_ == "play") expect("state", "playing");
    if (name_ == "pause") expect("state", "paused");
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
    else if (component == "media_player") player();
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
    else if (component == "date" || component == "time" || component == "datetime") {
        send("command_topic", "command_template", word("value"));
        expect("state", word("value"));
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

Result<EntityPlan> planCommand(const EntityShape& shape, const Topics& topics, const std::string& name,
                               const Object& arguments, UtcTime now)
{
    return Planner(shape, topics, name, arguments, now).run();
}

} // namespace atrium::homeassistant_discovery
