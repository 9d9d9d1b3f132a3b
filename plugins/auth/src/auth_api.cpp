#include "auth_api.h"

#include <memory>

namespace atrium::auth {

namespace {

/// The keys under which the known clients send a name (one account for all of them).
constexpr const char* nameProperties = R"(
    "name": {"type": "string", "maxLength": 400},
    "username": {"type": "string", "maxLength": 400},
    "fname": {"type": "string", "maxLength": 400},
    "lname": {"type": "string", "maxLength": 400},
    "firstName": {"type": "string", "maxLength": 400},
    "lastName": {"type": "string", "maxLength": 400},)";

const std::string registerSchema = std::string(R"({
  "type": "object",
  "properties": {
    "email": {"type": "string", "maxLength": 320},
    "password": {"type": "string", "maxLength": 1024},)") +
                                   nameProperties + R"(
    "first_name": {"type": "string", "maxLength": 400},
    "last_name": {"type": "string", "maxLength": 400},
    "phone": {"type": ["string", "null"], "maxLength": 100},
    "phoneNumber": {"type": ["string", "null"], "maxLength": 100},
    "promotion": {"type": ["string", "null"], "maxLength": 200},
    "avatarUrl": {"type": ["string", "null"], "maxLength": 500}
  }
})";

constexpr const char* loginSchema = R"({
  "type": "object",
  "properties": {
    "email": {"type": "string", "maxLength": 320},
    "password": {"type": "string", "maxLength": 1024},
    "deviceId": {"type": ["string", "null"], "maxLength": 200}
  }
})";

const std::string profileSchema = std::string(R"({
  "type": "object",
  "properties": {
    "email": {"type": "string", "maxLength": 320},)") +
                                  nameProperties + R"(
    "phone": {"type": ["string", "null"], "maxLength": 100},
    "promotion": {"type": "string", "maxLength": 200}
  }
})";

constexpr const char* userSchema = R"({
  "type": "object",
  "required": ["id", "_id", "name", "email", "username", "fname", "lname", "phone", "role", "roles", "active", "balance",
               "promotion", "avatarUrl", "twoFactorEnabled", "createdAt", "created_at"],
  "properties": {
    "id": {"type": "integer"}, "_id": {"type": "string"}, "name": {"type": "string"}, "email": {"type": "string"},
    "username": {"type": "string"}, "fname": {"type": "string"}, "lname": {"type": "string"},
    "phone": {"type": "string"}, "role": {"type": "string"}, "roles": {"type": "array", "items": {"type": "string"}},
    "active": {"type": "integer"}, "balance": {"type": "number"}, "promotion": {"type": "string"},
    "avatarUrl": {"type": "string"}, "twoFactorEnabled": {"type": "boolean"}, "createdAt": {"type": "string"},
    "created_at": {"type": "string"}
  }
})";

constexpr const char* signedInSchema = R"({
  "type": "object",
  "required": ["success", "message", "token", "user", "data"],
  "properties": {
    "success": {"type": "boolean"}, "message": {"type": "string"}, "token": {"type": "string"},
    "user": {"type": "object"}, "userId": {"type": "integer"},
    "data": {"type": "object", "required": ["user", "token"]}
  }
})";

constexpr const char* messageSchema = R"({
  "type": "object",
  "required": ["success", "message"],
  "properties": {"success": {"type": "boolean"}, "message": {"type": "string"}}
})";

constexpr unsigned signInsPerMinute = 60;

Route route(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access)
{
    auto declared =
        makeRoute(method, std::move(path), std::move(operationId), "Accounts", std::move(summary), std::move(access));
    declared.execution = RouteExecution::Blocking;
    return declared;
}

HttpResponse signedIn(const AccountsService::SignedIn& result, const Text& message, Language language, int status)
{
    const Value user = toJsonObject(result.account);
    return HttpResponse::json(Object{{"success", true},
                                     {"message", message.in(language)},
                                     {"userId", result.account.id.value},
                                     {"user", user},
                                     {"token", result.token},
                                     {"data", Object{{"user", user}, {"token", result.token}}}},
                              status);
}

Result<HttpResponse> userResponse(const Result<Account>& account)
{
    if (!account) return account.error();
    return HttpResponse::json(toJsonObject(*account));
}

/// Calls the answer once: what comes later, or a second time, is ignored.
class AnswerOnce {
public:
    explicit AnswerOnce(HttpAnswer answer) : answer_(std::move(answer)) {}
    void operator()(Result<HttpResponse> result)
    {
        if (auto answer = std::exchange(answer_, nullptr)) answer(std::move(result));
    }

private:
    HttpAnswer answer_;
};

} // namespace

