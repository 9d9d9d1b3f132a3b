#include "atrium/http.h"
#include "atrium/json.h"

#include <charconv>

namespace atrium {

const char* toString(HttpMethod method)
{
    constexpr const char* names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return names[static_cast<std::size_t>(method)];
}

Route makeRoute(HttpMethod method, std::string path, std::string operationId, std::string tag, Text summary,
                RouteAccess access)
{
    Route route(std::move(access));
    route.method = method;
    route.path = std::move(path);
    route.operationId = std::move(operationId);
    route.tag = std::move(tag);
    route.summary = std::move(summary);
    return route;
}

std::string_view HttpRequest::parameter(std::string_view name) const
{
    for (const auto& [key, value] : parameters)
        if (key == name) return value;
    return {};
}

std::int64_t HttpRequest::idParameter(std::string_view name) const
{
    const auto text = parameter(name);
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc{} && end == text.data() + text.size() && id > 0 ? id : 0;
}

std::string_view HttpRequest::header(std::string_view lowerCaseName) const
{
    for (const auto& [key, value] : headers)
        if (key == lowerCaseName) return value;
    return {};
}

HttpResponse HttpResponse::json(const Value& value, int status) { return jsonText(toJson(value), status); }

HttpResponse HttpResponse::jsonText(std::string json, int status)
{
    HttpResponse response;
    response.status = status;
    response.body = std::move(json);
    return response;
}

HttpResponse HttpResponse::empty(int status)
{
    HttpResponse response;
    response.status = status;
    response.contentType.clear();
    return response;
}

} // namespace atrium
