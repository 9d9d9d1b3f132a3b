#include "homie_plugin.h"

#include "atrium/services.h"
#include "atrium/settings.h"

namespace atrium::homie {

void HomiePlugin::start()
{
    auto& context = *context_;
    const auto made = std::make_shared<std::weak_ptr<HomieHouse>>();
    auto port = context.services().require<Integrations>()->open(
        context.pluginId(), [made](const EntityCommand& command) -> Result<EntityPlan> {
            const auto house = made->lock();
            if (!house) return makeError(ErrorCode::Unavailable);
            return house->plan(command);
        });
    const std::string base = context.settings().text("base");
    house_ = std::make_shared<HomieHouse>(base, std::move(port));
    *made = house_;
    subscriptions_ +=
        context.mqtt().subscribe(base + "/#", [house = house_](const MqttMessage& message) { house->take(message); });
}

} // namespace atrium::homie

ATRIUM_PLUGIN(atrium::homie::HomiePlugin, "homie", "0.1.0")
