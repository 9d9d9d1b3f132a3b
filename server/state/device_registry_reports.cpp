#include "state/device_registry.h"

#include "atrium/json.h"

#include "state/device_values.h"

#include <algorithm>

namespace atrium::state {

namespace {

/// Of a value that was refused.
constexpr std::size_t shownOfRefused = 60;

/// A device that only repeats its values becomes visible as "seen" again after this time.
constexpr std::chrono::seconds lastSeenResolution{10};

std::optional<std::size_t> indexOf(const Device& device, std::string_view attribute)
{
    for (std::size_t i = 0; i < device.attributes.size(); ++i)
        if (device.attributes[i].spec->name == attribute) return i;
    return {};
}

} // namespace

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
    if (!slot.device->online && !slot.device->info->tellsAvailability) bringOnline(slot);
    slot.lastSeen = std::max(slot.lastSeen, report.at);
    if (slot.lastSeen - slot.device->lastSeen >= lastSeenResolution) edit(slot).lastSeen = slot.lastSeen;
    return allKnown;
}

void DeviceRegistry::bringOnline(Slot& slot)
{
    if (slot.device->entities.empty()) return setOnline(slot.device->info->id, true);
    setAvailability(slot.device->info->id, -1, Availability::Available);
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
            refusedReports_[slot.device->info->id] = {
                std::string(name), toJson(reported).substr(0, shownOfRefused) + " is of another kind", at};
        return false;
    }
    const bool isReport = certainty == Certainty::Reported;
    if (isReport) {
        if (at < slot.reportedAt[*index]) return true; // an older message that came late
        slot.reportedAt[*index] = at;
    }
    const bool certaintyChanged = known.assumed() == isReport;
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
        attribute.desired = DesiredValue{*value, last, at};
    }
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
    auto& edited = device.entities.edit();
    for (std::size_t i = 0; i < edited.size(); ++i)
        if (isMeant(i)) edited[i].availability = availability;
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

} // namespace atrium::state
