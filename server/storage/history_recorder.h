#pragma once

#include "atrium/clock.h"
#include "atrium/devices.h"
#include "atrium/scheduler.h"
#include "storage/history_writer.h"

#include <unordered_map>

namespace atrium::storage {

/// Hands every changed value to the history, in batches. Changes by a command that the device has not confirmed are no
/// history. Thread: core, but for construction.
class HistoryRecorder {
public:
    static constexpr std::size_t batchSize = 512;
    static constexpr std::chrono::milliseconds longestWait{20};

    HistoryRecorder(Devices& devices, Scheduler& scheduler, AttributeNames& names, HistoryWriter& writer);

    /// Passes on what is waiting. Thread: core.
    void flush();

private:
    void add(const AttributeChanged& change);
    AttributeKey keyOf(const std::string& attribute);

    Scheduler& scheduler_;
    AttributeNames& names_;
    HistoryWriter& writer_;
    std::vector<HistorySample> waiting_;
    /// The shared table has a lock; core asks it once a name.
    std::unordered_map<std::string, AttributeKey> keys_;
    Subscription timer_;
    Subscription onChange_;
    Subscription onDevice_;
};

} // namespace atrium::storage
