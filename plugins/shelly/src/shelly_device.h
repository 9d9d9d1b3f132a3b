#pragma once

#include "atrium/integration.h"

#include <map>
#include <string>
#include <vector>

namespace atrium::shelly {

/// One Shelly of generation 2 or later. Pure.
class ShellyDevice {
public:
    struct Reading {
        std::string entity;
        std::vector<std::pair<std::string, Value>> values;
    };

    explicit ShellyDevice(std::string prefix) : prefix_(std::move(prefix)) {}

    /// Takes the status of a component, whole or in part. True when there are new entities.
    bool take(const std::string& component, const Value& status);
    /// The answer to Shelly.GetDeviceInfo. True when something new was learned.
    bool takeInfo(const Value& info);

    const std::string& prefix() const { return prefix_; }
    bool hasEntities() const { return !entities_.empty(); }
    DeviceAnnouncement announcement() const;
    std::vector<Reading> read(const std::string& component) const;
    std::string inputOf(const std::string& component) const { return prefix_ + '-' + component; }
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    AnnouncedEntity& add(const std::string& component, const std::string& suffix, const char* kind, Value::Kind value);
    bool learn(const std::string& component, const Value& status);

    const std::string prefix_;
    std::string name_, model_, modelId_, firmware_, mac_;
    std::map<std::string, Object> status_; ///< by component, laid over each other
    std::vector<AnnouncedEntity> entities_;
};

} // namespace atrium::shelly
