#pragma once

#include "gen1_house.h"
#include "gen2_house.h"

#include "atrium/plugin.h"

namespace atrium::shelly {

/// Wiring only.
class ShellyPlugin : public Plugin {
public:
    void configure(PluginContext& context) override { context_ = &context; }
    void start() override;

private:
    struct Houses {
        Gen1House gen1;
        Gen2House gen2;

        Result<EntityPlan> plan(const EntityCommand& command) const
        {
            return gen2.knows(command.key) ? gen2.plan(command) : gen1.plan(command);
        }
    };
    PluginContext* context_ = nullptr;
    std::shared_ptr<Houses> houses_;
    Subscriptions subscriptions_; // last: withdrawn before what they call is destroyed
};

} // namespace atrium::shelly
