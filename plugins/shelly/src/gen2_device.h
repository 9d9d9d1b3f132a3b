#pragma once

#include "gen2_component.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace atrium::shelly {

/// One Shelly of generation 2 or later, as far as its messages have told. Pure.
class Gen2Device {
public:
    static constexpr std::size_t maxComponents = 100;

    explicit Gen2Device(std::string prefix) : prefix_(std::move(prefix)) {}

    /// Takes the status of a component, whole or in part. True when there is something new to announce.
    bool takeStatus(const std::string& component, const Value& status);
    /// The answers to Shelly.GetDeviceInfo and Shelly.GetConfig. True when something new was learned.
    bool takeInfo(const Value& info);
    bool takeConfig(const Object& config);
    /// A component did something of this kind. True when that is new to announce.
    bool takeEvent(const std::string& component, const std::string& type);

    const std::string& prefix() const { return prefix_; }
    bool hasEntities() const { return !entities_.empty(); }
    bool isIdentified() const { return !mac_.empty(); }
    DeviceAnnouncement announcement() const;
    std::vector<Reading> read(const std::string& component) const;
    std::vector<Reading> readAll() const;
    std::string eventEntityOf(const std::string& component) const { return prefix_ + '-' + component + "-event"; }
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    bool learn(const std::string& component);

    const std::string prefix_;
    std::string name_, model_, modelId_, firmware_, mac_;
    std::map<std::string, Object> status_;     ///< by component, laid over each other
    std::map<std::string, std::string> names_; ///< of components, given by people on the device
    std::map<std::string, std::set<std::string>> events_;
    std::vector<AnnouncedEntity> entities_;
};

} // namespace atrium::shelly
