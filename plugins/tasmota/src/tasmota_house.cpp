#include "tasmota_house.h"

#include "atrium/json.h"

namespace atrium::tasmota {

void TasmotaHouse::takeDiscovery(const MqttMessage& message)
{
    const auto last = message.topic.rfind('/');
    const auto before = message.topic.rfind('/', last - 1);
    const std::string mac(message.topic.substr(before + 1, last - before - 1));
    const bool isConfig = message.topic.ends_with("/config");
    if (message.payload.empty()) {
        if (isConfig) {
            port_->withdraw(mac);
            known_.erase(mac);
        }
        return;
    }
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "no JSON object");
    const auto known = known_.find(mac);
    if (!isConfig) {
        const Value* sensors = json->find("sn");
        if (!sensors) return port_->refuse(message.topic, "sn is missing");
        if (known == known_.end()) {
            if (sensorsBefore_.size() < 10'000) sensorsBefore_[mac] = *sensors;
            return;
        }
        if (known->second.device.learnSensors(*sensors)) announce(known->second);
        return report(known->second.device, known->second.device.readSensors(*sensors), message.receivedAt);
    }
    auto device = TasmotaDevice::fromConfig(*json);
    if (!device) return port_->refuse(message.topic, device.error().message.en);
    const auto sensors = sensorsBefore_.find(mac);
    if (sensors != sensorsBefore_.end()) device->learnSensors(sensors->second);
    // It was taken for one without discovery.
    if (known_.contains(device->topic())) {
        port_->withdraw(device->topic());
        known_.erase(device->topic());
    }
    announcedPrefixes_.insert(device->telePrefix());
    announcedPrefixes_.insert(device->statPrefix());
    const std::string key = device->key();
    const auto availability = known == known_.end() ? Availability::NeverHeard : known->second.availability;
    const auto& placed = known_.insert_or_assign(key, Known{std::move(*device), {}, availability}).first->second;
    announce(placed);
    report(placed.device, placed.device.readConfig(), message.receivedAt);
    if (sensors != sensorsBefore_.end()) {
        const auto& found = placed.device;
        report(found, found.readSensors(sensors->second), message.receivedAt);
        sensorsBefore_.erase(sensors);
    }
    listen(key);
}

void TasmotaHouse::announce(const Known& known)
{
    port_->announce(known.device.announcement());
    // What is new of it is as reachable as the rest.
    if (known.availability != Availability::NeverHeard && !known.device.sleeps())
        port_->setAvailability(known.device.key(), "", known.availability);
}

void TasmotaHouse::listen(const std::string& key)
{
    Known& known = known_.at(key);
    for (const auto& prefix : {known.device.telePrefix(), known.device.statPrefix()}) {
        if (!isValidTopicFilter(prefix + "+")) continue;
        known.subscriptions +=
            mqtt_.subscribe(prefix + "+", [this, key, length = prefix.size()](const MqttMessage& message) {
                if (const auto found = known_.find(key); found != known_.end())
                    take(found->second, message.topic.substr(length), message);
            });
    }
}

void TasmotaHouse::takeUnannounced(const MqttMessage& message)
{
    const auto last = message.topic.rfind('/');
    const auto prefix = message.topic.substr(0, last + 1);
    if (announcedPrefixes_.contains(prefix)) return;
    const auto first = message.topic.find('/');
    const auto head = message.topic.substr(0, first);
    const bool isSwapped = head != "tele" && head != "stat"; // %topic%/%prefix%/
    const std::string topic(isSwapped ? head : message.topic.substr(first + 1, last - first - 1));
    const auto word = message.topic.substr(last + 1);
    auto known = known_.find(topic);
    if (known == known_.end()) {
        const bool isStatus = word.starts_with("STATUS");
        if (!isStatus && word != "LWT" && word != "STATE" && word != "SENSOR") return;
        if (word == "LWT" && message.payload != "Online" && message.payload != "Offline") return;
        const auto device = TasmotaDevice::fromTopic(topic, isSwapped ? topic + "/cmnd/" : "cmnd/" + topic + '/');
        known = known_.emplace(topic, Known{device, {}}).first;
        announce(known->second);
    }
    if (word == "LWT" && message.payload == "Online")
        if (const auto sent = mqtt_.publish({known->second.device.commandPrefix() + "STATUS", "0", 0, false}); !sent)
            port_->refuse(message.topic, "it could not be asked for its status");
    take(known->second, word, message);
}

void TasmotaHouse::take(Known& known, std::string_view word, const MqttMessage& message)
{
    TasmotaDevice& device = known.device;
    if (word == "LWT") {
        if (device.sleeps()) return;
        if (device.isWordFor(message.payload, true)) known.availability = Availability::Available;
        else if (device.isWordFor(message.payload, false)) known.availability = Availability::Offline;
        else return;
        return port_->setAvailability(device.key(), "", known.availability);
    }
    if (word.starts_with("POWER")) {
        const Object state{{std::string(word), std::string(message.payload)}};
        return report(device, device.readState(state), message.receivedAt);
    }
    if (word != "STATE" && word != "RESULT" && word != "SENSOR" && !word.starts_with("STATUS")) return;
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "no JSON object");
    const Value* sensors = word == "SENSOR" ? &*json : json->find("StatusSNS");
    const Value* state = word == "STATE" || word == "RESULT" ? &*json : json->find("StatusSTS");
    bool isNew = device.learnStatus(*json);
    if (sensors) isNew = device.learnSensors(*sensors) || isNew;
    if (state) isNew = device.learnRelays(*state) || isNew;
    if (isNew) {
        announce(known);
    }
    if (sensors) report(device, device.readSensors(*sensors), message.receivedAt);
    if (sensors) report(device, device.readState(*sensors), message.receivedAt); // shutters report there
    if (state) report(device, device.readState(*state), message.receivedAt);
}

void TasmotaHouse::report(const TasmotaDevice& device, const std::vector<TasmotaDevice::Values>& all, UtcTime at)
{
    for (const auto& values : all)
        if (!values.values.empty()) port_->report(device.key(), values.entity, values.values, at);
}

Result<EntityPlan> TasmotaHouse::plan(const EntityCommand& command) const
{
    const auto known = known_.find(command.key);
    if (known == known_.end()) return makeError(ErrorCode::Unavailable);
    return known->second.device.plan(command);
}

} // namespace atrium::tasmota
