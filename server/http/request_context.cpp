#include "http/request_context.h"

#include "http/header_text.h"

#include <atomic>
#include <random>

namespace atrium::http {

namespace {

constexpr std::size_t maxRequestIdLength = 64;
constexpr std::size_t traceParentLength = 55;

bool isRequestId(std::string_view text)
{
    if (text.empty() || text.size() > maxRequestIdLength) return false;
    for (const char c : text)
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
              c == '.'))
            return false;
    return true;
}

/// version-traceid-parentid-flags (W3C Trace Context), lower-case hexadecimal.
bool isTraceParent(std::string_view text)
{
    if (text.size() != traceParentLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 2 || i == 35 || i == 52) continue;
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f'))) return false;
    }
    return text.substr(3, 32).find_first_not_of('0') != std::string_view::npos;
}

} // namespace

std::string newRequestId()
{
    static std::atomic<std::uint64_t> counter{[] {
        std::random_device random;
        return (static_cast<std::uint64_t>(random()) << 32) | random();
    }()};
    // An odd multiplier is a bijection on 64 bits: unique, and neighbours do not look alike.
    const std::uint64_t mixed = counter.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B97F4A7C15ull;
    std::string id(16, '0');
    for (int i = 0; i < 16; ++i) id[i] = "0123456789abcdef"[(mixed >> (60 - 4 * i)) & 15];
    return id;
}

RequestContext readContext(const RequestHead& head, Language fallback)
{
    RequestContext context;
    context.verb = head.verb;
    context.minorVersion = head.minorVersion;
    context.keepAlive = head.keepAlive;
    context.language = fallback;
    context.path = head.target.substr(0, head.target.find('?'));
    for (const auto& [name, value] : head.headers) {
        switch (name.front()) {
        case 'a':
            if (name == "accept-language") context.language = preferredLanguage(value, fallback);
            else if (name == "accept-encoding") context.acceptsGzip = acceptedQuality(value, "gzip") > 0;
            else if (name == "accept") context.acceptsProblem = listContains(value, "application/problem+json");
            break;
        case 'x':
            if (name == "x-request-id" && isRequestId(value)) context.requestId = value;
            break;
        case 't':
            if (name == "traceparent" && isTraceParent(value)) context.traceParent = value;
            break;
        case 'o':
            if (name == "origin") context.origin = value;
            break;
        case 'i':
            if (name == "if-none-match") context.ifNoneMatch = value;
            break;
        default: break;
        }
    }
    if (context.requestId.empty()) context.requestId = newRequestId();
    context.traceId = context.traceParent.empty() ? context.requestId : context.traceParent.substr(3, 32);
    return context;
}

} // namespace atrium::http
