#include "entity_shape.h"

#include "describer.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

namespace {

Result<void> addAvailability(Describer& it)
{
    const auto& config = it.config();
    auto& shape = it.shape();
    std::size_t count = 0;
    const auto add = [&](const Object& entry, const char* topicKey,
                         const char* templateKey) { // a list's have own words
        const EntityConfig said{{}, {}, entry};
        Channel channel;
        channel.use = Channel::Use::Availability;
        channel.valueTemplate = it.parsed(said.text(templateKey));
        channel.available = said.text("payload_available", "online");
        channel.notAvailable = said.text("payload_not_available", "offline");
        const auto topic = it.topicIn(entry, topicKey);
        if (!topic || count == EntityShape::maxAvailabilityTopics) return;
        channel.topic = *topic;
        channel.bit = 1U << count++;
        shape.availabilityBits |= channel.bit;
        shape.channels.push_back(std::move(channel));
    };
    if (config.has("availability_topic")) add(config.config, "availability_topic", "availability_template");
    if (const Value* list = config.config.find("availability"); list && list->isList())
        for (const auto& entry : list->list())
            if (entry.isObject()) add(entry.object(), "topic", "value_template");
    if (it.error) return *it.error;
    return {};
}

void addJsonAttributes(Describer& it)
{
    Channel* channel = it.listen("json_attributes_topic", "json_attributes_template", nullptr, {});
    if (!channel) return;
    channel->use = Channel::Use::Attributes;
    it.attribute("json_attributes", Value::Kind::Object);
}

EntityCategory categoryOf(const std::string& word)
{
    if (word == "config") return EntityCategory::Config;
    return word == "diagnostic" ? EntityCategory::Diagnostic : EntityCategory::Primary;
}

std::chrono::milliseconds duration(const EntityConfig& config, std::string_view key)
{
    const auto seconds = config.number(key);
    if (!seconds || !(*seconds > 0 && *seconds < 1e8)) return {};
    return std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000));
}

Result<EntityShape> compile(EntityConfig config, const Topics& topics, TemplateCache& templates)
{
    EntityShape shape;
    shape.config = std::move(config);
    const auto& said = shape.config;
    auto& spec = shape.announced.spec;
    spec.component = said.component;
    spec.deviceClass = said.text("device_class");
    spec.unit = said.text("unit_of_measurement");
    spec.stateClass = said.text("state_class");
    spec.category = categoryOf(said.text("entity_category"));
    spec.enabled = said.flag("enabled_by_default", true);
    const Value* name = said.config.find("name");
    if (!name) spec.name = defaultName(said.component, spec.deviceClass);
    else if (!name->isNull()) spec.name = said.text("name");
    shape.availabilityMode = said.text("availability_mode", "latest");
    shape.expiresAfter = duration(said, "expire_after");
    shape.offDelay = duration(said, "off_delay");
    Describer it(shape, topics, templates);
    describeComponent(it);
    if (it.error) return *it.error;
    if (const auto added = addAvailability(it); !added) return added.error();
    addJsonAttributes(it);
    if (it.error) return *it.error;
    if (shape.needsAvailability()) shape.announced.availability = Availability::NeverHeard;
    return shape;
}

/// Calls `visit` with each value of a configuration that should be a topic.
template <class Visit>
void forEachTopic(Object& config, Visit&& visit)
{
    std::vector<std::string> keys;
    for (const auto& [key, value] : config)
        if (key.ends_with("topic")) keys.push_back(key);
    for (const auto& key : keys) visit(*config.find(key));
    if (Value* list = config.find("availability"); list && list->isList())
        for (auto& entry : list->list())
            if (entry.isObject() && entry.object().contains("topic")) visit(*entry.object().find("topic"));
}

enum class TopicForm { Index, Text };

/// The topics of a configuration, in which their indices take their place unless `form` keeps the texts.
Topics topicsOf(Object& config, TopicForm form)
{
    Topics topics;
    forEachTopic(config, [&](Value& value) {
        if (!value.isText()) {
            if (form == TopicForm::Index) value = nullptr; // a number here would pass for an index
            return;
        }
        if (!isValidTopicFilter(value.text())) return;
        auto found = std::find(topics.begin(), topics.end(), value.text());
        if (found == topics.end()) found = topics.insert(found, SharedText(value.text()));
        if (form == TopicForm::Index) value = static_cast<std::int64_t>(found - topics.begin());
    });
    return topics;
}

/// Whether the shape says nothing of identity and topics but by index: triggers and what is not understood show theirs.
bool isShareable(const std::string& component)
{
    return isUnderstood(component) && component != "device_automation" && component != "tag";
}

std::size_t mixed(std::size_t hash, std::size_t next) { return hash * 0x9E3779B97F4A7C15ULL + (hash >> 29) + next; }

std::size_t hashOf(const Value& value);

std::size_t hashOf(const Object& object)
{
    std::size_t hash = object.size();
    for (const auto& [key, value] : object) hash = mixed(mixed(hash, std::hash<std::string>{}(key)), hashOf(value));
    return hash;
}

std::size_t hashOf(const Value& value)
{
    if (const auto* text = value.ifText()) return std::hash<std::string>{}(*text);
    if (const auto* object = value.ifObject()) return hashOf(*object);
    if (const auto number = value.ifNumber()) return std::hash<double>{}(*number);
    std::size_t hash = static_cast<std::size_t>(value.kind());
    if (const auto* flag = value.ifBoolean()) hash = mixed(hash, *flag ? 1 : 0);
    if (const auto* list = value.ifList())
        for (const auto& item : *list) hash = mixed(hash, hashOf(item));
    return hash;
}

} // namespace

std::string EntityShape::topic(const Topics& topics, std::string_view key) const
{
    const Value* value = config.config.find(key);
    if (!value) return {};
    if (const auto* index = value->ifInteger(); index && static_cast<std::size_t>(*index) < topics.size())
        return topics[static_cast<std::size_t>(*index)].str();
    return value->isText() ? value->text() : std::string{};
}

Result<DescribedEntity> ShapeCache::describe(EntityConfig config)
{
    DescribedEntity entity;
    entity.id = config.identity();
    config.id.clear();
    if (!isShareable(config.component)) {
        entity.topics = topicsOf(config.config, TopicForm::Text);
        auto shape = compile(std::move(config), entity.topics, templates_);
        if (!shape) return shape.error();
        shape->config.keepOnlyBehaviour();
        entity.shape = std::move(*shape);
        return entity;
    }
    for (const char* own : {"unique_id", "object_id", "default_entity_id", "device", "origin", "platform", "~", "icon"})
        config.config.erase(own);
    entity.topics = topicsOf(config.config, TopicForm::Index);
    const auto hash = mixed(hashOf(config.config), std::hash<std::string>{}(config.component));
    const auto [first, last] = known_.equal_range(hash);
    for (auto known = first; known != last; ++known)
        if (const auto& other = known->second->config;
            other.component == config.component && other.config == config.config) {
            entity.shape = known->second;
            return entity;
        }
    auto shape = compile(std::move(config), entity.topics, templates_);
    if (!shape) return shape.error();
    entity.shape = std::move(*shape);
    if (known_.size() >= nextSweep_) dropUnused();
    known_.emplace(hash, entity.shape);
    return entity;
}

void ShapeCache::dropUnused()
{
    std::erase_if(known_, [](const auto& entry) { return entry.second.isLast(); });
    nextSweep_ = std::max<std::size_t>(1024, known_.size() * 2);
}

} // namespace atrium::homeassistant_discovery
