#pragma once

#include "bridge.h"

namespace atrium::zigbee2mqtt {

/// All bridges that the broker knows, by their base topics. Thread: core.
class Bridges {
public:
    static constexpr std::size_t maxBridges = 100;

    Bridges(std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler, const Clock& clock,
            std::chrono::seconds patience)
        : port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler), clock_(clock), patience_(patience)
    {}

    /// A message of `BASE/bridge/state`, `info`, `devices` or `groups`.
    void take(const MqttMessage& message);
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    const std::shared_ptr<IntegrationPort> port_;
    Mqtt& mqtt_;
    Scheduler& scheduler_;
    const Clock& clock_;
    const std::chrono::seconds patience_;
    std::map<std::string, Bridge, std::less<>> bridges_;
};

} // namespace atrium::zigbee2mqtt
