#pragma once

#include "config_message.h"
#include "template_cache.h"

#include "atrium/integration.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::homeassistant_discovery {

using Values = std::vector<std::pair<std::string, Value>>;

/// What an entity keeps of earlier messages because later ones are read against it, by role.
using Memory = std::map<std::string, Value, std::less<>>;

/// An entity as a reader sees it.
struct Reading {
    const EntityConfig& config;
    std::unique_ptr<Memory>& memory; ///< made when it is needed: few entities remember anything

    Value& last(const std::string& role)
    {
        if (!memory) memory = std::make_unique<Memory>();
        return (*memory)[role];
    }
};

struct Channel;
using Reader = bool (*)(Reading&, const Channel&, const std::string& text, Values& values);

/// One topic that entities listen to, and what its messages mean.
struct Channel {
    enum class Use { State, Availability, Attributes, Event, Trigger, Picture };
    Use use = Use::State;
    std::size_t topic = 0; ///< index in the topics of the entity
    TemplatePtr valueTemplate;
    Reader read = nullptr;
    std::string role;
    // Availability only.
    std::string available, notAvailable;
    std::uint32_t bit = 0; ///< of this topic in Entity::heard and Entity::up
};

/// The topics of one entity; its shape speaks of them by index.
using Topics = std::vector<SharedText>;

/// How messages are read and commands written: what entities have in common that differ in their identity and their
/// topics only. Compiled once, held by thousands.
struct EntityShape {
    static constexpr std::size_t maxAvailabilityTopics = 32;

    EntityConfig config;       ///< without an id; a topic is an index in Topics
    AnnouncedEntity announced; ///< without an id
    std::vector<Channel> channels;
    std::map<std::string, TemplatePtr, std::less<>> commandTemplates;
    bool isOptimistic = false;
    std::string availabilityMode = "latest";
    std::uint32_t availabilityBits = 0; ///< one for each topic that tells availability
    std::chrono::milliseconds expiresAfter{0};
    std::chrono::milliseconds offDelay{0};

    bool needsAvailability() const { return expiresAfter.count() > 0 || availabilityBits != 0; }
    /// The topic under a key of the configuration; empty when there is none.
    std::string topic(const Topics& topics, std::string_view key) const;
};

/// An entity as its configuration describes it.
struct DescribedEntity {
    SharedText id;
    Shared<EntityShape> shape;
    Topics topics;
};

/// Compiles configurations; those that differ in identity and topics only share one shape. Thread: core.
class ShapeCache {
public:
    /// Errors: a template that cannot be parsed.
    Result<DescribedEntity> describe(EntityConfig config);
    std::size_t size() const { return known_.size(); }

private:
    void dropUnused();

    TemplateCache templates_;
    std::unordered_multimap<std::size_t, Shared<EntityShape>> known_; ///< by the hash of the configuration
    std::size_t nextSweep_ = 1024;
};

/// What the device is called, by whom it was made. `key` is its first identifier.
DeviceAnnouncement deviceOf(const EntityConfig& config);

/// The messages of a command. Errors: what is wrong with it. Pure.
Result<EntityPlan> planCommand(const EntityShape& shape, const Topics& topics, const std::string& name,
                               const Object& arguments, UtcTime now);

/// The name that an entity has when it brings none: that of its device class.
std::string defaultName(const std::string& component, const std::string& deviceClass);

} // namespace atrium::homeassistant_discovery
