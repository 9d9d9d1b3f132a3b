#pragma once

#include "api_support.h"
#include "oidc_sign_in.h"

namespace atrium::auth {

/// Signing in at the site's identity provider: what the button says, where the browser goes, and what it brings back.
/// Thread: any.
class OidcApi {
public:
    /// `name` is what the button says.
    OidcApi(OidcSignIn& signIn, std::string name, JobThread& thread)
        : signIn_(signIn), name_(std::move(name)), answers_(thread)
    {}

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    Result<HttpResponse> start();

    OidcSignIn& signIn_;
    const std::string name_;
    LaterAnswers answers_;
};

} // namespace atrium::auth
