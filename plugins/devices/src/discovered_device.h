#pragma once

#include "atrium/integration.h"

#include <map>
#include <string>
#include <vector>

namespace atrium::devices {

/// What people decided about a discovered device; empty = what the device says.
struct PeoplesChoice {
    std::string name;
    std::string room;
    std::string type;
};

/// A discovered device without its values: what is stored, and put into the state.
struct Description {
    DeviceInfo info;
    std::vector<Shared<AttributeSpec>> attributes;
    std::vector<Entity> entities;
    PeoplesChoice chosen;
    std::map<std::string, std::string> keys; ///< integration -> DeviceAnnouncement::key
};

/// Takes an announcement into a description: the integration's entities are replaced, those of others stay, attributes
/// keep the names that they ever had, and what people chose wins. Pure.
void merge(Description& description, const std::string& integration, const DeviceAnnouncement& announcement);

/// Takes away the entities of an integration. Pure.
void removeIntegration(Description& description, const std::string& integration);

/// Identifiers with their integration, and MAC addresses as 12 lower-case digits (`mac:...`). Pure.
std::vector<std::string> identitiesOf(const std::string& integration, const DeviceAnnouncement& announcement);

/// An identity in the spelling that identitiesOf gives it. Pure.
std::string normalIdentity(std::string_view identity);

/// JSON text for the database, and back.
std::string toJsonText(const Description& description);
Description descriptionFromJsonText(DeviceId id, std::string_view json);

} // namespace atrium::devices
