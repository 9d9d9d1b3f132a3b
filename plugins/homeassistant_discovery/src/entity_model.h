#pragma once

#include "config_message.h"
#include "template_cache.h"

#include "atrium/integration.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace atrium::homeassistant_discovery {

using Values = std::vector<std::pair<std::string, Value>>;

struct EntityModel;
struct Channel;
/// Turns the text of a message into values by role; false = the message does not count.
using Reader = bool (*)(EntityModel&, const Channel&, const std::string& text, Values& values);

/// One topic that an entity listens to, and what its messages mean.
struct Channel {
    enum class Use { State, Availability, Attributes, Event, Trigger };
    Use use = Use::State;
    std::string topic;
    TemplatePtr valueTemplate;
    Reader read = nullptr;
    std::string role;
    // Availability only.
    std::string available, notAvailable;
    std::optional<bool> said;
};

/// An entity at work: how its messages are read and its commands written.
struct EntityModel {
    EntityConfig config;
    AnnouncedEntity announced;
    std::vector<Channel> channels;
    std::map<std::string, TemplatePtr, std::less<>> commandTemplates;
    bool isOptimistic = false;
    std::string availabilityMode = "latest";
    std::chrono::milliseconds expiresAfter{0};
    std::chrono::milliseconds offDelay{0};
    std::map<std::string, Value, std::less<>> last; ///< values by role that later messages are read against

    bool needsAvailability() const;
};

/// What a config message means. Errors: a template that cannot be parsed. Pure but for the cache.
Result<EntityModel> makeModel(EntityConfig config, TemplateCache& templates);

/// What the device is called, by whom it was made. `key` is its first identifier.
DeviceAnnouncement deviceOf(const EntityConfig& config);

/// The messages of a command. Errors: what is wrong with it. Pure.
Result<EntityPlan> planCommand(const EntityModel& model, const std::string& name, const Object& arguments, UtcTime now);

/// The name that an entity has when it brings none: that of its device class.
std::string defaultName(const std::string& component, const std::string& deviceClass);

} // namespace atrium::homeassistant_discovery
