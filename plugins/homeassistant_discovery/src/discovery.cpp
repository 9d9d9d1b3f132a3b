#include "discovery.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

namespace {

/// A larger payload is not kept for entities that come later.
constexpr std::size_t maxRemembered = 4096;

} // namespace

void Discovery::takeConfig(const MqttMessage& message)
{
    const auto topic = parseConfigTopic(prefix_, message.topic);
    if (!topic) return;
    const std::string owner(message.topic);
    const auto hash = std::hash<std::string_view>{}(message.payload);
    if (const auto last = lastConfig_.find(owner); last != lastConfig_.end() && last->second == hash) return;
    auto config = readConfig(*topic, message.payload);
    if (!config) return port_->refuse(message.topic, config.error().message.en);
    if (config->removes) {
        lastConfig_.erase(owner);
        return removeOwnedBy(owner, {});
    }
    if (config->migrates) {
        lastConfig_[owner] = hash;
        for (const auto& id : owned_[owner]) entities_.at(id)->migrates = true;
        owned_.erase(owner);
        return;
    }
    std::vector<EntityModel> models;
    std::set<std::string> keep;
    std::optional<std::string> wrong;
    for (auto& entity : config->entities) {
        auto model = makeModel(std::move(entity), templates_);
        if (!model) {
            wrong = model.error().message.en;
            continue;
        }
        keep.insert(model->announced.id);
        models.push_back(std::move(*model));
    }
    if (wrong) port_->refuse(message.topic, *wrong);
    else lastConfig_[owner] = hash;
    // What cannot be read at all changes nothing.
    if (wrong && models.empty()) return;
    removeOwnedBy(owner, keep);
    for (auto& model : models) add(owner, std::move(model));
}

void Discovery::removeOwnedBy(const std::string& topic, const std::set<std::string>& keep)
{
    const auto owned = owned_.find(topic);
    if (owned == owned_.end()) return;
    const auto ids = owned->second;
    for (const auto& id : ids)
        if (!keep.contains(id)) drop(id);
}

void Discovery::add(const std::string& owner, EntityModel model)
{
    const std::string id = model.announced.id;
    const auto known = entities_.find(id);
    // The first topic that brought an identity keeps it, unless it hands it over.
    if (known != entities_.end() && known->second->owner != owner && !known->second->migrates) return;
    auto said = deviceOf(model.config);
    const std::string device = deviceKeyOf(said);
    auto entity = std::make_shared<Entity>();
    if (known != entities_.end()) {
        auto old = known->second;
        entity->expired = old->expired;
        model.last = old->model.last;
        if (old->device != device) drop(id);
        else {
            unbind(old);
            auto& list = devices_[device].entities;
            std::erase(list, old);
            if (const auto previous = owned_.find(old->owner); previous != owned_.end()) previous->second.erase(id);
        }
    }
    entity->model = std::move(model);
    entity->owner = owner;
    entity->device = device;
    entities_[id] = entity;
    owned_[owner].insert(id);
    Device& of = devices_[device];
    const auto key = of.said.key.empty() ? said.key : of.said.key;
    of.said = std::move(said);
    of.said.key = key;
    of.entities.push_back(entity);
    announceSoon(device);
    bind(entity);
}

void Discovery::drop(const std::string& id)
{
    const auto found = entities_.find(id);
    if (found == entities_.end()) return;
    const auto entity = found->second;
    entities_.erase(found);
    if (const auto owned = owned_.find(entity->owner); owned != owned_.end()) {
        owned->second.erase(id);
        if (owned->second.empty()) owned_.erase(owned);
    }
    unbind(entity);
    const auto device = devices_.find(entity->device);
    if (device == devices_.end()) return;
    std::erase(device->second.entities, entity);
    if (!device->second.entities.empty()) return announceSoon(device->first);
    std::erase_if(deviceByIdentity_, [&](const auto& entry) { return entry.second == device->first; });
    port_->withdraw(device->second.said.key);
    devices_.erase(device);
}

std::string Discovery::deviceKeyOf(const DeviceAnnouncement& said)
{
    std::vector<std::string> identities;
    for (const auto& identifier : said.identifiers) identities.push_back("id " + identifier);
    for (const auto& mac : said.macs) identities.push_back("mac " + mac);
    for (const auto& other : said.alsoKnownAs) identities.push_back(other);
    std::string key = said.key;
    for (const auto& identity : identities)
        if (const auto known = deviceByIdentity_.find(identity); known != deviceByIdentity_.end()) {
            key = known->second;
            break;
        }
    for (const auto& identity : identities) deviceByIdentity_.emplace(identity, key);
    return key;
}

