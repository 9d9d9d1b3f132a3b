#pragma once

#include "atrium/clock.h"
#include "atrium/http.h"
#include "http/cors.h"
#include "http/request_context.h"

#include <string>

namespace atrium::http {

/// Turns an answer into the bytes of an HTTP/1.1 response: validators, compression, CORS, rate and security headers,
/// connection rules. Thread: any.
class ResponseWriter {
public:
    ResponseWriter(const Clock& clock, const Cors& cors, std::size_t compressFrom);

    /// `response.status` may become 304. Headers that no header may be (CR, LF, bad names) make it a 500: see
    /// hasCleanHeaders(). `extraLines` are complete header lines.
    std::string write(HttpResponse& response, const RequestContext& context, std::string_view extraLines = {}) const;

    /// Whether every header that a handler set can be sent without splitting the response.
    static bool hasCleanHeaders(const HttpResponse& response);

private:
    std::string_view date() const;

    const Clock& clock_;
    const Cors& cors_;
    const std::size_t compressFrom_;
};

/// gzip (RFC 1952) of `bytes`; empty when that fails. Thread: any.
std::string gzip(std::string_view bytes);

/// Whether an If-None-Match header names `etag` (without quotes), compared weakly (RFC 9110 §13.1.2).
bool matchesEtag(std::string_view ifNoneMatch, std::string_view etag);

} // namespace atrium::http
