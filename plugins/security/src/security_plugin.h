#pragma once

#include "atrium/plugin.h"
#include "atrium/subscription.h"

#include <memory>

namespace atrium::security {

/// Wires the parts together; the one file that knows PluginContext.
class SecurityPlugin : public Plugin {
public:
    void configure(PluginContext& context) override;
    void start() override;
    void stop(SteadyTime deadline) override;

private:
    struct Parts;
    PluginContext* context_ = nullptr;
    std::shared_ptr<Parts> parts_;
    Subscriptions registrations_;
};

} // namespace atrium::security
