#include "device_feed.h"

#include "device_view.h"

namespace atrium::devices {

namespace {

constexpr const char* topic = "devices";
constexpr const char* readPermission = "devices.read";

} // namespace

DeviceFeed::DeviceFeed(const Clock& clock, Scheduler& scheduler, Realtime& realtime)
    : clock_(clock), scheduler_(scheduler), realtime_(realtime)
{}

void DeviceFeed::changed(const std::vector<DevicePtr>& devices)
{
    for (const auto& device : devices) waiting_[device->info.id] = device;
    if (timerRuns_) return;
    const auto now = clock_.steadyNow();
    if (now >= nextRound_) return sendRound();
    timerRuns_ = true;
    timer_ = scheduler_.after(std::chrono::ceil<std::chrono::microseconds>(nextRound_ - now), [this] {
        timerRuns_ = false;
        sendRound();
    });
}

void DeviceFeed::removed(const Device& device)
{
    waiting_.erase(device.info.id);
    realtime_.publish({topic,
                       Object{{"type", "device_removed"}, {"id", device.info.id.value}},
                       readPermission,
                       {},
                       {},
                       accessObjectOf(device)});
}

void DeviceFeed::sendRound()
{
    nextRound_ = clock_.steadyNow() + shortestRound + perDevice * waiting_.size();
    for (const auto& [id, device] : std::exchange(waiting_, {}))
        realtime_.publish({topic,
                           Object{{"type", "device_update"}, {"device", toView(*device)}},
                           readPermission,
                           {},
                           "device:" + std::to_string(id.value),
                           accessObjectOf(*device)});
}

} // namespace atrium::devices
