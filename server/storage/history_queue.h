#pragma once

#include "storage/history_sample.h"

#include <cstddef>
#include <deque>
#include <set>
#include <vector>

namespace atrium::storage {

/// What waits to be written, bounded in samples. When it is full the oldest samples go, and their devices are owed
/// their last values: those are asked from the state when there is time for them, so that a flood is not held in memory
/// twice. Thread: one at a time.
class HistoryQueue {
public:
    /// Samples in the order of arrival, or a device whose history is to be deleted at this point.
    struct Item {
        std::vector<HistorySample> samples;
        DeviceId forget;
    };

    explicit HistoryQueue(std::size_t limit) : limit_(limit) {}

    /// How many samples had to go.
    std::size_t push(std::vector<HistorySample> samples);
    void forget(DeviceId device);
    /// Moves items with about so many samples to `out`.
    void take(std::deque<Item>& out, std::size_t samples);
    /// At most so many of the devices that are owed their last values.
    std::vector<DeviceId> takeOwed(std::size_t devices);
    /// Samples that nobody will write: their devices are owed.
    void owe(const std::vector<HistorySample>& samples);
    /// Lets all samples go; how many there were.
    std::size_t giveUp();

    std::size_t samples() const { return samples_; }
    bool empty() const { return items_.empty(); }
    std::size_t owed() const { return owed_.size(); }

private:
    std::size_t drop(std::size_t room);

    const std::size_t limit_;
    std::deque<Item> items_;
    std::size_t samples_ = 0;
    std::set<DeviceId> owed_; ///< bounded by the number of devices
};

} // namespace atrium::storage
