#pragma once

#include "automation/recorded_history.h"

#include <map>

namespace atrium::automation {

/// The past of a simulated house: what a test planted, and what was reported since. Without gaps: a value holds until
/// the next one.
class MemoryHistory : public RecordedHistory {
public:
    /// Values may come in any order of time.
    void add(DeviceId device, const std::string& attribute, UtcTime at, Value value);

    std::vector<RecordedSample> read(DeviceId device, const std::string& attribute, UtcTime from, UtcTime to) override;
    void scan(const std::vector<RecordedSeries>& series, UtcTime from, UtcTime to, const Visitor& visit) override;
    std::vector<RecordedSample> last(DeviceId device, const std::string& attribute, UtcTime time,
                                     std::size_t count) override;
    RecordedSummary summary(DeviceId device, const std::string& attribute, Value::Kind kind, UtcTime from,
                            UtcTime to) override;

private:
    using Series = std::multimap<UtcTime, Value>;
    const Series& seriesOf(DeviceId device, const std::string& attribute) const;

    std::map<std::pair<DeviceId, std::string>, Series> series_;
};

} // namespace atrium::automation
