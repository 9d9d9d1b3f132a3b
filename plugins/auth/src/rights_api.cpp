#include "rights_api.h"

#include "auth_schemas.h"
#include "one_time_password.h"
#include "secret.h"

#include <cctype>

namespace atrium::auth {

namespace {

constexpr const char* manage = "accounts.manage";
constexpr std::chrono::hours longestGuest{24 * 366};

constexpr const char* grantProperties = R"("permission": {"type": "string", "maxLength": 100},
  "object": {"type": "object", "properties": {"kind": {"type": "string", "maxLength": 20},
    "id": {"type": ["string", "integer"], "maxLength": 120}}},
  "days": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 6}},
  "from": {"type": "string", "maxLength": 5}, "until": {"type": "string", "maxLength": 5},
  "validFrom": {"type": ["string", "null"], "maxLength": 40}, "validUntil": {"type": ["string", "null"], "maxLength": 40})";

Route manageRoute(HttpMethod method, std::string path, std::string id, Text summary)
{
    auto route =
        accountRoute(method, std::move(path), std::move(id), std::move(summary), RouteAccess::permitted(manage));
    route.responseSchema = schemas::message;
    return route;
}

Error invalid(const char* pointer, Text text)
{
    auto error = makeError(ErrorCode::InvalidArgument, text);
    error.fields = {{pointer, text.fr}};
    return error;
}

bool isRoleName(std::string_view name)
{
    if (name.empty() || name.size() > 60) return false;
    for (const unsigned char c : name)
        if (!std::islower(c) && !std::isdigit(c) && c != '-' && c != '_') return false;
    return true;
}

Object toJsonObject(const Group& group)
{
    List members;
    for (const auto member : group.members) members.push_back(member.value);
    return {{"id", group.id}, {"name", group.name}, {"members", std::move(members)}};
}

Object toJsonObject(const Invitation& invitation)
{
    return {{"id", invitation.id},
            {"email", invitation.email},
            {"role", toString(invitation.role)},
            {"createdAt", toIso8601(invitation.createdAt)},
            {"expiresAt", toIso8601(invitation.expiresAt)}};
}

} // namespace

void RightsApi::registerRoutes(Http& http, Subscriptions& routes)
{
    addRoles(http, routes);
    addGroups(http, routes);
    addGrants(http, routes);
    addGuests(http, routes);
    addInvitations(http, routes);
}

void RightsApi::reload()
{
    parts_.people.setRights(parts_.repository.roles(), parts_.repository.groups(), parts_.repository.grants());
}

void RightsApi::addRoles(Http& http, Subscriptions& routes)
{
    auto list = manageRoute(HttpMethod::Get, "/api/roles", "listRoles", {"Les rôles", "The roles"});
    list.responseSchema = schemas::listOf("roles", R"({"type": "object", "required": ["name", "base"]})");
    routes += http.route(list, [this](const HttpRequest&) -> Result<HttpResponse> {
        std::map<std::string, SiteRole> roles;
        for (int role = 0; role <= static_cast<int>(Role::SuperAdmin); ++role)
            roles[toString(static_cast<Role>(role))] = {toString(static_cast<Role>(role)), static_cast<Role>(role),
                                                        false, false};
        for (auto& role : parts_.repository.roles()) roles[role.name] = role;
        const auto grants = parts_.repository.grants();
        List views;
        for (const auto& [name, role] : roles) {
            List ofRole;
            for (const auto& grant : grants)
                if (grant.role == name) ofRole.push_back(toJsonObject(grant));
            views.push_back(Object{{"name", name},
                                   {"base", toString(role.base)},
                                   {"own", role.own},
                                   {"secondFactor", role.secondFactor},
                                   {"grants", std::move(ofRole)}});
        }
        return HttpResponse::json(Object{{"success", true}, {"roles", std::move(views)}});
    });

    auto put =
        manageRoute(HttpMethod::Put, "/api/roles", "putRole", {"Ajouter ou modifier un rôle", "Add or change a role"});
    put.requestSchema = R"({"type": "object", "required": ["name"], "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 60}, "base": {"type": "string", "maxLength": 20},
      "secondFactor": {"type": "boolean"}}})";
    routes += http.route(put, [this](const HttpRequest& request) { return putRole(request); });

    auto remove = manageRoute(HttpMethod::Delete, "/api/roles/{name}", "deleteRole",
                              {"Supprimer un rôle que personne n'a", "Delete a role that nobody has"});
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!parts_.repository.removeRole(std::string(request.parameter("name"))))
            return makeError(ErrorCode::NotFound);
        reload();
        return said(request, {"Rôle supprimé", "Role deleted"});
    });
}

