#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atrium::auth {

/// RFC 4648 §5 without padding.
std::string toBase64Url(std::string_view bytes);
/// Only the one canonical spelling: no padding, no other characters, unused bits zero. Empty optional for the rest.
std::optional<std::string> fromBase64Url(std::string_view text);

} // namespace atrium::auth
