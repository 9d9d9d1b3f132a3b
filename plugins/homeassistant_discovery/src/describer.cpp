#include "describer.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

std::optional<std::size_t> Describer::topicIn(const Object& object, std::string_view key) const
{
    const Value* topic = object.find(key);
    if (!topic) return {};
    if (const auto* index = topic->ifInteger()) return static_cast<std::size_t>(*index);
    if (!topic->isText()) return {};
    const auto found = std::find(topics_.begin(), topics_.end(), topic->text());
    if (found == topics_.end()) return {};
    return static_cast<std::size_t>(found - topics_.begin());
}

Channel* Describer::listen(const char* topicKey, const char* templateKey, Reader reader, std::string role)
{
    if (!config().has(topicKey)) return nullptr;
    Channel channel;
    channel.valueTemplate = parsed(config().text(templateKey));
    channel.read = reader;
    channel.role = std::move(role);
    const auto topic = topicIn(config().config, topicKey);
    if (!topic) return nullptr;
    channel.topic = *topic;
    shape_.channels.push_back(std::move(channel));
    return &shape_.channels.back();
}

AttributeSpec& Describer::attribute(std::string role, Value::Kind kind)
{
    AnnouncedAttribute attribute{std::move(role), {}};
    attribute.spec.kind = kind;
    attribute.spec.history = kind != Value::Kind::List && kind != Value::Kind::Object;
    shape_.announced.attributes.push_back(std::move(attribute));
    return shape_.announced.attributes.back().spec;
}

AttributeSpec& Describer::value(Reader reader, Value::Kind kind)
{
    listen("state_topic", "value_template", reader, "state");
    auto& spec = attribute("state", kind);
    spec.unit = shape_.announced.spec.unit;
    spec.deviceClass = shape_.announced.spec.deviceClass;
    return spec;
}

void Describer::commands(std::initializer_list<const char*> names)
{
    for (const char* name : names) command(name);
    commandTemplate("command_template");
    optimisticWithout("state_topic");
}

void Describer::commandTemplate(const char* key)
{
    if (config().has(key)) shape_.commandTemplates[key] = parsed(config().text(key));
}

void Describer::capability(const char* key)
{
    const Value* value = config().config.find(key);
    if (value && !value->isNull()) shape_.announced.spec.capabilities.set(key, *value);
}

void Describer::capability(const char* key, Value fallback)
{
    const Value* value = config().config.find(key);
    shape_.announced.spec.capabilities.set(key, value && !value->isNull() ? *value : std::move(fallback));
}

void Describer::optimisticWithout(const char* topicKey)
{
    shape_.isOptimistic = config().flag("optimistic", !config().has(topicKey));
}

TemplatePtr Describer::parsed(const std::string& source)
{
    auto result = templates_.get(source);
    if (!result) {
        error = result.error();
        return {};
    }
    return *result;
}

} // namespace atrium::homeassistant_discovery
