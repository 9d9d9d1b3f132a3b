#pragma once

#include <string>
#include <string_view>

namespace atrium::http {

/// Small words of the HTTP grammar (RFC 9110 §5.6). Thread: any.

/// A byte of a token: method, header name, parameter name.
bool isTokenByte(char c);
/// No control bytes except tab: what may stand in a header value, on its way in and out (response splitting).
bool isHeaderValue(std::string_view value);
char toLower(char c);
std::string toLowerText(std::string_view text);
bool equalsIgnoringCase(std::string_view a, std::string_view b);
std::string_view trimBlanks(std::string_view text);
/// Whether the comma-separated list `value` has the element `word`, whatever its case; parameters (`;q=1`) do not
/// count.
bool listContains(std::string_view value, std::string_view word);
/// The quality with which an Accept-like header takes `word` (0 = not); `*` counts when `word` is not named.
double acceptedQuality(std::string_view header, std::string_view word);

} // namespace atrium::http
