#include "storage/recorded_samples.h"

namespace atrium::storage {

std::vector<RecordedSample> RecordedSamples::between(DeviceId device, std::string_view attribute, UtcTime from,
                                                     UtcTime to, std::size_t limit) const
{
    HistoryQuery query{device, std::string(attribute), Value::Kind::Number, from, to, to};
    query.resolution = HistoryResolution::Raw;
    query.limit = limit;
    std::vector<RecordedSample> samples;
    for (auto& point : reader_.query(query).points)
        if (!point.value.isNull()) samples.push_back({point.at, std::move(point.value)});
    return samples;
}

std::optional<RecordedSample> RecordedSamples::before(DeviceId device, std::string_view attribute, UtcTime time) const
{
    auto newest = between(device, attribute, UtcTime{}, time, 2); // one of them may be the beginning of a gap
    if (newest.empty()) return {};
    return std::move(newest.back());
}

} // namespace atrium::storage
