#include "gen2_house.h"

#include "atrium/json.h"

namespace atrium::shelly {

namespace {

constexpr std::string_view firstGeneration = "shellies/";

} // namespace

bool Gen2House::isMine(std::string_view topic) const
{
    const auto end = topic.find('/', firstGeneration.size());
    return topic.starts_with(firstGeneration) && end != std::string_view::npos && knows(topic.substr(0, end));
}

Gen2House::Known& Gen2House::meet(const std::string& prefix)
{
    const auto [known, isNew] =
        known_.try_emplace(prefix, Known{Gen2Device(prefix), Availability::NeverHeard, false, {}, {}});
    return known->second;
}

void Gen2House::take(const MqttMessage& message)
{
    const std::string_view topic = message.topic;
    constexpr std::string_view online = "/online", events = "/events/rpc", status = "/status/";
    if (topic.ends_with(online)) return takeOnline(std::string(topic.substr(0, topic.size() - online.size())), message);
    if (topic.ends_with(events)) {
        const auto prefix = topic.substr(0, topic.size() - events.size());
        // Only this generation notifies; below `shellies/` it does not stand out otherwise.
        if (topic.starts_with(firstGeneration) && known_.size() < maxDevices) meet(std::string(prefix));
        if (const auto known = known_.find(prefix); known != known_.end()) takeNotification(known->second, message);
        return;
    }
    const auto middle = topic.rfind(status);
    if (middle == std::string_view::npos) return;
    const auto known = known_.find(topic.substr(0, middle));
    if (known == known_.end()) return;
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(topic, "a status is no JSON object");
    takeStatus(known->second, Object{{std::string(topic.substr(middle + status.size())), *json}}, message.receivedAt);
}

void Gen2House::takeOnline(std::string prefix, const MqttMessage& message)
{
    // Others say `online` as well: only these two words are Shelly's.
    if (message.payload != "true" && message.payload != "false") return;
    const bool isNew = !knows(prefix);
    if (isNew && prefix.starts_with(firstGeneration)) return;
    if (isNew && known_.size() >= maxDevices) return port_->refuse(message.topic, "too many devices");
    Known& known = meet(prefix);
    const bool isUp = message.payload == "true";
    if (isUp && known.availability != Availability::Available && onFirstSight_ == OnFirstSight::Ask) ask(prefix);
    known.availability = isUp ? Availability::Available : Availability::Offline;
    port_->setAvailability(prefix, "", known.availability);
}

void Gen2House::ask(const std::string& prefix)
{
    for (const char* method : {"Shelly.GetDeviceInfo", "Shelly.GetConfig", "Shelly.GetStatus"})
        if (const auto sent = mqtt_.publish(
                {prefix + "/rpc", toJson(Object{{"id", 1}, {"src", "atrium/rpc-" + prefix}, {"method", method}}), 1,
                 false});
            !sent)
            port_->refuse(prefix, "it could not be asked: " + sent.error().message.en);
}

void Gen2House::takeNotification(Known& known, const MqttMessage& message)
{
    const auto json = parseJson(message.payload);
    const Value* parameters = json ? json->find("params") : nullptr;
    if (!parameters || !parameters->isObject()) return port_->refuse(message.topic, "no notification");
    if (json->textOr("method", "") != "NotifyEvent") return takeStatus(known, parameters->object(), message.receivedAt);
    const Value* events = parameters->find("events");
    if (events && events->isList() && !message.retained) takeEvents(known, events->list(), message.receivedAt);
}

void Gen2House::takeEvents(Known& known, const List& events, UtcTime at)
{
    for (const auto& event : events) {
        const auto component = event.textOr("component", ""), type = event.textOr("event", "");
        if (component.empty() || type.empty() || isHousekeeping(parseComponent(component))) continue;
        if (known.device.takeEvent(component, type)) announce(known);
        port_->raise(known.device.prefix(), known.device.eventEntityOf(component), type, event.object(), at);
    }
}

void Gen2House::takeStatus(Known& known, const Object& components, UtcTime at)
{
    bool isNew = false;
    known.heardAt = at;
    for (const auto& [component, status] : components) isNew = known.device.takeStatus(component, status) || isNew;
    if (isNew) changed(known);
    if (!known.isAnnounced) return; // all of it is reported then
    for (const auto& [component, status] : components)
        for (auto& reading : known.device.read(component))
            port_->report(known.device.prefix(), reading.entity, std::move(reading.values), at);
}

void Gen2House::changed(Known& known)
{
    if (!known.device.hasEntities()) return;
    if (known.isAnnounced || known.device.isIdentified()) return announce(known);
    if (!known.patience)
        known.patience = scheduler_.after(patience, [this, prefix = known.device.prefix()] {
            if (const auto found = known_.find(prefix); found != known_.end()) announce(found->second);
        });
}

void Gen2House::announce(Known& known)
{
    const auto& prefix = known.device.prefix();
    port_->announce(known.device.announcement());
    if (known.availability != Availability::NeverHeard) port_->setAvailability(prefix, "", known.availability);
    if (std::exchange(known.isAnnounced, true)) return;
    // What came before it was announced.
    for (auto& reading : known.device.readAll())
        port_->report(prefix, reading.entity, std::move(reading.values), known.heardAt);
}

void Gen2House::takeAnswer(const MqttMessage& message)
{
    const auto json = parseJson(message.payload);
    if (!json || !json->isObject()) return port_->refuse(message.topic, "an answer is no JSON object");
    const auto known = known_.find(json->textOr("src", ""));
    const Value* result = json->find("result");
    if (known == known_.end() || !result || !result->isObject()) return;
    // The three questions have one number: the answers are told apart by what only they have.
    if (result->find("app")) {
        if (known->second.device.takeInfo(*result)) changed(known->second);
    }
    else if (const Value* sys = result->find("sys"); sys && sys->find("device")) {
        if (known->second.device.takeConfig(result->object())) changed(known->second);
    }
    else takeStatus(known->second, result->object(), message.receivedAt);
}

Result<EntityPlan> Gen2House::plan(const EntityCommand& command) const
{
    const auto known = known_.find(command.key);
    if (known == known_.end()) return makeError(ErrorCode::Unavailable);
    return known->second.device.plan(command);
}

} // namespace atrium::shelly
