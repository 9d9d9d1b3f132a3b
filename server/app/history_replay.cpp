#include "app/history_replay.h"

#include <algorithm>

namespace atrium::app {

namespace {

constexpr std::size_t mostValues = 2'000'000;

} // namespace

std::vector<RecordedSample> HistoryReplay::read(DeviceId device, const std::string& attribute, UtcTime from, UtcTime to)
{
    return samples_.between(device, attribute, from, to, mostValues);
}

void HistoryReplay::scan(const std::vector<automation::RecordedSeries>& series, UtcTime from, UtcTime to,
                         const Visitor& visit)
{
    std::vector<storage::HistoryReader::SeriesName> names;
    names.reserve(series.size());
    for (const auto& one : series) names.push_back({one.device, one.attribute});
    reader_.scan(names, from, to, [&](std::size_t index, UtcTime at, Value&& value) {
        return visit(index, at, std::move(value)) == Next::Wanted ? storage::NextRow::Wanted
                                                                  : storage::NextRow::NotWanted;
    });
}

std::vector<RecordedSample> HistoryReplay::last(DeviceId device, const std::string& attribute, UtcTime time,
                                                std::size_t count)
{
    // One more: the newest may be the beginning of a gap.
    auto samples = samples_.between(device, attribute, UtcTime{}, time, count + 1);
    std::reverse(samples.begin(), samples.end());
    if (samples.size() > count) samples.resize(count);
    return samples;
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
