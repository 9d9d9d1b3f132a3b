#include "homeassistant_discovery_plugin.h"

#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/mqtt.h"
#include "atrium/open_integration.h"
#include "atrium/scheduler.h"
#include "atrium/settings.h"

namespace atrium::homeassistant_discovery {

void HomeAssistantDiscoveryPlugin::configure(PluginContext& context) { context_ = &context; }

void HomeAssistantDiscoveryPlugin::start()
{
    auto& context = *context_;
    const std::string prefix = context.settings().text("prefix");
    discovery_ = openIntegration<Discovery>(context, [&](std::shared_ptr<IntegrationPort> port) {
        return std::make_shared<Discovery>(prefix, std::move(port), context.mqtt(), context.scheduler(),
                                           context.clock());
    });
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
