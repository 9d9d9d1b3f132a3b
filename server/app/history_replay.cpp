#include "app/history_replay.h"

namespace atrium::app {

namespace {

constexpr std::size_t mostValues = 2'000'000;

} // namespace

std::vector<automation::RecordedValue> HistoryReplay::read(DeviceId device, const std::string& attribute, UtcTime from,
                                                           UtcTime to)
{
    std::vector<automation::RecordedValue> values;
    for (auto& sample : samples_.between(device, attribute, from, to, mostValues))
        values.push_back({sample.at, device, attribute, std::move(sample.value)});
    return values;
}

std::vector<automation::RecordedValue> HistoryReplay::last(DeviceId device, const std::string& attribute, UtcTime time,
                                                           std::size_t count)
{
    // One more: the newest may be the beginning of a gap.
    auto samples = samples_.between(device, attribute, UtcTime{}, time, count + 1);
    std::vector<automation::RecordedValue> values;
    for (auto sample = samples.rbegin(); sample != samples.rend() && values.size() < count; ++sample)
        values.push_back({sample->at, device, attribute, std::move(sample->value)});
    return values;
}

automation::RecordedSummary HistoryReplay::summary(DeviceId device, const std::string& attribute, Value::Kind kind,
                                                   UtcTime from, UtcTime to)
{
    auto statistics = reader_.statistics({device, attribute, kind, from, to, to});
    automation::RecordedSummary summary{statistics.minimum, statistics.maximum, statistics.mean, {}};
    for (auto& state : statistics.states)
        summary.states.push_back({std::move(state.value), state.seconds, state.times});
    return summary;
}

} // namespace atrium::app
