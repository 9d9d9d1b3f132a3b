#include "state/device_registry.h"

#include <charconv>
#include <cmath>

namespace atrium::state {

namespace {

/// A device that only repeats its values becomes visible as "seen" again after this time.
constexpr std::chrono::seconds lastSeenResolution{10};

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
            return std::make_shared<const Device>(slot->second.working);
    }
    std::lock_guard lock(mutex_);
    const auto found = published_.find(id);
    return found == published_.end() ? nullptr : found->second;
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
    const auto found = published_.find(id);
    return found == published_.end() ? nullptr : found->second;
}

std::shared_ptr<const DeviceList> DeviceRegistry::list() const
{
    std::lock_guard lock(mutex_);
    if (!list_ || list_->version != version_) {
        auto list = std::make_shared<DeviceList>();
        list->version = version_;
        list->devices.reserve(published_.size());
        for (const auto& [id, device] : published_) list->devices.push_back(device);
        list_ = std::move(list);
    }
    return list_;
}

Result<void> DeviceRegistry::put(DeviceInfo info, std::vector<Attribute> attributes)
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
        if (const auto found = published_.find(id); found != published_.end()) before = found->second;
    }
    auto [entry, isNew] = slots_.try_emplace(id);
    Device& device = entry->second.working;
    const auto known = std::move(device.attributes);
    device.info = std::move(info);
    device.attributes = std::move(attributes);
    for (auto& attribute : device.attributes)
        for (const auto& old : known)
            if (old.spec.name == attribute.spec.name && asKind(old.value, attribute.spec.kind)) {
                attribute.value = old.value;
                attribute.changedAt = old.changedAt;
                attribute.reportedAt = old.reportedAt;
                attribute.assumed = old.assumed;
            }
    if (isNew) restoreValues(device);
    {
        std::lock_guard lock(mutex_);
        if (before) {
            byUid_.erase(before->info.uid);
            if (const auto name = byName_.find(before->info.name); name != byName_.end() && name->second == id)
                byName_.erase(name);
        }
        byUid_[device.info.uid] = id;
        byName_.emplace(device.info.name, id);
    }
    markDirty(entry->second);
    publish();
    deviceHandlers_.call(DeviceChanged{before, find(id)});
    return {};
}

void DeviceRegistry::restoreValues(Device& device)
{
    const auto kept = restored_.find(device.info.id);
    if (kept == restored_.end()) return;
    for (auto& attribute : device.attributes) {
        const auto value = kept->second.find(attribute.spec.name);
        if (value == kept->second.end() || !asKind(value->second.value, attribute.spec.kind)) continue;
        attribute.value = value->second.value;
        attribute.changedAt = value->second.changedAt;
        attribute.reportedAt = value->second.reportedAt;
        attribute.assumed = value->second.assumed;
        device.lastSeen = std::max(device.lastSeen, attribute.reportedAt);
    }
    restored_.erase(kept);
}

bool DeviceRegistry::remove(DeviceId id)
{
    assertOnCore();
    if (slots_.erase(id) == 0) return false;
    DevicePtr before;
    {
        std::lock_guard lock(mutex_);
        const auto found = published_.find(id);
        if (found != published_.end()) {
            before = found->second;
            byUid_.erase(before->info.uid);
            if (const auto name = byName_.find(before->info.name); name != byName_.end() && name->second == id)
                byName_.erase(name);
            published_.erase(found);
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
    bool allKnown = true;
    for (const auto& [name, value] : report.values)
        allKnown = apply(slot, name, value, report.at, Certainty::Reported, report.cause) && allKnown;
    if (!slot.working.online) setOnline(report.device, true);
    if (report.at - slot.working.lastSeen >= lastSeenResolution) markDirty(slot);
    slot.working.lastSeen = std::max(slot.working.lastSeen, report.at);
    return allKnown;
}

bool DeviceRegistry::assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause)
{
    assertOnCore();
    const auto found = slots_.find(id);
    return found != slots_.end() && apply(found->second, attribute, value, clock_.now(), Certainty::Assumed, cause);
}

bool DeviceRegistry::apply(Slot& slot, std::string_view name, const Value& reported, UtcTime at, Certainty certainty,
                           const Cause& cause)
{
    const auto attribute = std::find_if(slot.working.attributes.begin(), slot.working.attributes.end(),
                                        [&](const Attribute& candidate) { return candidate.spec.name == name; });
    if (attribute == slot.working.attributes.end()) return false;
    auto value = asKind(reported, attribute->spec.kind);
    if (!value) {
        refusedValues_.add();
        return false;
    }
    const bool isReport = certainty == Certainty::Reported;
    if (isReport) {
        if (at < attribute->reportedAt) return true; // an older message that came late
        attribute->reportedAt = at;
    }
    const bool certaintyChanged = attribute->assumed == isReport;
    attribute->assumed = !isReport;
    if (certaintyChanged) markDirty(slot);
    if (*value == attribute->value) return true;

    Value previous = std::exchange(attribute->value, std::move(*value));
    attribute->changedAt = at;
    markDirty(slot);
    attributeHandlers_.call(AttributeChanged{slot.working, *attribute, previous, cause});
    return true;
}

void DeviceRegistry::setOnline(DeviceId id, bool online)
{
    assertOnCore();
    const auto found = slots_.find(id);
    if (found == slots_.end() || found->second.working.online == online) return;
    const auto before = std::make_shared<const Device>(found->second.working);
    found->second.working.online = online;
    markDirty(found->second);
    deviceHandlers_.call(DeviceChanged{before, std::make_shared<const Device>(found->second.working)});
}

void DeviceRegistry::markDirty(Slot& slot)
{
    if (!slot.dirty) {
        slot.dirty = true;
        dirty_.push_back(slot.working.info.id);
    }
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
        found->second.dirty = false;
        changed.push_back(std::make_shared<const Device>(found->second.working));
    }
    {
        std::lock_guard lock(mutex_);
        for (const auto& device : changed) published_[device->info.id] = device;
        ++version_;
    }
    publishedHandlers_.call(changed);
}

Subscription DeviceRegistry::onAttributeChanged(std::function<void(const AttributeChanged&)> handler)
{
    return attributeHandlers_.add(std::move(handler));
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
