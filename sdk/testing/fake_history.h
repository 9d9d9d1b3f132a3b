#pragma once

#include "atrium/history.h"

#include <map>
#include <string>
#include <utility>

namespace atrium::testing {

/// History that the test wrote. Thread: that of the test.
class FakeHistory : public History {
public:
    void add(DeviceId device, const std::string& attribute, UtcTime at, Value value)
    {
        samples_[{device, attribute}][at] = std::move(value);
    }
    std::vector<RecordedSample> between(DeviceId device, std::string_view attribute, UtcTime from, UtcTime to,
                                        std::size_t limit) const override
    {
        std::vector<RecordedSample> result;
        const auto series = samples_.find({device, std::string(attribute)});
        if (series == samples_.end()) return result;
        for (auto sample = series->second.lower_bound(from); sample != series->second.end() && sample->first < to;
             ++sample)
            result.push_back({sample->first, sample->second});
        if (result.size() > limit) result.erase(result.begin(), result.end() - static_cast<std::ptrdiff_t>(limit));
        return result;
    }
    std::optional<RecordedSample> before(DeviceId device, std::string_view attribute, UtcTime time) const override
    {
        auto newest = between(device, attribute, UtcTime{}, time, 1);
        if (newest.empty()) return {};
        return std::move(newest.front());
    }

private:
    std::map<std::pair<DeviceId, std::string>, std::map<UtcTime, Value>> samples_;
};

} // namespace atrium::testing
