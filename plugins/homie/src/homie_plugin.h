#pragma once

#include "homie_house.h"

#include "atrium/plugin.h"

namespace atrium::homie {

/// Wiring only.
class HomiePlugin : public Plugin {
public:
    void configure(PluginContext& context) override { context_ = &context; }
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::shared_ptr<HomieHouse> house_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::homie
