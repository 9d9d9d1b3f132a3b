#pragma once

#include "api_support.h"
#include "rights_repository.h"

namespace atrium::auth {

/// Who may do what: roles, groups, grants, guest links and invitations. Changes hold from the next request on.
/// Thread: any.
class RightsApi {
public:
    struct Parts {
        RightsRepository& repository;
        AccountRepository& accounts;
        AccountsService& service;
        InvitationRepository& invitations;
        Sessions& sessions;
        People& people;
        const Clock& clock;
    };
    explicit RightsApi(Parts parts) : parts_(parts) {}

    void registerRoutes(Http& http, Subscriptions& routes);
    /// Brings the rights of the database to everybody.
    void reload();

private:
    void addRoles(Http& http, Subscriptions& routes);
    void addGroups(Http& http, Subscriptions& routes);
    void addGrants(Http& http, Subscriptions& routes);
    void addGuests(Http& http, Subscriptions& routes);
    void addInvitations(Http& http, Subscriptions& routes);
    Result<HttpResponse> putRole(const HttpRequest& request);
    Result<HttpResponse> createGrant(const HttpRequest& request);
    Result<HttpResponse> createGuest(const HttpRequest& request);
    Result<HttpResponse> guestSignsIn(const HttpRequest& request);
    Result<HttpResponse> createInvitation(const HttpRequest& request);

    Parts parts_;
};

} // namespace atrium::auth
