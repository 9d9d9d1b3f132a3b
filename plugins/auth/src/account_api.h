#pragma once

#include "api_support.h"

#include <filesystem>

namespace atrium::auth {

/// One's own account: profile, picture, password, second factor, remembered devices, sessions, API tokens, export,
/// deletion. Thread: any.
class AccountApi {
public:
    struct Parts {
        AccountsService& accounts;
        AccountRepository& repository;
        Sessions& sessions;
        SessionTable& table;
        ApiTokenRepository& apiTokens;
        SecondFactorRepository& factors;
        const People& people;
        const Clock& clock;
        FindMailer mailer;
        std::function<std::filesystem::path()> avatars; ///< folder of pictures
    };
    AccountApi(Parts parts, JobThread& hashing);

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    void addProfile(Http& http, Subscriptions& routes);
    void addPassword(Http& http, Subscriptions& routes);
    void addFactors(Http& http, Subscriptions& routes);
    void addSessions(Http& http, Subscriptions& routes);
    void addTokens(Http& http, Subscriptions& routes);
    Result<HttpResponse> uploadAvatar(const HttpRequest& request);
    Result<HttpResponse> enableByMail(const HttpRequest& request);
    Result<HttpResponse> confirmTotp(const HttpRequest& request);
    Result<HttpResponse> createToken(const HttpRequest& request);

    Parts parts_;
    LaterAnswers answers_;
};

} // namespace atrium::auth
