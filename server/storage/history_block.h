#pragma once

#include "atrium/time.h"
#include "atrium/value.h"

#include <optional>
#include <string>
#include <vector>

namespace atrium::storage {

/// A stretch of time in which the value was not known.
struct HistoryGap {
    UtcTime from{};
    UtcTime to{};
    bool operator==(const HistoryGap&) const = default;
};

/// A piece of a series whose inside is settled: one sample (`firstAt` = `lastAt`), or the summary of an interval.
/// Between two blocks of a series the last value of the first one holds, unless it was not `held`.
struct HistoryBlock {
    UtcTime firstAt{}; ///< of its first sample
    UtcTime lastAt{};
    Value last;       ///< the last value; Null when not held
    bool held = true; ///< the last value holds after `lastAt`; false = a gap begins there
    double minimum = 0;
    double maximum = 0;
    double total = 0;          ///< of the samples
    std::int64_t samples = 0;  ///< 0 = nothing but the beginning of a gap
    double integral = 0;       ///< value x s from `firstAt` to `lastAt`
    double coveredSeconds = 0; ///< with a known value, in the same time
};

/// What of [from, to) lies outside of `gaps`, which are sorted and do not overlap. Seconds.
double knownSeconds(UtcTime from, UtcTime to, const std::vector<HistoryGap>& gaps);

/// The gaps of a series in [from, to): where no value was held between two blocks, and `outages` of the server, sorted
/// and joined. `before` is the block before `from`, if any: what lies before the first block ever is no gap.
std::vector<HistoryGap> gapsOf(const std::optional<HistoryBlock>& before, const std::vector<HistoryBlock>& blocks,
                               const std::vector<HistoryGap>& outages, UtcTime from, UtcTime to);

/// What became of an attribute in a stretch of time. Every value weighs as long as it held.
struct HistoryStatistics {
    struct State {
        Value value;
        double seconds = 0;
        std::int64_t times = 0; ///< that it was entered
    };
    std::optional<double> minimum; ///< of numbers and booleans (0, 1)
    std::optional<double> maximum;
    std::optional<double> mean;
    std::int64_t samples = 0;
    double knownSeconds = 0;
    double unknownSeconds = 0; ///< gaps, and before anything was known
    /// Of booleans and texts, the longest first, at most `maxStates`.
    std::vector<State> states;
    static constexpr std::size_t maxStates = 50;
};

/// Of a series in [from, to); `blocks` as in gapsOf(), of samples for texts. Pure.
HistoryStatistics statisticsOf(const std::optional<HistoryBlock>& before, const std::vector<HistoryBlock>& blocks,
                               const std::vector<HistoryGap>& outages, UtcTime from, UtcTime to);

/// The mean of one block's interval [start, end), each value weighed by how long it held; `carry` is the block before
/// it. Empty when nothing was known for any time.
std::optional<double> meanOf(const HistoryBlock* carry, const HistoryBlock& block,
                             const std::vector<HistoryGap>& outages, UtcTime start, UtcTime end);

} // namespace atrium::storage
