#include "state/device_registry.h"

#include "state/device_values.h"

#include <algorithm>
#include <charconv>

namespace atrium::state {

namespace {

/// A device that is described anew keeps what is known of its state.
void keepState(const Device& known, Device& device)
{
    for (auto& attribute : device.attributes) {
        const Attribute* old = known.find(attribute.spec->name);
        if (!old || !asKind(old->value, attribute.spec->kind)) continue;
        auto spec = std::move(attribute.spec);
        attribute = *old;
        attribute.spec = std::move(spec);
    }
    for (std::size_t i = 0; i < device.entities.size(); ++i) {
        const int old = known.entityIndex(device.entities[i].id);
        if (old < 0) continue;
        const auto availability = known.entities[static_cast<std::size_t>(old)].availability;
        if (device.entities[i].availability != availability) device.entities.edit()[i].availability = availability;
    }
    device.online = known.online;
    device.availability = known.availability;
    device.lastSeen = known.lastSeen;
}

} // namespace

DeviceRegistry::DeviceRegistry(const Clock& clock, Executor& core, Scheduler& scheduler, Metrics& metrics)
    : clock_(clock), core_(core), scheduler_(scheduler),
      refusedValues_(metrics.counter("atrium_device_values_refused_total", "Reported values of the wrong kind"))
{}

void DeviceRegistry::assertOnCore() const
{
    if (!core_.isCurrent()) throw std::logic_error("devices are written on core only");
}

DevicePtr DeviceRegistry::find(DeviceId id) const
{
    if (core_.isCurrent()) {
        // Core decides on what is true now (two toggles within one interval), not on what readers have seen.
        if (const auto slot = slots_.find(id); slot != slots_.end() && slot->second.dirty)
            return std::make_shared<const Device>(*slot->second.device);
    }
    std::lock_guard lock(mutex_);
    return publishedOf(id);
}

DevicePtr DeviceRegistry::find(std::string_view uidOrName) const
{
    const std::string key(uidOrName);
    std::lock_guard lock(mutex_);
    DeviceId id;
    if (const auto uid = byUid_.find(key); uid != byUid_.end()) id = uid->second;
    else if (const auto name = byName_.find(key); name != byName_.end()) id = name->second;
    else {
        const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id.value);
        if (error != std::errc{} || end != key.data() + key.size()) return nullptr;
    }
    return publishedOf(id);
}

std::vector<DevicePtr>::const_iterator DeviceRegistry::placeOf(DeviceId id) const
{
    return std::lower_bound(published_.begin(), published_.end(), id,
                            [](const DevicePtr& device, DeviceId wanted) { return device->info->id < wanted; });
}

DevicePtr DeviceRegistry::publishedOf(DeviceId id) const
{
    const auto place = placeOf(id);
    return place != published_.end() && (*place)->info->id == id ? *place : nullptr;
}

std::shared_ptr<const DeviceList> DeviceRegistry::list() const
{
    std::lock_guard lock(mutex_);
    if (auto list = list_.lock(); list && list->version == version_) return list;
    auto list = std::make_shared<DeviceList>();
    list->version = version_;
    list->devices = published_;
    list_ = list;
    return list;
}

DevicePage DeviceRegistry::page(std::size_t first, std::size_t count) const
{
    std::lock_guard lock(mutex_);
    DevicePage page;
    page.total = published_.size();
    const auto from = std::min(first, page.total), to = from + std::min(count, page.total - from);
    page.devices.assign(published_.begin() + static_cast<std::ptrdiff_t>(from),
                        published_.begin() + static_cast<std::ptrdiff_t>(to));
    return page;
}

Result<void> DeviceRegistry::put(DeviceInfo info, std::vector<Attribute> attributes, SharedList<Entity> entities)
{
    assertOnCore();
    const DeviceId id = info.id;
    if (!id || info.uid.empty()) return makeError(ErrorCode::InvalidArgument, {}, "a device needs an id and a uid");
    DevicePtr before;
    {
        std::lock_guard lock(mutex_);
        if (const auto owner = byUid_.find(info.uid); owner != byUid_.end() && owner->second != id)
            return makeError(ErrorCode::Conflict,
                             {"Cet identifiant d'appareil existe déjà", "This device uid already exists"}, info.uid);
        before = publishedOf(id);
    }
    auto [entry, isNew] = slots_.try_emplace(id);
    Slot& slot = entry->second;
    const auto known = slot.device;
    auto device = std::make_shared<Device>();
    device->info = std::move(info);
    device->attributes = std::move(attributes);
    device->entities = std::move(entities);
    slot.reportedAt.assign(device->attributes.size(), UtcTime{});
    if (known) keepState(*known, *device);
    for (std::size_t i = 0; i < device->attributes.size(); ++i) slot.reportedAt[i] = device->attributes[i].reportedAt;
    slot.device = std::move(device);
    if (isNew) restoreValues(slot);
    updateOnline(*slot.device);
    {
        std::lock_guard lock(mutex_);
        if (before) {
            byUid_.erase(before->info->uid);
            if (const auto name = byName_.find(before->info->name); name != byName_.end() && name->second == id)
                byName_.erase(name);
        }
        byUid_[slot.device->info->uid] = id;
        byName_.emplace(slot.device->info->name, id);
    }
    if (!slot.dirty) dirty_.push_back(id);
    slot.dirty = true;
    publish();
    deviceHandlers_.call(DeviceChanged{before, find(id)});
    return {};
}

