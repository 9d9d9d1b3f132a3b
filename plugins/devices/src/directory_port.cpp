#include "directory_port.h"

namespace atrium::devices {

namespace {

/// The place of an entity in its device; -1 when there is none.
int indexOf(const SharedList<Entity>& entities, std::string_view entity)
{
    for (std::size_t i = 0; i < entities.size(); ++i)
        if (entities[i].id == entity) return static_cast<int>(i);
    return -1;
}

} // namespace

DirectoryPort::DirectoryPort(std::shared_ptr<DeviceDirectory> directory, std::string name)
    : directory_(std::move(directory)), name_(std::move(name)),
      refused_(directory_->to_.metrics.counter("atrium_device_messages_refused_total",
                                               "Device messages that could not be decoded", {{"integration", name_}}))
{}

DirectoryPort::~DirectoryPort()
{
    std::lock_guard lock(directory_->mutex_);
    directory_->planners_.erase(name_);
}

DeviceDirectory::Record* DirectoryPort::find(std::string_view key, DeviceId& id) const
{
    id = directory_->idOf(name_, key);
    return directory_->find(id);
}

void DirectoryPort::announce(DeviceAnnouncement announcement) { directory_->announce(name_, std::move(announcement)); }

void DirectoryPort::withdraw(std::string_view key) { directory_->withdraw(name_, key); }

void DirectoryPort::report(std::string_view key, std::string_view entity,
                           std::vector<std::pair<std::string, Value>> values, UtcTime at)
{
    DeviceId id;
    auto* record = find(key, id);
    const int index = record ? indexOf(record->entities, entity) : -1;
    if (index < 0) return;
    Report report{id, {}, at, {newCorrelationId(), "device", 0}};
    report.values.reserve(values.size());
    for (auto& [role, value] : values)
        for (const auto& spec : (*record->layout)[static_cast<std::size_t>(index)])
            if (spec->role == role) report.values.emplace_back(spec->name, std::move(value));
    if (record->gathered) record->gathered->reports.push_back(std::move(report));
    else directory_->to_.devices.report(report);
}

void DirectoryPort::setAvailability(std::string_view key, std::string_view entity, Availability availability)
{
    DeviceId id;
    auto* record = find(key, id);
    if (!record) return;
    if (record->gathered) directory_->putNow(id);
    auto& devices = directory_->to_.devices;
    if (!entity.empty()) {
        if (const int index = indexOf(record->entities, entity); index >= 0)
            devices.setAvailability(id, index, availability);
        return;
    }
    const auto device = devices.find(id);
    for (std::size_t i = 0; device && i < device->entities.size(); ++i)
        if (device->entities[i].spec->integration == name_)
            devices.setAvailability(id, static_cast<int>(i), availability);
}

void DirectoryPort::raise(std::string_view key, std::string_view entity, std::string type, Object data, UtcTime at)
{
    DeviceId id;
    const auto* record = find(key, id);
    if (!record) return;
    if (record->gathered) directory_->putNow(id);
    directory_->to_.devices.raise(
        {id, std::string(entity), std::move(type), std::move(data), at, {newCorrelationId(), "device", 0}});
}

void DirectoryPort::show(std::string_view key, std::string_view entity, StillPicture picture)
{
    DeviceId id;
    const auto* record = find(key, id);
    if (!record || indexOf(record->entities, entity) < 0) return;
    if (!directory_->to_.pictures.put(id, entity, std::move(picture))) refuse(entity, "no picture, or too large");
}

void DirectoryPort::refuse(std::string_view topic, std::string_view reason)
{
    refused_.add();
    const auto& to = directory_->to_;
    if (to.clock.steadyNow() < nextLog_) return;
    nextLog_ = to.clock.steadyNow() + std::chrono::seconds{10};
    to.log.warning("a device message was refused",
                   {{"integration", name_}, {"topic", topic}, {"reason", reason}, {"so_far", refused_.value()}});
}

bool DirectoryPort::knows(std::string_view identifier) const
{
    return directory_->isSpokenForByOthers(name_, identifier);
}

} // namespace atrium::devices
