#include "auth_api.h"

#include "atrium/json.h"
#include "auth_schemas.h"
#include "one_time_password.h"

namespace atrium::auth {

namespace {

constexpr const char* credentials = R"("email": {"type": "string", "maxLength": 320},
    "password": {"type": "string", "maxLength": 1024},)";
constexpr const char* emailAndCode = R"("email": {"type": "string", "maxLength": 320},
    "code": {"type": ["string", "integer"], "maxLength": 20})";
constexpr unsigned signInsPerMinute = 60;
constexpr unsigned mailsPerMinute = 20;

/// Public, with a body.
Route doorRoute(std::string path, std::string operationId, Text summary, const std::string& properties)
{
    auto route = accountRoute(HttpMethod::Post, std::move(path), std::move(operationId), std::move(summary),
                              RouteAccess::open());
    route.requestSchema = schemas::object(properties);
    route.responseSchema = schemas::signedIn;
    route.errors = {ErrorCode::Unauthenticated, ErrorCode::TooManyRequests};
    route.perMinute = signInsPerMinute;
    return route;
}

} // namespace

AuthApi::AuthApi(AccountsService& accounts, SignIn& signIn, JobThread& hashing, ForgottenPasswords& forgotten)
    : accounts_(accounts), signIn_(signIn), answers_(hashing), forgotten_(forgotten)
{}

void AuthApi::registerRoutes(Http& http, Subscriptions& routes)
{
    addRegistration(http, routes);
    addSignIn(http, routes);
    addSecondStep(http, routes);
    addPasswords(http, routes);
}

void AuthApi::addRegistration(Http& http, Subscriptions& routes)
{
    auto registration = doorRoute("/api/auth/register", "registerAccount", {"Créer un compte", "Make an account"},
                                  std::string(credentials) + schemas::nameProperties + R"(
    "phone": {"type": ["string", "null"], "maxLength": 100},
    "phoneNumber": {"type": ["string", "null"], "maxLength": 100},
    "promotion": {"type": ["string", "null"], "maxLength": 200},
    "avatarUrl": {"type": ["string", "null"], "maxLength": 500},
    "invitation": {"type": "string", "maxLength": 100},
    "refresh": {"type": "boolean"})");
    registration.successStatus = 201;
    registration.execution = RouteExecution::Inline;
    registration.errors = {ErrorCode::Conflict, ErrorCode::Forbidden, ErrorCode::TooManyRequests};
    routes +=
        http.asyncRoute(registration, answers_.handler([this](const HttpRequest& request) -> Result<HttpResponse> {
            const auto result = accounts_.registerAccount(request.body, originOf(request), request.language);
            if (!result) return result.error();
            if (result->kind != SignInResult::Kind::NotActivated)
                return signedIn(*result, {"Inscription réussie", "Registration successful"}, request.language, 201);
            // Nothing here differs between a new address and one that has an account.
            const Text message{
                "Inscription réussie ! Un code de confirmation à 6 chiffres a été envoyé à votre email.",
                "Registration successful! A confirmation code of 6 digits was sent to your e-mail address."};
            return HttpResponse::json(Object{{"success", true},
                                             {"message", message.in(request.language)},
                                             {"userId", result->account.id.value},
                                             {"code", "not-activated"}},
                                      201);
        }));

    auto confirm = doorRoute("/api/auth/confirm", "confirmAccount",
                             {"Confirmer son adresse par un code", "Confirm one's address with a code"}, emailAndCode);
    routes += http.route(confirm, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto issued = accounts_.confirm(request.body, originOf(request));
        if (!issued) return issued.error();
        SignInResult result;
        result.account = issued->account;
        result.issued = *issued;
        auto response = signedIn(result, {"Compte activé avec succès", "Account activated"}, request.language, 200);
        response.body.insert(1, R"("email":)" + toJson(Value(issued->account.email)) + ",");
        return response;
    });

    auto resend = doorRoute("/api/auth/resend-confirmation-email", "resendConfirmation",
                            {"Renvoyer le code de confirmation", "Mail the confirmation code again"},
                            R"("email": {"type": "string", "maxLength": 320})");
    resend.responseSchema = schemas::message;
    resend.errors = {ErrorCode::NotFound};
    resend.perMinute = mailsPerMinute;
    routes += http.route(resend, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (const auto sent = accounts_.resendConfirmation(request.body, request.language); !sent) return sent.error();
        return said(request, {"Nouveau code de confirmation envoyé par email", "New confirmation code sent by e-mail"});
    });
}

