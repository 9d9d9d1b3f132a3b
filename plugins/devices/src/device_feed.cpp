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
    for (const auto& device : devices) waiting_[device->info->id] = device;
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
    waiting_.erase(device.info->id);
    realtime_.publish({topic,
                       Object{{"type", "device_removed"}, {"id", device.info->id.value}},
                       readPermission,
                       {},
                       {},
                       accessObjectOf(device)});
}

void DeviceFeed::sendRound()
{
    std::size_t sent = 0;
    for (; sent < mostInRound && !waiting_.empty(); ++sent) {
        // On from where the last round ended, so that each has its turn.
        auto next = waiting_.upper_bound(lastSent_);
        if (next == waiting_.end()) next = waiting_.begin();
        const auto device = std::move(waiting_.extract(next).mapped());
        lastSent_ = device->info->id;
        realtime_.publish({topic,
                           Object{{"type", "device_update"}, {"device", toView(*device)}},
                           readPermission,
                           {},
                           "device:" + std::to_string(device->info->id.value),
                           accessObjectOf(*device)});
    }
    const auto pause = std::max<std::chrono::microseconds>(shortestRound, perDevice * sent);
    nextRound_ = clock_.steadyNow() + pause;
    if (waiting_.empty()) return;
    timerRuns_ = true;
    timer_ = scheduler_.after(pause, [this] {
        timerRuns_ = false;
        sendRound();
    });
}

} // namespace atrium::devices
