#pragma once

#include "accounts_service.h"
#include "oidc_flows.h"
#include "oidc_provider.h"
#include "oidc_token.h"

namespace atrium::auth {

/// Whom an identity provider may bring in.
struct OidcPolicy {
    enum class NewPeople { GetAnAccount, AreRefused };
    NewPeople newPeople = NewPeople::GetAnAccount;
    std::vector<std::string> domains; ///< of mail, lower case, for new accounts; empty = all
    std::int64_t newBalance = 0;      ///< minor units
};

/// Signing in at an OpenID provider: authorization code with PKCE (OpenID Connect Core §3.1). A person is known by
/// issuer and subject; the first time, by an e-mail address that the provider verified. Thread: the thread of the
/// provider, but abort() any. Throws StorageError.
class OidcSignIn {
public:
    struct Parts {
        AccountRepository& repository;
        Sessions& sessions;
        People& people;
        SignIn& signIn;
        const Clock& clock;
        Log& log;
        Audit& audit;
        FindMailer mailer;
    };
    OidcSignIn(OidcSettings settings, OidcPolicy policy, Parts parts);

    bool isConfigured() const { return provider_.settings().isConfigured(); }
    const OidcSettings& settings() const { return provider_.settings(); }

    struct Start {
        std::string url;     ///< where the browser goes
        std::string browser; ///< for a cookie
    };
    /// Errors: NotFound when no provider is configured, Unavailable.
    Result<Start> start();
    /// `{state, code, iss?, deviceToken?, refresh?}` that the provider sent the browser back with. Errors:
    /// InvalidArgument, Unauthenticated, Forbidden, Unavailable.
    Result<SignInResult> finish(const Value& body, std::string_view browser, SessionOrigin origin, Language language);

    void abort() { provider_.abort(); }

private:
    Result<OidcIdentity> identify(const std::string& code, const OidcFlows::Flow& flow);
    Result<Account> accountOf(const OidcIdentity& identity, Language language);
    Result<Account> join(Account account, Language language);
    Result<Account> create(const OidcIdentity& identity);
    void note(const Account& account, const char* action);

    OidcProvider provider_;
    const OidcPolicy policy_;
    Parts parts_;
    OidcFlows flows_;
};

} // namespace atrium::auth
