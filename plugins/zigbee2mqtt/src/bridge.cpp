#include "bridge.h"

#include "atrium/json.h"

#include <algorithm>

namespace atrium::zigbee2mqtt {

std::optional<bool> isOnline(std::string_view payload)
{
    std::string word(payload);
    if (const auto json = parseJson(payload); json && json->isObject()) word = json->textOr("state", "");
    if (word == "online") return true;
    if (word == "offline") return false;
    return {};
}

Bridge::Bridge(std::string base, std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler,
               const Clock& clock, std::chrono::seconds patience)
    : base_(std::move(base)), port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler), clock_(clock),
      patience_(scheduler_.after(patience,
                                 [this] {
                                     if (speaker_ == Speaker::Undecided) decide(Speaker::Bridge);
                                 })),
      coordinator_(base_)
{}

void Bridge::takeState(const MqttMessage& message)
{
    const auto online = isOnline(message.payload);
    if (!online) return port_->refuse(message.topic, "no state of a bridge");
    isUp_ = *online;
    for (const auto& [ieee, device] : devices_) updateAvailability(ieee, device);
    if (speaker_ == Speaker::Bridge) showCoordinator(message.receivedAt);
}

void Bridge::takeInfo(const MqttMessage& message)
{
    const auto json = parseJson(message.payload, {maxDescription, 32});
    if (!json || !json->isObject()) return port_->refuse(message.topic, "bridge/info is no JSON object");
    const Value* config = json->find("config");
    const Value* discovery = config ? config->find("homeassistant") : nullptr;
    // Version 2 says {"enabled":true}; version 1 said true, or an object that is there at all.
    const bool isOn =
        discovery && (discovery->isObject() ? discovery->booleanOr("enabled", true) : *discovery == Value(true));
    coordinator_.learn(*json, message.receivedAt);
    decide(isOn ? Speaker::Discovery : Speaker::Bridge);
    if (speaker_ == Speaker::Bridge) showCoordinator(message.receivedAt);
}

void Bridge::showCoordinator(UtcTime at)
{
    const auto& key = coordinator_.key();
    port_->announce(coordinator_.announcement());
    port_->setAvailability(key, "", isUp_ ? Availability::Available : Availability::Offline);
    // What says that it is away is itself there.
    port_->setAvailability(key, coordinator_.connection(), Availability::Available);
    port_->report(key, coordinator_.connection(), {{"state", isUp_}}, at);
    for (auto& [entity, values] : coordinator_.values()) port_->report(key, entity, std::move(values), at);
    countDown();
}

void Bridge::countDown()
{
    joiningTimer_.reset();
    if (coordinator_.remaining().count() == 0) return;
    joiningTimer_ = scheduler_.after(std::chrono::seconds{1}, [this] {
        auto joining = coordinator_.tick();
        port_->report(coordinator_.key(), joining.entity, std::move(joining.values), clock_.now());
        countDown();
    });
}

void Bridge::takeGroups(const MqttMessage& message)
{
    const auto json = parseJson(message.payload, {maxDescription, 32});
    if (!json || !json->isList()) return port_->refuse(message.topic, "bridge/groups is no JSON list");
    groups_ = groupsOf(base_, *json);
    if (speaker_ == Speaker::Bridge) showGroups();
}

void Bridge::showGroups()
{
    std::set<std::string> present;
    for (const auto& group : groups_) {
        if (present.size() >= maxDevices) break;
        present.insert(group.key);
        putGroup(group);
    }
    keepOnly(present, [](const Device& device) { return device.isGroup; });
}

void Bridge::putGroup(const Group& group)
{
    std::vector<const List*> exposed;
    std::vector<std::string> names;
    for (const auto& ieee : group.members) {
        const auto member = devices_.find(ieee);
        names.push_back(member == devices_.end() ? ieee : member->second.name);
        if (member != devices_.end()) exposed.push_back(&member->second.groupable);
    }
    Device& device = devices_[group.key];
    device.isGroup = true;
    device.said = {};
    device.said.key = group.key;
    device.said.identifiers = {group.key};
    device.said.name = group.name;
    device.said.maker = "Zigbee2MQTT";
    device.said.model = "Group";
    device.said.via = coordinator_.key();
    device.said.tellsAvailability = true;
    device.entities = entitiesOf(group, exposed, names);
    announce(group.key, device, group.name);
}

void Bridge::announce(const std::string& key, Device& device, const std::string& name)
{
    for (const auto& entity : device.entities) device.said.entities.push_back(entity.announced);
    port_->announce(device.said);
    updateAvailability(key, device);
    if (device.name == name) return;
    device.name = name;
    listen(key, device);
}

void Bridge::keepOnly(const std::set<std::string>& present, bool (*isMeant)(const Device&))
{
    for (auto device = devices_.begin(); device != devices_.end();) {
        if (!isMeant(device->second) || present.contains(device->first)) {
            ++device;
            continue;
        }
        port_->withdraw(device->first);
        device = devices_.erase(device);
    }
}

void Bridge::decide(Speaker speaker)
{
    if (speaker == speaker_) return;
    speaker_ = speaker;
    if (speaker == Speaker::Bridge) showAll();
    else withdrawAll();
}

void Bridge::takeDevices(const MqttMessage& message)
{
    auto json = parseJson(message.payload, {maxDescription, 32});
    if (!json || !json->isList()) return port_->refuse(message.topic, "bridge/devices is no JSON list");
    described_ = std::make_shared<const Value>(std::move(*json));
    if (speaker_ == Speaker::Bridge) showAll();
}

