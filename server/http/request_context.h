#pragma once

#include "atrium/text.h"
#include "http/rate_limiter.h"
#include "http/request_framer.h"

#include <string>

namespace atrium::http {

/// What is known of a request before it is routed; decides how its answer looks.
struct RequestContext {
    Verb verb = Verb::Get;
    int minorVersion = 1;
    bool keepAlive = true;
    Language language = Language::French;
    bool acceptsProblem = false; ///< Accept names application/problem+json
    bool acceptsGzip = false;
    std::string path; ///< raw, without query
    std::string requestId;
    std::string traceParent; ///< W3C trace context of the caller, or empty
    std::string traceId;     ///< of the trace, else the request id
    std::string origin;
    std::string ifNoneMatch;
    std::string remoteAddress;
    std::string scheme = "http";
    bool limited = false; ///< `rate` is to be shown
    RateLimiter::Verdict rate;
};

/// Reads it from the head. `remoteAddress` and `scheme` follow X-Forwarded-* where the caller says that they count.
RequestContext readContext(const RequestHead& head, Language fallback);

/// A new request id: 16 hexadecimal digits, unique in this process and unlikely elsewhere. Thread: any.
std::string newRequestId();

} // namespace atrium::http
