#include "storage/recorded_samples.h"

namespace atrium::storage {

std::vector<RecordedSample> RecordedSamples::between(DeviceId device, std::string_view attribute, UtcTime from,
                                                     UtcTime to, std::size_t limit) const
{
    std::vector<RecordedSample> samples;
    for (auto& [at, value] : reader_.samples(device, std::string(attribute), from, to, limit))
        samples.push_back({at, std::move(value)});
    return samples;
}

std::optional<RecordedSample> RecordedSamples::before(DeviceId device, std::string_view attribute, UtcTime time) const
{
    auto newest = between(device, attribute, UtcTime{}, time, 2); // one of them may be the beginning of a gap
    if (newest.empty()) return {};
    return std::move(newest.back());
}

} // namespace atrium::storage
