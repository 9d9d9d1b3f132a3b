#include "testing/fake_http.h"

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace atrium::testing {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string_view> segments(std::string_view path)
{
    std::vector<std::string_view> result;
    while (!path.empty()) {
        const auto end = path.find('/', 1);
        result.push_back(path.substr(1, end == std::string_view::npos ? end : end - 1));
        path = end == std::string_view::npos ? std::string_view() : path.substr(end);
    }
    return result;
}

/// The parameters when `path` fits `pattern`.
std::optional<Parameters> match(std::string_view pattern, std::string_view path)
{
    const auto wanted = segments(pattern);
    const auto given = segments(path);
    if (wanted.size() != given.size()) return std::nullopt;
    Parameters parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].size() > 2 && wanted[i].front() == '{')
            parameters.emplace_back(wanted[i].substr(1, wanted[i].size() - 2), given[i]);
        else if (wanted[i] != given[i]) return std::nullopt;
    }
    return parameters;
}

std::optional<Value> typed(Value::Kind kind, std::string_view text)
{
    const auto* end = text.data() + text.size();
    if (kind == Value::Kind::Integer) {
        std::int64_t integer = 0;
        const auto [stop, error] = std::from_chars(text.data(), end, integer);
        return error == std::errc{} && stop == end ? std::optional<Value>(integer) : std::nullopt;
    }
    if (kind == Value::Kind::Number) {
        double number = 0;
        const auto [stop, error] = std::from_chars(text.data(), end, number);
        return error == std::errc{} && stop == end ? std::optional<Value>(number) : std::nullopt;
    }
    if (kind == Value::Kind::Boolean) {
        if (text != "true" && text != "false") return std::nullopt;
        return Value(text == "true");
    }
    return Value(text);
}

/// The declared parameters; nothing when one does not fit.
std::optional<Object> readQuery(const Route& route, std::string_view text)
{
    Object query;
    for (const auto& parameter : route.query)
        if (!parameter.fallback.isNull()) query.set(parameter.name, parameter.fallback);
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const auto name = pair.substr(0, pair.find('='));
        const auto given = pair.size() > name.size() ? pair.substr(name.size() + 1) : std::string_view();
        for (const auto& parameter : route.query) {
            if (parameter.name != name) continue;
            auto value = typed(parameter.kind, given);
            if (!value) return std::nullopt;
            query.set(name, std::move(*value));
        }
    }
    return query;
}

/// An answer that may come from another thread, after the test stopped waiting.
struct Answer {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<HttpResponse>> content;
    int count = 0;
};

} // namespace

Subscription FakeHttp::route(Route route, HttpHandler handler)
{
    return add({std::move(route), std::move(handler), {}});
}

Subscription FakeHttp::asyncRoute(Route route, AsyncHttpHandler handler)
{
    return add({std::move(route), {}, std::move(handler)});
}

Subscription FakeHttp::add(Entry entry)
{
    for (const auto& known : *entries_)
        if ((known.route.method == entry.route.method && known.route.path == entry.route.path) ||
            known.route.operationId == entry.route.operationId)
            throw std::invalid_argument("route is taken: " + entry.route.path + " " + entry.route.operationId);
    entries_->push_back(std::move(entry));
    const auto place = std::prev(entries_->end());
    return Subscription([entries = entries_, place] { entries->erase(place); });
}

Result<HttpResponse> FakeHttp::send(const FakeRequest& request, std::chrono::milliseconds limit) const
{
    const std::string_view target(request.path);
    const auto path = target.substr(0, target.find('?'));
    const auto query = path.size() < target.size() ? target.substr(path.size() + 1) : std::string_view();
    for (const auto& entry : *entries_) {
        if (entry.route.method != request.method) continue;
        auto parameters = match(entry.route.path, path);
        if (!parameters) continue;
        const auto& access = entry.route.access;
        if (access.kind != RouteAccess::Kind::Public && request.principal.isAnonymous())
            return makeError(ErrorCode::Unauthenticated);
        const bool perObject = access.scope == RouteAccess::Scope::Object;
        if (access.kind == RouteAccess::Kind::Personal &&
            request.principal.credential != Principal::Credential::Session)
            return makeError(ErrorCode::Forbidden);
        if (access.kind == RouteAccess::Kind::Permitted &&
            !(perObject ? request.principal.maySomewhere(access.permission) : request.principal.may(access.permission)))
            return makeError(ErrorCode::Forbidden);
        auto typedQuery = readQuery(entry.route, query);
        if (!typedQuery) return makeError(ErrorCode::InvalidArgument);

        HttpRequest http;
        http.method = request.method;
        http.path = path;
        http.parameters = std::move(*parameters);
        http.query = std::move(*typedQuery);
        http.headers = request.headers;
        http.body = request.body;
        http.rawBody = request.rawBody;
        if (access.kind != RouteAccess::Kind::Public) http.principal = request.principal;
        http.language = request.language;
        http.requestId = "test-request";
        http.remoteAddress = request.remoteAddress;
        http.baseUrl = "http://localhost:5000";
        if (entry.handler) return entry.handler(http);

        const auto answer = std::make_shared<Answer>();
        entry.asyncHandler(http, [answer](Result<HttpResponse> result) {
            std::lock_guard lock(answer->mutex);
            if (++answer->count > 1) throw std::logic_error("a request was answered twice");
            answer->content.emplace(std::move(result));
            answer->arrived.notify_all();
        });
        std::unique_lock lock(answer->mutex);
        if (!answer->arrived.wait_for(lock, limit, [&] { return answer->content.has_value(); }))
            return makeError(ErrorCode::Timeout);
        return *answer->content;
    }
    return makeError(ErrorCode::NotFound);
}

std::vector<Route> FakeHttp::routes() const
{
    std::vector<Route> result;
    for (const auto& entry : *entries_) result.push_back(entry.route);
    return result;
}

} // namespace atrium::testing
