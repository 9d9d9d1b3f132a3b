#pragma once

#include "atrium/plugin.h"
#include "auth_api.h"

#include <memory>

namespace atrium::auth {

/// Wires the parts together; the one file that knows PluginContext.
class AuthPlugin : public Plugin {
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

} // namespace atrium::auth
