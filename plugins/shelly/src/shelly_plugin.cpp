#include "shelly_plugin.h"

#include "atrium/services.h"
#include "atrium/settings.h"

namespace atrium::shelly {

void ShellyPlugin::start()
{
    auto& context = *context_;
    const auto made = std::make_shared<std::weak_ptr<ShellyHouse>>();
    auto port = context.services().require<Integrations>()->open(
        context.pluginId(), [made](const EntityCommand& command) -> Result<EntityPlan> {
            const auto house = made->lock();
            if (!house) return makeError(ErrorCode::Unavailable);
            return house->plan(command);
        });
    house_ =
        std::make_shared<ShellyHouse>(std::move(port), context.mqtt(),
                                      context.settings().boolean("askAtOnce") ? OnFirstSight::Ask : OnFirstSight::Wait);
    *made = house_;
    const auto listen = [&](std::string filter, void (ShellyHouse::*take)(const MqttMessage&)) {
        subscriptions_ += context.mqtt().subscribe(
            std::move(filter), [house = house_, take](const MqttMessage& message) { ((*house).*take)(message); });
    };
    // A prefix may be renamed to two levels, e.g. `Shellies/desk`.
    for (const char* filter :
         {"+/online", "+/+/online", "+/status/+", "+/+/status/+", "+/events/rpc", "+/+/events/rpc"})
        listen(filter, &ShellyHouse::take);
    listen("atrium/+/rpc", &ShellyHouse::takeAnswer);
    listen("atrium/+/+/rpc", &ShellyHouse::takeAnswer);
}

} // namespace atrium::shelly

ATRIUM_PLUGIN(atrium::shelly::ShellyPlugin, "shelly", "0.1.0")
