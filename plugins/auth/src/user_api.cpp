#include "user_api.h"

#include "auth_schemas.h"

#include <cmath>

namespace atrium::auth {

namespace {

constexpr const char* manage = "accounts.manage";
constexpr std::int64_t maxPage = 500;

constexpr const char* administrativeProperties = R"(
    "email": {"type": "string", "maxLength": 320}, "password": {"type": "string", "maxLength": 1024},
    "phone": {"type": ["string", "null"], "maxLength": 100}, "promotion": {"type": "string", "maxLength": 200},
    "role": {"type": "string", "maxLength": 60}, "ownRole": {"type": "string", "maxLength": 60},
    "active": {"type": ["boolean", "integer"]}, "balance": {"type": "number"})";

const std::string userAnswer = std::string(R"({"type": "object", "required": ["id"], "properties": {
  "id": {"type": "integer"}, "success": {"type": "boolean"}, "user": {"type": "object"}, "data": {"type": "object"}}})");

/// `{success, message?, ...user, user, data: user}`: what the different clients read.
HttpResponse userResponse(const Object& user, int status = 200)
{
    auto body = user;
    body.set("success", true).set("user", user).set("data", user);
    return HttpResponse::json(std::move(body), status);
}

Result<AdministrativeChange> readChange(const HttpRequest& request)
{
    AdministrativeChange change;
    const auto& body = request.body;
    if (const auto* role = body.find("role"); role && role->isText()) {
        change.role = parseRole(role->text());
        if (!change.role) {
            auto error = makeError(ErrorCode::InvalidArgument, {"Rôle inconnu", "Unknown role"});
            error.fields = {{"/role", "inconnu"}};
            return error;
        }
        if (*change.role > request.principal.role)
            return makeError(ErrorCode::Forbidden, {"Ce rôle dépasse le vôtre", "This role is above yours"});
        if (!body.find("ownRole")) change.ownRole = "";
    }
    if (const auto* role = body.find("ownRole"); role && role->isText()) change.ownRole = role->text();
    if (const auto* active = body.find("active"))
        change.active = active->isBoolean() ? active->boolean() : active->integer() != 0;
    if (const auto* balance = body.find("balance"); balance && balance->isNumeric()) {
        const auto cents = std::round(balance->number() * 100);
        if (!(cents >= 0 && cents <= 100'000'000'000.0)) {
            auto error = makeError(ErrorCode::InvalidArgument, {"Solde invalide", "Invalid balance"});
            error.fields = {{"/balance", "invalide"}};
            return error;
        }
        change.balance = static_cast<std::int64_t>(cents);
    }
    return change;
}

} // namespace

UserApi::UserApi(Parts parts, JobThread& hashing) : parts_(parts), answers_(hashing) {}

void UserApi::registerRoutes(Http& http, Subscriptions& routes)
{
    addDirectory(http, routes);
    addAdministration(http, routes);
}

Object UserApi::view(const HttpRequest& request, const Account& account) const
{
    const bool sees = request.principal.may(manage) || request.principal.user == account.id;
    auto user = sees ? toJsonObject(account) : toPublicJson(account);
    // In lists of other people a picture has the address of this host (contracts.md §4).
    if (account.avatarUrl.starts_with('/')) user.set("avatarUrl", request.baseUrl + account.avatarUrl);
    return user;
}

Result<HttpResponse> UserApi::list(const HttpRequest& request)
{
    const Value query(request.query);
    AccountSearch search;
    search.text = query.textOr("q", "");
    if (request.principal.may(manage)) search.in = AccountSearch::In::NamesAndAddresses;
    search.limit = query.integerOr("limit", maxPage);
    search.offset = query.integerOr("offset", 0);
    if (search.limit < 1 || search.limit > maxPage || search.offset < 0)
        return makeError(ErrorCode::InvalidArgument, {"Page invalide", "Invalid page"});
    std::int64_t total = 0;
    List users;
    for (const auto& account : parts_.repository.search(search, total)) users.push_back(view(request, account));
    return HttpResponse::json(Object{{"success", true}, {"data", users}, {"users", users}, {"total", total}});
}

