#pragma once

#include "api_support.h"
#include "forgotten_passwords.h"

namespace atrium::auth {

/// The way into an account: register, confirm, log in with one or two steps, refresh, forgotten passwords, log out, in
/// the shapes of contracts.md §2, §5 and §6. What hashes answers from the hashing thread. Lives as long as that runs.
/// Thread: any.
class AuthApi {
public:
    AuthApi(AccountsService& accounts, SignIn& signIn, JobThread& hashing, ForgottenPasswords& forgotten);

    /// Adds all routes; they stand as long as `routes` holds them.
    void registerRoutes(Http& http, Subscriptions& routes);

private:
    void addRegistration(Http& http, Subscriptions& routes);
    void addSignIn(Http& http, Subscriptions& routes);
    void addSecondStep(Http& http, Subscriptions& routes);
    void addPasswords(Http& http, Subscriptions& routes);
    Result<HttpResponse> isConnected(const HttpRequest& request);
    Result<HttpResponse> forgot(const HttpRequest& request);

    AccountsService& accounts_;
    SignIn& signIn_;
    LaterAnswers answers_;
    ForgottenPasswords& forgotten_;
};

} // namespace atrium::auth
