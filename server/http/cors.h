#pragma once

#include "http/config.h"
#include "http/request_framer.h"

#include <optional>
#include <string>

namespace atrium::http {

/// Cross-origin answers from a list of exact origins. Thread: any.
class Cors {
public:
    explicit Cors(CorsConfig config);

    bool allows(std::string_view origin) const;
    /// Header lines (each with CRLF) that the answer to a request with `origin` carries; empty origin = same origin.
    std::string responseHeaders(std::string_view origin) const;
    /// Header lines of the answer to a preflight; empty when `head` is none or its origin is not allowed.
    std::string preflightHeaders(const RequestHead& head) const;
    static bool isPreflight(const RequestHead& head);

private:
    CorsConfig config_;
    bool any_ = false;
};

} // namespace atrium::http
