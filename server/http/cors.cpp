#include "http/cors.h"

#include "http/header_text.h"

#include <algorithm>

namespace atrium::http {

namespace {
constexpr std::string_view exposed =
    "Access-Control-Expose-Headers: ETag, Location, Retry-After, X-Request-Id, RateLimit-Limit, RateLimit-Remaining, "
    "RateLimit-Reset\r\n";
constexpr std::size_t maxRequestedHeaders = 1024;
} // namespace

Cors::Cors(CorsConfig config)
    : config_(std::move(config)),
      any_(std::find(config_.origins.begin(), config_.origins.end(), "*") != config_.origins.end())
{}

bool Cors::allows(std::string_view origin) const
{
    return any_ || std::find(config_.origins.begin(), config_.origins.end(), origin) != config_.origins.end();
}

bool Cors::isPreflight(const RequestHead& head)
{
    return head.verb == Verb::Options && !head.header("origin").empty() &&
           !head.header("access-control-request-method").empty();
}

std::string Cors::responseHeaders(std::string_view origin) const
{
    if (config_.origins.empty()) return {};
    // `*` and credentials exclude each other: an open API never also trusts the browser's cookies.
    if (any_) return std::string("Access-Control-Allow-Origin: *\r\n").append(exposed);
    std::string lines = "Vary: Origin\r\n";
    if (origin.empty() || !allows(origin)) return lines;
    lines.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
    lines.append("Access-Control-Allow-Credentials: true\r\n").append(exposed);
    return lines;
}

std::string Cors::preflightHeaders(const RequestHead& head) const
{
    if (!isPreflight(head) || !allows(head.header("origin"))) return {};
    std::string lines = "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
    const auto wanted = head.header("access-control-request-headers");
    const bool clean = wanted.size() <= maxRequestedHeaders && std::all_of(wanted.begin(), wanted.end(), [](char c) {
                           return isTokenByte(c) || c == ',' || c == ' ';
                       });
    lines.append("Access-Control-Allow-Headers: ");
    lines.append(clean && !wanted.empty() ? wanted : std::string_view("authorization, content-type")).append("\r\n");
    lines.append("Access-Control-Max-Age: ").append(std::to_string(config_.preflightAge.count())).append("\r\n");
    lines.append("Vary: Access-Control-Request-Headers\r\n");
    return lines;
}

} // namespace atrium::http
