#pragma once

#include "atrium/metrics.h"

#include <functional>
#include <map>
#include <mutex>

namespace atrium::observability {

/// All series of the process; writes the Prometheus text format 0.0.4. Thread: any.
class MetricsRegistry : public Metrics {
public:
    Counter& counter(const std::string& name, const std::string& help, const MetricLabels& labels = {}) override;
    Gauge& gauge(const std::string& name, const std::string& help, const MetricLabels& labels = {}) override;
    Histogram& histogram(const std::string& name, const std::string& help, const MetricLabels& labels = {}) override;

    /// A gauge that is read when somebody asks; `read` must be callable from any thread as long as the registry lives.
    void gaugeFunction(const std::string& name, const std::string& help, const MetricLabels& labels,
                       std::function<double()> read);

    /// The exposition of all series, with the usual `process_*` ones.
    std::string text() const;

private:
    struct Family {
        const char* type;
        std::string help;
        std::map<MetricLabels, std::unique_ptr<Counter>> counters;
        std::map<MetricLabels, std::unique_ptr<Gauge>> gauges;
        std::map<MetricLabels, std::unique_ptr<Histogram>> histograms;
        std::map<MetricLabels, std::function<double()>> functions;
    };

    Family& family(const std::string& name, const char* type, const std::string& help);

    mutable std::mutex mutex_;
    std::map<std::string, Family> families_;
};

} // namespace atrium::observability
