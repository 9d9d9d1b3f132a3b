#pragma once

#include "away_api.h"

#include "atrium/plugin.h"

#include <memory>

namespace atrium::away {

/// Wiring only.
class AwayPlugin : public Plugin {
public:
    void configure(PluginContext& context) override;
    void start() override;

private:
    PluginContext* context_ = nullptr;
    std::unique_ptr<AwayRepository> repository_;
    std::shared_ptr<AwayMode> mode_;
    std::unique_ptr<AwayApi> api_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::away
