#pragma once

#include "accounts_service.h"
#include "atrium/http.h"
#include "hashing_thread.h"

namespace atrium::auth {

/// HTTP in, answers out: /api/auth/register, login, me, profile, logout in the shapes of contracts.md §2. Register and
/// login answer from the hashing thread. Lives as long as the hashing thread runs. Thread: any.
class AuthApi {
public:
    AuthApi(AccountsService& accounts, HashingThread& hashing);

    /// Adds all routes; they stand as long as `routes` holds them.
    void registerRoutes(Http& http, Subscriptions& routes);

    void registerAccount(const HttpRequest& request, HttpAnswer answer);
    void logIn(const HttpRequest& request, HttpAnswer answer);
    Result<HttpResponse> me(const HttpRequest& request);
    Result<HttpResponse> profile(const HttpRequest& request);
    Result<HttpResponse> changeProfile(const HttpRequest& request);
    Result<HttpResponse> logOut(const HttpRequest& request);

private:
    /// Runs `work` on the hashing thread and answers exactly once, whatever happens.
    void answerLater(std::function<Result<HttpResponse>()> work, HttpAnswer answer);

    AccountsService& accounts_;
    HashingThread& hashing_;
};

/// The token of `Authorization: Bearer ...` (RFC 6750 §2.1); empty when there is none.
std::string_view bearerToken(const HttpRequest& request);

} // namespace atrium::auth
