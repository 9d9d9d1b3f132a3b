#pragma once

#include "api_support.h"

namespace atrium::auth {

/// Other people: who there is (contracts.md §4 and §5), and the administration of accounts (§6 and §7). Thread: any.
class UserApi {
public:
    struct Parts {
        AccountsService& accounts;
        AccountRepository& repository;
        Sessions& sessions;
        SecondFactorRepository& factors;
        const Clock& clock;
    };
    UserApi(Parts parts, JobThread& hashing);

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    void addDirectory(Http& http, Subscriptions& routes);
    void addAdministration(Http& http, Subscriptions& routes);
    Result<HttpResponse> list(const HttpRequest& request);
    Result<HttpResponse> get(const HttpRequest& request);
    Result<HttpResponse> update(const HttpRequest& request);
    Result<HttpResponse> remove(const HttpRequest& request);
    Result<HttpResponse> create(const HttpRequest& request);
    Object view(const HttpRequest& request, const Account& account) const;

    Parts parts_;
    LaterAnswers answers_;
};

} // namespace atrium::auth
