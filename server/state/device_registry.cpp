#include "state/device_registry.h"

#include "atrium/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atrium::state {

namespace {

/// A device that only repeats its values becomes visible as "seen" again after this time.
constexpr std::chrono::seconds lastSeenResolution{10};

/// Of a value that was refused.
constexpr std::size_t shownOfRefused = 60;

/// `value` as the kind that an attribute holds: whole numbers and integers convert into each other, nothing else does.
std::optional<Value> asKind(const Value& value, Value::Kind kind)
{
    if (value.kind() == kind || value.isNull()) return value;
    if (kind == Value::Kind::Number && value.isInteger()) return value;
    if (kind == Value::Kind::Integer && value.kind() == Value::Kind::Number) {
        const double number = value.number();
        constexpr double limit = 9'007'199'254'740'992.0; // 2^53: above it a double no longer counts
        if (std::trunc(number) == number && std::abs(number) <= limit) return Value(static_cast<std::int64_t>(number));
    }
    return {};
}

std::optional<std::size_t> indexOf(const Device& device, std::string_view attribute)
{
    for (std::size_t i = 0; i < device.attributes.size(); ++i)
        if (device.attributes[i].spec->name == attribute) return i;
    return {};
}

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
    for (auto& entity : device.entities)
        if (const int old = known.entityIndex(entity.id); old >= 0)
            entity.availability = known.entities[static_cast<std::size_t>(old)].availability;
    device.online = known.online;
    device.availability = known.availability;
    device.lastSeen = known.lastSeen;
}

/// A device with entities is there while one of them is.
void updateOnline(Device& device)
{
    if (device.entities.empty()) return;
    const auto is = [&](Availability wanted) {
        return std::any_of(device.entities.begin(), device.entities.end(),
                           [wanted](const Entity& entity) { return entity.availability == wanted; });
    };
    device.availability = Availability::NeverHeard;
    for (const auto candidate : {Availability::Silent, Availability::Offline, Availability::Available})
        if (is(candidate)) device.availability = candidate;
    device.online = device.availability == Availability::Available;
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
                            [](const DevicePtr& device, DeviceId wanted) { return device->info.id < wanted; });
}

DevicePtr DeviceRegistry::publishedOf(DeviceId id) const
{
    const auto place = placeOf(id);
    return place != published_.end() && (*place)->info.id == id ? *place : nullptr;
}

std::shared_ptr<const DeviceList> DeviceRegistry::list() const
{
    std::lock_guard lock(mutex_);
    if (!list_ || list_->version != version_) {
        auto list = std::make_shared<DeviceList>();
        list->version = version_;
        list->devices = published_;
        list_ = std::move(list);
    }
    return list_;
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

Result<void> DeviceRegistry::put(DeviceInfo info, std::vector<Attribute> attributes, std::vector<Entity> entities)
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
            byUid_.erase(before->info.uid);
            if (const auto name = byName_.find(before->info.name); name != byName_.end() && name->second == id)
                byName_.erase(name);
        }
        byUid_[slot.device->info.uid] = id;
        byName_.emplace(slot.device->info.name, id);
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
    const auto kept = restored_.find(device.info.id);
    if (kept == restored_.end()) return;
    for (std::size_t i = 0; i < device.attributes.size(); ++i) {
        auto& attribute = device.attributes[i];
        const auto value = kept->second.find(attribute.spec->name);
        if (value == kept->second.end() || !asKind(value->second.value, attribute.spec->kind)) continue;
        attribute.value = value->second.value;
        attribute.changedAt = value->second.changedAt;
        attribute.reportedAt = slot.reportedAt[i] = value->second.reportedAt;
        attribute.assumed = value->second.assumed;
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
        if (place != published_.end() && (*place)->info.id == id) {
            before = *place;
            byUid_.erase(before->info.uid);
            if (const auto name = byName_.find(before->info.name); name != byName_.end() && name->second == id)
                byName_.erase(name);
            published_.erase(place);
        }
        ++version_;
    }
    deviceHandlers_.call(DeviceChanged{before, nullptr});
    return true;
}

bool DeviceRegistry::report(const Report& report)
{
    assertOnCore();
    const auto found = slots_.find(report.device);
    if (found == slots_.end()) return false;
    Slot& slot = found->second;
    std::size_t taken = 0;
    for (const auto& [name, value] : report.values)
        taken += apply(slot, name, value, report.at, Certainty::Reported, report.cause);
    // Nonsense says nothing, not even that the device is there.
    if (taken == 0 && !report.values.empty()) return false;
    const bool allKnown = taken == report.values.size();
    if (allKnown && !refusedReports_.empty()) refusedReports_.erase(report.device);
    if (!slot.device->online && !slot.device->info.tellsAvailability) bringOnline(slot);
    slot.lastSeen = std::max(slot.lastSeen, report.at);
    if (slot.lastSeen - slot.device->lastSeen >= lastSeenResolution) edit(slot).lastSeen = slot.lastSeen;
    return allKnown;
}

void DeviceRegistry::bringOnline(Slot& slot)
{
    if (slot.device->entities.empty()) return setOnline(slot.device->info.id, true);
    setAvailability(slot.device->info.id, -1, Availability::Available);
}

void DeviceRegistry::refuse(DeviceId id, RefusedReport report)
{
    assertOnCore();
    if (slots_.contains(id)) refusedReports_[id] = std::move(report);
}