void DeviceRegistry::restoreValues(Slot& slot)
{
    Device& device = *slot.device;
    const auto kept = restored_.find(device.info->id);
    if (kept == restored_.end()) return;
    for (std::size_t i = 0; i < device.attributes.size(); ++i) {
        auto& attribute = device.attributes[i];
        const auto value = kept->second.find(attribute.spec->name);
        if (value == kept->second.end() || !asKind(value->second.value, attribute.spec->kind)) continue;
        attribute.value = value->second.value;
        attribute.changedAt = value->second.changedAt;
        attribute.reportedAt = slot.reportedAt[i] = value->second.reportedAt;
        attribute.desired = value->second.desired;
        slot.lastSeen = device.lastSeen = std::max(device.lastSeen, attribute.reportedAt);
    }
    restored_.erase(kept);
}

bool DeviceRegistry::remove(DeviceId id)
{
    assertOnCore();
    if (slots_.erase(id) == 0) return false;
    refusedReports_.erase(id);
    DevicePtr before;
    {
        std::lock_guard lock(mutex_);
        const auto place = placeOf(id);
        if (place != published_.end() && (*place)->info->id == id) {
            before = *place;
            byUid_.erase(before->info->uid);
            if (const auto name = byName_.find(before->info->name); name != byName_.end() && name->second == id)
                byName_.erase(name);
            published_.erase(place);
        }
        ++version_;
    }
    deviceHandlers_.call(DeviceChanged{before, nullptr});
    return true;
}

Device& DeviceRegistry::edit(Slot& slot)
{
    if (slot.dirty) return *slot.device;
    slot.device = std::make_shared<Device>(*slot.device);
    slot.dirty = true;
    dirty_.push_back(slot.device->info->id);
    publishSoon();
    return *slot.device;
}

void DeviceRegistry::publishSoon()
{
    if (publishPending_) return;
    publishPending_ = true;
    // Right after the batch in hand when it is quiet, else with the next interval.
    const auto elapsed = clock_.steadyNow() - lastPublish_;
    if (elapsed >= publishInterval && core_.post([this] { publish(); })) return;
    const auto rest = publishInterval - elapsed;
    publishTimer_ =
        scheduler_.after(std::max(std::chrono::ceil<std::chrono::microseconds>(rest), std::chrono::microseconds{0}),
                         [this] { publish(); });
}

void DeviceRegistry::publish()
{
    assertOnCore();
    publishPending_ = false;
    if (dirty_.empty()) return;
    lastPublish_ = clock_.steadyNow();
    std::vector<DevicePtr> changed;
    changed.reserve(dirty_.size());
    for (const auto id : std::exchange(dirty_, {})) {
        const auto found = slots_.find(id);
        if (found == slots_.end()) continue;
        Slot& slot = found->second;
        slot.dirty = false;
        for (std::size_t i = 0; i < slot.reportedAt.size(); ++i)
            slot.device->attributes[i].reportedAt = slot.reportedAt[i];
        slot.device->lastSeen = slot.lastSeen;
        changed.push_back(slot.device);
    }
    {
        std::lock_guard lock(mutex_);
        for (const auto& device : changed) {
            const auto place = placeOf(device->info->id);
            if (place != published_.end() && (*place)->info->id == device->info->id)
                published_[static_cast<std::size_t>(place - published_.begin())] = device;
            else published_.insert(place, device);
        }
        ++version_;
    }
    publishedHandlers_.call(changed);
}

Subscription DeviceRegistry::onAttributeChanged(std::function<void(const AttributeChanged&)> handler)
{
    return attributeHandlers_.add(std::move(handler));
}

Subscription DeviceRegistry::onConfirmed(std::function<void(const AttributeChanged&)> handler)
{
    return confirmedHandlers_.add(std::move(handler));
}

Subscription DeviceRegistry::onEvent(std::function<void(const DeviceEvent&)> handler)
{
    return eventHandlers_.add(std::move(handler));
}

Subscription DeviceRegistry::onDeviceChanged(std::function<void(const DeviceChanged&)> handler)
{
    return deviceHandlers_.add(std::move(handler));
}

Subscription DeviceRegistry::onPublished(std::function<void(const std::vector<DevicePtr>&)> handler)
{
    return publishedHandlers_.add(std::move(handler));
}

} // namespace atrium::state
