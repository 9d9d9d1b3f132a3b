#include "account_api.h"

#include "auth_schemas.h"
#include "avatar_file.h"
#include "one_time_password.h"

namespace atrium::auth {

namespace {

constexpr const char* passwordBody = R"("password": {"type": "string", "maxLength": 1024})";

Object toJsonObject(const Session& session, SessionId current)
{
    return {{"id", session.id.value},
            {"kind", session.origin.kind},
            {"address", session.origin.address},
            {"agent", session.origin.agent},
            {"createdAt", toIso8601(session.createdAt)},
            {"lastUsedAt", toIso8601(session.lastUsedAt)},
            {"expiresAt", toIso8601(session.expiresAt)},
            {"current", session.id == current}};
}

Object toJsonObject(const ApiToken& token)
{
    List scopes;
    for (const auto& scope : token.scopes) scopes.push_back(scope);
    return {{"id", token.id},
            {"name", token.name},
            {"scopes", std::move(scopes)},
            {"createdAt", toIso8601(token.createdAt)},
            {"expiresAt", token.expiresAt == UtcTime{} ? Value() : Value(toIso8601(token.expiresAt))}};
}

Route personalRoute(HttpMethod method, std::string path, std::string id, Text summary)
{
    auto route = accountRoute(method, std::move(path), std::move(id), std::move(summary), RouteAccess::personal());
    route.responseSchema = schemas::message;
    return route;
}

} // namespace

AccountApi::AccountApi(Parts parts, JobThread& hashing) : parts_(std::move(parts)), answers_(hashing) {}

void AccountApi::registerRoutes(Http& http, Subscriptions& routes)
{
    addProfile(http, routes);
    addPassword(http, routes);
    addFactors(http, routes);
    addSessions(http, routes);
    addTokens(http, routes);
}

void AccountApi::addProfile(Http& http, Subscriptions& routes)
{
    const auto self = [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto account = parts_.accounts.profile(request.principal.user);
        if (!account) return account.error();
        return HttpResponse::json(auth::toJsonObject(*account));
    };
    const auto change = [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto account =
            parts_.accounts.changeProfile(request.principal, request.principal.user, request.body, request.language);
        if (!account) return account.error();
        auto user = auth::toJsonObject(*account);
        user.append("success", true).append("data", auth::toJsonObject(*account));
        return HttpResponse::json(std::move(user));
    };
    for (const auto& [path, readId, changeId] :
         {std::tuple{"/api/auth/profile", "readProfile", "changeProfile"}, {"/api/users/me", "readMe", "changeMe"}}) {
        auto read =
            accountRoute(HttpMethod::Get, path, readId, {"Mon profil", "My profile"}, RouteAccess::authenticated());
        read.responseSchema = schemas::user;
        read.errors = {ErrorCode::NotFound};
        routes += http.route(read, self);

        auto write = accountRoute(HttpMethod::Put, path, changeId, {"Modifier mon profil", "Change my profile"},
                                  RouteAccess::authenticated());
        write.requestSchema = schemas::object(std::string(R"("email": {"type": "string", "maxLength": 320},)") +
                                              schemas::nameProperties + R"(
    "phone": {"type": ["string", "null"], "maxLength": 100}, "promotion": {"type": "string", "maxLength": 200})");
        write.responseSchema = schemas::user;
        write.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
        routes += http.route(write, change);
    }

    auto avatar = accountRoute(HttpMethod::Post, "/api/users/me/avatar", "uploadAvatar",
                               {"Changer ma photo", "Change my picture"}, RouteAccess::authenticated());
    avatar.maxBodyBytes = AvatarFile::maxBytes + 16 * 1024;
    avatar.responseSchema = R"({"type": "object", "properties": {"success": {"type": "boolean"},
      "data": {"type": "object"}}})";
    routes += http.route(avatar, [this](const HttpRequest& request) { return uploadAvatar(request); });

    auto picture = accountRoute(HttpMethod::Get, "/uploads/avatars/{file}", "readAvatar", {"Une photo", "A picture"},
                                RouteAccess::open());
    picture.errors = {ErrorCode::NotFound};
    routes += http.route(picture, [this](const HttpRequest& request) {
        return AvatarFile(parts_.avatars()).serve(request.parameter("file"));
    });

    auto data = accountRoute(HttpMethod::Get, "/api/auth/export", "exportMyData",
                             {"Toutes mes données de compte", "All data of my account"}, RouteAccess::personal());
    data.responseSchema = R"({"type": "object", "required": ["user", "sessions"], "properties": {
      "user": {"type": "object"}, "sessions": {"type": "array"}}})";
    routes += http.route(data, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto account = parts_.accounts.profile(request.principal.user);
        if (!account) return account.error();
        List sessions;
        for (const auto& session : parts_.sessions.of(account->id))
            sessions.push_back(toJsonObject(session, request.principal.session));
        return HttpResponse::json(Object{{"user", auth::toJsonObject(*account)}, {"sessions", std::move(sessions)}});
    });

    routes += http.route(personalRoute(HttpMethod::Delete, "/api/auth/delete", "deleteMyAccount",
                                       {"Supprimer mon compte", "Delete my account"}),
                         [this](const HttpRequest& request) -> Result<HttpResponse> {
                             if (const auto removed = parts_.accounts.remove(request.principal.user); !removed)
                                 return removed.error();
                             return said(request, {"Compte supprimé", "Account deleted"});
                         });
}

