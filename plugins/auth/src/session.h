#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"

#include <optional>
#include <string>

namespace atrium::auth {

/// What a client said of itself when it signed in.
struct SessionOrigin {
    std::string kind = "password"; ///< `password`, `device`, `guest`, `oidc`, `confirm`
    std::string address;
    std::string agent;      ///< User-Agent, cut
    bool refreshes = false; ///< the client takes a short token and a refresh token
};

/// A session as it is stored: tokens name it until it ends or is revoked.
struct Session {
    SessionId id;
    UserId user;
    UtcTime createdAt{};
    UtcTime expiresAt{};
    SessionOrigin origin;
    UtcTime lastUsedAt{};
    std::int64_t generation = 0; ///< of the refresh token that is good now; 0 = there is none
};

/// A refresh token names its session and its generation, and carries a MAC over both: nothing but the number has to be
/// stored, and nobody can invent the token of another's session to have it revoked. Text: `atr.SESSION.GENERATION.MAC`.
struct RefreshClaims {
    SessionId session;
    std::int64_t generation = 0;
};
std::string makeRefreshToken(std::string_view key, const RefreshClaims& claims);
std::optional<RefreshClaims> readRefreshToken(std::string_view key, std::string_view token);

} // namespace atrium::auth
