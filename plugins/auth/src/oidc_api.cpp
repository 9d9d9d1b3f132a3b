#include "oidc_api.h"

#include "auth_schemas.h"

namespace atrium::auth {

namespace {

constexpr unsigned signInsPerMinute = 30;
constexpr std::string_view cookieName = "atrium_oidc";

/// The value of a cookie (RFC 6265 §4.2.1); empty when there is none.
std::string_view cookieOf(const HttpRequest& request, std::string_view name)
{
    auto rest = request.header("cookie");
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        auto pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (pair.starts_with(' ')) pair.remove_prefix(1);
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) return pair.substr(name.size() + 1);
    }
    return {};
}

} // namespace

void OidcApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto about =
        accountRoute(HttpMethod::Get, "/api/auth/oidc", "aboutIdentityProvider",
                     {"Le fournisseur d'identité du site", "The identity provider of the site"}, RouteAccess::open());
    about.execution = RouteExecution::Inline;
    about.responseSchema = R"({"type": "object", "required": ["configured", "name"], "properties": {
      "configured": {"type": "boolean"}, "name": {"type": "string"}}})";
    routes += http.route(about, [this](const HttpRequest&) -> Result<HttpResponse> {
        return HttpResponse::json(Object{{"configured", signIn_.isConfigured()}, {"name", name_}});
    });

    auto start = accountRoute(HttpMethod::Post, "/api/auth/oidc/start", "startIdentityProviderSignIn",
                              {"Commencer une connexion chez le fournisseur d'identité : où le navigateur doit aller",
                               "Begin to sign in at the identity provider: where the browser has to go"},
                              RouteAccess::open());
    start.execution = RouteExecution::Inline;
    start.perMinute = signInsPerMinute;
    start.errors = {ErrorCode::NotFound, ErrorCode::Unavailable, ErrorCode::TooManyRequests};
    start.responseSchema = R"({"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}})";
    routes += http.asyncRoute(start, answers_.handler([this](const HttpRequest&) { return this->start(); }));

    auto finish = accountRoute(HttpMethod::Post, "/api/auth/oidc/finish", "finishIdentityProviderSignIn",
                               {"Se connecter avec ce que le fournisseur d'identité a renvoyé",
                                "Sign in with what the identity provider sent back"},
                               RouteAccess::open());
    finish.execution = RouteExecution::Inline;
    finish.perMinute = signInsPerMinute;
    finish.requestSchema = schemas::object(R"("state": {"type": "string", "maxLength": 100},
    "code": {"type": "string", "maxLength": 4096}, "iss": {"type": "string", "maxLength": 500},
    "deviceToken": {"type": ["string", "null"], "maxLength": 200}, "refresh": {"type": "boolean"})");
    finish.responseSchema = schemas::signedIn;
    finish.errors = {ErrorCode::Unauthenticated, ErrorCode::Forbidden, ErrorCode::Conflict, ErrorCode::Unavailable,
                     ErrorCode::TooManyRequests};
    routes += http.asyncRoute(finish, answers_.handler([this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto result =
            signIn_.finish(request.body, cookieOf(request, cookieName), originOf(request), request.language);
        if (!result) return result.error();
        return signedIn(*result, {"Connexion réussie", "Logged in"}, request.language, 200);
    }));
}

Result<HttpResponse> OidcApi::start()
{
    const auto started = signIn_.start();
    if (!started) return started.error();
    auto response = HttpResponse::json(Object{{"success", true}, {"url", started->url}});
    const bool isSecure = signIn_.settings().redirectUri.starts_with("https:");
    // Lax: the browser comes back from another site, and the page then asks from this one.
    response.headers.emplace_back("Set-Cookie", std::string(cookieName) + '=' + started->browser +
                                                    "; Path=/api/auth/oidc; Max-Age=600; HttpOnly; SameSite=Lax" +
                                                    (isSecure ? "; Secure" : ""));
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

} // namespace atrium::auth
