#include "gen2_component.h"

#include <cmath>

namespace atrium::shelly {

namespace {

Error badArgument(const std::string& what)
{
    return makeError(ErrorCode::InvalidArgument,
                     {"Paramètre de commande invalide : " + what, "Invalid command argument: " + what});
}

std::optional<double> numberOf(const EntityCommand& command, const char* key)
{
    const Value* value = command.arguments.find(key);
    return value ? value->ifNumber() : std::nullopt;
}

Value whole(double number) { return static_cast<std::int64_t>(std::lround(number)); }

Result<Call> thermostat(std::int64_t id, const EntityCommand& command)
{
    Call call{"Thermostat.SetConfig", {}, {}};
    Object config{{"id", id}};
    if (command.name == "set_temperature") {
        const auto wanted = numberOf(command, "temperature");
        if (!wanted || *wanted < 0 || *wanted > 40) return badArgument("temperature");
        config.set("target_C", *wanted);
        call.expected.emplace_back("target_temperature", *wanted);
    }
    else {
        std::string mode = command.name == "turn_off" ? "off" : "";
        std::string running = "heat";
        if (const Value* modes = command.entity.spec->capabilities.find("modes"); modes && modes->isList())
            for (const auto& known : modes->list())
                if (known.isText() && known.text() != "off") running = known.text();
        if (command.name == "turn_on") mode = running;
        if (const Value* wanted = command.arguments.find("mode");
            command.name == "set_mode" && wanted && wanted->isText())
            mode = wanted->text();
        if (mode != "off" && mode != running) return badArgument("mode");
        config.set("enable", mode != "off");
        call.expected.emplace_back("state", mode);
    }
    call.parameters = Object{{"id", id}, {"config", std::move(config)}};
    return call;
}

Result<Call> cover(std::int64_t id, const EntityCommand& command)
{
    Call call{"", Object{{"id", id}}, {}};
    if (command.name == "open") call.method = "Cover.Open", call.expected.emplace_back("state", "open");
    else if (command.name == "close") call.method = "Cover.Close", call.expected.emplace_back("state", "closed");
    else if (command.name == "stop") call.method = "Cover.Stop";
    else {
        const auto wanted = numberOf(command, "position");
        if (!wanted || *wanted < 0 || *wanted > 100) return badArgument("position");
        call.method = "Cover.GoToPosition";
        call.parameters.set("pos", whole(*wanted));
        call.expected.emplace_back("position", whole(*wanted));
    }
    return call;
}

Result<Call> light(const ComponentName& component, const EntityCommand& command)
{
    const char* method = component.kind == "rgb"      ? "RGB.Set"
                         : component.kind == "rgbw"   ? "RGBW.Set"
                         : component.kind == "cct"    ? "CCT.Set"
                         : component.kind == "rgbcct" ? "RGBCCT.Set"
                                                      : "Light.Set";
    const bool on = command.name != "turn_off";
    Call call{method, Object{{"id", component.number}, {"on", on}}, {{"state", on}}};
    if (command.name == "turn_off") return call;
    auto level = numberOf(command, "brightness_pct");
    if (const auto raw = numberOf(command, "brightness_255"); !level && raw) level = *raw * 100 / 255;
    if (command.name == "set_brightness" && !level) return badArgument("brightness_pct");
    if (level) {
        if (*level < 0 || *level > 100) return badArgument("brightness_pct");
        call.parameters.set("brightness", whole(*level));
        call.expected.emplace_back("brightness_pct", whole(*level));
    }
    if (command.name == "set_rgb") {
        List parts;
        if (const Value* list = command.arguments.find("rgb"); list && list->isList()) parts = list->list();
        else
            for (const char* key : {"r", "g", "b"})
                if (const auto part = numberOf(command, key)) parts.push_back(whole(*part));
        if (parts.size() != 3) return badArgument("rgb");
        for (const auto& part : parts)
            if (const auto number = part.ifNumber(); !number || *number < 0 || *number > 255) return badArgument("rgb");
        call.expected.emplace_back("rgb", parts);
        call.parameters.set("rgb", std::move(parts));
    }
    if (command.name == "set_color_temp") {
        const auto mireds = numberOf(command, "mireds");
        if (!mireds || *mireds < 100 || *mireds > 600) return badArgument("mireds");
        call.parameters.set("ct", whole(1e6 / *mireds));
        call.expected.emplace_back("color_temp", whole(*mireds));
    }
    return call;
}

} // namespace

Result<Call> callFor(const ComponentName& component, const EntityCommand& command)
{
    const auto id = component.number;
    if (component.kind == "thermostat") return thermostat(id, command);
    if (component.kind == "cover") return cover(id, command);
    if (component.kind == "switch") {
        const bool on = command.name == "turn_on";
        return Call{"Switch.Set", Object{{"id", id}, {"on", on}}, {{"state", on}}};
    }
    if (component.kind == "boolean") {
        const bool on = command.name == "turn_on";
        return Call{"Boolean.Set", Object{{"id", id}, {"value", on}}, {{"state", on}}};
    }
    if (component.kind == "button") return Call{"Button.Trigger", Object{{"id", id}, {"event", "single_push"}}, {}};
    for (const auto& [kind, method, argument] :
         {std::tuple{"number", "Number.Set", "value"}, {"text", "Text.Set", "value"}, {"enum", "Enum.Set", "option"}}) {
        if (component.kind != kind) continue;
        const Value* value = command.arguments.find(argument);
        if (!value || (component.kind == "number" ? !value->isNumeric() : !value->isText()))
            return badArgument(argument);
        return Call{method, Object{{"id", id}, {"value", *value}}, {{"state", *value}}};
    }
    return light(component, command);
}

} // namespace atrium::shelly
