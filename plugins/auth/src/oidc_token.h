#pragma once

#include "atrium/result.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <string>
#include <string_view>

namespace atrium::auth {

/// What an identity provider says of a person (OpenID Connect Core §2, §5.1).
struct OidcIdentity {
    std::string issuer;
    std::string subject;
    std::string email;
    bool emailVerified = false;
    std::string name;
};

/// What an ID token has to say.
struct OidcExpectation {
    std::string issuer;
    std::string clientId;
    std::string nonce;
};

/// Checks an ID token (OpenID Connect Core §3.1.3.7): RS256 or ES256 with a key of the provider's set, issuer,
/// audience, authorised party, nonce, and times (60 s are forgiven). Every other algorithm is refused. Pure. Thread:
/// any.
Result<OidcIdentity> checkIdToken(std::string_view token, const Value& keySet, const OidcExpectation& expected,
                                  UtcTime now);

/// Fills in what the ID token left out from the answer of the userinfo endpoint. Error: Unauthenticated when that is
/// about another person (§5.3.2).
Result<OidcIdentity> withUserInfo(OidcIdentity identity, const Value& userInfo);

/// The challenge of a PKCE verifier (RFC 7636 §4.2, S256).
std::string pkceChallenge(std::string_view verifier);

} // namespace atrium::auth
