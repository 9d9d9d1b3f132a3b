#pragma once

#include "atrium/metrics.h"

#include <map>
#include <mutex>
#include <string>

namespace atrium::testing {

/// Metrics that a test reads. Thread: any.
class MemoryMetrics : public Metrics {
public:
    Counter& counter(const std::string& name, const std::string&, const MetricLabels& labels = {}) override
    {
        std::lock_guard lock(mutex_);
        return counters_[key(name, labels)];
    }
    Gauge& gauge(const std::string& name, const std::string&, const MetricLabels& labels = {}) override
    {
        std::lock_guard lock(mutex_);
        return gauges_[key(name, labels)];
    }
    Histogram& histogram(const std::string& name, const std::string&, const MetricLabels& labels = {}) override
    {
        std::lock_guard lock(mutex_);
        return histograms_[key(name, labels)];
    }

    /// The value of a counter; 0 when nobody made it.
    std::uint64_t count(const std::string& name, const MetricLabels& labels = {}) const
    {
        std::lock_guard lock(mutex_);
        const auto found = counters_.find(key(name, labels));
        return found == counters_.end() ? 0 : found->second.value();
    }
    /// The value of a gauge; 0 when nobody made it.
    double level(const std::string& name, const MetricLabels& labels = {}) const
    {
        std::lock_guard lock(mutex_);
        const auto found = gauges_.find(key(name, labels));
        return found == gauges_.end() ? 0 : found->second.value();
    }

private:
    static std::string key(const std::string& name, const MetricLabels& labels)
    {
        auto text = name;
        for (const auto& [label, value] : labels) text += ";" + label + "=" + value;
        return text;
    }
    mutable std::mutex mutex_;
    std::map<std::string, Counter> counters_;
    std::map<std::string, Gauge> gauges_;
    std::map<std::string, Histogram> histograms_;
};

} // namespace atrium::testing
