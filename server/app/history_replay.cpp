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
    auto query = samplesOf(device, attribute, from, to);
    query.limit = mostValues;
    auto answer = reader_.query(query);
    std::vector<automation::RecordedValue> values;
    values.reserve(answer.points.size());
    // Where a gap begins nobody reported anything.
    for (auto& point : answer.points)
        if (!point.value.isNull()) values.push_back({point.at, device, attribute, std::move(point.value)});
    return values;
}

Value HistoryReplay::before(DeviceId device, const std::string& attribute, UtcTime time)
{
    auto query = samplesOf(device, attribute, UtcTime{}, time);
    query.limit = 2; // the newest may be the beginning of a gap
    const auto answer = reader_.query(query);
    for (auto point = answer.points.rbegin(); point != answer.points.rend(); ++point)
        if (!point->value.isNull()) return point->value;
    return {};
}

} // namespace atrium::app
