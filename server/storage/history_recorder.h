#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/scheduler.h"
#include "storage/history_writer.h"

#include <unordered_map>

namespace atrium::storage {

/// The last reported values of a device, as they are stored. Thread: any.
std::vector<HistorySample> lastValuesOf(const Device& device, AttributeNames& names);

/// Hands every changed value to the history, in batches. Changes by a command are history once the device confirms
/// them. While a device is away its values are unknown: its series have a gap until it reports or comes back. Thread:
/// core, but for construction.
class HistoryRecorder {
public:
    static constexpr std::size_t batchSize = 512;
    static constexpr std::chrono::milliseconds longestWait{20};

    HistoryRecorder(Devices& devices, Scheduler& scheduler, const Clock& clock, AttributeNames& names,
                    HistoryWriter& writer);

    /// Passes on what is waiting. Thread: core.
    void flush();

private:
    void add(DeviceId device, const Attribute& attribute, UtcTime at);
    void beginGap(const Device& device);
    void endGap(const Device& device);
    void push(HistorySample sample);
    AttributeKey keyOf(const std::string& attribute);

    Scheduler& scheduler_;
    const Clock& clock_;
    AttributeNames& names_;
    HistoryWriter& writer_;
    std::vector<HistorySample> waiting_;
    /// The shared table has a lock; core asks it once a name.
    std::unordered_map<std::string, AttributeKey> keys_;
    /// Since when a device has been away.
    std::unordered_map<DeviceId, UtcTime> away_;
    Subscription timer_;
    Subscription onChange_;
    Subscription onConfirmed_;
    Subscription onDevice_;
};

} // namespace atrium::storage
