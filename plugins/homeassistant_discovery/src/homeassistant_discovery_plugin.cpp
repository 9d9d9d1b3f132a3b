#include "homeassistant_discovery_plugin.h"

#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/mqtt.h"
#include "atrium/scheduler.h"
#include "atrium/services.h"
#include "atrium/settings.h"

namespace atrium::homeassistant_discovery {

void HomeAssistantDiscoveryPlugin::configure(PluginContext& context) { context_ = &context; }

void HomeAssistantDiscoveryPlugin::start()
{
    auto& context = *context_;
    const std::string prefix = context.settings().text("prefix");
    // The planner is asked on core, after this: the discovery that it needs is made from its port.
    const auto made = std::make_shared<std::weak_ptr<Discovery>>();
    auto port = context.services().require<Integrations>()->open(
        context.pluginId(), [made](const EntityCommand& command) -> Result<EntityPlan> {
            const auto discovery = made->lock();
            if (!discovery) return makeError(ErrorCode::Unavailable);
            return discovery->plan(command);
        });
    discovery_ =
        std::make_shared<Discovery>(prefix, std::move(port), context.mqtt(), context.scheduler(), context.clock());
    *made = discovery_;
    for (const char* levels : {"/+/+/config", "/+/+/+/config"})
        subscriptions_ += context.mqtt().subscribe(
            prefix + levels, [discovery = discovery_](const MqttMessage& message) { discovery->takeConfig(message); });
    if (!context.settings().boolean("birth")) return;
    context.core().post([&context, prefix] {
        if (const auto sent = context.mqtt().publish({prefix + "/status", "online", 0, false}); !sent)
            context.log().warning("the birth message could not be sent");
    });
}

} // namespace atrium::homeassistant_discovery

ATRIUM_PLUGIN(atrium::homeassistant_discovery::HomeAssistantDiscoveryPlugin, "homeassistant_discovery", "0.1.0")
