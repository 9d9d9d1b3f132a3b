#include "devices_plugin.h"

#include "aurion_protocol.h"
#include "device_view.h"
#include "lost_command.h"

#include "atrium/mqtt.h"
#include "atrium/services.h"
#include "atrium/settings.h"

namespace atrium::devices {

void DevicesPlugin::configure(PluginContext& context)
{
    const std::string prefix = context.settings().text("topicPrefix");
    demo_ = context.settings().boolean("demo");
    repository_ = std::make_unique<DeviceRepository>(context.database());
    discoveries_ = std::make_unique<DiscoveryRepository>(context.database());
    directory_ = std::make_shared<DeviceDirectory>(
        DeviceDirectory::Services{*discoveries_, context.devices(), context.core(), context.workers(),
                                  context.scheduler(), context.clock(), context.log(), context.metrics(), pictures_});
    book_ = std::make_unique<DeviceBook>(*repository_, *directory_, context.devices(), context.core(),
                                         context.workers(), context.clock(), context.log(), context.metrics());
    api_ = std::make_unique<DeviceApi>(*book_, events_, context.devices(), context.commands());
    feed_ = std::make_unique<DeviceFeed>(context.clock(), context.scheduler(), context.realtime());
    decisions_ = std::make_shared<Decisions>(context.database(), context.clock());
    inboxApi_ = std::make_unique<InboxApi>(*decisions_, context.devices(), context.realtime());
    inboxApi_->registerRoutes(context.http(), subscriptions_);
    api_->registerRoutes(context.http(), subscriptions_);
    pictureApi_ = std::make_unique<PictureApi>(pictures_, context.devices());
    pictureApi_->registerRoutes(context.http(), subscriptions_);
    collections_ = std::make_unique<Collections>(context.database());
    collectionApi_ = std::make_unique<CollectionApi>(*collections_, context.devices(), context.commands());
    collectionApi_->registerRoutes(context.http(), subscriptions_);

    subscriptions_ +=
        context.mqtt().subscribe(prefix + "/devices/+/status", [this, prefix](const MqttMessage& message) {
            book_->takeStatus(deviceOfStatusTopic(prefix, message.topic), message.payload, message.receivedAt);
        });
    subscriptions_ +=
        context.commands().handle(DeviceBook::integration, [prefix](const Device& device, const Command& command) {
            return encodeCommand(prefix, device, command);
        });
    subscriptions_ += context.commands().handle(DeviceDirectory::integration,
                                                [directory = directory_](const Device& device, const Command& command) {
                                                    return directory->plan(device, command);
                                                });
    subscriptions_ += context.services().provide<Integrations>(directory_);
    subscriptions_ += context.devices().onEvent([this, &realtime = context.realtime()](const DeviceEvent& event) {
        events_.add(event);
        realtime.publish({"devices",
                          Object{{"type", "device_event"},
                                 {"deviceId", event.device.value},
                                 {"entity", event.entity},
                                 {"event", event.type},
                                 {"data", event.data},
                                 {"at", toIso8601(event.at)}},
                          "devices.read"});
    });
    subscriptions_ += context.commands().onOutcome([&context](const CommandOutcome& outcome) {
        tellOfLostCommand(context.services(), context.devices(), outcome);
    });
    subscriptions_ +=
        context.devices().onPublished([this](const std::vector<DevicePtr>& devices) { feed_->changed(devices); });
    subscriptions_ +=
        context.devices().onDeviceChanged([this, &workers = context.workers()](const DeviceChanged& change) {
            if (change.after) return;
            const auto id = change.before->info->id;
            feed_->removed(*change.before);
            events_.forget(id);
            pictures_.forget(id);
            // Its number may be that of another device one day, which nobody has decided about.
            if (decisions_->of(id) != Decision::New)
                workers.post([decisions = decisions_, id] { decisions->decide({id}, Decision::New, {}); });
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
    directory_->restore();
    collections_->restore();
    decisions_->restore();
}

void DevicesPlugin::stop(SteadyTime) { directory_->flush(); }

} // namespace atrium::devices

ATRIUM_PLUGIN(atrium::devices::DevicesPlugin, "devices", "0.1.0")
