#pragma once

#include "atrium/auth.h"
#include "atrium/result.h"
#include "atrium/subscription.h"
#include "atrium/text.h"
#include "atrium/value.h"

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium {

enum class HttpMethod { Get, Post, Put, Patch, Delete };

const char* toString(HttpMethod method);

/// One parameter of the query string. Values that do not fit are refused with 400 before the handler runs.
struct QueryParameter {
    std::string name;
    Value::Kind kind = Value::Kind::Text; ///< Text, Integer, Number or Boolean
    std::string description;
    Value fallback;              ///< what the handler sees when it is absent; Null = nothing
    std::size_t maxLength = 200; ///< bytes
};

/// Who may call a route.
struct RouteAccess {
    enum class Kind {
        Public,        ///< nobody is asked; a token is ignored
        Authenticated, ///< any account; an API token needs the scope `account`
        Personal,      ///< a person who signed in: no API token changes passwords, factors or other tokens
        Permitted,     ///< an account that has `permission`
    };
    /// Where a permission has to hold before the handler runs.
    enum class Scope {
        Site,   ///< for the whole site; the handler need not ask again
        Object, ///< for something; the handler asks `principal.may(permission, object)` for the very object
    };
    Kind kind = Kind::Authenticated;
    Permission permission;
    /// An open home may let the local network in without a token (setting `home.open`, contracts.md decision 1).
    bool openHome = false;
    /// The status of a bad (not a missing) token where existing clients rely on another one than 401; 0 = 401.
    int badTokenStatus = 0;
    Scope scope = Scope::Site;

    static RouteAccess open() { return {Kind::Public, {}, false, 0}; }
    static RouteAccess authenticated() { return {Kind::Authenticated, {}, false, 0}; }
    static RouteAccess personal() { return {Kind::Personal, {}, false, 0}; }
    static RouteAccess permitted(Permission permission) { return {Kind::Permitted, std::move(permission), false, 0}; }
    static RouteAccess home(Permission permission) { return {Kind::Permitted, std::move(permission), true, 0}; }
    /// The same, for a handler that checks the very object.
    RouteAccess perObject() const
    {
        auto access = *this;
        access.scope = Scope::Object;
        return access;
    }
};

enum class RouteExecution {
    Inline,   ///< on the HTTP worker: reads snapshots only, never blocks
    Blocking, ///< on the bounded pool: may use the database and wait
};

/// A route, declared once: validation, OpenAPI, errors, metrics and the documentation page follow from it.
struct Route {
    /// Who may call it is said first: a route without a policy does not compile.
    explicit Route(RouteAccess access) : access(std::move(access)) {}

    HttpMethod method = HttpMethod::Get;
    std::string path;        ///< `/api/devices/{id}`; a parameter is one segment
    std::string operationId; ///< unique, lowerCamelCase
    std::string tag;         ///< groups routes on the documentation page
    Text summary;
    RouteAccess access;
    RouteExecution execution = RouteExecution::Inline;
    std::vector<QueryParameter> query;
    std::string requestSchema;  ///< JSON Schema (no `pattern`, no `$ref`); empty = no body is read
    std::string responseSchema; ///< JSON Schema of the success answer; empty = not described
    int successStatus = 200;
    std::vector<ErrorCode> errors; ///< beside those of validation and access
    std::size_t maxBodyBytes = 64 * 1024;
    /// Requests per address and minute; 0 = the general limit only.
    unsigned perMinute = 0;
};

/// A route with what every route has; the rest is set on it.
Route makeRoute(HttpMethod method, std::string path, std::string operationId, std::string tag, Text summary,
                RouteAccess access);

/// A request that passed validation and the auth gate. Lives as long as the handler's call.
struct HttpRequest {
    HttpMethod method = HttpMethod::Get;
    std::string_view path;
    std::vector<std::pair<std::string, std::string>> parameters; ///< path parameters, percent-decoded, clean UTF-8
    Object query;                                                ///< declared query parameters, typed
    std::vector<std::pair<std::string, std::string>> headers;    ///< names in lower case
    Value body;                                                  ///< parsed JSON; Null without a schema
    std::string_view rawBody;
    Principal principal;
    Language language = Language::French;
    std::string requestId;
    std::string remoteAddress;
    std::string baseUrl; ///< scheme and Host of this request, no slash at the end
    /// For handlers of asyncRoute() with long work: asks to stop when nobody waits for the answer any more, because the
    /// client closed its connection or was told that it took too long. What is answered then is dropped. Callbacks run
    /// on any thread and must not block.
    std::stop_token nobodyWaits;

    /// The path parameter `name`; empty when there is none.
    std::string_view parameter(std::string_view name) const;
    /// The path parameter as a positive id; 0 when it is not one.
    std::int64_t idParameter(std::string_view name) const;
    std::string_view header(std::string_view lowerCaseName) const;
};

struct HttpResponse {
    int status = 200;
    std::string body;
    std::string contentType = "application/json; charset=utf-8";
    std::vector<std::pair<std::string, std::string>> headers;
    /// Strong validator without quotes; the server answers 304 to a matching If-None-Match.
    std::string etag;

    static HttpResponse json(const Value& value, int status = 200);
    static HttpResponse jsonText(std::string json, int status = 200);
    static HttpResponse empty(int status = 204);
};

using HttpHandler = std::function<Result<HttpResponse>(const HttpRequest&)>;
/// For handlers that wait for another thread: call `answer` exactly once, from any thread.
using HttpAnswer = std::function<void(Result<HttpResponse>)>;
using AsyncHttpHandler = std::function<void(const HttpRequest&, HttpAnswer answer)>;

/// Where routes are registered. Thread: any.
class Http {
public:
    virtual ~Http() = default;
    /// Throws std::invalid_argument when the declaration is wrong or the path is taken.
    virtual Subscription route(Route route, HttpHandler handler) = 0;
    /// The handler runs inline and must not block; it answers later.
    virtual Subscription asyncRoute(Route route, AsyncHttpHandler handler) = 0;
};

} // namespace atrium
