#pragma once

#include "atrium/integration.h"

#include <map>
#include <set>
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
    bool hasTarget = false; ///< it says what it is on its way to
};

/// A device of any version of the convention (homieiot.github.io). Pure.
class HomieDevice {
public:
    /// The sensor that says which state of its life the device is in.
    static constexpr const char* lifeEntity = "$state";
    /// The sensor that shows what the device wants a person to know, once it wanted something.
    static constexpr const char* alertEntity = "$alert";

    HomieDevice(std::string id, std::string base) : id_(std::move(id)), base_(std::move(base)) {}

    /// Homie 5: `$description`. Errors: what is wrong with it.
    Result<void> describe(std::string_view json);
    /// Homie 3 and 4: one attribute, by its topic below the device, e.g. `relay/on/$datatype`. False when it says
    /// nothing.
    bool setAttribute(std::string_view path, std::string_view text);
    /// That a property says its target. True when that is new.
    bool addTarget(std::string_view property);
    /// `$alert/ID`; an empty text takes it back.
    void setAlert(std::string_view id, std::string_view text);
    /// What is to be known now, by its id; nothing = Null.
    Value alerts() const;

    const std::string& id() const { return id_; }
    /// The device at the head of the tree that it is a child in; empty = it is none.
    const std::string& root() const { return root_; }
    bool isDescribed() const { return hasDescription_ || !properties().empty(); }
    DeviceAnnouncement announcement() const;
    std::vector<Property> properties() const;
    /// The value of a property's text; empty when it is none of its type.
    std::optional<Value> read(const Property& property, std::string_view text) const;
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    const std::string id_;
    const std::string base_; ///< topic of the device without a slash at the end
    std::string name_, root_, parent_;
    bool hasDescription_ = false;
    std::vector<Property> described_;
    std::set<std::string, std::less<>> targets_; ///< properties that say theirs
    std::map<std::string, std::string, std::less<>> alerts_;
    std::map<std::string, std::string, std::less<>> attributes_; ///< of Homie 3 and 4
};

/// Whether a word is one of those for the life of a device.
bool isState(std::string_view word);

/// The state of a device as availability: `ready`, `alert` and `sleeping` are there.
Availability availabilityOf(std::string_view state);

} // namespace atrium::homie
