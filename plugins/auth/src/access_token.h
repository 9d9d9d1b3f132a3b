#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "signing_keys.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::auth {

/// What a token says (RFC 7519): sub, jti, iat, exp, aud. The session decides whether it still counts.
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
    explicit AccessToken(std::string secret) { use({signingKeyOf(std::move(secret))}); }

    /// Sets the keys, the first of which signs; may run while other threads sign and verify.
    void use(std::vector<SigningKey> keys);

    /// Throws std::logic_error before use().
    std::string sign(const AccessClaims& claims) const;
    /// Empty unless the token is exactly of the form that sign() makes: three canonical parts, the header of a known
    /// key, right signature, audience and types, not expired and not from the future (60 s are forgiven). Nothing of it
    /// is parsed before its signature holds: headers are compared as text, so none can choose an algorithm.
    std::optional<AccessClaims> verify(std::string_view token, UtcTime now) const;
    /// Whether a token would be good if it had not expired; for what people are told.
    bool hasExpired(std::string_view token, UtcTime now) const;

private:
    /// verify() but for the expiry.
    std::optional<AccessClaims> read(std::string_view token, UtcTime now) const;

    struct Key {
        std::string header; ///< as it stands in tokens
        std::string secret;
    };
    using Keys = std::vector<Key>;
    std::shared_ptr<const Keys> keys() const;

    mutable std::mutex mutex_;
    std::shared_ptr<const Keys> keys_;
};

} // namespace atrium::auth
