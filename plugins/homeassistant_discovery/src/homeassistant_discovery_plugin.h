#pragma once

#include "discovery.h"

#include "atrium/plugin.h"

namespace atrium::homeassistant_discovery {

/// Wiring only.
class HomeAssistantDiscoveryPlugin : public Plugin {
public:
    void configure(PluginContext& context) override;
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::shared_ptr<Discovery> discovery_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::homeassistant_discovery
