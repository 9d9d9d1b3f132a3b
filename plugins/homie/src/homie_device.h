#pragma once

#include "atrium/integration.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::homie {

/// A property of a node: one entity.
struct Property {
    std::string id; ///< `node/property`
    std::string name, node, datatype = "string", format, unit;
    bool settable = false;
    bool retained = true;
};

/// A device of any version of the convention (homieiot.github.io). Pure.
class HomieDevice {
public:
    /// The sensor that says which state of its life the device is in.
    static constexpr const char* lifeEntity = "$state";

    HomieDevice(std::string id, std::string base) : id_(std::move(id)), base_(std::move(base)) {}

    /// Homie 5: `$description`. Errors: what is wrong with it.
    Result<void> describe(std::string_view json);
    /// Homie 3 and 4: one attribute, by its topic below the device, e.g. `relay/on/$datatype`. False when it says
    /// nothing.
    bool setAttribute(std::string_view path, std::string_view text);

    const std::string& id() const { return id_; }
    /// The device at the head of the tree that it is a child in; empty = it is none.
    const std::string& root() const { return root_; }
    bool isDescribed() const { return !properties().empty(); }
    DeviceAnnouncement announcement() const;
    std::vector<Property> properties() const;
    /// The value of a property's text; empty when it is none of its type.
    std::optional<Value> read(const Property& property, std::string_view text) const;
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    const std::string id_;
    const std::string base_; ///< topic of the device without a slash at the end
    std::string name_, root_, parent_;
    std::vector<Property> described_;
    std::map<std::string, std::string, std::less<>> attributes_; ///< of Homie 3 and 4
};

/// The state of a device as availability: `ready`, `alert` and `sleeping` are there.
Availability availabilityOf(std::string_view state);

} // namespace atrium::homie
