#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// Label names and values of one series; bounded sets only (route templates, never raw paths or users).
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Only grows. Thread: any.
class Counter {
public:
    void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Thread: any.
class Gauge {
public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    double value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<double> value_{0};
};

/// Counts observations in fixed buckets of seconds, 100 us to 10 s. Thread: any.
class Histogram {
public:
    static constexpr double bounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                        0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
    static constexpr std::size_t buckets = sizeof(bounds) / sizeof(bounds[0]) + 1;

    void observe(double seconds)
    {
        std::size_t bucket = 0;
        while (bucket + 1 < buckets && seconds > bounds[bucket]) ++bucket;
        counts_[bucket].fetch_add(1, std::memory_order_relaxed);
        sumMicroseconds_.fetch_add(static_cast<std::uint64_t>(seconds * 1e6), std::memory_order_relaxed);
    }
    std::uint64_t count(std::size_t bucket) const { return counts_[bucket].load(std::memory_order_relaxed); }
    double sum() const { return static_cast<double>(sumMicroseconds_.load(std::memory_order_relaxed)) / 1e6; }

private:
    std::atomic<std::uint64_t> counts_[buckets]{};
    std::atomic<std::uint64_t> sumMicroseconds_{0};
};

/// Series of the process, shown at /metrics in the Prometheus text format 0.0.4. The same name and labels give the same
/// series, which lives as long as the process. Thread: any.
class Metrics {
public:
    virtual ~Metrics() = default;
    virtual Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels = {}) = 0;
    virtual Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {}) = 0;
    virtual Histogram& histogram(const std::string& name, const std::string& help, const MetricLabels& labels = {}) = 0;
};

} // namespace atrium
