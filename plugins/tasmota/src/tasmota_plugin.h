#pragma once

#include "tasmota_house.h"

#include "atrium/plugin.h"

namespace atrium::tasmota {

/// Wiring only.
class TasmotaPlugin : public Plugin {
public:
    void configure(PluginContext& context) override { context_ = &context; }
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::shared_ptr<TasmotaHouse> house_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::tasmota
