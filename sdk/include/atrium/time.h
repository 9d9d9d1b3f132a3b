#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// A point in time in UTC with microsecond resolution; the only time that is stored or sent.
using UtcTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// A point in time on a clock that never jumps; for deadlines and measuring, never stored.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Microseconds since 1970-01-01T00:00:00Z, as stored in the databases (BIGINT).
inline std::int64_t toMicroseconds(UtcTime time) { return time.time_since_epoch().count(); }

/// The inverse of toMicroseconds().
inline UtcTime fromMicroseconds(std::int64_t microseconds) { return UtcTime{std::chrono::microseconds{microseconds}}; }

/// Milliseconds since 1970, as some clients expect (contracts: `timestamp`, `date`).
inline std::int64_t toMilliseconds(UtcTime time) { return toMicroseconds(time) / 1000; }

/// RFC 3339 text in UTC with milliseconds, e.g. `2026-11-21T08:15:30.250Z`.
std::string toIso8601(UtcTime time);

/// Reads RFC 3339 (`2026-11-21T08:15:30Z`, fractions and numeric offsets allowed) or a plain count of milliseconds
/// since 1970. Empty when the text is neither. Thread: any.
std::optional<UtcTime> parseTime(std::string_view text);

} // namespace atrium
