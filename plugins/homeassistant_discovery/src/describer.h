#pragma once

#include "entity_shape.h"

namespace atrium::homeassistant_discovery {

/// Adds channels, attributes and commands to one shape. The first broken template stays in `error`.
class Describer {
public:
    /// `topics` are those of the entity that the shape is made for.
    Describer(EntityShape& shape, const Topics& topics, TemplateCache& templates)
        : shape_(shape), topics_(topics), templates_(templates)
    {}

    EntityShape& shape() { return shape_; }
    const EntityConfig& config() const { return shape_.config; }

    /// Null when the configuration names no such topic, or one that is none.
    Channel* listen(const char* topicKey, const char* templateKey, Reader reader, std::string role);
    /// The topic in an object of the configuration: in place of an index it may be a text where shapes are not shared.
    std::optional<std::size_t> topicIn(const Object& object, std::string_view key) const;
    AttributeSpec& attribute(std::string role, Value::Kind kind);
    /// The one value of a simple component, in `state_topic`.
    AttributeSpec& value(Reader reader, Value::Kind kind);
    void command(const char* name) { shape_.announced.spec.commands.emplace_back(name); }
    /// Of a component with one command topic.
    void commands(std::initializer_list<const char*> names);
    void commandTemplate(const char* key);
    void capability(const char* key);
    /// With what the convention says where the configuration says nothing.
    void capability(const char* key, Value fallback);
    void optimisticWithout(const char* topicKey);
    TemplatePtr parsed(const std::string& source);

    std::optional<Error> error;

private:
    EntityShape& shape_;
    const Topics& topics_;
    TemplateCache& templates_;
};

/// The channels, attributes and commands of its component.
void describeComponent(Describer& it);
/// Whether the component is known; others are shown as they are.
bool isUnderstood(std::string_view component);

// describe_appliance.cpp
void describeLight(Describer& it);
void describeClimate(Describer& it);
void describeOpening(Describer& it);
void describeFan(Describer& it);
void describeHumidifier(Describer& it);

} // namespace atrium::homeassistant_discovery
