#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::http {

enum class PlusSign { Literal, Space };

/// Undoes percent-encoding once (RFC 3986 §2.1). Empty when the encoding is broken or the result has control bytes, NUL
/// or invalid UTF-8, so that whatever leaves here can be stored and shown. Thread: any.
std::optional<std::string> decodePercent(std::string_view text, PlusSign plus);

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

/// Splits and decodes a query string (without `?`); empty when any part does not decode.
std::optional<QueryPairs> parseQuery(std::string_view query);

} // namespace atrium::http
