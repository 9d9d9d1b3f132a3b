#include "aurion_protocol.h"

#include "atrium/json.h"

namespace atrium::devices {

namespace {

constexpr std::size_t maxPayloadBytes = 16 * 1024;

/// Some devices say "ON" or 1 where a boolean is meant.
Value asSwitch(const Value& value)
{
    if (const auto* text = value.ifText()) {
        if (*text == "ON" || *text == "on" || *text == "true") return true;
        if (*text == "OFF" || *text == "off" || *text == "false") return false;
    }
    if (const auto* integer = value.ifInteger(); integer && (*integer == 0 || *integer == 1)) return *integer == 1;
    return value;
}

Error badArgument(const std::string& name)
{
    return makeError(ErrorCode::InvalidArgument,
                     {"Paramètre de commande invalide : " + name, "Invalid command argument: " + name});
}

} // namespace

std::string_view deviceOfStatusTopic(std::string_view prefix, std::string_view topic)
{
    constexpr std::string_view middle = "/devices/", end = "/status";
    if (!topic.starts_with(prefix)) return {};
    topic.remove_prefix(prefix.size());
    if (!topic.starts_with(middle) || !topic.ends_with(end) || topic.size() <= middle.size() + end.size()) return {};
    topic = topic.substr(middle.size(), topic.size() - middle.size() - end.size());
    return topic.find('/') == std::string_view::npos ? topic : std::string_view{};
}

Result<std::vector<std::pair<std::string, Value>>> decodeStatus(std::string_view payload)
{
    auto json = parseJson(payload, {maxPayloadBytes, 32});
    if (!json) return json.error();
    if (!json->isObject())
        return makeError(ErrorCode::InvalidArgument, {"Un objet JSON est attendu", "A JSON object is expected"});
    std::vector<std::pair<std::string, Value>> values;
    values.reserve(json->object().size());
    for (const auto& [name, value] : json->object()) {
        if (value.isNull() || value.isObject() || value.isList()) continue;
        values.emplace_back(name, name == "status" ? asSwitch(value) : value);
    }
    return values;
}

Result<CommandPlan> encodeCommand(std::string_view prefix, const Device& device, const Command& command)
{
    Object wanted;
    if (command.name == "on" || command.name == "off") wanted.set("status", command.name == "on");
    else if (command.name != "set")
        return makeError(ErrorCode::InvalidArgument,
                         {"Commande inconnue : " + command.name, "Unknown command: " + command.name});
    if (const auto* arguments = command.arguments.ifObject()) {
        for (const auto& [name, value] : *arguments) {
            const Attribute* attribute = device.find(name);
            const bool sameKind = attribute && (attribute->spec->kind == value.kind() ||
                                                (attribute->spec->kind == Value::Kind::Number && value.isNumeric()));
            if (!sameKind || !attribute->spec->writable) return badArgument(name);
            const auto number = value.ifNumber();
            if (number && ((attribute->spec->minimum && *number < *attribute->spec->minimum) ||
                           (attribute->spec->maximum && *number > *attribute->spec->maximum)))
                return badArgument(name);
            wanted.set(name, value);
        }
    }
    else if (!command.arguments.isNull()) return badArgument("arguments");
    if (wanted.empty()) return badArgument("arguments");
    if (wanted.contains("status") && !device.find("status"))
        return makeError(ErrorCode::Unprocessable,
                         {"Cet appareil ne se commute pas", "This device cannot be switched"});

    CommandPlan plan;
    plan.publications.push_back({std::string(prefix) + "/devices/" + std::to_string(device.info->id.value) + "/command",
                                 toJson(wanted), 1, false});
    plan.assumed = std::move(wanted);
    return plan;
}

} // namespace atrium::devices
