#include "entity_model.h"

#include "readers.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

namespace {

Result<void> addAvailability(EntityModel& model, TemplateCache& templates)
{
    const auto& config = model.config;
    const auto add = [&](const EntityConfig& entry, const char* topicKey, const char* templateKey) -> Result<void> {
        Channel channel;
        channel.use = Channel::Use::Availability;
        channel.topic = entry.text(topicKey);
        auto parsed = templates.get(entry.text(templateKey));
        if (!parsed) return parsed.error();
        channel.valueTemplate = *parsed;
        channel.available = entry.text("payload_available", config.text("payload_available", "online"));
        channel.notAvailable = entry.text("payload_not_available", config.text("payload_not_available", "offline"));
        if (isValidTopicFilter(channel.topic)) model.channels.push_back(std::move(channel));
        return {};
    };
    if (config.has("availability_topic"))
        if (auto added = add(config, "availability_topic", "availability_template"); !added) return added;
    if (const Value* list = config.config.find("availability"); list && list->isList())
        for (const auto& entry : list->list())
            if (entry.isObject())
                if (auto added = add({{}, {}, entry.object()}, "topic", "value_template"); !added) return added;
    return {};
}

EntityCategory categoryOf(const std::string& word)
{
    if (word == "config") return EntityCategory::Config;
    return word == "diagnostic" ? EntityCategory::Diagnostic : EntityCategory::Primary;
}

} // namespace

bool EntityModel::needsAvailability() const
{
    return expiresAfter.count() > 0 || std::any_of(channels.begin(), channels.end(), [](const Channel& channel) {
               return channel.use == Channel::Use::Availability;
           });
}

Result<EntityModel> makeModel(EntityConfig config, TemplateCache& templates)
{
    EntityModel model;
    model.config = std::move(config);
    const auto& said = model.config;
    auto& spec = model.announced.spec;
    spec.component = said.component;
    spec.deviceClass = said.text("device_class");
    spec.unit = said.text("unit_of_measurement");
    spec.stateClass = said.text("state_class");
    spec.category = categoryOf(said.text("entity_category"));
    spec.enabled = said.flag("enabled_by_default", true);
    const Value* name = said.config.find("name");
    if (!name) spec.name = defaultName(said.component, spec.deviceClass);
    else if (!name->isNull()) spec.name = said.text("name");
    model.announced.id = said.identity();
    model.availabilityMode = said.text("availability_mode", "latest");
    if (const auto seconds = said.number("expire_after"); seconds && *seconds > 0 && *seconds < 1e8)
        model.expiresAfter = std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000));
    if (const auto seconds = said.number("off_delay"); seconds && *seconds > 0 && *seconds < 1e8)
        model.offDelay = std::chrono::milliseconds(static_cast<std::int64_t>(*seconds * 1000));
    if (auto described = describeComponent(model, templates); !described) return described.error();
    if (auto added = addAvailability(model, templates); !added) return added.error();
    if (said.has("json_attributes_topic")) {
        auto parsed = templates.get(said.text("json_attributes_template"));
        if (!parsed) return parsed.error();
        Channel channel;
        channel.use = Channel::Use::Attributes;
        channel.topic = said.text("json_attributes_topic");
        channel.valueTemplate = *parsed;
        if (isValidTopicFilter(channel.topic)) {
            model.channels.push_back(std::move(channel));
            AnnouncedAttribute attribute{"json_attributes", {}};
            attribute.spec.kind = Value::Kind::Object;
            attribute.spec.history = false;
            model.announced.attributes.push_back(std::move(attribute));
        }
    }
    if (model.needsAvailability()) model.announced.availability = Availability::NeverHeard;
    return model;
}

} // namespace atrium::homeassistant_discovery
