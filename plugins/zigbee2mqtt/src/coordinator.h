#pragma once

#include "atrium/integration.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace atrium::zigbee2mqtt {

/// The device that a bridge itself is: whether it is connected, and whether new devices may join. Pure.
class Coordinator {
public:
    /// How long devices may join when nobody says it; the most that Zigbee knows.
    static constexpr std::chrono::seconds joiningTime{254};

    explicit Coordinator(std::string base) : base_(std::move(base)), key_("bridge " + base_) {}

    const std::string& key() const { return key_; }
    std::string connection() const { return key_ + " connection"; }
    std::string permitJoin() const { return key_ + " permit_join"; }

    /// From `bridge/info`, at a time: until when devices may join stands there as a moment.
    void learn(const Value& info, UtcTime at);
    DeviceAnnouncement announcement() const;
    /// Values of one entity by role.
    struct EntityValues {
        std::string entity;
        std::vector<std::pair<std::string, Value>> values;
    };
    std::vector<EntityValues> values() const;
    /// How long devices may still join; 0 = they may not.
    std::chrono::seconds remaining() const { return remaining_; }
    /// A second passed. The values of `permitJoin` then.
    EntityValues tick();
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    EntityValues joining() const;

    const std::string base_, key_;
    std::string version_, hardware_;
    bool isRestartNeeded_ = false;
    bool mayJoin_ = false;
    std::chrono::seconds remaining_{0};
};

} // namespace atrium::zigbee2mqtt
