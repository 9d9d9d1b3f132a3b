#pragma once

#include "homie_device.h"

#include "atrium/mqtt.h"

#include <map>
#include <memory>
#include <string>

namespace atrium::homie {

/// All Homie devices of the broker. Thread: core.
class HomieHouse {
public:
    explicit HomieHouse(std::shared_ptr<IntegrationPort> port) : port_(std::move(port)) {}

    /// A message below `PREFIX/`: the base, or any domain with the version, e.g. `homie/5`.
    void take(std::string_view prefix, const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Known {
        HomieDevice device;
        std::string state;
        std::map<std::string, std::string> texts; ///< of properties that are not described yet
        bool announced = false;
    };
    void announce(Known& known, UtcTime at);
    void takeDescription(Known& known, const MqttMessage& message);
    void showState(const Known& known, UtcTime at);
    std::string effectiveState(const Known& known) const;
    void takeState(Known& known, std::string_view state, UtcTime at);
    void takeAlert(Known& known, std::string_view alert, std::string_view text, UtcTime at);
    void takeTarget(Known& known, const std::string& property, std::string_view text, UtcTime at);
    void takeProperty(Known& known, const std::string& path, std::string_view text, UtcTime at);

    const std::shared_ptr<IntegrationPort> port_;
    std::map<std::string, Known, std::less<>> known_;
};

} // namespace atrium::homie