void Discovery::announceSoon(const std::string& device)
{
    Device& waiting = devices_[device];
    if (waiting.isWaiting) return;
    waiting.isWaiting = true;
    waiting_.push_back(device);
    if (waiting_.size() == 1) waitingTimer_ = scheduler_.after(gathering, [this] { announceWaiting(); });
}

void Discovery::announceWaiting()
{
    for (const auto& device : std::exchange(waiting_, {})) announceNow(device);
}

void Discovery::announceNow(const std::string& key)
{
    const auto found = devices_.find(key);
    if (found == devices_.end() || !found->second.isWaiting) return;
    Device& device = found->second;
    device.isWaiting = false;
    DeviceAnnouncement announcement = device.said;
    for (const auto& entity : device.entities) {
        announcement.entities.push_back(entity->model.announced);
        announcement.tellsAvailability |= entity->model.needsAvailability();
    }
    port_->announce(std::move(announcement));
    const auto entities = device.entities;
    for (const auto& entity : entities)
        if (std::exchange(entity->isFresh, false)) giveWhatWasSaid(entity);
    for (const auto& entity : device.entities)
        if (entity->model.needsAvailability()) updateAvailability(entity);
        else port_->setAvailability(device.said.key, entity->model.announced.id, Availability::Available);
}

void Discovery::giveWhatWasSaid(const EntityPtr& entity)
{
    const auto refusal = refusal_; // what was said before was counted before
    for (auto& channel : entity->model.channels) {
        if (channel.use == Channel::Use::Event || channel.use == Channel::Use::Trigger) continue;
        const auto topic = topics_.find(channel.topic);
        if (topic == topics_.end() || !topic->second.last) continue;
        const auto payload = topic->second.last;
        jinja::Context context;
        context.now = clock_.now();
        context.variables.emplace_back("value", *payload);
        if (channel.valueTemplate)
            if (const auto json = parseJson(*payload))
                context.variables.emplace_back("value_json", jinja::Var::from(*json));
        const auto text =
            channel.valueTemplate ? channel.valueTemplate->render(context) : Result<std::string>(*payload);
        if (text) apply(entity, channel, *text, {channel.topic, *payload, true, context.now});
    }
    refusal_ = refusal;
}

void Discovery::bind(const EntityPtr& entity)
{
    for (std::size_t i = 0; i < entity->model.channels.size(); ++i) {
        const std::string filter = entity->model.channels[i].topic;
        Topic& topic = topics_[filter];
        topic.bindings.push_back({entity, i});
        if (!topic.subscription)
            topic.subscription =
                mqtt_.subscribe(filter, [this, filter](const MqttMessage& message) { take(filter, message); });
    }
}

void Discovery::unbind(const EntityPtr& entity)
{
    for (const auto& channel : entity->model.channels) {
        const auto topic = topics_.find(channel.topic);
        if (topic == topics_.end()) continue;
        std::erase_if(topic->second.bindings, [&](const Binding& binding) { return binding.entity.lock() == entity; });
        if (!topic->second.bindings.empty()) continue;
        // The message in hand may have led here: its handler must live on until it returns.
        auto subscription = std::make_shared<Subscription>(std::move(topic->second.subscription));
        topics_.erase(topic);
        auto timer = std::make_shared<Subscription>();
        *timer =
            scheduler_.after(std::chrono::milliseconds{1}, [subscription, timer]() mutable { subscription->reset(); });
    }
}

void Discovery::take(const std::string& filter, const MqttMessage& message)
{
    const auto topic = topics_.find(filter);
    if (topic == topics_.end()) return;
    if (!isCleanUtf8(message.payload)) return port_->refuse(message.topic, "not UTF-8");
    const std::string payload(message.payload);
    if (payload.size() <= maxRemembered) topic->second.last = std::make_shared<const std::string>(payload);
    jinja::Context context;
    context.now = message.receivedAt;
    context.variables.emplace_back("value", payload);
    bool isParsed = false;
    const auto bindings = topic->second.bindings; // a message may change who listens
    refusal_.reset();
    for (const auto& binding : bindings) {
        const auto entity = binding.entity.lock();
        if (!entity) continue;
        Channel& channel = entity->model.channels[binding.channel];
        if (!channel.valueTemplate) {
            apply(entity, channel, payload, message);
            continue;
        }
        if (!std::exchange(isParsed, true))
            if (const auto json = parseJson(payload, {8 << 20, 32}))
                context.variables.emplace_back("value_json", jinja::Var::from(*json));
        const auto text = channel.valueTemplate->render(context);
        if (text) apply(entity, channel, *text, message);
        else note(text.error().message.en);
    }
    // Many entities may read one message; it is refused once.
    if (refusal_) port_->refuse(message.topic, *refusal_);
}

