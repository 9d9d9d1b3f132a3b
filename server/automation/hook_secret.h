#pragma once

#include "atrium/ids.h"

#include <string>
#include <string_view>

namespace atrium::automation {

/// What a caller of `/api/hooks/...` must know.
struct HookSecret {
    AutomationId automation;
    std::string name; ///< of the hook
    std::string secret;
};

/// 43 characters of base64url, 256 bits. Throws when there are no random numbers.
std::string newHookSecret();
/// Whether `given` is the secret, in a time that does not depend on how much of it is right.
bool isSecret(std::string_view given, std::string_view secret);
/// Whether `signature` is `sha256=` and the HMAC-SHA256 of the body under the secret in hexadecimal digits.
bool isSignature(std::string_view signature, std::string_view body, std::string_view secret);

} // namespace atrium::automation