Result<HttpResponse> RightsApi::putRole(const HttpRequest& request)
{
    SiteRole role;
    role.name = request.body.textOr("name", "");
    if (!isRoleName(role.name)) return invalid("/name", {"Nom de rôle invalide", "Invalid name of a role"});
    const auto builtin = parseRole(role.name);
    const auto base = parseRole(request.body.textOr("base", "user"));
    if (!base) return invalid("/base", {"Rôle de base inconnu", "Unknown base role"});
    role.own = !builtin;
    role.base = builtin.value_or(*base);
    if (role.base > request.principal.role)
        return makeError(ErrorCode::Forbidden, {"Ce rôle dépasse le vôtre", "This role is above yours"});
    role.secondFactor = request.body.booleanOr("secondFactor", false);
    parts_.repository.putRole(role);
    reload();
    return said(request, {"Rôle enregistré", "Role saved"});
}

void RightsApi::addGroups(Http& http, Subscriptions& routes)
{
    auto list = manageRoute(HttpMethod::Get, "/api/groups", "listGroups", {"Les groupes", "The groups"});
    list.responseSchema = schemas::listOf("groups", R"({"type": "object", "required": ["id", "name", "members"]})");
    routes += http.route(list, [this](const HttpRequest&) -> Result<HttpResponse> {
        List groups;
        for (const auto& group : parts_.repository.groups()) groups.push_back(toJsonObject(group));
        return HttpResponse::json(Object{{"success", true}, {"groups", std::move(groups)}});
    });

    auto create = manageRoute(HttpMethod::Post, "/api/groups", "createGroup", {"Créer un groupe", "Make a group"});
    create.successStatus = 201;
    create.requestSchema = R"({"type": "object", "required": ["name"], "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100}}})";
    create.responseSchema = R"({"type": "object", "required": ["id", "name"]})";
    create.errors = {ErrorCode::Conflict};
    routes += http.route(create, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto group = parts_.repository.createGroup(request.body.textOr("name", ""));
        if (!group) return makeError(ErrorCode::Conflict, {"Ce groupe existe déjà", "This group exists already"});
        return HttpResponse::json(toJsonObject(*group), 201);
    });

    auto members = manageRoute(HttpMethod::Put, "/api/groups/{id}/members", "setGroupMembers",
                               {"Définir les membres d'un groupe", "Set the members of a group"});
    members.requestSchema = R"({"type": "object", "required": ["members"], "properties": {
      "members": {"type": "array", "items": {"type": "integer", "minimum": 1}}}})";
    members.errors = {ErrorCode::NotFound};
    routes += http.route(members, [this](const HttpRequest& request) -> Result<HttpResponse> {
        std::set<UserId> wanted;
        for (const auto& member : request.body.find("members")->list()) wanted.insert(UserId{member.integer()});
        if (!parts_.repository.setMembers(request.idParameter("id"), {wanted.begin(), wanted.end()}))
            return makeError(ErrorCode::NotFound, {"Groupe ou personne introuvable", "Unknown group or person"});
        reload();
        return said(request, {"Membres enregistrés", "Members saved"});
    });

    auto remove = manageRoute(HttpMethod::Delete, "/api/groups/{id}", "deleteGroup",
                              {"Supprimer un groupe et ses droits", "Delete a group and its grants"});
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!parts_.repository.removeGroup(request.idParameter("id"))) return makeError(ErrorCode::NotFound);
        reload();
        return said(request, {"Groupe supprimé", "Group deleted"});
    });
}

void RightsApi::addGrants(Http& http, Subscriptions& routes)
{
    auto list = manageRoute(HttpMethod::Get, "/api/grants", "listGrants", {"Les droits accordés", "The grants"});
    list.responseSchema =
        schemas::listOf("grants", R"({"type": "object", "required": ["id", "permission", "object"]})");
    routes += http.route(list, [this](const HttpRequest&) -> Result<HttpResponse> {
        List grants;
        for (const auto& grant : parts_.repository.grants()) grants.push_back(toJsonObject(grant));
        return HttpResponse::json(Object{{"success", true}, {"grants", std::move(grants)}});
    });

    auto create = manageRoute(
        HttpMethod::Post, "/api/grants", "createGrant",
        {"Accorder un droit à une personne, un groupe ou un rôle", "Grant a right to a person, a group or a role"});
    create.successStatus = 201;
    create.requestSchema = schemas::object(std::string(grantProperties) + R"(,
      "userId": {"type": "integer", "minimum": 1}, "groupId": {"type": "integer", "minimum": 1},
      "role": {"type": "string", "maxLength": 60})");
    create.responseSchema = R"({"type": "object", "required": ["id", "permission", "object"]})";
    routes += http.route(create, [this](const HttpRequest& request) { return createGrant(request); });

    auto remove =
        manageRoute(HttpMethod::Delete, "/api/grants/{id}", "deleteGrant", {"Retirer un droit", "Take a right back"});
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!parts_.repository.removeGrant(request.idParameter("id"))) return makeError(ErrorCode::NotFound);
        reload();
        return said(request, {"Droit retiré", "Right taken back"});
    });
}

