#include "entity_commands.h"

#include <algorithm>

namespace atrium::devices {

namespace {

Error unknownCommand(const std::string& name)
{
    return makeError(ErrorCode::Unprocessable, {"Cet appareil ne connaît pas la commande : " + name,
                                                "This device does not know the command: " + name});
}

bool takes(const EntitySpec& spec, std::string_view command)
{
    return std::find(spec.commands.begin(), spec.commands.end(), command) != spec.commands.end();
}

/// The function that people mean when they switch the device.
int mainEntity(const Device& device)
{
    if (const Attribute* status = device.find("status"); status && status->spec->entity >= 0)
        return status->spec->entity;
    for (const char* component :
         {"light", "switch", "fan", "climate", "cover", "humidifier", "siren", "valve", "vacuum"})
        for (std::size_t i = 0; i < device.entities.size(); ++i)
            if (device.entities[i].spec->component == component &&
                device.entities[i].spec->category == EntityCategory::Primary &&
                !device.entities[i].spec->commands.empty())
                return static_cast<int>(i);
    return -1;
}

/// The entity's own words for on and off.
std::string wordFor(const EntitySpec& spec, bool on)
{
    const auto& component = spec.component;
    if (component == "cover" || component == "valve") return on ? "open" : "close";
    if (component == "vacuum") return on ? "start" : "return_to_base";
    return on ? "turn_on" : "turn_off";
}

struct RoleCommand {
    const char* role;
    const char* command;
    const char* argument;
};

/// How a value of a role is set.
constexpr RoleCommand roleCommands[] = {
    {"brightness_pct", "set_brightness", "brightness_pct"},
    {"brightness_raw", "set_brightness", "brightness_raw"},
    {"color_temp", "set_color_temp", "mireds"},
    {"rgb", "set_rgb", "rgb"},
    {"xy", "set_xy", "xy"},
    {"hs", "set_hs", "hs"},
    {"effect", "set_effect", "effect"},
    {"position", "set_position", "position"},
    {"tilt", "set_tilt", "tilt"},
    {"percentage", "set_percentage", "percentage"},
    {"preset_mode", "set_preset_mode", "preset_mode"},
    {"target_temperature", "set_temperature", "temperature"},
    {"target_temp_low", "set_temp_low", "temperature"},
    {"target_temp_high", "set_temp_high", "temperature"},
    {"target_humidity", "set_humidity", "humidity"},
    {"fan_mode", "set_fan_mode", "fan_mode"},
    {"swing_mode", "set_swing_mode", "swing_mode"},
    {"oscillating", "oscillate", "oscillating"},
    {"direction", "set_direction", "direction"},
    {"mode", "set_mode", "mode"},
    {"fan_speed", "set_fan_speed", "fan_speed"},
};

Result<TargetedCommand> setting(const Device& device, const std::string& name, const Value& value)
{
    const Attribute* attribute = device.find(name);
    if (!attribute || attribute->spec->entity < 0)
        return makeError(ErrorCode::InvalidArgument, {"Attribut inconnu : " + name, "Unknown attribute: " + name});
    const auto& spec = *attribute->spec;
    const auto& entity = *device.entities[static_cast<std::size_t>(spec.entity)].spec;
    TargetedCommand target{spec.entity, {}, {}};
    if (spec.role == "state") {
        if (entity.component == "select") target.name = "select_option", target.arguments.set("option", value);
        else if (entity.component == "climate") target.name = "set_mode", target.arguments.set("mode", value);
        else if (const bool* on = value.ifBoolean(); on && spec.kind == Value::Kind::Boolean)
            target.name = wordFor(entity, *on);
        else target.name = "set_value", target.arguments.set("value", value);
    }
    for (const auto& known : roleCommands)
        if (spec.role == known.role) target.name = known.command, target.arguments.set(known.argument, value);
    if (target.name.empty() || !takes(entity, target.name))
        return makeError(ErrorCode::InvalidArgument,
                         {"Cet attribut ne se règle pas : " + name, "This attribute cannot be set: " + name});
    return target;
}

} // namespace

Result<std::vector<TargetedCommand>> targetsOf(const Device& device, const Command& command)
{
    const Object arguments = command.arguments.isObject() ? command.arguments.object() : Object{};
    if (!command.entity.empty()) {
        const int entity = device.entityIndex(command.entity);
        if (entity < 0)
            return makeError(ErrorCode::NotFound, {"Fonction d'appareil inconnue", "This device has no such function"});
        const auto& spec = *device.entities[static_cast<std::size_t>(entity)].spec;
        std::string name = command.name;
        if (name == "on" || name == "off") name = wordFor(spec, name == "on");
        if (!takes(spec, name)) return unknownCommand(command.name);
        return std::vector<TargetedCommand>{{entity, name, arguments}};
    }
    std::vector<TargetedCommand> targets;
    if (command.name == "on" || command.name == "off") {
        const int entity = mainEntity(device);
        if (entity < 0) return unknownCommand(command.name);
        const auto& spec = *device.entities[static_cast<std::size_t>(entity)].spec;
        const auto word = wordFor(spec, command.name == "on");
        if (!takes(spec, word)) return unknownCommand(command.name);
        targets.push_back({entity, word, {}});
    }
    else if (command.name != "set") return unknownCommand(command.name);
    for (const auto& [name, value] : arguments) {
        auto target = setting(device, name, value);
        if (!target) return target.error();
        targets.push_back(std::move(*target));
    }
    if (targets.empty()) return unknownCommand(command.name);
    return targets;
}

} // namespace atrium::devices
