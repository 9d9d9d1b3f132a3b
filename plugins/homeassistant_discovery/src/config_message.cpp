#include "config_message.h"

#include "abbreviations.h"
#include "jinja/var.h"

#include "atrium/json.h"

#include <algorithm>
#include <map>
#include <set>

namespace atrium::homeassistant_discovery {

namespace {

bool isId(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    });
}

Error wrong(const std::string& what) { return makeError(ErrorCode::InvalidArgument, {what, what}); }

Object renamed(const Object& object, std::string_view (*fullName)(std::string_view))
{
    Object out;
    for (const auto& [key, value] : object) out.set(fullName(key), value);
    return out;
}

Object expanded(const Object& object)
{
    Object out = renamed(object, entityKey);
    if (Value* device = out.find("device"); device && device->isObject())
        *device = renamed(device->object(), deviceKey);
    if (Value* origin = out.find("origin"); origin && origin->isObject())
        *origin = renamed(origin->object(), originKey);
    if (Value* list = out.find("availability")) {
        if (list->isObject()) *list = List{*list};
        if (list->isList())
            for (auto& entry : list->list())
                if (entry.isObject()) entry = renamed(entry.object(), entityKey);
    }
    return out;
}

void replaceBase(Value& value, const std::string& base)
{
    if (!value.isText() || value.text().empty()) return;
    std::string text = value.text();
    if (text.front() == '~') text = base + text.substr(1);
    else if (text.back() == '~') text = text.substr(0, text.size() - 1) + base;
    value = std::move(text);
}

void resolveBase(Object& config)
{
    const Value* base = config.find("~");
    if (!base || !base->isText()) return;
    const std::string text = base->text();
    Object out;
    for (const auto& [key, value] : config) {
        Value resolved = value;
        if (key.ends_with("topic")) replaceBase(resolved, text);
        if (key == "availability" && resolved.isList())
            for (auto& entry : resolved.list())
                if (entry.isObject())
                    if (Value* topic = entry.object().find("topic")) replaceBase(*topic, text);
        out.append(key, std::move(resolved));
    }
    config = std::move(out);
}

/// Keys without which a component means nothing.
const char* missingKey(const EntityConfig& entity)
{
    static const std::map<std::string, std::vector<const char*>, std::less<>> needed{
        {"sensor", {"state_topic"}},
        {"binary_sensor", {"state_topic"}},
        {"switch", {"command_topic"}},
        {"light", {"command_topic"}},
        {"lock", {"command_topic"}},
        {"fan", {"command_topic"}},
        {"humidifier", {"command_topic", "target_humidity_command_topic"}},
        {"number", {"command_topic"}},
        {"select", {"command_topic", "options"}},
        {"text", {"command_topic"}},
        {"button", {"command_topic"}},
        {"scene", {"command_topic"}},
        {"notify", {"command_topic"}},
        {"siren", {"command_topic"}},
        {"event", {"state_topic", "event_types"}},
        {"alarm_control_panel", {"state_topic", "command_topic"}},
        {"device_automation", {"topic"}},
        {"camera", {"topic"}},
        {"date", {"command_topic"}},
        {"datetime", {"command_topic"}},
        {"tag", {"topic"}},
        {"time", {"command_topic"}},
    };
    const auto found = needed.find(entity.component);
    if (found != needed.end())
        for (const char* key : found->second)
            if (!entity.has(key)) return key;
    return nullptr;
}

Result<ConfigMessage> readDevice(const ConfigTopic& topic, const Object& config)
{
    const Value* components = config.find("components");
    if (!config.contains("device") || !config.contains("origin") || !components || !components->isObject())
        return wrong("a device message needs device, origin and components");
    ConfigMessage message;
    message.device = Object{{"device", *config.find("device")}};
    for (const auto& [key, value] : components->object()) {
        if (!value.isObject()) return wrong("component " + key + " is no object");
        EntityConfig entity;
        entity.config = expanded(value.object());
        entity.component = entity.text("platform");
        if (entity.component.empty()) return wrong("component " + key + " has no platform");
        if (entity.config.size() == 1) continue; // removed
        entity.id = topic.id + ' ' + key;
        for (const char* shared :
             {"availability", "availability_topic", "availability_template", "availability_mode", "payload_available",
              "payload_not_available", "command_topic", "state_topic", "qos", "encoding", "~"})
            if (const Value* common = config.find(shared); common && !entity.config.contains(shared))
                entity.config.append(shared, *common);
        resolveBase(entity.config);
        if (missingKey(entity)) continue;
        message.entities.push_back(std::move(entity));
    }
    return message;
}

} // namespace

