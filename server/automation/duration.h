#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::automation {

/// Reads `500ms`, `30s`, `2m`, `1h30m`, `1d`: parts in falling units, each a whole number. Empty when it is none of
/// that, is zero, or is over 400 days. Thread: any.
std::optional<std::chrono::microseconds> parseDuration(std::string_view text);

/// The inverse, cut to milliseconds: `1h30m`; `0s` for none.
std::string toText(std::chrono::microseconds duration);

} // namespace atrium::automation
