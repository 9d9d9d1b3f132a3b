#pragma once

#include "atrium/http.h"

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace atrium::testing {

/// What a test asks a plugin's route.
struct FakeRequest {
    HttpMethod method = HttpMethod::Get;
    std::string path; ///< may have a query: `/api/things/4?limit=10`
    Value body;
    std::string rawBody; ///< for routes that read no JSON
    Principal principal;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    Language language = Language::French;
    std::string remoteAddress = "127.0.0.1";
};

/// Captures routes and calls their handlers as the server does: path parameters, typed query, access. Bodies are not
/// checked against the schema; tests/contract does that for every plugin. Thread: the test's.
class FakeHttp : public Http {
public:
    Subscription route(Route route, HttpHandler handler) override;
    Subscription asyncRoute(Route route, AsyncHttpHandler handler) override;

    /// Answers NotFound, Unauthenticated or Forbidden like the server. An asynchronous handler may take `limit`, else
    /// Timeout.
    Result<HttpResponse> send(const FakeRequest& request,
                              std::chrono::milliseconds limit = std::chrono::seconds{10}) const;
    /// All declared routes.
    std::vector<Route> routes() const;

private:
    struct Entry {
        Route route;
        HttpHandler handler;
        AsyncHttpHandler asyncHandler;
    };
    Subscription add(Entry entry);

    std::shared_ptr<std::list<Entry>> entries_ = std::make_shared<std::list<Entry>>();
};

} // namespace atrium::testing