std::optional<RefusedReport> DeviceRegistry::refused(DeviceId id) const
{
    assertOnCore();
    const auto found = refusedReports_.find(id);
    return found == refusedReports_.end() ? std::nullopt : std::optional(found->second);
}

bool DeviceRegistry::assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause)
{
    assertOnCore();
    const auto found = slots_.find(id);
    return found != slots_.end() && apply(found->second, attribute, value, clock_.now(), Certainty::Assumed, cause);
}

bool DeviceRegistry::giveUp(DeviceId id, std::string_view name, const Cause& cause)
{
    assertOnCore();
    const auto found = slots_.find(id);
    if (found == slots_.end()) return false;
    const auto index = indexOf(*found->second.device, name);
    if (!index || !found->second.device->attributes[*index].desired) return false;
    Device& device = edit(found->second);
    Attribute& attribute = device.attributes[*index];
    Value reported = attribute.desired->reported;
    attribute.desired.reset();
    attribute.assumed = false;
    if (reported == attribute.value) return true;
    const Value previous = std::exchange(attribute.value, std::move(reported));
    attribute.changedAt = clock_.now();
    attributeHandlers_.call(AttributeChanged{device, attribute, previous, cause});
    return true;
}

bool DeviceRegistry::apply(Slot& slot, std::string_view name, const Value& reported, UtcTime at, Certainty certainty,
                           const Cause& cause)
{
    const auto index = indexOf(*slot.device, name);
    if (!index) return false;
    const Attribute& known = slot.device->attributes[*index];
    auto value = asKind(reported, known.spec->kind);
    if (!value) {
        refusedValues_.add();
        if (certainty == Certainty::Reported)
            refusedReports_[slot.device->info.id] = {
                std::string(name), toJson(reported).substr(0, shownOfRefused) + " is of another kind", at};
        return false;
    }
    const bool isReport = certainty == Certainty::Reported;
    if (isReport) {
        if (at < slot.reportedAt[*index]) return true; // an older message that came late
        slot.reportedAt[*index] = at;
    }
    const bool certaintyChanged = known.assumed == isReport;
    const bool changed = !(*value == known.value);
    if (!certaintyChanged && !changed) return true;

    Device& device = edit(slot);
    const auto alive = slot.device; // a handler may describe the device anew
    Attribute& attribute = device.attributes[*index];
    if (isReport) {
        attribute.desired.reset();
        attribute.reportedAt = at;
    }
    else {
        const Value& last = attribute.desired ? attribute.desired->reported : attribute.value;
        attribute.desired = std::make_shared<const DesiredValue>(DesiredValue{*value, last, at});
    }
    attribute.assumed = !isReport;
    if (!changed) {
        if (isReport) confirmedHandlers_.call(AttributeChanged{device, attribute, attribute.value, cause});
        return true;
    }
    const Value previous = std::exchange(attribute.value, std::move(*value));
    attribute.changedAt = at;
    attributeHandlers_.call(AttributeChanged{device, attribute, previous, cause});
    return true;
}

void DeviceRegistry::setOnline(DeviceId id, bool online)
{
    assertOnCore();
    const auto found = slots_.find(id);
    if (found == slots_.end() || found->second.device->online == online) return;
    const auto before = std::make_shared<const Device>(*found->second.device);
    Device& device = edit(found->second);
    device.online = online;
    device.availability = online ? Availability::Available : Availability::Offline;
    deviceHandlers_.call(DeviceChanged{before, std::make_shared<const Device>(device)});
}

void DeviceRegistry::setAvailability(DeviceId id, int entity, Availability availability)
{
    assertOnCore();
    const auto found = slots_.find(id);
    if (found == slots_.end()) return;
    const auto isMeant = [entity](std::size_t i) { return entity < 0 || static_cast<int>(i) == entity; };
    const auto& entities = found->second.device->entities;
    bool differs = false;
    for (std::size_t i = 0; i < entities.size(); ++i) differs |= isMeant(i) && entities[i].availability != availability;
    if (!differs) return;
    const bool wasOnline = found->second.device->online;
    const auto before = wasOnline ? nullptr : std::make_shared<const Device>(*found->second.device);
    Device& device = edit(found->second);
    for (std::size_t i = 0; i < device.entities.size(); ++i)
        if (isMeant(i)) device.entities[i].availability = availability;
    updateOnline(device);
    if (device.online == wasOnline) return;
    auto previous = std::make_shared<Device>(device);
    previous->online = wasOnline;
    deviceHandlers_.call(DeviceChanged{before ? before : previous, std::make_shared<const Device>(device)});
}

void DeviceRegistry::raise(const DeviceEvent& event)
{
    assertOnCore();
    const auto found = slots_.find(event.device);
    if (found == slots_.end()) return;
    found->second.lastSeen = std::max(found->second.lastSeen, event.at);
    eventHandlers_.call(event);
}

Device& DeviceRegistry::edit(Slot& slot)
{
    if (slot.dirty) return *slot.device;
    slot.device = std::make_shared<Device>(*slot.device);
    slot.dirty = true;
    dirty_.push_back(slot.device->info.id);
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
            const auto place = placeOf(device->info.id);
            if (place != published_.end() && (*place)->info.id == device->info.id)
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
