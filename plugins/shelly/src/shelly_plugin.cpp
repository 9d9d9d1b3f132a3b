#include "shelly_plugin.h"

#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/open_integration.h"
#include "atrium/settings.h"

namespace atrium::shelly {

void ShellyPlugin::start()
{
    auto& context = *context_;
    const auto onFirstSight = context.settings().boolean("askAtOnce") ? OnFirstSight::Ask : OnFirstSight::Wait;
    houses_ = openIntegration<Houses>(context, [&](const std::shared_ptr<IntegrationPort>& port) {
        return std::make_shared<Houses>(Houses{Gen1House(port, context.scheduler()),
                                               Gen2House(port, context.mqtt(), context.scheduler(), onFirstSight)});
    });
    const auto listen = [&](std::string filter, std::function<void(Houses&, const MqttMessage&)> take) {
        subscriptions_ += context.mqtt().subscribe(
            std::move(filter),
            [houses = houses_, take = std::move(take)](const MqttMessage& message) { take(*houses, message); });
    };
    const auto takeGen2 = [](Houses& houses, const MqttMessage& message) { houses.gen2.take(message); };
    // A prefix may be renamed to two levels, e.g. `Shellies/desk`.
    for (const char* filter :
         {"+/online", "+/+/online", "+/status/+", "+/+/status/+", "+/events/rpc", "+/+/events/rpc"})
        listen(filter, takeGen2);
    for (const char* filter : {"atrium/+/rpc", "atrium/+/+/rpc"})
        listen(filter, [](Houses& houses, const MqttMessage& message) { houses.gen2.takeAnswer(message); });
    listen("shellies/#", [](Houses& houses, const MqttMessage& message) {
        if (!houses.gen2.isMine(message.topic)) houses.gen1.take(message);
    });
    // Generation 1 answers with who it is and all that it knows.
    if (onFirstSight == OnFirstSight::Wait) return;
    context.core().post([&mqtt = context.mqtt(), &log = context.log()] {
        for (const char* word : {"announce", "update"})
            if (const auto sent = mqtt.publish({"shellies/command", word, 1, false}); !sent)
                log.warning("the Shelly devices could not be asked who they are",
                            {{"reason", sent.error().message.en}});
    });
}

} // namespace atrium::shelly

ATRIUM_PLUGIN(atrium::shelly::ShellyPlugin, "shelly", "0.1.0")
