#pragma once

#include "bridges.h"

#include "atrium/plugin.h"

namespace atrium::zigbee2mqtt {

/// Wiring only.
class Zigbee2MqttPlugin : public Plugin {
public:
    void configure(PluginContext& context) override { context_ = &context; }
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::shared_ptr<Bridges> bridges_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::zigbee2mqtt
