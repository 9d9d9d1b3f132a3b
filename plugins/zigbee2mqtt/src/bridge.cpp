#include "bridge.h"

#include "atrium/json.h"

#include <algorithm>
#include <set>

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
               std::chrono::seconds patience)
    : base_(std::move(base)), port_(std::move(port)), mqtt_(mqtt), scheduler_(scheduler),
      patience_(scheduler_.after(patience, [this] {
          if (speaker_ == Speaker::Undecided) decide(Speaker::Bridge);
      }))
{}

void Bridge::takeState(const MqttMessage& message)
{
    const auto online = isOnline(message.payload);
    if (!online) return port_->refuse(message.topic, "no state of a bridge");
    isUp_ = *online;
    for (const auto& [ieee, device] : devices_) updateAvailability(ieee, device);
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
    decide(isOn ? Speaker::Discovery : Speaker::Bridge);
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
    for (auto device = devices_.begin(); device != devices_.end();) {
        if (present.contains(device->first)) {
            ++device;
            continue;
        }
        port_->withdraw(device->first);
        device = devices_.erase(device);
    }
    described_.reset(); // the devices hold what matters of it
}

void Bridge::withdrawAll()
{
    for (const auto& [ieee, device] : devices_) port_->withdraw(ieee);
    devices_.clear();
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
    said.via = "bridge " + base_;
    said.tellsAvailability = true;
    const Value* exposes = definition.find("exposes");
    device.entities = exposes ? entitiesOf(ieee, *exposes) : std::vector<ExposedEntity>{};
    for (const auto& entity : device.entities) said.entities.push_back(entity.announced);
    port_->announce(said);
    updateAvailability(ieee, device);
    if (device.name == name) return;
    device.name = name;
    listen(ieee, device);
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
