#pragma once

#include "atrium/clock.h"
#include "atrium/result.h"
#include "atrium/value.h"
#include "provider_connection.h"

#include <optional>
#include <string>

namespace atrium::auth {

/// How the site is known at its identity provider.
struct OidcSettings {
    std::string issuer; ///< https://...; http only on the loopback; empty = there is no provider
    std::string clientId;
    std::string clientSecret; ///< empty = a public client
    std::string redirectUri;  ///< the page /oidc of the dashboard, as the provider knows it
    std::string authorityFile;

    bool isConfigured() const { return !issuer.empty() && !clientId.empty() && !redirectUri.empty(); }
};

/// Speaks to an OpenID provider: discovery (kept for an hour), authorization address, token endpoint, keys, userinfo.
/// Thread: one that may block, but abort() any.
class OidcProvider {
public:
    OidcProvider(OidcSettings settings, const Clock& clock);

    const OidcSettings& settings() const { return settings_; }
    /// Where the browser goes (RFC 6749 §4.1.1, RFC 7636 §4.3). Errors: Unavailable.
    Result<std::string> authorizationUrl(const std::string& state, const std::string& nonce,
                                         const std::string& pkceChallenge);
    struct Tokens {
        std::string idToken;
        std::string accessToken;
    };
    /// What the provider gives for a code (RFC 6749 §4.1.3, RFC 7636 §4.5). Errors: Unauthenticated, Unavailable.
    Result<Tokens> redeem(const std::string& code, const std::string& pkceVerifier);
    /// RFC 7517. Errors: Unavailable.
    Result<Value> keySet();
    /// What the userinfo endpoint says; null when there is none. Errors: Unavailable.
    Result<Value> userInfo(const std::string& accessToken);

    /// Breaks off the request in hand, and all later ones.
    void abort() { connection_.abort(); }

private:
    enum class ClientProof { None, Basic, Post };
    struct Discovery {
        std::string authorization, token, keys, userInfo;
        ClientProof proof = ClientProof::None;
    };
    Result<Discovery> discover();
    Result<Discovery> discovery();

    const OidcSettings settings_;
    const Clock& clock_;
    ProviderConnection connection_;
    std::optional<Discovery> discovery_;
    std::optional<Error> failure_;
    SteadyTime askAgainAt_{};
};

} // namespace atrium::auth