Result<HttpResponse> AccountApi::uploadAvatar(const HttpRequest& request)
{
    const auto user = request.principal.user;
    const auto url = AvatarFile(parts_.avatars()).store(user, request.header("content-type"), request.rawBody);
    if (!url) return url.error();
    const auto account = parts_.accounts.setAvatar(user, *url);
    if (!account) return account.error();
    return HttpResponse::json(Object{{"success", true},
                                     {"message", Text{"Photo mise à jour", "Picture changed"}.in(request.language)},
                                     {"avatarUrl", *url},
                                     {"data", auth::toJsonObject(*account)}});
}

void AccountApi::addPassword(Http& http, Subscriptions& routes)
{
    auto change = personalRoute(HttpMethod::Post, "/api/auth/change-password", "changePassword",
                                {"Changer mon mot de passe", "Change my password"});
    change.requestSchema = schemas::object(R"("currentPassword": {"type": "string", "maxLength": 1024},
      "newPassword": {"type": "string", "maxLength": 1024})");
    change.execution = RouteExecution::Inline;
    change.errors = {ErrorCode::TooManyRequests};
    routes += http.asyncRoute(change, answers_.handler([this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto done = parts_.accounts.changePassword(request.principal, request.body, request.language);
        if (!done) return done.error();
        return said(request, {"Mot de passe modifié", "Password changed"});
    }));
}

Result<HttpResponse> AccountApi::enableByMail(const HttpRequest& request)
{
    if (!canMail(parts_.mailer))
        return makeError(ErrorCode::Unavailable, {"Aucun serveur de messagerie", "There is no mail server"});
    const auto user = request.principal.user;
    parts_.factors.setByMail(user);
    parts_.repository.setTwoFactor(user, TwoFactorState::On, parts_.clock.now());
    return said(request, {"Double authentification activée", "Second factor switched on"});
}

Result<HttpResponse> AccountApi::confirmTotp(const HttpRequest& request)
{
    const auto user = request.principal.user;
    if (!parts_.factors.takeTotp(user, request.body.textOr("code", ""), parts_.clock.now()))
        return makeError(ErrorCode::InvalidArgument, {"Code invalide ou expiré", "Invalid or expired code"});
    parts_.repository.setTwoFactor(user, TwoFactorState::On, parts_.clock.now());
    List codes;
    for (const auto& code : parts_.factors.makeRecoveryCodes(user)) codes.push_back(code);
    return HttpResponse::json(
        Object{{"success", true},
               {"message", Text{"Double authentification activée", "Second factor switched on"}.in(request.language)},
               {"recoveryCodes", std::move(codes)}});
}