void Discovery::note(std::string_view reason)
{
    if (!refusal_) refusal_ = std::string(reason);
}

void Discovery::apply(const EntityPtr& entity, Channel& channel, const std::string& text, const MqttMessage& message)
{
    announceNow(entity->device);
    const auto device = devices_.find(entity->device);
    if (device == devices_.end()) return;
    const auto& key = device->second.said.key;
    const auto& id = entity->model.announced.id;
    switch (channel.use) {
    case Channel::Use::State: return applyState(entity, channel, text, message);
    case Channel::Use::Event: return applyEvent(entity, text, message);
    case Channel::Use::Availability:
        if (text == channel.available) channel.said = true;
        else if (text == channel.notAvailable) channel.said = false;
        else return;
        if (entity->model.availabilityMode == "latest")
            for (auto& other : entity->model.channels)
                if (other.use == Channel::Use::Availability) other.said = channel.said;
        return updateAvailability(entity);
    case Channel::Use::Attributes: {
        auto json = parseJson(text);
        if (!json || !json->isObject()) return note("attributes are no JSON object");
        return port_->report(key, id, {{"json_attributes", std::move(*json)}}, message.receivedAt);
    }
    case Channel::Use::Trigger: {
        const bool isTag = entity->model.config.component == "tag";
        if (isTag ? text.empty() : text != entity->model.config.text("payload")) return;
        if (!isTag && message.retained) return;
        const std::string type = isTag ? "scanned" : entity->model.config.text("type");
        return port_->raise(key, id, type, Object{{"payload", text}}, message.receivedAt);
    }
    }
}

void Discovery::applyState(const EntityPtr& entity, const Channel& channel, const std::string& text,
                           const MqttMessage& message)
{
    const auto& key = devices_.at(entity->device).said.key;
    const auto& id = entity->model.announced.id;
    if (entity->model.expiresAfter.count() > 0) {
        entity->expired = false;
        entity->expiry = scheduler_.after(entity->model.expiresAfter, [this, weak = std::weak_ptr(entity)] {
            const auto silent = weak.lock();
            if (!silent) return;
            silent->expired = true;
            updateAvailability(silent);
        });
        updateAvailability(entity);
    }
    // Whatever it said, it has spoken; only now it matters whether the value counts.
    Values values;
    if (!channel.read(entity->model, channel, text, values)) return note("not a value of its entity");
    if (entity->model.offDelay.count() > 0)
        for (const auto& [role, value] : values)
            if (role == "state" && value == Value(true))
                entity->offTimer = scheduler_.after(entity->model.offDelay, [this, key, id] {
                    port_->report(key, id, {{"state", false}}, clock_.now());
                });
    if (!values.empty()) port_->report(key, id, std::move(values), message.receivedAt);
}

void Discovery::applyEvent(const EntityPtr& entity, const std::string& text, const MqttMessage& message)
{
    if (message.retained || text.empty()) return;
    const auto json = parseJson(text);
    if (!json || !json->isObject() || json->object().empty()) {
        if (!json) note("an event is no JSON object");
        return;
    }
    const Value* type = json->find("event_type");
    const auto types = entity->model.config.texts("event_types");
    if (!type || !type->isText() || std::find(types.begin(), types.end(), type->text()) == types.end())
        return note("an unknown event type");
    port_->raise(devices_.at(entity->device).said.key, entity->model.announced.id, type->text(), json->object(),
                 message.receivedAt);
}

void Discovery::updateAvailability(const EntityPtr& entity)
{
    bool any = false, all = true, heard = false, asked = false;
    for (const auto& channel : entity->model.channels) {
        if (channel.use != Channel::Use::Availability) continue;
        asked = true;
        heard = heard || channel.said.has_value();
        any = any || channel.said.value_or(false);
        all = all && channel.said.value_or(false);
    }
    const bool isUp = !asked || (entity->model.availabilityMode == "all" ? all : any);
    auto availability = isUp ? Availability::Available : heard ? Availability::Offline : Availability::NeverHeard;
    if (isUp && entity->model.expiresAfter.count() > 0 && entity->expired)
        availability = entity->expiry ? Availability::Silent : Availability::NeverHeard;
    port_->setAvailability(devices_.at(entity->device).said.key, entity->model.announced.id, availability);
}

Result<EntityPlan> Discovery::plan(const EntityCommand& command) const
{
    const auto found = entities_.find(command.entity.id);
    if (found == entities_.end()) return makeError(ErrorCode::Unavailable);
    return planCommand(found->second->model, command.name, command.arguments, clock_.now());
}

} // namespace atrium::homeassistant_discovery
