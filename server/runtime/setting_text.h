#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace atrium::runtime {

/// How values are written in the configuration, for the keys of the server and of plugins alike. Each is empty when the
/// whole text is no such value. Thread: any.
std::optional<bool> readBoolean(std::string_view text); ///< true yes on 1, false no off 0
std::optional<std::int64_t> readInteger(std::string_view text);
std::optional<double> readNumber(std::string_view text);

} // namespace atrium::runtime
