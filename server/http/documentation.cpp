#include "http/documentation.h"

#include "atrium/json.h"
#include "http/docs_assets.h"
#include "http/openapi.h"

#include <functional>
#include <mutex>

namespace atrium::http {

namespace {

constexpr const char* pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                                   "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The document of the routes of now; made again when they change.
class CachedDocument {
public:
    CachedDocument(RouteRegistry& routes, std::string title, std::string version)
        : routes_(routes), title_(std::move(title)), version_(std::move(version))
    {}

    HttpResponse answer()
    {
        std::lock_guard lock(mutex_);
        const auto router = routes_.snapshot();
        if (router != described_.lock()) {
            text_ = toJson(describeApi(*router, title_, version_));
            described_ = router;
            etag_ = std::to_string(std::hash<std::string>{}(text_));
        }
        auto response = HttpResponse::jsonText(text_);
        response.etag = etag_;
        return response;
    }

private:
    RouteRegistry& routes_;
    const std::string title_;
    const std::string version_;
    std::mutex mutex_;
    std::weak_ptr<const Router> described_; ///< weak: its entry of our own route holds this object
    std::string text_;
    std::string etag_;
};

Route pageRoute(std::string path, std::string operationId, Text summary)
{
    return makeRoute(HttpMethod::Get, std::move(path), std::move(operationId), "documentation", std::move(summary),
                     RouteAccess::open());
}

HttpHandler asset(std::string_view text, const char* type)
{
    return [text, type](const HttpRequest&) -> Result<HttpResponse> {
        HttpResponse response;
        response.body = text;
        response.contentType = type;
        response.etag = std::to_string(std::hash<std::string_view>{}(text));
        response.headers = {{"Content-Security-Policy", pagePolicy}, {"Cache-Control", "no-cache"}};
        return response;
    };
}

} // namespace

Subscriptions publishDocumentation(RouteRegistry& routes, std::string title, std::string version)
{
    Subscriptions subscriptions;
    auto document = std::make_shared<CachedDocument>(routes, std::move(title), std::move(version));
    subscriptions += routes.route(
        pageRoute("/api/openapi.json", "getOpenApi",
                  {"Description OpenAPI 3.1 de toutes les routes", "OpenAPI 3.1 description of all routes"}),
        [document](const HttpRequest&) -> Result<HttpResponse> { return document->answer(); });
    const Text page{"Documentation de l'API", "API documentation"};
    subscriptions += routes.route(pageRoute("/api/docs", "getDocs", page), asset(docsHtml, "text/html; charset=utf-8"));
    subscriptions +=
        routes.route(pageRoute("/api/docs/docs.css", "getDocsStyle", page), asset(docsCss, "text/css; charset=utf-8"));
    subscriptions += routes.route(pageRoute("/api/docs/docs.js", "getDocsScript", page),
                                  asset(docsJs, "text/javascript; charset=utf-8"));
    return subscriptions;
}

} // namespace atrium::http
