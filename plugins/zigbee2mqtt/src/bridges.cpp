#include "bridges.h"

namespace atrium::zigbee2mqtt {

void Bridges::take(const MqttMessage& message)
{
    const auto middle = message.topic.rfind("/bridge/");
    if (middle == std::string_view::npos || message.payload.empty()) return;
    const std::string base(message.topic.substr(0, middle));
    const auto word = message.topic.substr(middle + std::string_view("/bridge/").size());
    auto bridge = bridges_.find(base);
    if (bridge == bridges_.end()) {
        // Others may have a topic of this name: what lists devices or is set up like it is one.
        if (word == "state" && !isOnline(message.payload)) return;
        if (bridges_.size() >= maxBridges) return port_->refuse(message.topic, "too many bridges");
        bridge = bridges_.try_emplace(base, base, port_, mqtt_, scheduler_, clock_, patience_).first;
    }
    if (word == "state") bridge->second.takeState(message);
    else if (word == "info") bridge->second.takeInfo(message);
    else if (word == "devices") bridge->second.takeDevices(message);
    else if (word == "groups") bridge->second.takeGroups(message);
}

Result<EntityPlan> Bridges::plan(const EntityCommand& command) const
{
    for (const auto& [base, bridge] : bridges_)
        if (bridge.knows(command.key)) return bridge.plan(command);
    return makeError(ErrorCode::Unavailable);
}

} // namespace atrium::zigbee2mqtt
