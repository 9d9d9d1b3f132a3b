#pragma once

#include "atrium/metrics.h"

#include <array>
#include <atomic>
#include <string>

namespace atrium::http {

/// The series of one route: requests by status, and how long they took. A status is looked up once and then cached.
/// Thread: any.
class RouteMetrics {
public:
    RouteMetrics(Metrics& metrics, std::string method, std::string route);
    void count(int status, double seconds);

private:
    static constexpr std::size_t slots = 32;
    Metrics& metrics_;
    const std::string method_;
    const std::string route_;
    Histogram& duration_;
    std::array<std::atomic<Counter*>, slots> byStatus_{};
};

} // namespace atrium::http