void Bridge::showAll()
{
    if (!described_) return;
    std::set<std::string> present;
    for (const auto& description : described_->list()) {
        const auto ieee = description.textOr("ieee_address", "");
        const Value* definition = description.find("definition");
        if (ieee.empty() || ieee.size() > 60 || description.textOr("type", "") == "Coordinator" || !definition ||
            !definition->isObject() || present.size() >= maxDevices)
            continue;
        present.insert(ieee);
        put(ieee, description);
    }
    keepOnly(present, [](const Device& device) { return !device.isGroup; });
    described_.reset(); // the devices hold what matters of it
    showGroups();
}

void Bridge::withdrawAll()
{
    for (const auto& [ieee, device] : devices_) port_->withdraw(ieee);
    devices_.clear();
    port_->withdraw(coordinator_.key());
    joiningTimer_.reset();
}

void Bridge::put(const std::string& ieee, const Value& description)
{
    // Another bridge, or another version of this plugin's world, may speak for it already.
    if (port_->knows("homeassistant_discovery:zigbee2mqtt_" + ieee)) return;
    const Value& definition = *description.find("definition");
    Device& device = devices_[ieee];
    const auto name = description.textOr("friendly_name", ieee);
    DeviceAnnouncement& said = device.said;
    said = {};
    said.key = ieee;
    said.identifiers = {ieee};
    said.alsoKnownAs = {"homeassistant_discovery:zigbee2mqtt_" + ieee};
    said.name = name;
    said.maker = definition.textOr("vendor", description.textOr("manufacturer", ""));
    said.model = definition.textOr("description", "");
    said.modelId = definition.textOr("model", description.textOr("model_id", ""));
    said.firmware = description.textOr("software_build_id", "");
    said.via = coordinator_.key();
    said.tellsAvailability = true;
    const Value* exposes = definition.find("exposes");
    device.entities = exposes ? entitiesOf(ieee, *exposes) : std::vector<ExposedEntity>{};
    device.groupable = exposes ? groupable(*exposes) : List{};
    if (const Value* endpoints = description.find("endpoints"); endpoints && endpoints->isObject())
        for (const auto& [number, endpoint] : endpoints->object())
            for (const auto& scene : scenesIn(endpoint)) device.entities.push_back(sceneOf(ieee, scene));
    announce(ieee, device, name);
}

void Bridge::listen(const std::string& ieee, Device& device)
{
    device.subscriptions.clear();
    const std::string topic = base_ + '/' + device.name;
    if (!isValidTopic(topic)) return port_->refuse(topic, "a name that is no topic");
    const auto hear = [&](const char* ending, void (Bridge::*take)(const std::string&, const MqttMessage&)) {
        device.subscriptions += mqtt_.subscribe(
            topic + ending, [this, ieee, take](const MqttMessage& message) { (this->*take)(ieee, message); });
    };
    hear("", &Bridge::takeDeviceState);
    hear("/availability", &Bridge::takeAvailability);
    // States are seldom retained: the ones that can be read are asked for.
    Object wanted;
    for (const auto& entity : device.entities)
        if (!entity.announced.spec.commands.empty())
            for (const auto& feature : entity.features)
                if (feature.path.size() == 1) wanted.set(feature.path[0], "");
    if (!wanted.empty() && isValidTopic(topic + "/get"))
        if (const auto sent = mqtt_.publish({topic + "/get", toJson(wanted), 0, false}); !sent)
            port_->refuse(topic, "it could not be asked for its state");
}

void Bridge::takeDeviceState(const std::string& ieee, const MqttMessage& message)
{
    const auto found = devices_.find(ieee);
    if (found == devices_.end() || message.payload.empty()) return;
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "a state is no JSON object");
    for (const auto& entity : found->second.entities)
        if (auto values = readState(entity, *json); !values.empty())
            port_->report(ieee, entity.announced.id, std::move(values), message.receivedAt);
    if (const auto action = json->textOr("action", ""); !action.empty() && !message.retained)
        raise(ieee, found->second, action, message.receivedAt);
}

void Bridge::raise(const std::string& ieee, const Device& device, const std::string& action, UtcTime at)
{
    for (const auto& entity : device.entities)
        if (entity.announced.spec.component == "event")
            port_->raise(ieee, entity.announced.id, action, Object{{"event_type", action}}, at);
}

void Bridge::takeAvailability(const std::string& ieee, const MqttMessage& message)
{
    const auto found = devices_.find(ieee);
    const auto online = isOnline(message.payload);
    if (found == devices_.end() || !online) return;
    found->second.availability = *online ? Availability::Available : Availability::Offline;
    updateAvailability(ieee, found->second);
}

void Bridge::updateAvailability(const std::string& ieee, const Device& device)
{
    port_->setAvailability(ieee, "", isUp_ ? device.availability : Availability::Offline);
}

Result<EntityPlan> Bridge::plan(const EntityCommand& command) const
{
    if (command.key == coordinator_.key()) return coordinator_.plan(command);
    const auto device = devices_.find(command.key);
    if (device == devices_.end()) return makeError(ErrorCode::Unavailable);
    const auto& entities = device->second.entities;
    const auto entity = std::find_if(entities.begin(), entities.end(),
                                     [&](const auto& one) { return one.announced.id == command.entity.id; });
    if (entity == entities.end()) return makeError(ErrorCode::Unavailable);
    auto setting = settingFor(*entity, command.name, command.arguments);
    if (!setting) return setting.error();
    EntityPlan plan;
    plan.publications.push_back({base_ + '/' + device->second.name + "/set", toJson(setting->message), 1, false});
    plan.expected = std::move(setting->expected);
    return plan;
}

} // namespace atrium::zigbee2mqtt