Result<HttpResponse> RightsApi::createGrant(const HttpRequest& request)
{
    auto grant = readGrant(request.body);
    if (!grant) return grant.error();
    if (!parts_.people.knowsPermission(grant->permission))
        return invalid("/permission", {"Permission inconnue", "Unknown permission"});
    // Nobody gives what they do not have.
    if (!request.principal.may(grant->permission)) return makeError(ErrorCode::Forbidden);
    grant->user = UserId{request.body.integerOr("userId", 0)};
    grant->group = request.body.integerOr("groupId", 0);
    grant->role = request.body.textOr("role", "");
    if ((grant->user ? 1 : 0) + (grant->group != 0 ? 1 : 0) + (grant->role.empty() ? 0 : 1) != 1)
        return invalid("/userId", {"Indiquez une personne, un groupe ou un rôle", "Name one person, group or role"});
    if (!grant->role.empty()) {
        const auto role = parts_.people.role(grant->role);
        if (!role || !role->own) return invalid("/role", {"Rôle inconnu", "Unknown role"});
    }
    grant->createdBy = request.principal.user;
    grant->createdAt = parts_.clock.now();
    const auto created = parts_.repository.createGrant(*grant);
    if (!created) return invalid("/userId", {"Personne ou groupe introuvable", "Unknown person or group"});
    reload();
    return HttpResponse::json(toJsonObject(*created), 201);
}

void RightsApi::addGuests(Http& http, Subscriptions& routes)
{
    auto create = manageRoute(HttpMethod::Post, "/api/guests", "createGuest",
                              {"Inviter quelqu'un par un lien qui expire", "Let somebody in by a link that expires"});
    create.successStatus = 201;
    create.requestSchema = std::string(R"({"type": "object", "required": ["name", "until", "grants"], "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100}, "until": {"type": "string", "maxLength": 40},
      "grants": {"type": "array", "maxItems": 100, "items": {"type": "object", "properties": {)") +
                           grantProperties + "}}}}}";
    create.responseSchema =
        R"({"type": "object", "required": ["id", "code", "url", "qrCode"], "properties": {"id": {"type": "integer"},
        "code": {"type": "string"}, "url": {"type": "string"}, "qrCode": {"type": "string"}}})";
    routes += http.route(create, [this](const HttpRequest& request) { return createGuest(request); });

    auto list = manageRoute(HttpMethod::Get, "/api/guests", "listGuests", {"Les invités", "The guests"});
    list.responseSchema = schemas::listOf("guests", R"({"type": "object", "required": ["id", "name", "expiresAt"]})");
    routes += http.route(list, [this](const HttpRequest&) -> Result<HttpResponse> {
        List guests;
        for (const auto& link : parts_.repository.guestLinks(parts_.clock.now())) {
            const auto account = parts_.accounts.find(link.guest);
            guests.push_back(Object{{"id", link.guest.value},
                                    {"name", account ? account->name.name : ""},
                                    {"createdAt", toIso8601(link.createdAt)},
                                    {"expiresAt", toIso8601(link.expiresAt)}});
        }
        return HttpResponse::json(Object{{"success", true}, {"guests", std::move(guests)}});
    });

    auto enter = accountRoute(HttpMethod::Post, "/api/auth/guest", "guestSignsIn",
                              {"Entrer avec un lien d'invité", "Sign in with a guest link"}, RouteAccess::open());
    enter.requestSchema = schemas::object(R"("code": {"type": "string", "maxLength": 100})");
    enter.responseSchema = schemas::signedIn;
    enter.errors = {ErrorCode::Unauthenticated};
    enter.perMinute = 20;
    routes += http.route(enter, [this](const HttpRequest& request) { return guestSignsIn(request); });
}

