#include "tasmota_house.h"

#include "status_value.h"

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
            sensors_.erase(mac);
        }
        return;
    }
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "no JSON object");
    const auto known = known_.find(mac);
    if (!isConfig) {
        const Value* sensors = json->find("sn");
        if (!sensors) return port_->refuse(message.topic, "sn is missing");
        if (sensors_.size() < 10'000 || sensors_.contains(mac)) sensors_[mac] = *sensors;
        if (known == known_.end()) return;
        if (known->second.device.learnSensors(*sensors)) announce(known->second);
        return takeMessage(known->second, "SENSOR", *sensors, message.receivedAt);
    }
    auto setup = readSetup(*json);
    if (!setup) return port_->refuse(message.topic, setup.error().message.en);
    TasmotaDevice device(std::move(*setup));
    const auto sensors = sensors_.find(mac);
    if (sensors != sensors_.end()) device.learnSensors(sensors->second);
    // It was taken for one without discovery.
    if (known_.contains(device.setup().topic)) {
        port_->withdraw(device.setup().topic);
        known_.erase(device.setup().topic);
    }
    announcedPrefixes_.insert(device.setup().telePrefix);
    announcedPrefixes_.insert(device.setup().statPrefix);
    const std::string key = device.key();
    const auto availability = known == known_.end() ? Availability::NeverHeard : known->second.availability;
    auto& placed = known_.insert_or_assign(key, Known{std::move(device), {}, {}, availability}).first->second;
    announce(placed);
    report(placed, statusOfSetup(placed.device.setup()), message.receivedAt);
    if (sensors != sensors_.end()) takeMessage(placed, "SENSOR", sensors->second, message.receivedAt);
    listen(key);
}

void TasmotaHouse::announce(const Known& known)
{
    port_->announce(known.device.announcement());
    // What is new of it is as reachable as the rest.
    if (known.availability != Availability::NeverHeard && !known.device.setup().sleeps)
        port_->setAvailability(known.device.key(), "", known.availability);
}

void TasmotaHouse::listen(const std::string& key)
{
    Known& known = known_.at(key);
    for (const auto& prefix : {known.device.setup().telePrefix, known.device.setup().statPrefix}) {
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
        known = known_.emplace(topic, Known{device, {}, {}}).first;
        announce(known->second);
    }
    if (word == "LWT" && message.payload == "Online")
        if (const auto sent = mqtt_.publish({known->second.device.setup().commandPrefix + "STATUS", "0", 0, false});
            !sent)
            port_->refuse(message.topic, "it could not be asked for its status");
    take(known->second, word, message);
}

void TasmotaHouse::take(Known& known, std::string_view word, const MqttMessage& message)
{
    const auto& setup = known.device.setup();
    if (word == "LWT") {
        if (setup.sleeps) return;
        if (message.payload == setup.onlineWord) known.availability = Availability::Available;
        else if (message.payload == setup.offlineWord) known.availability = Availability::Offline;
        else return;
        return port_->setAvailability(setup.key, "", known.availability);
    }
    if (word.starts_with("POWER"))
        return takeMessage(known, word, Object{{std::string(word), std::string(message.payload)}}, message.receivedAt);
    if (word != "STATE" && word != "RESULT" && word != "SENSOR" && !word.starts_with("STATUS")) return;
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "no JSON object");
    takeMessage(known, word, *json, message.receivedAt);
}

void TasmotaHouse::takeMessage(Known& known, std::string_view word, const Value& message, UtcTime at)
{
    TasmotaDevice& device = known.device;
    const Value* sensors = word == "SENSOR" ? &message : message.find("StatusSNS");
    const Value* state = word.starts_with("STATUS") ? message.find("StatusSTS") : &message;
    bool isNew = device.learnStatus(message);
    if (sensors) isNew = device.learnSensors(*sensors) || isNew;
    if (state) isNew = device.learnRelays(*state) || isNew;
    if (isNew) announce(known);
    std::vector<EntityValues> values;
    if (sensors) device.readSensors(*sensors, values);
    for (const Value* part : {sensors, state != sensors ? state : nullptr})
        if (part) device.readState(*part, values);
    if (word == "STATE" || word.starts_with("STATUS")) readStatus(device.setup(), message, at, values);
    report(known, values, at);
    if (word != "RESULT") return;
    for (const auto* press : device.pressesIn(message))
        port_->raise(device.key(), press->id, press->type, Object{{"payload", press->word}}, at);
}

void TasmotaHouse::report(Known& known, const std::vector<EntityValues>& all, UtcTime at)
{
    constexpr std::chrono::seconds pushLasts{1};
    const std::string& key = known.device.key();
    for (const auto& one : all) {
        if (one.values.empty()) continue;
        port_->report(key, one.entity, one.values, at);
        if (one.fallsBack)
            known.releases[one.entity] = scheduler_.after(pushLasts, [this, key, entity = one.entity] {
                port_->report(key, entity, {{"state", false}}, clock_.now());
            });
    }
}

Result<EntityPlan> TasmotaHouse::plan(const EntityCommand& command) const
{
    const auto known = known_.find(command.key);
    if (known == known_.end()) return makeError(ErrorCode::Unavailable);
    return known->second.device.plan(command);
}

} // namespace atrium::tasmota
