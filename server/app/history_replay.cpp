#include "app/history_replay.h"

namespace atrium::app {

namespace {

constexpr std::size_t mostValues = 2'000'000;

storage::HistoryQuery samplesOf(DeviceId device, const std::string& attribute, UtcTime from, UtcTime to)
{
    storage::HistoryQuery query{device, attribute, Value::Kind::Number, from, to, to};
    query.resolution = storage::HistoryResolution::Raw;
    return query;
}

} // namespace

std::vector<automation::RecordedValue> HistoryReplay::read(DeviceId device, const std::string& attribute, UtcTime from,
                                                           UtcTime to)
{
    auto samples = reader_.samples(device, attribute, from, to, mostValues);
    std::vector<automation::RecordedValue> values;
    values.reserve(samples.size());
    for (auto& [at, value] : samples) values.push_back({at, device, attribute, std::move(value)});
    return values;
}

std::vector<automation::RecordedValue> HistoryReplay::last(DeviceId device, const std::string& attribute, UtcTime time,
                                                           std::size_t count)
{
    auto query = samplesOf(device, attribute, UtcTime{}, time);
    query.limit = count + 1; // the newest may be the beginning of a gap
    auto answer = reader_.query(query);
    std::vector<automation::RecordedValue> values;
    for (auto point = answer.points.rbegin(); point != answer.points.rend() && values.size() < count; ++point)
        if (!point->value.isNull()) values.push_back({point->at, device, attribute, std::move(point->value)});
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