Result<HttpResponse> RightsApi::createGuest(const HttpRequest& request)
{
    const auto now = parts_.clock.now();
    const auto until = parseTime(request.body.textOr("until", ""));
    if (!until || *until <= now || *until > now + longestGuest)
        return invalid("/until", {"Date de fin invalide", "Invalid end date"});
    std::vector<Grant> grants;
    for (const auto& body : request.body.find("grants")->list()) {
        auto grant = readGrant(body);
        if (!grant) return grant.error();
        if (!parts_.people.knowsPermission(grant->permission))
            return invalid("/grants", {"Permission inconnue", "Unknown permission"});
        if (!request.principal.may(grant->permission)) return makeError(ErrorCode::Forbidden);
        grants.push_back(*std::move(grant));
    }
    Account guest;
    guest.name = *nameFrom(Object{{"name", request.body.textOr("name", "")}});
    guest.email = "guest-" + randomToken(9) + "@guest.invalid";
    guest.passwordHash = noPassword;
    guest.role = Role::Guest;
    guest.ownRole = "visitor";
    guest.promotion = "-";
    guest.createdAt = now;
    guest.expiresAt = *until;
    const auto created = parts_.accounts.create(guest);
    if (!created) return makeError(ErrorCode::Internal);
    parts_.people.put(*created);
    for (auto& grant : grants) {
        grant.user = created->id;
        grant.createdBy = request.principal.user;
        grant.createdAt = now;
        parts_.repository.createGrant(grant);
    }
    reload();
    const auto code = parts_.repository.createGuestLink(created->id, request.principal.user, now, *until);
    const auto url = request.baseUrl + "/#/guest/" + code;
    return HttpResponse::json(Object{{"success", true},
                                     {"id", created->id.value},
                                     {"code", code},
                                     {"url", url},
                                     {"qrCode", qrCodeSvg(url)},
                                     {"expiresAt", toIso8601(*until)}},
                              201);
}

Result<HttpResponse> RightsApi::guestSignsIn(const HttpRequest& request)
{
    const auto guest = parts_.repository.guestOf(request.body.textOr("code", ""), parts_.clock.now());
    const auto account = guest ? parts_.accounts.find(*guest) : std::nullopt;
    if (!account || !account->isUsable(parts_.clock.now()))
        return makeError(ErrorCode::Unauthenticated, {"Lien invalide ou expiré", "Invalid or expired link"});
    auto origin = originOf(request);
    origin.kind = "guest";
    SignInResult result;
    result.account = *account;
    result.issued = parts_.sessions.start(*account, origin, account->expiresAt);
    return signedIn(result, {"Connexion réussie", "Logged in"}, request.language, 200);
}

void RightsApi::addInvitations(Http& http, Subscriptions& routes)
{
    auto list = manageRoute(HttpMethod::Get, "/api/invitations", "listInvitations",
                            {"Les invitations à s'inscrire", "The invitations to register"});
    list.responseSchema = schemas::listOf("invitations", R"({"type": "object", "required": ["id", "expiresAt"]})");
    routes += http.route(list, [this](const HttpRequest&) -> Result<HttpResponse> {
        List invitations;
        for (const auto& invitation : parts_.invitations.open(parts_.clock.now()))
            invitations.push_back(toJsonObject(invitation));
        return HttpResponse::json(Object{{"success", true}, {"invitations", std::move(invitations)}});
    });

    auto create = manageRoute(HttpMethod::Post, "/api/invitations", "createInvitation",
                              {"Inviter quelqu'un à s'inscrire", "Invite somebody to register"});
    create.successStatus = 201;
    create.requestSchema = schemas::object(R"("email": {"type": "string", "maxLength": 320},
      "role": {"type": "string", "maxLength": 20}, "days": {"type": "integer", "minimum": 1, "maximum": 365})");
    create.responseSchema = R"({"type": "object", "required": ["id", "code"]})";
    routes += http.route(create, [this](const HttpRequest& request) { return createInvitation(request); });

    auto remove = manageRoute(HttpMethod::Delete, "/api/invitations/{id}", "deleteInvitation",
                              {"Retirer une invitation", "Take an invitation back"});
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!parts_.invitations.use(request.idParameter("id"))) return makeError(ErrorCode::NotFound);
        return said(request, {"Invitation retirée", "Invitation taken back"});
    });
}

Result<HttpResponse> RightsApi::createInvitation(const HttpRequest& request)
{
    Invitation invitation;
    invitation.email = emailKey(request.body.textOr("email", ""));
    if (!invitation.email.empty() && !isEmail(invitation.email))
        return invalid("/email", {"Email invalide", "Invalid e-mail address"});
    const auto role = parseRole(request.body.textOr("role", "user"));
    if (!role) return invalid("/role", {"Rôle inconnu", "Unknown role"});
    if (*role > request.principal.role) return makeError(ErrorCode::Forbidden);
    invitation.role = *role;
    invitation.createdBy = request.principal.user;
    invitation.createdAt = parts_.clock.now();
    invitation.expiresAt = invitation.createdAt + std::chrono::hours{24 * request.body.integerOr("days", 7)};
    const auto [created, code] = parts_.invitations.create(invitation);
    auto body = toJsonObject(created);
    body.append("success", true).append("code", code);
    return HttpResponse::json(std::move(body), 201);
}

} // namespace atrium::auth