Result<HttpResponse> UserApi::get(const HttpRequest& request)
{
    const auto account = parts_.repository.find(UserId{request.idParameter("id")});
    if (!account) return makeError(ErrorCode::NotFound, {"Utilisateur introuvable", "User not found"});
    return userResponse(view(request, *account));
}

void UserApi::addDirectory(Http& http, Subscriptions& routes)
{
    auto list = accountRoute(HttpMethod::Get, "/api/users", "listUsers", {"Les personnes", "The people"},
                             RouteAccess::authenticated());
    list.query = {{"q", Value::Kind::Text, "Part of a name; for administrators also of an address", {}, 100},
                  {"limit", Value::Kind::Integer, "At most this many", {}},
                  {"offset", Value::Kind::Integer, "From this one on", {}}};
    list.responseSchema = schemas::listOf("users", schemas::publicUser);
    routes += http.route(list, [this](const HttpRequest& request) { return this->list(request); });

    for (const auto& [path, id] : {std::pair{"/api/users/{id}", "getUser"}, {"/api/auth/user/{id}", "getAuthUser"}}) {
        auto one =
            accountRoute(HttpMethod::Get, path, id, {"Une personne", "One person"}, RouteAccess::authenticated());
        one.responseSchema = schemas::publicUser;
        one.errors = {ErrorCode::NotFound};
        routes += http.route(one, [this](const HttpRequest& request) { return get(request); });
    }

    auto search = accountRoute(HttpMethod::Get, "/api/auth/user/search", "searchUsers",
                               {"Chercher une personne", "Look for a person"}, RouteAccess::authenticated());
    search.query = {{"q", Value::Kind::Text, "Part of the name", {}, 100}};
    search.responseSchema = std::string(R"({"type": "array", "items": )") + schemas::publicUser + "}";
    routes += http.route(search, [this](const HttpRequest& request) -> Result<HttpResponse> {
        std::int64_t total = 0;
        List users;
        AccountSearch wanted;
        wanted.text = Value(request.query).textOr("q", "");
        for (const auto& account : parts_.repository.search(wanted, total)) users.push_back(view(request, account));
        return HttpResponse::json(std::move(users));
    });
}

Result<HttpResponse> UserApi::create(const HttpRequest& request)
{
    const auto change = readChange(request);
    if (!change) return change.error();
    auto account = parts_.accounts.create(request.body, change->role.value_or(Role::User));
    if (!account) return account.error();
    const auto changed = parts_.accounts.administer(account->id, *change);
    if (!changed) return changed.error();
    auto response = userResponse(view(request, *changed), 201);
    response.headers.emplace_back("Location", "/api/users/" + std::to_string(account->id.value));
    return response;
}

Result<HttpResponse> UserApi::update(const HttpRequest& request)
{
    const UserId user{request.idParameter("id")};
    const bool administrates = request.principal.may(manage);
    // Who may not change somebody is not told whether there is somebody.
    if (!administrates && request.principal.user != user) return makeError(ErrorCode::Forbidden);
    auto account = parts_.repository.find(user);
    if (!account) return unknownUser();
    if (account->role > request.principal.role) return makeError(ErrorCode::Forbidden);
    if (administrates) {
        const auto change = readChange(request);
        if (!change) return change.error();
        if (const auto password = request.body.textOr("password", ""); !password.empty())
            if (const auto set = parts_.accounts.setPassword(user, password); !set) return set.error();
        const auto changed = parts_.accounts.administer(user, *change);
        if (!changed) return changed.error();
    }
    const auto changed = parts_.accounts.changeProfile(request.principal, user, request.body, request.language);
    if (!changed) return changed.error();
    return userResponse(view(request, *changed));
}

Result<HttpResponse> UserApi::remove(const HttpRequest& request)
{
    const UserId user{request.idParameter("id")};
    if (!request.principal.may(manage) && request.principal.user != user) return makeError(ErrorCode::Forbidden);
    const auto account = parts_.repository.find(user);
    if (account && account->role > request.principal.role) return makeError(ErrorCode::Forbidden);
    if (const auto removed = parts_.accounts.remove(user); !removed) return removed.error();
    return said(request, {"Utilisateur supprimé", "User deleted"});
}

