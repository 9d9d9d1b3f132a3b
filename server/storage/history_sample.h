#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "atrium/value.h"
#include "storage/attribute_names.h"

namespace atrium::storage {

/// What becomes of a sample.
enum class HistoryKeep : std::uint8_t {
    LastValueOnly, ///< AttributeSpec::history is false
    Samples,
    Gap, ///< from here on nobody knows the value (it is Null); the last one stays what it was
};

/// What the values of a series are: only numbers and booleans are summarised.
enum class SeriesKind : std::uint8_t { Numbers, Others };

/// One value of one attribute, as a device reported it. 350,000 of them may wait: six words.
struct HistorySample {
    DeviceId device;
    AttributeKey attribute = 0;
    HistoryKeep keep = HistoryKeep::Samples;
    SeriesKind kind = SeriesKind::Others; ///< matters for Null alone: in a series of numbers it begins a gap
    UtcTime at{};                         ///< when it was reported
    UtcTime changedAt{};                  ///< when the attribute took this value
    Value value;
};

/// One series: an attribute of a device.
struct SeriesKey {
    DeviceId device;
    AttributeKey attribute = 0;
    auto operator<=>(const SeriesKey&) const = default;
};

/// Widths of the summaries.
constexpr std::chrono::seconds rollupWidths[] = {std::chrono::seconds{300}, std::chrono::seconds{3600},
                                                 std::chrono::seconds{86'400}};

/// The start of the interval of `width` (since 1970 in UTC) that holds `at`.
constexpr std::int64_t intervalStart(std::int64_t atMicroseconds, std::chrono::seconds width)
{
    const auto length = std::chrono::microseconds(width).count();
    const auto rest = atMicroseconds % length;
    return atMicroseconds - (rest < 0 ? rest + length : rest);
}

} // namespace atrium::storage
