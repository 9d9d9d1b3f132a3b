#pragma once

#include "automation/recorded_history.h"
#include "storage/recorded_samples.h"

namespace atrium::app {

/// The database's history as rules and dry runs read it: at most the newest two million values of an attribute.
class HistoryReplay : public automation::RecordedHistory {
public:
    explicit HistoryReplay(const storage::HistoryReader& reader) : reader_(reader), samples_(reader) {}

    std::vector<RecordedSample> read(DeviceId device, const std::string& attribute, UtcTime from, UtcTime to) override;
    void scan(const std::vector<automation::RecordedSeries>& series, UtcTime from, UtcTime to,
              const Visitor& visit) override;
    void expectMuch(const std::function<bool()>& goesOn) override { reader_.expectMuch(goesOn); }
    std::vector<RecordedSample> last(DeviceId device, const std::string& attribute, UtcTime time,
                                     std::size_t count) override;
    automation::RecordedSummary summary(DeviceId device, const std::string& attribute, Value::Kind kind, UtcTime from,
                                        UtcTime to) override;

private:
    const storage::HistoryReader& reader_;
    const storage::RecordedSamples samples_;
};

} // namespace atrium::app