void AccountApi::addFactors(Http& http, Subscriptions& routes)
{
    auto status = accountRoute(HttpMethod::Get, "/api/auth/2fa", "readSecondFactor",
                               {"Mon second facteur", "My second factor"}, RouteAccess::personal());
    status.responseSchema = R"({"type": "object", "required": ["enabled", "totp", "email", "recoveryCodes", "devices"],
      "properties": {"enabled": {"type": "boolean"}, "totp": {"type": "boolean"}, "email": {"type": "boolean"},
      "recoveryCodes": {"type": "integer"}, "mailAvailable": {"type": "boolean"}, "devices": {"type": "array"}}})";
    routes += http.route(status, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto factor = parts_.factors.find(request.principal.user);
        List devices;
        for (const auto& device : parts_.factors.devicesOf(request.principal.user, parts_.clock.now()))
            devices.push_back(Object{{"id", device.id},
                                     {"name", device.name},
                                     {"createdAt", toIso8601(device.createdAt)},
                                     {"expiresAt", toIso8601(device.expiresAt)}});
        return HttpResponse::json(Object{{"enabled", factor.isOn()},
                                         {"totp", factor.hasTotp()},
                                         {"email", factor.byMail},
                                         {"recoveryCodes", factor.recoveryCodes},
                                         {"mailAvailable", canMail(parts_.mailer)},
                                         {"devices", std::move(devices)}});
    });

    // Each of these asks for the password again: a session that was left open must not change what protects it.
    using Work = std::function<Result<HttpResponse>(const HttpRequest&)>;
    const auto withPassword = [&](const char* path, const char* id, Text summary, const std::string& response,
                                  Work work) {
        auto route = personalRoute(HttpMethod::Post, path, id, std::move(summary));
        route.requestSchema = schemas::object(passwordBody);
        route.responseSchema = response;
        route.execution = RouteExecution::Inline;
        route.errors = {ErrorCode::TooManyRequests, ErrorCode::Unavailable};
        routes += http.asyncRoute(
            route, answers_.handler([this, work = std::move(work)](const HttpRequest& request) -> Result<HttpResponse> {
                const auto right =
                    parts_.accounts.checkPassword(request.principal.user, request.body.textOr("password", ""));
                if (!right) return right.error();
                return work(request);
            }));
    };
    withPassword("/api/auth/2fa/enable", "enableMailFactor",
                 {"Codes de connexion par email", "Sign-in codes by e-mail"}, schemas::message,
                 [this](const HttpRequest& request) { return enableByMail(request); });
    withPassword("/api/auth/2fa/disable", "disableSecondFactor",
                 {"Désactiver le second facteur", "Switch the second factor off"}, schemas::message,
                 [this](const HttpRequest& request) -> Result<HttpResponse> {
                     parts_.factors.reset(request.principal.user);
                     parts_.repository.setTwoFactor(request.principal.user, TwoFactorState::Off, parts_.clock.now());
                     return said(request, {"Double authentification désactivée", "Second factor switched off"});
                 });
    withPassword("/api/auth/2fa/totp", "proposeTotp", {"Ajouter une application", "Add an authenticator app"},
                 R"({"type": "object", "required": ["secret", "uri", "qrCode"], "properties": {
                   "secret": {"type": "string"}, "uri": {"type": "string"}, "qrCode": {"type": "string"}}})",
                 [this](const HttpRequest& request) -> Result<HttpResponse> {
                     const auto account = parts_.accounts.profile(request.principal.user);
                     if (!account) return account.error();
                     if (parts_.factors.find(account->id).hasTotp())
                         return makeError(ErrorCode::Conflict, {"Une application est déjà configurée",
                                                                "An authenticator app is set up already"});
                     const auto secret = totp::newSecret();
                     parts_.factors.proposeTotp(account->id, secret);
                     const auto uri = totp::uri(secret, totpIssuer, account->email);
                     return HttpResponse::json(
                         Object{{"secret", totp::toBase32(secret)}, {"uri", uri}, {"qrCode", qrCodeSvg(uri)}});
                 });
    withPassword(
        "/api/auth/2fa/recovery-codes", "makeRecoveryCodes", {"De nouveaux codes de secours", "New recovery codes"},
        R"({"type": "object", "required": ["recoveryCodes"], "properties": {"recoveryCodes": {"type": "array"}}})",
        [this](const HttpRequest& request) -> Result<HttpResponse> {
            List codes;
            for (const auto& code : parts_.factors.makeRecoveryCodes(request.principal.user)) codes.push_back(code);
            return HttpResponse::json(Object{{"success", true}, {"recoveryCodes", std::move(codes)}});
        });

    auto confirm = personalRoute(HttpMethod::Post, "/api/auth/2fa/totp/confirm", "confirmTotp",
                                 {"Confirmer l'application par un code", "Confirm the app with a code"});
    confirm.requestSchema = schemas::object(R"("code": {"type": "string", "maxLength": 20})");
    confirm.perMinute = 20;
    routes += http.route(confirm, [this](const HttpRequest& request) { return confirmTotp(request); });

    auto forget = personalRoute(HttpMethod::Delete, "/api/auth/2fa/devices/{id}", "forgetDevice",
                                {"Oublier un appareil", "Forget a device"});
    forget.errors = {ErrorCode::NotFound};
    routes += http.route(forget, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!parts_.factors.forget(request.principal.user, request.idParameter("id")))
            return makeError(ErrorCode::NotFound);
        return said(request, {"Appareil oublié", "Device forgotten"});
    });
}

