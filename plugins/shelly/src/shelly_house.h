#pragma once

#include "shelly_device.h"

#include "atrium/mqtt.h"

#include <map>
#include <memory>
#include <string>

namespace atrium::shelly {

enum class OnFirstSight { Ask, Wait };

/// All Shelly devices of generation 2 and later. Thread: core.
class ShellyHouse {
public:
    ShellyHouse(std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, OnFirstSight onFirstSight)
        : port_(std::move(port)), mqtt_(mqtt), onFirstSight_(onFirstSight)
    {}

    /// `PREFIX/online`, `PREFIX/status/COMPONENT`, `PREFIX/events/rpc`.
    void take(const MqttMessage& message);
    /// `atrium/rpc-PREFIX/rpc`: an answer.
    void takeAnswer(const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    struct Known {
        ShellyDevice device;
        Availability availability = Availability::NeverHeard;
    };
    void takeStatus(Known& known, const Object& components, UtcTime at);
    void announce(const Known& known);

    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    const OnFirstSight onFirstSight_;
    std::map<std::string, Known, std::less<>> known_;
};

} // namespace atrium::shelly