std::string EntityConfig::text(std::string_view key, std::string_view fallback) const
{
    const Value* value = config.find(key);
    return !value || value->isNull() ? std::string(fallback) : jinja::Var::from(*value).text();
}

bool EntityConfig::flag(std::string_view key, bool fallback) const
{
    const Value* value = config.find(key);
    if (!value) return fallback;
    if (const bool* flag = value->ifBoolean()) return *flag;
    if (const auto number = value->ifNumber()) return *number != 0;
    std::string word = value->isText() ? value->text() : std::string{};
    std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
    if (word == "true" || word == "yes" || word == "on" || word == "1" || word == "enable") return true;
    if (word == "false" || word == "no" || word == "off" || word == "0" || word == "disable") return false;
    return fallback;
}

std::optional<double> EntityConfig::number(std::string_view key) const
{
    const Value* value = config.find(key);
    if (!value) return {};
    return value->isText() ? jinja::parseFloat(value->text()) : value->ifNumber();
}

std::vector<std::string> EntityConfig::texts(std::string_view key) const
{
    std::vector<std::string> out;
    const Value* value = config.find(key);
    if (value && value->isList())
        for (const auto& item : value->list()) out.push_back(jinja::Var::from(item).text());
    else if (value && value->isText()) out.push_back(value->text());
    return out;
}

bool EntityConfig::has(std::string_view key) const
{
    const Value* value = config.find(key);
    return value && !value->isNull();
}

void EntityConfig::keepOnlyBehaviour()
{
    static const std::set<std::string, std::less<>> described{"~",
                                                              "availability",
                                                              "availability_mode",
                                                              "availability_template",
                                                              "availability_topic",
                                                              "default_entity_id",
                                                              "device",
                                                              "enabled_by_default",
                                                              "entity_category",
                                                              "entity_picture",
                                                              "expire_after",
                                                              "force_update",
                                                              "icon",
                                                              "json_attributes_template",
                                                              "json_attributes_topic",
                                                              "name",
                                                              "object_id",
                                                              "off_delay",
                                                              "origin",
                                                              "platform",
                                                              "state_class",
                                                              "state_topic",
                                                              "suggested_display_precision",
                                                              "unique_id",
                                                              "unit_of_measurement",
                                                              "value_template"};
    Object kept;
    kept.reserve(static_cast<std::size_t>(std::count_if(
        config.begin(), config.end(), [](const auto& member) { return !described.contains(member.first); })));
    for (auto& [key, value] : config)
        if (!described.contains(key)) kept.append(key, value);
    config = std::move(kept);
}

std::optional<ConfigTopic> parseConfigTopic(std::string_view prefix, std::string_view topic)
{
    if (!topic.starts_with(prefix) || topic.size() <= prefix.size() || topic[prefix.size()] != '/') return {};
    topic.remove_prefix(prefix.size() + 1);
    if (!topic.ends_with("/config")) return {};
    topic.remove_suffix(7);
    const auto first = topic.find('/');
    if (first == std::string_view::npos) return {};
    ConfigTopic parsed{std::string(topic.substr(0, first)), {}};
    topic.remove_prefix(first + 1);
    const auto second = topic.find('/');
    if (!isId(topic.substr(0, second))) return {};
    parsed.id = topic.substr(0, second);
    if (second != std::string_view::npos) {
        if (!isId(topic.substr(second + 1))) return {};
        (parsed.id += ' ') += topic.substr(second + 1);
    }
    if (!isId(parsed.component)) return {};
    return parsed;
}

Result<ConfigMessage> readConfig(const ConfigTopic& topic, std::string_view payload)
{
    ConfigMessage message;
    if (payload.empty()) {
        message.removes = true;
        return message;
    }
    const auto json = parseJson(payload);
    if (!json) return json.error();
    if (!json->isObject()) return wrong("no JSON object");
    if (json->object().empty()) {
        message.removes = true;
        return message;
    }
    Object config = expanded(json->object());
    EntityConfig entity{topic.component, topic.id, {}};
    if (const Value* migrates = config.find("migrate_discovery"); migrates && config.size() == 1) {
        message.migrates = *migrates == Value(true);
        return message;
    }
    if (topic.component == "device") return readDevice(topic, config);
    entity.config = std::move(config);
    resolveBase(entity.config);
    if (const char* key = missingKey(entity)) return wrong(std::string(key) + " is missing");
    message.entities.push_back(std::move(entity));
    return message;
}

} // namespace atrium::homeassistant_discovery
