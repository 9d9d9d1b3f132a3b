#include "discovery.h"

#include <algorithm>

namespace atrium::homeassistant_discovery {

namespace {

std::vector<std::string> identitiesOf(const DeviceAnnouncement& said)
{
    std::vector<std::string> identities;
    for (const auto& identifier : said.identifiers) identities.push_back("id " + identifier);
    for (const auto& mac : said.macs) identities.push_back("mac " + mac);
    for (const auto& other : said.alsoKnownAs) identities.push_back(other);
    return identities;
}

} // namespace

Discovery::Discovery(std::string prefix, std::shared_ptr<IntegrationPort> port, Mqtt& mqtt, Scheduler& scheduler,
                     const Clock& clock)
    : prefix_(std::move(prefix)), port_(std::move(port)), scheduler_(scheduler), clock_(clock),
      listening_(port_, mqtt, scheduler, clock, [this](AnnouncedDevice& device) { announceNow(device); })
{}

Discovery::~Discovery()
{
    waitingTimer_.reset();
    listening_.stop();
    devices_.clear(); // with the timers of their entities, which call `listening_`
}

void Discovery::takeConfig(const MqttMessage& message)
{
    const auto topic = parseConfigTopic(prefix_, message.topic);
    if (!topic) return;
    const auto hash = std::hash<std::string_view>{}(message.payload) | 1;
    const auto source = sources_.find(message.topic);
    if (source != sources_.end() && source->second.lastConfig == hash) return;
    const SharedText owner = source != sources_.end() ? source->first : SharedText(message.topic);
    auto config = readConfig(*topic, message.payload);
    if (!config) return port_->refuse(message.topic, config.error().message.en);
    if (config->removes) {
        reduce(owner, [](const SharedText&) { return false; });
        sources_.erase(owner);
        return;
    }
    if (config->migrates) {
        if (source != sources_.end()) handOver(owner, source->second);
        sources_[owner].lastConfig = hash;
        return;
    }
    struct Found {
        DescribedEntity entity;
        std::optional<DeviceAnnouncement> device; ///< unless it is the one that all have in common
    };
    std::optional<DeviceAnnouncement> common;
    std::vector<Found> found;
    std::optional<std::string> wrong;
    for (auto& entity : config->entities) {
        Found one;
        if (!config->device || entity.config.contains("device")) one.device = deviceOf(entity);
        else if (!common) {
            one.device = deviceOf({entity.component, entity.id, *config->device});
            // Without an identity each entity is a device of its own.
            if (!identitiesOf(*one.device).empty()) common = std::exchange(one.device, {});
        }
        auto described = shapes_.describe(std::move(entity));
        if (!described) {
            wrong = described.error().message.en;
            continue;
        }
        one.entity = std::move(*described);
        found.push_back(std::move(one));
    }
    if (wrong) port_->refuse(message.topic, *wrong);
    // What cannot be read at all changes nothing.
    if (wrong && found.empty()) return;
    sources_[owner].lastConfig = wrong ? 0 : hash;
    reduce(owner, [&](const SharedText& id) {
        return std::any_of(found.begin(), found.end(), [&](const Found& one) { return one.entity.id == id; });
    });
    for (auto& one : found) add(owner, std::move(one.entity), one.device ? *one.device : *common);
}

void Discovery::handOver(const SharedText& topic, const Source& source)
{
    for (auto* device : source.devices)
        for (auto& entity : device->entities)
            if (device->ownerOf(entity) == topic) entity.migrates = true;
}

void Discovery::reduce(const SharedText& topic, const std::function<bool(const SharedText&)>& keeps)
{
    const auto source = sources_.find(topic);
    if (source == sources_.end()) return;
    std::vector<SharedText> gone;
    for (const auto* device : source->second.devices)
        for (const auto& entity : device->entities)
            if (!entity.migrates && device->ownerOf(entity) == topic && !keeps(entity.id)) gone.push_back(entity.id);
    for (const auto& id : gone) drop(id);
}

void Discovery::add(const SharedText& owner, DescribedEntity described, const DeviceAnnouncement& said)
{
    const SharedText id = described.id;
    AnnouncedDevice* const before = byEntity_.find(id);
    Entity* known = before ? before->find(id) : nullptr;
    // The first topic that brought an identity keeps it, unless it hands it over.
    if (known && before->ownerOf(*known) != owner && !known->migrates) return;
    AnnouncedDevice& device = deviceFor(said);
    Entity entity;
    entity.id = id;
    entity.shape = std::move(described.shape);
    std::unique_ptr<Memory> memory;
    if (known) {
        entity.id = known->id;
        entity.expired = known->expired;
        const auto left = before->topicsOf(*known);
        byEntity_.erase(id);
        memory = before->remove(*known);
        listening_.leave(*before, *left);
        if (before != &device) announceOrDrop(*before);
    }
    const auto key = device.said.key;
    device.said = said;
    device.said.key = key;
    device.add(std::move(entity), owner, std::move(described.topics));
    const Entity& added = device.entities.back();
    if (memory) device.active(added).memory = std::move(memory);
    auto& devices = sources_[owner].devices;
    if (std::find(devices.begin(), devices.end(), &device) == devices.end()) devices.push_back(&device);
    byEntity_.put(id, device);
    announceSoon(device);
    listening_.join(device, *added.shape, *device.topicsOf(added));
}

void Discovery::drop(const SharedText& dropped)
{
    const SharedText id = dropped; // it may be the one that is erased
    AnnouncedDevice* const place = byEntity_.find(id);
    if (!place) return;
    AnnouncedDevice& device = *place;
    Entity* entity = device.find(id);
    const auto topics = device.topicsOf(*entity);
    byEntity_.erase(id);
    device.remove(*entity);
    listening_.leave(device, *topics);
    announceOrDrop(device);
}

void Discovery::announceOrDrop(AnnouncedDevice& device)
{
    if (!device.entities.empty()) return announceSoon(device);
    std::erase_if(byIdentity_, [&](const auto& entry) { return entry.second == &device; });
    for (const auto& owner : device.owners)
        if (const auto source = sources_.find(owner); source != sources_.end())
            std::erase(source->second.devices, &device);
    const std::string key = device.said.key;
    port_->withdraw(key);
    devices_.erase(key);
}

AnnouncedDevice& Discovery::deviceFor(const DeviceAnnouncement& said)
{
    const auto identities = identitiesOf(said);
    AnnouncedDevice* device = nullptr;
    for (const auto& identity : identities)
        if (const auto known = byIdentity_.find(identity); known != byIdentity_.end()) {
            device = known->second;
            break;
        }
    if (!device) {
        device = &devices_[said.key];
        if (device->said.key.empty()) device->said.key = said.key;
    }
    for (const auto& identity : identities) byIdentity_.emplace(identity, device);
    return *device;
}

void Discovery::announceSoon(AnnouncedDevice& device)
{
    if (std::exchange(device.isWaiting, true)) return;
    waiting_.push_back(device.said.key);
    if (waiting_.size() == 1) waitingTimer_ = scheduler_.after(gathering, [this] { announceWaiting(); });
}

void Discovery::announceWaiting()
{
    for (const auto& key : std::exchange(waiting_, {}))
        if (const auto device = devices_.find(key); device != devices_.end()) announceNow(device->second);
}

void Discovery::announceNow(AnnouncedDevice& device)
{
    if (!std::exchange(device.isWaiting, false)) return;
    const bool hasChanged = std::any_of(device.entities.begin(), device.entities.end(),
                                        [](const Entity& entity) { return entity.isFresh; });
    if (hasChanged) device.settle();
    DeviceAnnouncement announcement = device.said;
    announcement.entities.reserve(device.entities.size());
    for (const auto& entity : device.entities) {
        announcement.entities.push_back(entity.shape->announced);
        announcement.entities.back().id = entity.id;
        announcement.tellsAvailability |= entity.shape->needsAvailability();
    }
    port_->announce(std::move(announcement));
    for (auto& entity : device.entities)
        if (entity.isFresh) {
            entity.isFresh = false;
            listening_.giveWhatWasSaid(device, entity);
        }
    for (const auto& entity : device.entities)
        if (entity.shape->needsAvailability()) listening_.updateAvailability(device, entity);
        else port_->setAvailability(device.said.key, entity.id, Availability::Available);
}

Result<EntityPlan> Discovery::plan(const EntityCommand& command) const
{
    AnnouncedDevice* const device = byEntity_.find(command.entity.id);
    if (!device) return makeError(ErrorCode::Unavailable);
    const Entity* entity = device->find(command.entity.id);
    return planCommand(*entity->shape, *device->topicsOf(*entity), command.name, command.arguments, clock_.now());
}

} // namespace atrium::homeassistant_discovery
