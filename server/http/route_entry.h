#pragma once

#include "atrium/http.h"
#include "atrium/metrics.h"
#include "http/rate_limiter.h"
#include "http/route_metrics.h"
#include "http/schema_validator.h"
#include "runtime/activity_gate.h"

#include <memory>
#include <string>
#include <vector>

namespace atrium::http {

/// A registered route with all that serving it needs. Immutable but for the gate, the buckets and the series.
struct RouteEntry {
    explicit RouteEntry(Route declared) : route(std::move(declared)) {}

    Route route;
    /// Path segments; parameters have no text in `literal`.
    struct Segment {
        std::string literal;
        std::string parameter;
    };
    std::vector<Segment> segments;
    HttpHandler handler;                               ///< either this
    AsyncHttpHandler asyncHandler;                     ///< or this
    std::shared_ptr<const SchemaValidator> bodySchema; ///< null = the body is not parsed
    std::unique_ptr<RateLimiter> limiter;              ///< null = no limit of its own
    std::unique_ptr<RouteMetrics> metrics;
    mutable runtime::ActivityGate gate;
};

/// Splits a route's path into segments. Throws std::invalid_argument when the template is malformed.
std::vector<RouteEntry::Segment> parseTemplate(const std::string& path);

} // namespace atrium::http
