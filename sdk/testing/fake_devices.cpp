#include "testing/fake_devices.h"

#include <algorithm>

namespace atrium::testing {

DevicePtr FakeDevices::find(DeviceId id) const
{
    const auto found = devices_.find(id);
    return found == devices_.end() ? nullptr : found->second;
}

DevicePtr FakeDevices::find(std::string_view uidOrName) const
{
    for (const auto& [id, device] : devices_)
        if (device->info->uid == uidOrName) return device;
    for (const auto& [id, device] : devices_)
        if (device->info->name == uidOrName) return device;
    for (const auto& [id, device] : devices_)
        if (std::to_string(id.value) == uidOrName) return device;
    return nullptr;
}

std::shared_ptr<const DeviceList> FakeDevices::list() const
{
    auto list = std::make_shared<DeviceList>();
    for (const auto& [id, device] : devices_) list->devices.push_back(device);
    list->version = version_;
    return list;
}

DevicePage FakeDevices::page(std::size_t first, std::size_t count) const
{
    const auto all = list();
    DevicePage page;
    page.total = all->devices.size();
    for (auto i = first; i < page.total && page.devices.size() < count; ++i) page.devices.push_back(all->devices[i]);
    return page;
}

Result<void> FakeDevices::put(DeviceInfo info, std::vector<Attribute> attributes, SharedList<Entity> entities)
{
    if (!info.id) return makeError(ErrorCode::InvalidArgument, {}, "device id");
    for (const auto& [id, device] : devices_)
        if (device->info->uid == info.uid && id != info.id) return makeError(ErrorCode::Conflict, {}, "device uid");
    const auto before = find(info.id);
    auto device = std::make_shared<Device>();
    if (before) {
        device->online = before->online;
        device->lastSeen = before->lastSeen;
        for (auto& attribute : attributes) {
            const auto* known = before->find(attribute.spec->name);
            if (!known) continue;
            const auto spec = attribute.spec;
            attribute = *known;
            attribute.spec = spec;
        }
    }
    device->info = std::move(info);
    device->attributes = std::move(attributes);
    device->entities = std::move(entities);
    if (before)
        for (auto& entity : device->entities.edit())
            if (const int old = before->entityIndex(entity.id); old >= 0)
                entity.availability = before->entities[static_cast<std::size_t>(old)].availability;
    replace(device->info->id, device);
    return {};
}

bool FakeDevices::remove(DeviceId id)
{
    const auto before = find(id);
    if (!before) return false;
    devices_.erase(id);
    ++version_;
    deviceHandlers_.call(DeviceChanged{before, nullptr});
    return true;
}

std::shared_ptr<Device> FakeDevices::changeable(DeviceId id)
{
    const auto found = devices_.find(id);
    if (found == devices_.end()) return {};
    // Simulations report millions of values: a copy only while somebody holds the device as it was.
    if (found->second.use_count() > 1) found->second = std::make_shared<Device>(*found->second);
    return std::const_pointer_cast<Device>(found->second);
}

bool FakeDevices::report(const Report& report)
{
    auto device = changeable(report.device);
    if (!device) return false;
    device->lastSeen = report.at;
    bool allKnown = true;
    for (const auto& [name, value] : report.values) {
        // Whoever hears of one value may have got hold of the device, or removed it.
        if (!device) device = changeable(report.device);
        allKnown = device && change(*device, name, value, report.at, report.cause, Origin::Reported) && allKnown;
        device.reset();
    }
    return allKnown;
}

bool FakeDevices::assume(DeviceId id, std::string_view attribute, Value value, const Cause& cause)
{
    const auto device = changeable(id);
    return device && change(*device, attribute, value, clock_.now(), cause, Origin::Assumed);
}

void FakeDevices::setOnline(DeviceId id, bool online)
{
    const auto before = find(id);
    if (!before || before->online == online) return;
    auto after = std::make_shared<Device>(*before);
    after->online = online;
    replace(id, after);
}

bool FakeDevices::giveUp(DeviceId id, std::string_view attribute, const Cause& cause)
{
    const auto device = find(id);
    const Attribute* known = device ? device->find(attribute) : nullptr;
    if (!known || !known->desired) return false;
    const auto reported = known->desired->reported;
    return change(*changeable(id), attribute, reported, clock_.now(), cause, Origin::Reported);
}

void FakeDevices::setAvailability(DeviceId id, int entity, Availability availability)
{
    const auto before = find(id);
    if (!before) return;
    auto after = std::make_shared<Device>(*before);
    after->online = after->entities.empty();
    for (std::size_t i = 0; i < after->entities.size(); ++i) {
        if (entity < 0 || static_cast<int>(i) == entity) after->entities.edit()[i].availability = availability;
        after->online |= after->entities[i].availability == Availability::Available;
    }
    after->availability = after->online ? Availability::Available : availability;
    replace(id, after);
}

bool FakeDevices::change(Device& device, std::string_view attribute, const Value& value, UtcTime at, const Cause& cause,
                         Origin origin)
{
    const auto found = std::find_if(device.attributes.begin(), device.attributes.end(),
                                    [&](const Attribute& known) { return known.spec->name == attribute; });
    if (found == device.attributes.end()) return false;
    const bool fits = value.isNull() || value.kind() == found->spec->kind ||
                      (value.isNumeric() && found->spec->kind == Value::Kind::Number);
    if (!fits) return false;
    const auto previous = found->value;
    const bool wasAssumed = found->assumed();
    if (origin == Origin::Reported) found->desired.reset();
    else found->desired = DesiredValue{value, found->desired ? found->desired->reported : previous, at};
    found->value = value;
    if (origin == Origin::Reported) found->reportedAt = at;
    if (!(previous == value)) {
        found->changedAt = at;
        ++version_;
        attributeHandlers_.call(AttributeChanged{device, *found, previous, cause});
    }
    else if (wasAssumed && !found->assumed())
        confirmedHandlers_.call(AttributeChanged{device, *found, previous, cause});
    return true;
}

void FakeDevices::replace(DeviceId id, DevicePtr next)
{
    const auto before = find(id);
    devices_[id] = next;
    ++version_;
    deviceHandlers_.call(DeviceChanged{before, next});
}

} // namespace atrium::testing
