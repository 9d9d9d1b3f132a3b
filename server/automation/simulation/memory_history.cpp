#include "automation/simulation/memory_history.h"

#include <algorithm>

namespace atrium::automation {

namespace {

std::optional<double> numberOf(const Value& value)
{
    if (const auto* boolean = value.ifBoolean()) return *boolean ? 1.0 : 0.0;
    return value.ifNumber();
}

double secondsBetween(UtcTime from, UtcTime to) { return std::chrono::duration<double>(to - from).count(); }

} // namespace

void MemoryHistory::add(DeviceId device, const std::string& attribute, UtcTime at, Value value)
{
    series_[{device, attribute}].emplace(at, std::move(value));
}

const MemoryHistory::Series& MemoryHistory::seriesOf(DeviceId device, const std::string& attribute) const
{
    static const Series none;
    const auto found = series_.find({device, attribute});
    return found == series_.end() ? none : found->second;
}

std::vector<RecordedSample> MemoryHistory::read(DeviceId device, const std::string& attribute, UtcTime from, UtcTime to)
{
    const auto& series = seriesOf(device, attribute);
    std::vector<RecordedSample> values;
    for (auto entry = series.lower_bound(from); entry != series.end() && entry->first < to; ++entry)
        values.push_back({entry->first, entry->second});
    return values;
}

void MemoryHistory::scan(const std::vector<RecordedSeries>& series, UtcTime from, UtcTime to, const Visitor& visit)
{
    for (std::size_t i = 0; i < series.size(); ++i)
        for (auto& sample : read(series[i].device, series[i].attribute, from, to))
            if (visit(i, sample.at, std::move(sample.value)) == Next::NotWanted) return;
}

std::vector<RecordedSample> MemoryHistory::last(DeviceId device, const std::string& attribute, UtcTime time,
                                                std::size_t count)
{
    const auto& series = seriesOf(device, attribute);
    std::vector<RecordedSample> values;
    for (auto entry = series.lower_bound(time); entry != series.begin() && values.size() < count;) {
        --entry;
        values.push_back({entry->first, entry->second});
    }
    return values;
}

RecordedSummary MemoryHistory::summary(DeviceId device, const std::string& attribute, Value::Kind kind, UtcTime from,
                                       UtcTime to)
{
    RecordedSummary summary;
    auto values = last(device, attribute, from, 1);
    const bool carried = !values.empty();
    if (carried) values.front().at = from;
    for (auto& value : read(device, attribute, from, to)) values.push_back(std::move(value));
    const bool ofStates = kind == Value::Kind::Boolean || kind == Value::Kind::Text;
    double integral = 0, known = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto seconds = secondsBetween(values[i].at, i + 1 < values.size() ? values[i + 1].at : to);
        if (const auto number = numberOf(values[i].value)) {
            summary.minimum = std::min(summary.minimum.value_or(*number), *number);
            summary.maximum = std::max(summary.maximum.value_or(*number), *number);
            integral += *number * seconds;
            known += seconds;
        }
        if (!ofStates) continue;
        const auto state = std::find_if(summary.states.begin(), summary.states.end(),
                                        [&](const auto& other) { return other.value == values[i].value; });
        auto& entry = state == summary.states.end() ? summary.states.emplace_back() : *state;
        entry.value = values[i].value;
        entry.seconds += seconds;
        const bool entered = i == 0 ? !carried : values[i].value != values[i - 1].value;
        if (entered) ++entry.times;
    }
    if (summary.minimum && known > 0) summary.mean = integral / known;
    return summary;
}

} // namespace atrium::automation
