#pragma once

#include "atrium/result.h"
#include "atrium/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::homeassistant_discovery {

/// `PREFIX/COMPONENT/[NODE/]OBJECT/config`.
struct ConfigTopic {
    std::string component; ///< `device` for a message that describes several
    std::string id;        ///< "node object" or "object"
};

/// Empty for topics that announce nothing. Pure.
std::optional<ConfigTopic> parseConfigTopic(std::string_view prefix, std::string_view topic);

/// One entity as its message describes it: abbreviations and `~` resolved, shared keys filled in.
struct EntityConfig {
    std::string component;
    std::string id; ///< of the discovery topic, with the component's key for device messages
    Object config;

    std::string text(std::string_view key, std::string_view fallback = {}) const;
    /// Booleans and numbers come as text as well.
    bool flag(std::string_view key, bool fallback) const;
    std::optional<double> number(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;
    bool has(std::string_view key) const;
    /// One `unique_id` may name an event and a sensor: the component is part of the identity.
    std::string identity() const { return component + '.' + (has("unique_id") ? text("unique_id") : id); }
    /// Drops what only describes the entity and its device, once it was read: there may be 300,000 of them.
    void keepOnlyBehaviour();
};

/// What a config message says.
struct ConfigMessage {
    bool migrates = false;
    bool removes = false;
    std::vector<EntityConfig> entities;
    /// The member `device` that all of them have in common, where it does not stand in each.
    std::optional<Object> device;
};

/// Errors: what is wrong with the message; nothing of it counts then. Pure.
Result<ConfigMessage> readConfig(const ConfigTopic& topic, std::string_view payload);

} // namespace atrium::homeassistant_discovery
