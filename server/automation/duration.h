#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace atrium::automation {

/// Reads `500ms`, `30s`, `2m`, `1h30m`, `1d`: parts in falling units, each a whole number. Empty when it is none of
/// that, is zero, or is over 400 days. Thread: any.
std::optional<std::chrono::microseconds> parseDuration(std::string_view text);

} // namespace atrium::automation
