#include "app/history_replay.h"

namespace atrium::app {

namespace {
constexpr std::size_t mostValues = 2'000'000;
}

std::vector<automation::RecordedValue> HistoryReplay::read(DeviceId device, const std::string& attribute, UtcTime from,
                                                           UtcTime to)
{
    auto answer = reader_.query(device, attribute, from, to, storage::HistoryResolution::Raw, mostValues);
    std::vector<automation::RecordedValue> values;
    values.reserve(answer.points.size());
    for (auto& point : answer.points) values.push_back({point.at, device, attribute, std::move(point.value)});
    return values;
}

Value HistoryReplay::before(DeviceId device, const std::string& attribute, UtcTime time)
{
    const auto answer = reader_.query(device, attribute, UtcTime{}, time, storage::HistoryResolution::Raw, 1);
    return answer.points.empty() ? Value() : answer.points.back().value;
}

} // namespace atrium::app
