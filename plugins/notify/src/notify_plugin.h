#pragma once

#include "atrium/plugin.h"
#include "atrium/subscription.h"

#include <memory>

namespace atrium::notify {

/// Wires the parts together; the one file that knows PluginContext.
class NotifyPlugin : public Plugin {
public:
    void configure(PluginContext& context) override;
    void start() override;
    void stop(SteadyTime deadline) override;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
    Subscriptions registrations_;
};

} // namespace atrium::notify
