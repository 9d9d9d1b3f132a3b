#include "zigbee2mqtt_plugin.h"

#include "atrium/open_integration.h"
#include "atrium/settings.h"

namespace atrium::zigbee2mqtt {

void Zigbee2MqttPlugin::start()
{
    auto& context = *context_;
    bridges_ = openIntegration<Bridges>(context, [&context](std::shared_ptr<IntegrationPort> port) {
        return std::make_shared<Bridges>(std::move(port), context.mqtt(), context.scheduler(), context.clock(),
                                         std::chrono::seconds(context.settings().integer("patience")));
    });
    // A base topic may have several levels, e.g. `campus/zigbee/floor2`.
    for (const std::string base : {"+", "+/+", "+/+/+", "+/+/+/+"})
        for (const char* word : {"/bridge/state", "/bridge/info", "/bridge/devices", "/bridge/groups"})
            subscriptions_ += context.mqtt().subscribe(
                base + word, [bridges = bridges_](const MqttMessage& message) { bridges->take(message); });
}

} // namespace atrium::zigbee2mqtt

ATRIUM_PLUGIN(atrium::zigbee2mqtt::Zigbee2MqttPlugin, "zigbee2mqtt", "0.1.0")
