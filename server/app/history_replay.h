#pragma once

#include "automation/simulation/dry_run.h"
#include "storage/history_reader.h"

namespace atrium::app {

/// The database's history as dry runs read it: at most the newest two million values of an attribute.
class HistoryReplay : public automation::RecordedHistory {
public:
    explicit HistoryReplay(const storage::HistoryReader& reader) : reader_(reader) {}

    std::vector<automation::RecordedValue> read(DeviceId device, const std::string& attribute, UtcTime from,
                                                UtcTime to) override;
    Value before(DeviceId device, const std::string& attribute, UtcTime time) override;

private:
    const storage::HistoryReader& reader_;
};

} // namespace atrium::app