void AuthApi::addSignIn(Http& http, Subscriptions& routes)
{
    auto login = doorRoute("/api/auth/login", "logIn", {"Se connecter", "Log in"}, std::string(credentials) + R"(
    "deviceId": {"type": ["string", "null"], "maxLength": 200},
    "deviceToken": {"type": ["string", "null"], "maxLength": 200},
    "refresh": {"type": "boolean"})");
    login.execution = RouteExecution::Inline;
    routes += http.asyncRoute(login, answers_.handler([this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto result = signIn_.logIn(request.body, originOf(request), request.language);
        if (!result) return result.error();
        return signedIn(*result, {"Connexion réussie", "Logged in"}, request.language, 200);
    }));

    auto device = doorRoute("/api/auth/login-device", "logInByDevice",
                            {"Se connecter avec un appareil connu", "Log in with a known device"},
                            R"("deviceId": {"type": ["string", "null"], "maxLength": 200})");
    device.perMinute = mailsPerMinute;
    routes += http.route(device, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto result = signIn_.byDevice(request.body, originOf(request));
        if (!result) return result.error();
        return signedIn(*result, {"Connexion réussie", "Logged in"}, request.language, 200);
    });

    auto refresh = doorRoute("/api/auth/refresh", "refreshToken",
                             {"Échanger un jeton de renouvellement", "Exchange a refresh token"},
                             R"("refreshToken": {"type": "string", "maxLength": 200})");
    refresh.perMinute = 0;
    routes += http.route(refresh, [this](const HttpRequest& request) -> Result<HttpResponse> {
        auto issued = signIn_.refresh(request.body, originOf(request));
        if (!issued) return issued.error();
        SignInResult result;
        result.account = issued->account;
        result.issued = *std::move(issued);
        return signedIn(result, {"Session renouvelée", "Session renewed"}, request.language, 200);
    });

    // Public, because its token errors are not those of all other routes.
    auto self =
        accountRoute(HttpMethod::Get, "/api/auth/me", "whoAmI", {"Mon compte", "My account"}, RouteAccess::open());
    self.responseSchema = schemas::user;
    self.errors = {ErrorCode::Unauthenticated, ErrorCode::Forbidden, ErrorCode::NotFound};
    routes += http.route(self, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto token = bearerToken(request);
        if (token.empty()) return makeError(ErrorCode::Unauthenticated, {"Token manquant", "Missing token"});
        const auto account = accounts_.accountOf(token);
        if (!account) return account.error();
        return HttpResponse::json(toJsonObject(*account));
    });

    auto connected = accountRoute(HttpMethod::Get, "/api/auth/is-connected", "isConnected",
                                  {"Suis-je connecté ?", "Am I signed in?"}, RouteAccess::open());
    connected.responseSchema = R"({"type": "object", "required": ["message", "isConnected"],
      "properties": {"message": {"type": "string"}, "isConnected": {"type": "boolean"}, "user": {"type": "object"}}})";
    routes += http.route(connected, [this](const HttpRequest& request) { return isConnected(request); });

    auto logout = accountRoute(HttpMethod::Post, "/api/auth/logout", "logOut", {"Se déconnecter", "Log out"},
                               RouteAccess::open());
    logout.responseSchema = schemas::message;
    routes += http.route(logout, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (const auto token = bearerToken(request); !token.empty()) accounts_.logOut(token);
        return said(request, {"Déconnexion réussie", "Logged out"});
    });
}

Result<HttpResponse> AuthApi::isConnected(const HttpRequest& request)
{
    const auto answer = [&](const Text& message, const Account* account) {
        Object body{{"message", message.in(request.language)}, {"isConnected", account != nullptr}};
        if (account) body.append("user", toJsonObject(*account));
        return HttpResponse::json(std::move(body));
    };
    const auto token = bearerToken(request);
    if (token.empty()) return answer({"Aucun token fourni", "No token given"}, nullptr);
    const auto account = accounts_.accountOf(token);
    if (!account && accounts_.hasExpired(token)) return answer({"Token expiré", "Expired token"}, nullptr);
    if (!account) return answer({"Token invalide", "Invalid token"}, nullptr);
    return answer({"Utilisateur connecté", "Signed in"}, &*account);
}

