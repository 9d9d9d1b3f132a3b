#include "shelly_house.h"

#include "atrium/json.h"

namespace atrium::shelly {

void ShellyHouse::take(const MqttMessage& message)
{
    const std::string_view topic = message.topic;
    for (const std::string_view ending : {"/online", "/events/rpc"}) {
        if (!topic.ends_with(ending)) continue;
        const std::string prefix(topic.substr(0, topic.size() - ending.size()));
        if (ending == "/online") {
            if (message.payload != "true" && message.payload != "false") return;
            auto known = known_.find(prefix);
            if (known == known_.end()) {
                known = known_.emplace(prefix, Known{ShellyDevice(prefix)}).first;
                if (onFirstSight_ == OnFirstSight::Ask && message.payload == "true")
                    for (const char* method : {"Shelly.GetDeviceInfo", "Shelly.GetStatus"})
                        if (const auto sent = mqtt_.publish(
                                {prefix + "/rpc",
                                 toJson(Object{{"id", 1}, {"src", "atrium/rpc-" + prefix}, {"method", method}}), 1,
                                 false});
                            !sent)
                            port_->refuse(topic, "it could not be asked");
            }
            known->second.availability = message.payload == "true" ? Availability::Available : Availability::Offline;
            return port_->setAvailability(prefix, "", known->second.availability);
        }
        const auto known = known_.find(prefix);
        if (known == known_.end()) return;
        const auto json = parseJson(message.payload);
        const Value* parameters = json ? json->find("params") : nullptr;
        if (!parameters || !parameters->isObject()) return port_->refuse(topic, "no notification");
        if (json->textOr("method", "") != "NotifyEvent")
            return takeStatus(known->second, parameters->object(), message.receivedAt);
        const Value* events = parameters->find("events");
        if (!events || !events->isList()) return;
        for (const auto& event : events->list())
            if (event.isObject())
                port_->raise(prefix, known->second.device.inputOf(event.textOr("component", "")),
                             event.textOr("event", ""), event.object(), message.receivedAt);
        return;
    }
    const auto status = topic.rfind("/status/");
    if (status == std::string_view::npos) return;
    const auto known = known_.find(topic.substr(0, status));
    if (known == known_.end()) return;
    const auto json = parseJson(message.payload);
    if (!json) return port_->refuse(topic, json.error().message.en);
    takeStatus(known->second, Object{{std::string(topic.substr(status + 8)), *json}}, message.receivedAt);
}

void ShellyHouse::takeStatus(Known& known, const Object& components, UtcTime at)
{
    bool isNew = false;
    for (const auto& [component, status] : components) isNew = known.device.take(component, status) || isNew;
    if (!known.device.hasEntities()) return;
    if (isNew) announce(known);
    for (const auto& [component, status] : components)
        for (const auto& reading : known.device.read(component))
            port_->report(known.device.prefix(), reading.entity, reading.values, at);
}

void ShellyHouse::announce(const Known& known)
{
    port_->announce(known.device.announcement());
    if (known.availability != Availability::NeverHeard)
        port_->setAvailability(known.device.prefix(), "", known.availability);
}

void ShellyHouse::takeAnswer(const MqttMessage& message)
{
    const auto json = parseJson(message.payload);
    if (!json) return port_->refuse(message.topic, json.error().message.en);
    const auto known = known_.find(json->textOr("src", ""));
    const Value* result = json->find("result");
    if (known == known_.end() || !result || !result->isObject()) return;
    if (result->find("app")) {
        if (known->second.device.takeInfo(*result) && known->second.device.hasEntities()) announce(known->second);
        return;
    }
    takeStatus(known->second, result->object(), message.receivedAt);
}

Result<EntityPlan> ShellyHouse::plan(const EntityCommand& command) const
{
    const auto known = known_.find(command.key);
    if (known == known_.end()) return makeError(ErrorCode::Unavailable);
    return known->second.device.plan(command);
}

} // namespace atrium::shelly
