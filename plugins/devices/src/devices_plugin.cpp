#include "devices_plugin.h"

#include "aurion_protocol.h"
#include "device_view.h"

#include "atrium/mqtt.h"
#include "atrium/settings.h"

namespace atrium::devices {

void DevicesPlugin::configure(PluginContext& context)
{
    const std::string prefix = context.settings().text("topicPrefix");
    demo_ = context.settings().boolean("demo");
    repository_ = std::make_unique<DeviceRepository>(context.database());
    book_ = std::make_unique<DeviceBook>(*repository_, context.devices(), context.core(), context.workers(),
                                         context.clock(), context.log(), context.metrics());
    api_ = std::make_unique<DeviceApi>(*book_, context.devices(), context.commands());
    feed_ = std::make_unique<DeviceFeed>(context.clock(), context.scheduler(), context.realtime());
    api_->registerRoutes(context.http(), subscriptions_);

    subscriptions_ +=
        context.mqtt().subscribe(prefix + "/devices/+/status", [this, prefix](const MqttMessage& message) {
            book_->takeStatus(deviceOfStatusTopic(prefix, message.topic), message.payload, message.receivedAt);
        });
    subscriptions_ +=
        context.commands().handle(DeviceBook::integration, [prefix](const Device& device, const Command& command) {
            return encodeCommand(prefix, device, command);
        });
    subscriptions_ +=
        context.devices().onPublished([this](const std::vector<DevicePtr>& devices) { feed_->changed(devices); });
    subscriptions_ += context.devices().onDeviceChanged([this](const DeviceChanged& change) {
        if (!change.after) feed_->removed(*change.before);
    });
    subscriptions_ += context.realtime().onInitial([&devices = context.devices()](const Principal& principal) {
        Object members;
        if (!principal.maySomewhere("devices.read")) return members;
        List views;
        const auto all = devices.list();
        for (const auto& device : all->devices)
            if (principal.may("devices.read", accessObjectOf(*device))) views.push_back(toView(*device));
        members.append("devices", std::move(views));
        return members;
    });
}

void DevicesPlugin::start()
{
    if (demo_ && repository_->loadAll().empty())
        for (const auto& edit : demoHome()) book_->add(edit).value();
    book_->restore();
}

} // namespace atrium::devices

ATRIUM_PLUGIN(atrium::devices::DevicesPlugin, "devices", "0.1.0")
