#include "storage/history_queue.h"

#include <algorithm>
#include <utility>

namespace atrium::storage {

std::size_t HistoryQueue::push(std::vector<HistorySample> samples)
{
    const auto dropped = drop(limit_ > samples.size() ? limit_ - samples.size() : 0);
    samples_ += samples.size();
    items_.push_back({std::move(samples), {}});
    return dropped;
}

std::size_t HistoryQueue::drop(std::size_t room)
{
    std::size_t dropped = 0;
    for (auto oldest = items_.begin(); samples_ > room && oldest != items_.end();) {
        if (oldest->forget) {
            ++oldest;
            continue;
        }
        owe(oldest->samples);
        dropped += oldest->samples.size();
        samples_ -= oldest->samples.size();
        oldest = items_.erase(oldest);
    }
    return dropped;
}

void HistoryQueue::forget(DeviceId device)
{
    owed_.erase(device);
    items_.push_back({{}, device});
}

void HistoryQueue::take(std::deque<Item>& out, std::size_t samples)
{
    for (std::size_t taken = 0; taken < samples && !items_.empty(); items_.pop_front()) {
        taken += items_.front().samples.size();
        samples_ -= items_.front().samples.size();
        out.push_back(std::move(items_.front()));
    }
}

std::vector<DeviceId> HistoryQueue::takeOwed(std::size_t devices)
{
    std::vector<DeviceId> taken;
    for (; !owed_.empty() && taken.size() < devices; owed_.erase(owed_.begin())) taken.push_back(*owed_.begin());
    return taken;
}

void HistoryQueue::owe(const std::vector<HistorySample>& samples)
{
    DeviceId last; // samples of a device mostly come together
    for (const auto& sample : samples)
        if (sample.device != std::exchange(last, sample.device)) owed_.insert(sample.device);
}

std::size_t HistoryQueue::giveUp() { return drop(0); }

} // namespace atrium::storage
