#pragma once

#include "atrium/value.h"

#include <string_view>

namespace atrium::auth {

/// Whether `signature` over `text` is of the public key `jwk` (RFC 7517) by `algorithm`: RS256 with at least 2048 bits
/// or ES256 (RFC 7518 §3.3, §3.4), and of no other. False as well for a key of another kind or use, and for whatever is
/// malformed. Thread: any.
bool isSignedBy(const Value& jwk, std::string_view algorithm, std::string_view text, std::string_view signature);

} // namespace atrium::auth