std::string_view bearerToken(const HttpRequest& request)
{
    const auto header = request.header("authorization");
    constexpr std::string_view scheme = "bearer ";
    if (header.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if ((header[i] | 0x20) != scheme[i]) return {};
    const auto token = header.substr(scheme.size());
    const auto begin = token.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view() : token.substr(begin);
}

AuthApi::AuthApi(AccountsService& accounts, HashingThread& hashing) : accounts_(accounts), hashing_(hashing) {}

void AuthApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto registration = route(HttpMethod::Post, "/api/auth/register", "registerAccount",
                              {"Créer un compte", "Make an account"}, RouteAccess::open());
    registration.requestSchema = registerSchema;
    registration.responseSchema = signedInSchema;
    registration.successStatus = 201;
    registration.execution = RouteExecution::Inline;
    registration.errors = {ErrorCode::Conflict, ErrorCode::TooManyRequests};
    registration.perMinute = signInsPerMinute;
    routes += http.asyncRoute(registration, [this](const HttpRequest& request, HttpAnswer answer) {
        registerAccount(request, std::move(answer));
    });

    auto login = route(HttpMethod::Post, "/api/auth/login", "logIn", {"Se connecter", "Log in"}, RouteAccess::open());
    login.requestSchema = loginSchema;
    login.responseSchema = signedInSchema;
    login.execution = RouteExecution::Inline;
    login.errors = {ErrorCode::Unauthenticated, ErrorCode::TooManyRequests};
    login.perMinute = signInsPerMinute;
    routes += http.asyncRoute(
        login, [this](const HttpRequest& request, HttpAnswer answer) { logIn(request, std::move(answer)); });

    // Public, because its token errors are not those of all other routes.
    auto self = route(HttpMethod::Get, "/api/auth/me", "whoAmI", {"Mon compte", "My account"}, RouteAccess::open());
    self.responseSchema = userSchema;
    self.errors = {ErrorCode::Unauthenticated, ErrorCode::Forbidden, ErrorCode::NotFound};
    routes += http.route(self, [this](const HttpRequest& request) { return me(request); });

    auto read = route(HttpMethod::Get, "/api/auth/profile", "readProfile", {"Mon profil", "My profile"},
                      RouteAccess::authenticated());
    read.responseSchema = userSchema;
    read.errors = {ErrorCode::NotFound};
    routes += http.route(read, [this](const HttpRequest& request) { return profile(request); });

    auto change = route(HttpMethod::Put, "/api/auth/profile", "changeProfile",
                        {"Modifier mon profil", "Change my profile"}, RouteAccess::authenticated());
    change.requestSchema = profileSchema;
    change.responseSchema = userSchema;
    change.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
    routes += http.route(change, [this](const HttpRequest& request) { return changeProfile(request); });

    auto logout =
        route(HttpMethod::Post, "/api/auth/logout", "logOut", {"Se déconnecter", "Log out"}, RouteAccess::open());
    logout.responseSchema = messageSchema;
    routes += http.route(logout, [this](const HttpRequest& request) { return logOut(request); });
}

void AuthApi::answerLater(std::function<Result<HttpResponse>()> work, HttpAnswer answer)
{
    const auto once = std::make_shared<AnswerOnce>(std::move(answer));
    const bool queued = hashing_.post(
        [once, work = std::move(work)] {
            try {
                (*once)(work());
            }
            catch (const StorageError& error) {
                (*once)(makeError(ErrorCode::Unavailable, {}, error.what()));
            }
            catch (const std::exception& error) {
                (*once)(makeError(ErrorCode::Internal, {}, error.what()));
            }
        },
        [once] { (*once)(makeError(ErrorCode::Unavailable)); });
    if (queued) return;
    auto error = makeError(ErrorCode::TooManyRequests);
    error.retryAfter = std::chrono::seconds{5};
    (*once)(std::move(error));
}

void AuthApi::registerAccount(const HttpRequest& request, HttpAnswer answer)
{
    answerLater(
        [this, body = request.body, language = request.language]() -> Result<HttpResponse> {
            const auto result = accounts_.registerAccount(body);
            if (!result) return result.error();
            return signedIn(*result, {"Inscription réussie", "Registration successful"}, language, 201);
        },
        std::move(answer));
}

void AuthApi::logIn(const HttpRequest& request, HttpAnswer answer)
{
    answerLater(
        [this, body = request.body, language = request.language]() -> Result<HttpResponse> {
            const auto result = accounts_.logIn(body);
            if (!result) return result.error();
            return signedIn(*result, {"Connexion réussie", "Logged in"}, language, 200);
        },
        std::move(answer));
}

Result<HttpResponse> AuthApi::me(const HttpRequest& request)
{
    const auto token = bearerToken(request);
    if (token.empty()) return makeError(ErrorCode::Unauthenticated, {"Token manquant", "Missing token"});
    return userResponse(accounts_.accountOf(token));
}

Result<HttpResponse> AuthApi::profile(const HttpRequest& request)
{
    return userResponse(accounts_.profile(request.principal.user));
}

Result<HttpResponse> AuthApi::changeProfile(const HttpRequest& request)
{
    return userResponse(accounts_.changeProfile(request.principal.user, request.body));
}

Result<HttpResponse> AuthApi::logOut(const HttpRequest& request)
{
    if (const auto token = bearerToken(request); !token.empty()) accounts_.logOut(token);
    const Text message{"Déconnexion réussie", "Logged out"};
    return HttpResponse::json(Object{{"success", true}, {"message", message.in(request.language)}});
}

} // namespace atrium::auth
