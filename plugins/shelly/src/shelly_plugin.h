#pragma once

#include "shelly_house.h"

#include "atrium/plugin.h"

namespace atrium::shelly {

/// Wiring only.
class ShellyPlugin : public Plugin {
public:
    void configure(PluginContext& context) override { context_ = &context; }
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::shared_ptr<ShellyHouse> house_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::shelly
