#include "event_log.h"

namespace atrium::devices {

void EventLog::add(const DeviceEvent& event)
{
    std::lock_guard lock(mutex_);
    auto& events = devices_[event.device];
    events.recent.push_back(event);
    if (events.recent.size() > perDevice) events.recent.pop_front();
    auto& summary = events.byEntity[event.entity];
    summary.last = std::make_shared<const DeviceEvent>(event);
    ++summary.count;
}

void EventLog::forget(DeviceId device)
{
    std::lock_guard lock(mutex_);
    devices_.erase(device);
}

std::vector<DeviceEvent> EventLog::of(DeviceId device) const
{
    std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    if (found == devices_.end()) return {};
    return {found->second.recent.begin(), found->second.recent.end()};
}

EventLog::Summary EventLog::of(DeviceId device, std::string_view entity) const
{
    std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    if (found == devices_.end()) return {};
    const auto summary = found->second.byEntity.find(entity);
    return summary == found->second.byEntity.end() ? Summary{} : summary->second;
}

} // namespace atrium::devices