void UserApi::addAdministration(Http& http, Subscriptions& routes)
{
    const auto changes = schemas::object(std::string(schemas::nameProperties) + administrativeProperties);
    auto create = accountRoute(HttpMethod::Post, "/api/users", "createUser", {"Ajouter une personne", "Add a person"},
                               RouteAccess::permitted(manage));
    create.execution = RouteExecution::Inline;
    create.requestSchema = changes;
    create.responseSchema = userAnswer;
    create.successStatus = 201;
    create.errors = {ErrorCode::Conflict};
    routes +=
        http.asyncRoute(create, answers_.handler([this](const HttpRequest& request) { return this->create(request); }));

    // Both forms of the path are known to clients; oneself may change and delete oneself.
    for (const auto& [path, suffix] : {std::pair{"/api/users/{id}", ""}, {"/api/auth/users/{id}", "Account"}}) {
        auto change = accountRoute(HttpMethod::Put, path, std::string("updateUser") + suffix,
                                   {"Modifier une personne", "Change a person"}, RouteAccess::personal());
        change.execution = RouteExecution::Inline;
        change.requestSchema = changes;
        change.responseSchema = userAnswer;
        change.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
        routes +=
            http.asyncRoute(change, answers_.handler([this](const HttpRequest& request) { return update(request); }));

        auto remove = accountRoute(HttpMethod::Delete, path, std::string("deleteUser") + suffix,
                                   {"Supprimer une personne", "Delete a person"}, RouteAccess::personal());
        remove.responseSchema = schemas::message;
        remove.errors = {ErrorCode::NotFound};
        routes += http.route(remove, [this](const HttpRequest& request) { return this->remove(request); });
    }
    auto names = accountRoute(HttpMethod::Put, "/api/auth/user/{id}", "updateAuthUser",
                              {"Modifier ses noms", "Change one's names"}, RouteAccess::personal());
    names.execution = RouteExecution::Inline;
    names.requestSchema = changes;
    names.responseSchema = userAnswer;
    names.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
    routes += http.asyncRoute(names, answers_.handler([this](const HttpRequest& request) { return update(request); }));

    auto accounts = accountRoute(HttpMethod::Get, "/api/auth/users", "listAccounts", {"Les comptes", "The accounts"},
                                 RouteAccess::permitted(manage));
    accounts.responseSchema = std::string(R"({"type": "array", "items": )") + schemas::user + "}";
    routes += http.route(accounts, [this](const HttpRequest& request) -> Result<HttpResponse> {
        List users;
        for (const auto& account : parts_.repository.all()) users.push_back(view(request, account));
        return HttpResponse::json(std::move(users));
    });

    auto sessions = accountRoute(HttpMethod::Delete, "/api/users/{id}/sessions", "revokeSessionsOf",
                                 {"Fermer toutes les sessions d'une personne", "End all sessions of a person"},
                                 RouteAccess::permitted(manage));
    sessions.responseSchema = schemas::message;
    sessions.errors = {ErrorCode::NotFound};
    routes += http.route(sessions, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const UserId user{request.idParameter("id")};
        const auto account = parts_.repository.find(user);
        if (!account) return unknownUser();
        if (account->role > request.principal.role) return makeError(ErrorCode::Forbidden);
        parts_.sessions.endAll(user);
        return said(request, {"Sessions fermées", "Sessions ended"});
    });

    auto factor = accountRoute(HttpMethod::Delete, "/api/users/{id}/2fa", "resetSecondFactor",
                               {"Retirer le second facteur d'une personne", "Remove the second factor of a person"},
                               RouteAccess::permitted(manage));
    factor.responseSchema = schemas::message;
    factor.errors = {ErrorCode::NotFound};
    routes += http.route(factor, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const UserId user{request.idParameter("id")};
        const auto account = parts_.repository.find(user);
        if (!account) return unknownUser();
        if (account->role > request.principal.role) return makeError(ErrorCode::Forbidden);
        parts_.factors.reset(user);
        parts_.repository.setTwoFactor(user, TwoFactorState::Off, parts_.clock.now());
        return said(request, {"Second facteur retiré", "Second factor removed"});
    });
}

} // namespace atrium::auth
