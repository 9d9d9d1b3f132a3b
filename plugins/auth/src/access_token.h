#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::auth {

/// What a token says (RFC 7519): sub, jti, iat, exp. The session decides whether it still counts.
struct AccessClaims {
    UserId user;
    SessionId session;
    UtcTime issuedAt{}; ///< whole seconds
    UtcTime expiresAt{};
};

/// Signs and checks JSON Web Tokens with HS256 and nothing else (RFC 7515, RFC 8725). Thread: any.
class AccessToken {
public:
    static constexpr std::size_t maxBytes = 4096;

    /// Refuses every token until use() was called.
    AccessToken() = default;
    explicit AccessToken(std::string secret) { use(std::move(secret)); }

    /// Sets the secret, once; may run while other threads call verify().
    void use(std::string secret);

    /// Throws std::logic_error before use().
    std::string sign(const AccessClaims& claims) const;
    /// Empty unless the token is exactly of the form that sign() makes: three canonical parts, right signature, right
    /// types, not expired and not from the future (60 s are forgiven). The signature is checked before anything is
    /// parsed.
    std::optional<AccessClaims> verify(std::string_view token, UtcTime now) const;

private:
    std::string secret_;
    std::atomic<bool> ready_{false};
};

} // namespace atrium::auth