void AuthApi::addSecondStep(Http& http, Subscriptions& routes)
{
    auto verify =
        doorRoute("/api/auth/verify-otp", "verifySecondFactor", {"Donner le second facteur", "Give the second factor"},
                  R"("challenge": {"type": "string", "maxLength": 100},
    "email": {"type": "string", "maxLength": 320}, "otp": {"type": "string", "maxLength": 40},
    "code": {"type": "string", "maxLength": 40}, "trustDevice": {"type": "boolean"}, "refresh": {"type": "boolean"})");
    routes += http.route(verify, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto result = signIn_.secondStep(request.body, originOf(request));
        if (!result) return result.error();
        return signedIn(*result, {"Connexion réussie", "Logged in"}, request.language, 200);
    });

    constexpr const char* challenge = R"("challenge": {"type": "string", "maxLength": 100})";
    auto mail = doorRoute("/api/auth/2fa/mail-code", "mailSecondFactor",
                          {"Recevoir le code par email", "Get the code by e-mail"}, challenge);
    mail.responseSchema = schemas::message;
    mail.perMinute = mailsPerMinute;
    routes += http.route(mail, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (const auto sent = signIn_.mailCode(request.body, request.language); !sent) return sent.error();
        return said(request, {"Code envoyé par email", "Code sent by e-mail"});
    });

    auto setUp =
        doorRoute("/api/auth/2fa/setup", "setUpSecondFactor",
                  {"Mettre en place le second facteur exigé", "Set up the second factor that is required"}, challenge);
    setUp.responseSchema = R"({"type": "object", "required": ["secret", "uri", "qrCode"], "properties": {
      "secret": {"type": "string"}, "uri": {"type": "string"}, "qrCode": {"type": "string"}}})";
    routes += http.route(setUp, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto enrolment = signIn_.setUp(request.body);
        if (!enrolment) return enrolment.error();
        auto response = HttpResponse::json(
            Object{{"secret", enrolment->secret}, {"uri", enrolment->uri}, {"qrCode", qrCodeSvg(enrolment->uri)}});
        response.headers.emplace_back("Cache-Control", "no-store");
        return response;
    });
}

Result<HttpResponse> AuthApi::forgot(const HttpRequest& request)
{
    const auto email = request.body.textOr("email", "");
    if (!isEmail(emailKey(email)))
        return makeError(ErrorCode::InvalidArgument, {"Email invalide", "Invalid e-mail address"});
    if (!forgotten_.add(email, request.language)) return makeError(ErrorCode::Unavailable);
    return said(request, {"Instructions de réinitialisation envoyées par email", "Instructions were sent by e-mail"});
}

void AuthApi::addPasswords(Http& http, Subscriptions& routes)
{
    auto forgot =
        doorRoute("/api/auth/forgot-password", "forgotPassword", {"Mot de passe oublié", "Forgotten password"},
                  R"("email": {"type": "string", "maxLength": 320})");
    forgot.execution = RouteExecution::Inline;
    forgot.responseSchema = schemas::message;
    forgot.perMinute = mailsPerMinute;
    routes += http.route(forgot, [this](const HttpRequest& request) { return this->forgot(request); });

    auto reset = doorRoute("/api/auth/reset-password", "resetPassword",
                           {"Choisir un nouveau mot de passe avec le code reçu ; sans code, le demander",
                            "Choose a new password with the code that was mailed; without a code, ask for one"},
                           std::string(emailAndCode) + R"(, "otp": {"type": "string", "maxLength": 20},
    "newPassword": {"type": "string", "maxLength": 1024}, "password": {"type": "string", "maxLength": 1024})");
    reset.execution = RouteExecution::Inline;
    reset.responseSchema = schemas::message;
    routes += http.asyncRoute(reset, [this](const HttpRequest& request, HttpAnswer answer) {
        if (!request.body.find("code") && !request.body.find("otp")) return answer(this->forgot(request));
        answers_.handler([this](const HttpRequest& kept) -> Result<HttpResponse> {
            if (const auto done = accounts_.resetPassword(kept.body, kept.language); !done) return done.error();
            return said(kept, {"Mot de passe réinitialisé", "Password changed"});
        })(request, std::move(answer));
    });
}

} // namespace atrium::auth
