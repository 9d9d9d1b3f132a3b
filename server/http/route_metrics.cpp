#include "http/route_metrics.h"

namespace atrium::http {

namespace {
/// The statuses that have a slot of their own; all others share the last one.
constexpr int known[] = {200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 402, 403, 404, 405, 406, 408,
                         409, 410, 411, 412, 413, 415, 422, 423, 428, 429, 500, 501, 502, 503, 504};
} // namespace

RouteMetrics::RouteMetrics(Metrics& metrics, std::string method, std::string route)
    : metrics_(metrics), method_(std::move(method)), route_(std::move(route)),
      duration_(metrics.histogram("atrium_http_request_duration_seconds",
                                  "Time from the complete request to its answer",
                                  {{"method", method_}, {"route", route_}}))
{
    static_assert(std::size(known) + 1 == slots);
}

void RouteMetrics::count(int status, double seconds)
{
    std::size_t slot = 0;
    while (slot < std::size(known) && known[slot] != status) ++slot;
    auto* counter = byStatus_[slot].load(std::memory_order_acquire);
    if (!counter) {
        const auto code = slot < std::size(known) ? std::to_string(status) : std::string("other");
        counter = &metrics_.counter("atrium_http_requests_total", "Answered HTTP requests",
                                    {{"method", method_}, {"route", route_}, {"code", code}});
        byStatus_[slot].store(counter, std::memory_order_release);
    }
    counter->add();
    duration_.observe(seconds);
}

} // namespace atrium::http
