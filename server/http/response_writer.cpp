#include "http/response_writer.h"

#include "http/header_text.h"
#include "http/problem.h"

#include <ctime>
#include <zlib.h>

namespace atrium::http {

namespace {

constexpr int gzipLevel = 5;
constexpr int gzipWindow = 15 + 16; // 15 bits, gzip header
constexpr std::string_view gzipMark = "-gz";

constexpr std::string_view securityLines = "X-Content-Type-Options: nosniff\r\n"
                                           "X-Frame-Options: DENY\r\n"
                                           "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view apiPolicy = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

bool isCompressible(std::string_view type)
{
    return type.starts_with("application/json") || type.starts_with("application/problem+json") ||
           type.starts_with("text/") || type.starts_with("image/svg") || type.starts_with("application/javascript");
}

/// One deflate state a thread: making it costs more than compressing a small answer.
struct Deflater {
    z_stream stream{};
    bool ready = false;
    Deflater() { ready = deflateInit2(&stream, gzipLevel, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK; }
    ~Deflater()
    {
        if (ready) deflateEnd(&stream);
    }
};

bool hasHeader(const HttpResponse& response, std::string_view name)
{
    for (const auto& header : response.headers)
        if (equalsIgnoringCase(header.first, name)) return true;
    return false;
}

void appendLine(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ").append(value).append("\r\n");
}

void appendRate(std::string& out, const RateLimiter::Verdict& rate)
{
    const auto limit = std::to_string(rate.limit), remaining = std::to_string(rate.remaining),
               reset = std::to_string(rate.resetSeconds);
    appendLine(out, "RateLimit-Limit", limit);
    appendLine(out, "RateLimit-Remaining", remaining);
    appendLine(out, "RateLimit-Reset", reset);
    appendLine(out, "RateLimit-Policy", "\"default\";q=" + limit + ";w=60");
    appendLine(out, "RateLimit", "\"default\";r=" + remaining + ";t=" + reset);
}

} // namespace

std::string gzip(std::string_view bytes)
{
    thread_local Deflater deflater;
    if (!deflater.ready || deflateReset(&deflater.stream) != Z_OK) return {};
    std::string out(deflateBound(&deflater.stream, bytes.size()), '\0');
    auto& stream = deflater.stream;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return {};
    out.resize(out.size() - stream.avail_out);
    return out;
}

bool matchesEtag(std::string_view ifNoneMatch, std::string_view etag)
{
    if (etag.empty()) return false;
    while (!ifNoneMatch.empty()) {
        const auto comma = ifNoneMatch.find(',');
        auto candidate = trimBlanks(ifNoneMatch.substr(0, comma));
        ifNoneMatch.remove_prefix(comma == std::string_view::npos ? ifNoneMatch.size() : comma + 1);
        if (candidate == "*") return true;
        if (candidate.starts_with("W/")) candidate.remove_prefix(2);
        if (candidate.size() < 2 || candidate.front() != '"' || candidate.back() != '"') continue;
        candidate = candidate.substr(1, candidate.size() - 2);
        if (candidate.ends_with(gzipMark)) candidate.remove_suffix(gzipMark.size());
        if (candidate == etag) return true;
    }
    return false;
}

ResponseWriter::ResponseWriter(const Clock& clock, const Cors& cors, std::size_t compressFrom)
    : clock_(clock), cors_(cors), compressFrom_(compressFrom)
{}

bool ResponseWriter::hasCleanHeaders(const HttpResponse& response)
{
    if (!isHeaderValue(response.contentType) || !isHeaderValue(response.etag) ||
        response.etag.find('"') != std::string::npos)
        return false;
    for (const auto& [name, value] : response.headers) {
        if (name.empty() || !isHeaderValue(value)) return false;
        for (const char c : name)
            if (!isTokenByte(c)) return false;
        // Framing is the writer's alone.
        for (const char* own : {"content-length", "transfer-encoding", "connection"})
            if (equalsIgnoringCase(name, own)) return false;
    }
    return true;
}

std::string_view ResponseWriter::date() const
{
    thread_local std::time_t second = 0;
    thread_local char text[32];
    thread_local std::size_t length = 0;
    const auto now = std::chrono::system_clock::to_time_t(clock_.now());
    if (now != second || length == 0) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        second = now;
    }
    return {text, length};
}

std::string ResponseWriter::write(HttpResponse& response, const RequestContext& context,
                                  std::string_view extraLines) const
{
    const bool reading = context.verb == Verb::Get || context.verb == Verb::Head;
    if (reading && response.status == 200 && matchesEtag(context.ifNoneMatch, response.etag)) response.status = 304;
    const bool bodyless = response.status == 204 || response.status == 304 || response.status < 200;

    const bool compressible = !bodyless && response.body.size() >= compressFrom_ &&
                              isCompressible(response.contentType) && !hasHeader(response, "content-encoding");
    bool compressed = false;
    if (compressible && context.acceptsGzip) {
        auto smaller = gzip(response.body);
        compressed = !smaller.empty() && smaller.size() < response.body.size();
        if (compressed) response.body = std::move(smaller);
    }

    std::string out;
    out.reserve(640 + extraLines.size() + (bodyless ? 0 : response.body.size()));
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(reasonPhrase(response.status)).append("\r\n");
    appendLine(out, "Date", date());
    if (!response.contentType.empty() && !bodyless) appendLine(out, "Content-Type", response.contentType);
    if (!bodyless) appendLine(out, "Content-Length", std::to_string(response.body.size()));
    if (!context.keepAlive) appendLine(out, "Connection", "close");
    else if (context.minorVersion == 0) appendLine(out, "Connection", "keep-alive");
    appendLine(out, "X-Request-Id", context.requestId);
    if (!context.traceParent.empty()) appendLine(out, "traceparent", context.traceParent);
    out.append(securityLines);
    if (!hasHeader(response, "content-security-policy")) out.append(apiPolicy);
    if (!hasHeader(response, "cache-control"))
        appendLine(out, "Cache-Control", response.etag.empty() ? "no-store" : "private, no-cache");
    if (!response.etag.empty()) {
        out.append("ETag: \"").append(response.etag);
        if (compressed) out.append(gzipMark);
        out.append("\"\r\n");
    }
    if (compressed) appendLine(out, "Content-Encoding", "gzip");
    if (compressible) appendLine(out, "Vary", "Accept-Encoding");
    out.append(cors_.responseHeaders(context.origin));
    if (context.limited) appendRate(out, context.rate);
    for (const auto& [name, value] : response.headers) appendLine(out, name, value);
    out.append(extraLines).append("\r\n");
    if (!bodyless && context.verb != Verb::Head) out.append(response.body);
    return out;
}

} // namespace atrium::http
