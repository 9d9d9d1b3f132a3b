#pragma once

#include "atrium/result.h"
#include "atrium/value.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace atrium {

/// What a JSON text from outside may cost. Depth counts nested lists and objects.
struct JsonLimits {
    std::size_t maxBytes = 1 << 20;
    std::size_t maxDepth = 32;
};

/// Parses one JSON document (RFC 8259). Refuses: more than the limits, invalid UTF-8, duplicate keys, U+0000 in text,
/// anything after the document. The error names the reason; it is fit for people. Thread: any (a parser a thread).
Result<Value> parseJson(std::string_view text, JsonLimits limits = {});

/// Writes compact JSON. Invalid UTF-8 becomes U+FFFD; NaN and infinities become null. Thread: any.
std::string toJson(const Value& value);

/// Appends compact JSON to `out`.
void appendJson(std::string& out, const Value& value);
/// Appends `text` as a quoted JSON string.
void appendJsonText(std::string& out, std::string_view text);

} // namespace atrium