void AccountApi::addSessions(Http& http, Subscriptions& routes)
{
    auto list = accountRoute(HttpMethod::Get, "/api/auth/sessions", "listSessions", {"Mes sessions", "My sessions"},
                             RouteAccess::personal());
    list.responseSchema = schemas::listOf("sessions", R"({"type": "object", "required": ["id", "current"]})");
    routes += http.route(list, [this](const HttpRequest& request) -> Result<HttpResponse> {
        List sessions;
        for (const auto& session : parts_.sessions.of(request.principal.user))
            sessions.push_back(toJsonObject(session, request.principal.session));
        return HttpResponse::json(Object{{"success", true}, {"sessions", std::move(sessions)}});
    });

    auto one = personalRoute(HttpMethod::Delete, "/api/auth/sessions/{id}", "revokeSession",
                             {"Fermer une session", "End a session"});
    one.errors = {ErrorCode::NotFound};
    routes += http.route(one, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!parts_.sessions.endOf(request.principal.user, SessionId{request.idParameter("id")}))
            return makeError(ErrorCode::NotFound);
        return said(request, {"Session fermée", "Session ended"});
    });

    auto all = personalRoute(HttpMethod::Delete, "/api/auth/sessions", "revokeOtherSessions",
                             {"Fermer toutes les autres sessions", "End all other sessions"});
    routes += http.route(all, [this](const HttpRequest& request) -> Result<HttpResponse> {
        parts_.sessions.endAll(request.principal.user, request.principal.session);
        return said(request, {"Autres sessions fermées", "Other sessions ended"});
    });
}

Result<HttpResponse> AccountApi::createToken(const HttpRequest& request)
{
    ApiToken token;
    token.user = request.principal.user;
    token.name = request.body.textOr("name", "");
    token.createdAt = parts_.clock.now();
    const auto days = request.body.integerOr("days", 90);
    if (days > 0) token.expiresAt = token.createdAt + std::chrono::hours{24 * days};
    if (const auto* scopes = request.body.find("scopes"); scopes && scopes->isList())
        for (const auto& scope : scopes->list()) {
            const auto* name = scope.ifText();
            if (!name || (*name != ScopedRights::accountScope && !parts_.people.knowsPermission(*name))) {
                auto error = makeError(ErrorCode::InvalidArgument, {"Portée inconnue", "Unknown scope"});
                error.fields = {{"/scopes", "inconnue"}};
                return error;
            }
            token.scopes.insert(*name);
        }
    const auto created = parts_.apiTokens.create(token);
    if (!created) return makeError(ErrorCode::Conflict, {"Trop de jetons", "Too many tokens"});
    parts_.table.add(created->first);
    auto body = toJsonObject(created->first);
    body.append("success", true).append("token", created->second);
    auto response = HttpResponse::json(std::move(body), 201);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

void AccountApi::addTokens(Http& http, Subscriptions& routes)
{
    auto list = accountRoute(HttpMethod::Get, "/api/auth/tokens", "listApiTokens",
                             {"Mes jetons d'API", "My API tokens"}, RouteAccess::personal());
    list.responseSchema = schemas::listOf("tokens", R"({"type": "object", "required": ["id", "name", "scopes"]})");
    routes += http.route(list, [this](const HttpRequest& request) -> Result<HttpResponse> {
        List tokens;
        for (const auto& token : parts_.apiTokens.of(request.principal.user)) tokens.push_back(toJsonObject(token));
        return HttpResponse::json(Object{{"success", true}, {"tokens", std::move(tokens)}});
    });

    auto create = accountRoute(HttpMethod::Post, "/api/auth/tokens", "createApiToken",
                               {"Créer un jeton d'API, montré une seule fois", "Make an API token, shown once"},
                               RouteAccess::personal());
    create.successStatus = 201;
    create.requestSchema = R"({"type": "object", "required": ["name", "scopes"], "properties": {
      "name": {"type": "string", "minLength": 1, "maxLength": 100},
      "scopes": {"type": "array", "items": {"type": "string", "maxLength": 100}},
      "days": {"type": "integer", "minimum": 0, "maximum": 3650}}})";
    create.responseSchema = R"({"type": "object", "required": ["id", "token"], "properties": {
      "id": {"type": "integer"}, "token": {"type": "string"}}})";
    create.errors = {ErrorCode::Conflict};
    routes += http.route(create, [this](const HttpRequest& request) { return createToken(request); });

    auto remove = personalRoute(HttpMethod::Delete, "/api/auth/tokens/{id}", "deleteApiToken",
                                {"Supprimer un jeton d'API", "Delete an API token"});
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto id = request.idParameter("id");
        if (!parts_.apiTokens.remove(request.principal.user, id)) return makeError(ErrorCode::NotFound);
        parts_.table.endApiToken(id);
        return said(request, {"Jeton supprimé", "Token deleted"});
    });
}

} // namespace atrium::auth
