#include "storage/history_block.h"

#include "storage/stored_value.h"

#include <algorithm>
#include <map>

namespace atrium::storage {

namespace {

double secondsBetween(UtcTime from, UtcTime to)
{
    return to > from ? std::chrono::duration<double>(to - from).count() : 0;
}

/// Calls `visit(block, from, to)` for each stretch in which the last value of a block held on, within [from, to).
template <class Visit>
void forEachHold(const std::optional<HistoryBlock>& before, const std::vector<HistoryBlock>& blocks, UtcTime from,
                 UtcTime to, const Visit& visit)
{
    const HistoryBlock* previous = before ? &*before : nullptr;
    const auto hold = [&](UtcTime end) {
        if (!previous) return;
        const auto begin = std::max(previous->lastAt, from);
        if (end > begin) visit(*previous, begin, end);
    };
    for (const auto& block : blocks) {
        hold(std::min(block.firstAt, to));
        previous = &block;
    }
    hold(to);
}

/// How long each state lasted, and how often it began.
class StateTally {
public:
    void enter(const Value& value)
    {
        if (lastEntered_ && *lastEntered_ == value) return;
        lastEntered_ = value;
        ++at(value).times;
    }
    void leave() { lastEntered_.reset(); }
    void add(const Value& value, double seconds) { at(value).seconds += seconds; }
    std::vector<HistoryStatistics::State> take()
    {
        std::sort(states_.begin(), states_.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
        if (states_.size() > HistoryStatistics::maxStates) states_.resize(HistoryStatistics::maxStates);
        return std::move(states_);
    }

private:
    HistoryStatistics::State& at(const Value& value)
    {
        const auto key = value.isText() ? 't' + value.text() : value.ifBoolean() && *value.ifBoolean() ? "1" : "0";
        const auto [entry, isNew] = index_.emplace(key, states_.size());
        if (isNew) states_.push_back({value, 0, 0});
        return states_[entry->second];
    }
    std::vector<HistoryStatistics::State> states_;
    std::map<std::string, std::size_t> index_;
    std::optional<Value> lastEntered_;
};

bool isState(const Value& value) { return value.isText() || value.ifBoolean(); }

} // namespace

double knownSeconds(UtcTime from, UtcTime to, const std::vector<HistoryGap>& gaps)
{
    double seconds = secondsBetween(from, to);
    for (const auto& gap : gaps) seconds -= secondsBetween(std::max(from, gap.from), std::min(to, gap.to));
    return std::max(seconds, 0.0);
}

std::vector<HistoryGap> gapsOf(const std::optional<HistoryBlock>& before, const std::vector<HistoryBlock>& blocks,
                               const std::vector<HistoryGap>& outages, UtcTime from, UtcTime to)
{
    std::vector<HistoryGap> found;
    forEachHold(before, blocks, from, to, [&](const HistoryBlock& block, UtcTime begin, UtcTime end) {
        if (!block.held) found.push_back({begin, end});
    });
    const auto known = before ? from : blocks.empty() ? to : std::max(from, blocks.front().firstAt);
    for (const auto& outage : outages)
        if (std::min(outage.to, to) > std::max(outage.from, known))
            found.push_back({std::max(outage.from, known), std::min(outage.to, to)});
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
    std::vector<HistoryGap> gaps;
    for (const auto& gap : found) {
        if (!gaps.empty() && gap.from <= gaps.back().to) gaps.back().to = std::max(gaps.back().to, gap.to);
        else gaps.push_back(gap);
    }
    return gaps;
}

HistoryStatistics statisticsOf(const std::optional<HistoryBlock>& before, const std::vector<HistoryBlock>& blocks,
                               const std::vector<HistoryGap>& outages, UtcTime from, UtcTime to)
{
    HistoryStatistics result;
    StateTally states;
    double integral = 0;
    const auto widen = [&](double low, double high) {
        result.minimum = result.minimum ? std::min(*result.minimum, low) : low;
        result.maximum = result.maximum ? std::max(*result.maximum, high) : high;
    };
    for (const auto& block : blocks) {
        result.samples += block.samples;
        if (block.samples > 0 && summaryNumber(block.last)) widen(block.minimum, block.maximum);
        result.knownSeconds += block.coveredSeconds;
        integral += block.integral;
        // The summary of a switch: the integral is how long it was on.
        if (block.last.ifBoolean() && block.coveredSeconds > 0) {
            states.add(true, block.integral);
            states.add(false, block.coveredSeconds - block.integral);
        }
    }
    forEachHold(before, blocks, from, to, [&](const HistoryBlock& block, UtcTime begin, UtcTime end) {
        if (!block.held) return states.leave();
        const double seconds = knownSeconds(begin, end, outages);
        result.knownSeconds += seconds;
        if (const auto number = summaryNumber(block.last)) {
            if (seconds > 0) widen(*number, *number);
            integral += *number * seconds;
        }
        if (!isState(block.last)) return;
        if (begin == block.lastAt) states.enter(block.last);
        states.add(block.last, seconds);
    });
    result.unknownSeconds = std::max(secondsBetween(from, to) - result.knownSeconds, 0.0);
    if (result.minimum && result.knownSeconds > 0) result.mean = integral / result.knownSeconds;
    result.states = states.take();
    return result;
}

std::optional<double> meanOf(const HistoryBlock* carry, const HistoryBlock& block,
                             const std::vector<HistoryGap>& outages, UtcTime start, UtcTime end)
{
    double integral = block.integral;
    double seconds = block.coveredSeconds;
    const auto hold = [&](const HistoryBlock& from, UtcTime begin, UtcTime until) {
        const auto number = summaryNumber(from.last);
        if (!from.held || !number) return;
        const double known = knownSeconds(begin, until, outages);
        integral += *number * known;
        seconds += known;
    };
    if (carry) hold(*carry, std::max(carry->lastAt, start), block.firstAt);
    hold(block, block.lastAt, end);
    return seconds > 0 ? std::optional(integral / seconds) : std::nullopt;
}

} // namespace atrium::storage
