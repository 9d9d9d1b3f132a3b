#include "discovered_device.h"

#include "atrium/json.h"

#include <algorithm>

namespace atrium::devices {

namespace {

/// Members of DeviceInfo that are texts, by their name in the JSON.
constexpr std::pair<const char*, std::string DeviceInfo::*> infoTexts[] = {{"uid", &DeviceInfo::uid},
                                                                           {"name", &DeviceInfo::name},
                                                                           {"type", &DeviceInfo::type},
                                                                           {"room", &DeviceInfo::room},
                                                                           {"zone", &DeviceInfo::zone},
                                                                           {"site", &DeviceInfo::site},
                                                                           {"maker", &DeviceInfo::maker},
                                                                           {"model", &DeviceInfo::model},
                                                                           {"modelId", &DeviceInfo::modelId},
                                                                           {"firmware", &DeviceInfo::firmware},
                                                                           {"hardware", &DeviceInfo::hardware},
                                                                           {"serialNumber", &DeviceInfo::serialNumber},
                                                                           {"url", &DeviceInfo::configurationUrl},
                                                                           {"via", &DeviceInfo::via}};

List toList(const std::vector<std::string>& texts) { return List(texts.begin(), texts.end()); }

std::vector<std::string> texts(const Value* list)
{
    std::vector<std::string> out;
    if (list && list->isList())
        for (const auto& item : list->list())
            if (item.isText()) out.push_back(item.text());
    return out;
}

std::optional<double> number(const Value& from, std::string_view key)
{
    const Value* value = from.find(key);
    return value ? value->ifNumber() : std::nullopt;
}

Object toObject(const AttributeSpec& spec)
{
    Object out{{"name", spec.name}, {"kind", toString(spec.kind)}, {"entity", spec.entity}, {"role", spec.role}};
    if (!spec.unit.empty()) out.append("unit", spec.unit);
    if (!spec.deviceClass.empty()) out.append("class", spec.deviceClass);
    if (spec.writable) out.append("writable", true);
    if (!spec.history) out.append("history", false);
    if (spec.minimum) out.append("min", *spec.minimum);
    if (spec.maximum) out.append("max", *spec.maximum);
    if (spec.step) out.append("step", *spec.step);
    if (!spec.options.empty()) out.append("options", toList(spec.options));
    return out;
}

AttributeSpec attributeFrom(const Value& json)
{
    AttributeSpec spec;
    spec.name = json.textOr("name", "");
    const auto kind = json.textOr("kind", "");
    for (int i = 0; i <= static_cast<int>(Value::Kind::Object); ++i)
        if (kind == toString(static_cast<Value::Kind>(i))) spec.kind = static_cast<Value::Kind>(i);
    spec.unit = json.textOr("unit", "");
    spec.deviceClass = json.textOr("class", "");
    spec.writable = json.booleanOr("writable", false);
    spec.history = json.booleanOr("history", true);
    spec.minimum = number(json, "min");
    spec.maximum = number(json, "max");
    spec.step = number(json, "step");
    spec.options = texts(json.find("options"));
    spec.entity = static_cast<int>(json.integerOr("entity", -1));
    spec.role = json.textOr("role", "");
    return spec;
}

Object toObject(const Entity& entity)
{
    const auto& spec = *entity.spec;
    Object out{{"id", entity.id.view()}, {"component", spec.component}, {"integration", spec.integration}};
    if (spec.name) out.append("name", *spec.name);
    if (!spec.deviceClass.empty()) out.append("class", spec.deviceClass);
    if (!spec.unit.empty()) out.append("unit", spec.unit);
    if (!spec.stateClass.empty()) out.append("stateClass", spec.stateClass);
    if (spec.category != EntityCategory::Primary) out.append("category", toString(spec.category));
    if (!spec.enabled) out.append("enabled", false);
    if (!spec.commands.empty()) out.append("commands", toList(spec.commands));
    if (!spec.capabilities.empty()) out.append("capabilities", spec.capabilities);
    return out;
}

Entity entityFrom(const Value& json)
{
    EntitySpec spec;
    spec.component = json.textOr("component", "");
    spec.integration = json.textOr("integration", "");
    if (const Value* name = json.find("name"); name && name->isText()) spec.name = name->text();
    spec.deviceClass = json.textOr("class", "");
    spec.unit = json.textOr("unit", "");
    spec.stateClass = json.textOr("stateClass", "");
    const auto category = json.textOr("category", "");
    if (category == "config") spec.category = EntityCategory::Config;
    if (category == "diagnostic") spec.category = EntityCategory::Diagnostic;
    spec.enabled = json.booleanOr("enabled", true);
    spec.commands = texts(json.find("commands"));
    if (const Value* capabilities = json.find("capabilities"); capabilities && capabilities->isObject())
        spec.capabilities = capabilities->object();
    // Nobody has spoken for it since the start.
    return {json.textOr("id", ""), std::move(spec), Availability::NeverHeard};
}

} // namespace

std::string toJsonText(const Description& description)
{
    const DeviceInfo& info = description.info;
    Object out;
    for (const auto& [name, member] : infoTexts)
        if (!(info.*member).empty()) out.append(name, info.*member);
    out.append("identifiers", toList(info.identifiers));
    out.append("macs", toList(info.macs));
    out.append("tellsAvailability", info.tellsAvailability);
    out.append("createdAt", toMicroseconds(info.createdAt));
    out.append("chosen", Object{{"name", description.chosen.name},
                                {"room", description.chosen.room},
                                {"type", description.chosen.type}});
    Object keys;
    for (const auto& [integration, key] : description.keys) keys.append(integration, key);
    out.append("keys", std::move(keys));
    List tellings, entities, attributes;
    for (const auto& one : info.tellings)
        tellings.push_back(Object{{"integration", one.integration},
                                  {"name", one.name},
                                  {"maker", one.maker},
                                  {"model", one.model},
                                  {"modelId", one.modelId},
                                  {"firmware", one.firmware},
                                  {"hardware", one.hardware}});
    if (!tellings.empty()) out.append("tellings", std::move(tellings));
    for (const auto& entity : description.entities) entities.push_back(toObject(entity));
    for (const auto& attribute : description.attributes) attributes.push_back(toObject(*attribute));
    out.append("entities", std::move(entities));
    out.append("attributes", std::move(attributes));
    return toJson(out);
}

Description descriptionFromJsonText(DeviceId id, std::string_view text)
{
    Description description;
    const auto json = parseJson(text, {8 << 20, 32});
    if (!json || !json->isObject()) return description;
    DeviceInfo& info = description.info;
    info.id = id;
    for (const auto& [name, member] : infoTexts) info.*member = json->textOr(name, "");
    info.identifiers = texts(json->find("identifiers"));
    info.macs = texts(json->find("macs"));
    info.tellsAvailability = json->booleanOr("tellsAvailability", false);
    info.createdAt = fromMicroseconds(json->integerOr("createdAt", 0));
    if (const Value* chosen = json->find("chosen"))
        description.chosen = {chosen->textOr("name", ""), chosen->textOr("room", ""), chosen->textOr("type", "")};
    if (const Value* keys = json->find("keys"); keys && keys->isObject())
        for (const auto& [integration, key] : keys->object())
            if (key.isText()) description.keys[integration] = key.text();
    if (const Value* tellings = json->find("tellings"); tellings && tellings->isList())
        for (const auto& one : tellings->list())
            info.tellings.push_back({one.textOr("integration", ""), one.textOr("name", ""), one.textOr("maker", ""),
                                     one.textOr("model", ""), one.textOr("modelId", ""), one.textOr("firmware", ""),
                                     one.textOr("hardware", "")});
    if (const Value* entities = json->find("entities"); entities && entities->isList())
        for (const auto& entity : entities->list()) description.entities.push_back(entityFrom(entity));
    if (const Value* attributes = json->find("attributes"); attributes && attributes->isList())
        for (const auto& attribute : attributes->list()) description.attributes.emplace_back(attributeFrom(attribute));
    const auto count = static_cast<int>(description.entities.size());
    std::erase_if(description.attributes,
                  [count](const auto& spec) { return spec->entity < 0 || spec->entity >= count; });
    return description;
}

} // namespace atrium::devices
