#include "listening.h"

#include "atrium/json.h"
#include "atrium/text.h"
#include "atrium/time.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <iterator>
#include <sstream>

namespace atrium::homeassistant_discovery {

namespace {

/// A larger payload is not kept for entities that come later.
constexpr std::size_t maxRemembered = 4096;

/// As it was sent, or as base64.
std::string pictureBytes(const EntityConfig& config, std::string_view payload)
{
    if (config.text("image_encoding") != "b64") return std::string(payload);
    std::istringstream text{std::string(payload)};
    Poco::Base64Decoder decoder(text);
    try {
        return {std::istreambuf_iterator<char>(decoder), {}};
    }
    catch (const Poco::DataFormatException&) {
        return {};
    }
}

} // namespace

void Listening::join(AnnouncedDevice& device, const EntityShape& shape, const Topics& topics)
{
    for (const auto& channel : shape.channels) {
        const SharedText& filter = topics[channel.topic];
        Topic& topic = topics_[filter];
        if (std::find(topic.devices.begin(), topic.devices.end(), &device) == topic.devices.end())
            topic.devices.push_back(&device);
        if (!topic.subscription)
            topic.subscription =
                mqtt_.subscribe(filter.str(), [this, filter](const MqttMessage& message) { take(filter, message); });
    }
}

void Listening::leave(AnnouncedDevice& device, const Topics& topics)
{
    for (const auto& filter : topics) {
        const auto topic = topics_.find(filter);
        if (topic == topics_.end()) continue;
        const bool isHeard = std::any_of(device.entities.begin(), device.entities.end(), [&](const Entity& entity) {
            return std::any_of(
                entity.shape->channels.begin(), entity.shape->channels.end(),
                [&](const Channel& channel) { return (*device.topicsOf(entity))[channel.topic] == filter; });
        });
        if (isHeard) continue;
        std::erase(topic->second.devices, &device);
        if (!topic->second.devices.empty()) continue;
        // The message in hand may have led here: its handler must live on until it returns.
        auto subscription = std::make_shared<Subscription>(std::move(topic->second.subscription));
        topics_.erase(topic);
        auto timer = std::make_shared<Subscription>();
        *timer =
            scheduler_.after(std::chrono::milliseconds{1}, [subscription, timer]() mutable { subscription->reset(); });
    }
}

void Listening::giveWhatWasSaid(AnnouncedDevice& device, Entity& entity)
{
    const auto refusal = refusal_; // what was said before was counted before
    for (const auto& channel : entity.shape->channels) {
        if (channel.use == Channel::Use::Event || channel.use == Channel::Use::Trigger ||
            channel.use == Channel::Use::Picture)
            continue;
        const SharedText filter = (*device.topicsOf(entity))[channel.topic];
        const auto topic = topics_.find(filter);
        if (topic == topics_.end() || !topic->second.last) continue;
        const std::string payload = *topic->second.last;
        jinja::Context context;
        context.now = clock_.now();
        context.variables.emplace_back("value", payload);
        if (channel.valueTemplate)
            if (const auto json = parseJson(payload))
                context.variables.emplace_back("value_json", jinja::Var::from(*json));
        const auto text = channel.valueTemplate ? channel.valueTemplate->render(context) : Result<std::string>(payload);
        if (text) apply(device, entity, channel, *text, {filter.view(), payload, true, context.now});
    }
    refusal_ = refusal;
}

void Listening::take(const SharedText& filter, const MqttMessage& message)
{
    const auto topic = topics_.find(filter);
    if (topic == topics_.end()) return;
    if (takePicture(topic->second, filter, message)) return;
    if (!isCleanUtf8(message.payload)) return port_->refuse(message.topic, "not UTF-8");
    const std::string payload(message.payload);
    if (payload.size() <= maxRemembered) topic->second.last = payload;
    jinja::Context context;
    context.now = message.receivedAt;
    context.variables.emplace_back("value", payload);
    bool isParsed = false;
    const auto devices = topic->second.devices; // a message may change who listens
    refusal_.reset();
    for (auto* device : devices) {
        beforeSpeaking_(*device);
        for (auto& entity : device->entities)
            for (const auto& channel : entity.shape->channels) {
                if (!((*device->topicsOf(entity))[channel.topic] == filter)) continue;
                if (!channel.valueTemplate) {
                    apply(*device, entity, channel, payload, message);
                    continue;
                }
                if (!std::exchange(isParsed, true))
                    if (const auto json = parseJson(payload, {8 << 20, 32}))
                        context.variables.emplace_back("value_json", jinja::Var::from(*json));
                const auto text = channel.valueTemplate->render(context);
                if (text) apply(*device, entity, channel, *text, message);
                else note(text.error().message.en);
            }
    }
    // Many entities may read one message; it is refused once.
    if (refusal_) port_->refuse(message.topic, *refusal_);
}

bool Listening::takePicture(const Topic& topic, const SharedText& filter, const MqttMessage& message)
{
    bool isShown = false;
    const auto devices = topic.devices; // a message may change who listens
    for (auto* device : devices) {
        beforeSpeaking_(*device);
        for (const auto& entity : device->entities)
            for (const auto& channel : entity.shape->channels) {
                if (channel.use != Channel::Use::Picture || !((*device->topicsOf(entity))[channel.topic] == filter))
                    continue;
                const auto& key = device->said.key;
                port_->show(key, entity.id, {pictureBytes(entity.shape->config, message.payload), message.receivedAt});
                port_->report(key, entity.id, {{"state", toIso8601(message.receivedAt)}}, message.receivedAt);
                isShown = true;
            }
    }
    return isShown;
}

void Listening::note(std::string_view reason)
{
    if (!refusal_) refusal_ = std::string(reason);
}

void Listening::apply(AnnouncedDevice& device, Entity& entity, const Channel& channel, const std::string& text,
                      const MqttMessage& message)
{
    switch (channel.use) {
    case Channel::Use::Picture: return; // taken before: it is no text
    case Channel::Use::State: return applyState(device, entity, channel, text, message);
    case Channel::Use::Event: return applyEvent(device, entity, text, message);
    case Channel::Use::Trigger: return applyTrigger(device, entity, text, message);
    case Channel::Use::Availability: return applyAvailability(device, entity, channel, text);
    case Channel::Use::Attributes: {
        auto json = parseJson(text);
        if (!json || !json->isObject()) return note("attributes are no JSON object");
        Values values;
        if (entity.shape->config.component == "device_tracker")
            for (const char* role : {"latitude", "longitude", "gps_accuracy"})
                if (const Value* value = json->find(role); value && value->isNumeric())
                    values.emplace_back(role, *value);
        values.emplace_back("json_attributes", std::move(*json));
        return port_->report(device.said.key, entity.id, std::move(values), message.receivedAt);
    }
    }
}

void Listening::applyState(AnnouncedDevice& device, Entity& entity, const Channel& channel, const std::string& text,
                           const MqttMessage& message)
{
    const auto& shape = *entity.shape;
    // Timers end with the entity, and the device stays where it is: both are there when one fires.
    if (shape.expiresAfter.count() > 0) {
        entity.expired = false;
        device.active(entity).expiry = scheduler_.after(shape.expiresAfter, [this, &device, id = entity.id] {
            Entity* silent = device.find(id);
            if (!silent) return;
            silent->expired = true;
            updateAvailability(device, *silent);
        });
        updateAvailability(device, entity);
    }
    // Whatever it said, it has spoken; only now it matters whether the value counts.
    Values values;
    std::unique_ptr<Memory> none;
    auto* const activity = device.activityOf(entity);
    Reading reading{shape.config, activity ? activity->memory : none};
    const bool counts = channel.read(reading, channel, text, values);
    if (none) device.active(entity).memory = std::move(none);
    if (!counts) return note("not a value of its entity");
    if (shape.offDelay.count() > 0)
        for (const auto& [role, value] : values)
            if (role == "state" && value == Value(true))
                device.active(entity).offTimer = scheduler_.after(shape.offDelay, [this, &device, id = entity.id] {
                    port_->report(device.said.key, id, {{"state", false}}, clock_.now());
                });
    if (!values.empty()) port_->report(device.said.key, entity.id, std::move(values), message.receivedAt);
}

void Listening::applyEvent(const AnnouncedDevice& device, const Entity& entity, const std::string& text,
                           const MqttMessage& message)
{
    if (message.retained || text.empty()) return;
    const auto json = parseJson(text);
    if (!json || !json->isObject() || json->object().empty()) {
        if (!json) note("an event is no JSON object");
        return;
    }
    const Value* type = json->find("event_type");
    const auto types = entity.shape->config.texts("event_types");
    if (!type || !type->isText() || std::find(types.begin(), types.end(), type->text()) == types.end())
        return note("an unknown event type");
    port_->raise(device.said.key, entity.id, type->text(), json->object(), message.receivedAt);
}

void Listening::applyTrigger(const AnnouncedDevice& device, const Entity& entity, const std::string& text,
                             const MqttMessage& message)
{
    const auto& config = entity.shape->config;
    const bool isTag = config.component == "tag";
    // A trigger that names no payload is pulled by each message.
    if (isTag ? text.empty() : config.has("payload") && text != config.text("payload")) return;
    if (!isTag && message.retained) return;
    port_->raise(device.said.key, entity.id, isTag ? "scanned" : config.text("type"), Object{{"payload", text}},
                 message.receivedAt);
}

void Listening::applyAvailability(const AnnouncedDevice& device, Entity& entity, const Channel& channel,
                                  const std::string& text)
{
    const bool isUp = text == channel.available;
    if (!isUp && text != channel.notAvailable) return;
    // The latest word of any topic is that of all of them.
    const auto bits = entity.shape->availabilityMode == "latest" ? entity.shape->availabilityBits : channel.bit;
    entity.heard |= bits;
    entity.up = isUp ? entity.up | bits : entity.up & ~bits;
    updateAvailability(device, entity);
}

void Listening::updateAvailability(const AnnouncedDevice& device, const Entity& entity)
{
    const auto& shape = *entity.shape;
    const auto asked = shape.availabilityBits;
    const bool isUp = asked == 0 || (shape.availabilityMode == "all" ? entity.up == asked : entity.up != 0);
    auto availability = isUp                ? Availability::Available
                        : entity.heard != 0 ? Availability::Offline
                                            : Availability::NeverHeard;
    if (isUp && shape.expiresAfter.count() > 0 && entity.expired) {
        const auto* activity = device.activityOf(entity);
        availability = activity && activity->expiry ? Availability::Silent : Availability::NeverHeard;
    }
    port_->setAvailability(device.said.key, entity.id, availability);
}

} // namespace atrium::homeassistant_discovery
