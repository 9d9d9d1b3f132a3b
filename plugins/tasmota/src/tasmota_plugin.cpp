#include "tasmota_plugin.h"

#include "atrium/open_integration.h"
#include "atrium/settings.h"

namespace atrium::tasmota {

void TasmotaPlugin::start()
{
    auto& context = *context_;
    house_ = openIntegration<TasmotaHouse>(context, [&context](std::shared_ptr<IntegrationPort> port) {
        return std::make_shared<TasmotaHouse>(std::move(port), context.mqtt(), context.scheduler(), context.clock());
    });
    const auto listen = [&](std::string filter, void (TasmotaHouse::*take)(const MqttMessage&)) {
        subscriptions_ += context.mqtt().subscribe(
            std::move(filter), [house = house_, take](const MqttMessage& message) { ((*house).*take)(message); });
    };
    const std::string discovery = context.settings().text("discoveryTopic");
    listen(discovery + "/+/config", &TasmotaHouse::takeDiscovery);
    listen(discovery + "/+/sensors", &TasmotaHouse::takeDiscovery);
    for (const char* filter : {"tele/+/LWT", "tele/+/STATE", "tele/+/SENSOR", "stat/+/+", "+/tele/LWT", "+/tele/STATE",
                               "+/tele/SENSOR", "+/stat/+"})
        listen(filter, &TasmotaHouse::takeUnannounced);
}

} // namespace atrium::tasmota

ATRIUM_PLUGIN(atrium::tasmota::TasmotaPlugin, "tasmota", "0.1.0")
