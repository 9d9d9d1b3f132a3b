#include "observability/metrics_registry.h"

#include "runtime/heap_keeper.h"

#include <charconv>
#include <cstdio>
#include <ctime>
#include <dirent.h>

namespace atrium::observability {

namespace {

std::string numberText(double value)
{
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

void appendLabelValue(std::string& out, const std::string& value)
{
    for (const char c : value) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') out += "\\n";
        else out += c;
    }
}

void appendSeries(std::string& out, const std::string& name, const MetricLabels& labels, const std::string& value,
                  const std::string& bucket = {})
{
    out += name;
    if (!labels.empty() || !bucket.empty()) {
        out += '{';
        bool first = true;
        for (const auto& [key, text] : labels) {
            if (!std::exchange(first, false)) out += ',';
            out += key + "=\"";
            appendLabelValue(out, text);
            out += '"';
        }
        if (!bucket.empty()) out += std::string(first ? "" : ",") + "le=\"" + bucket + '"';
        out += '}';
    }
    out += ' ' + value + '\n';
}

void appendHistogram(std::string& out, const std::string& name, const MetricLabels& labels, const Histogram& histogram)
{
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < Histogram::buckets; ++i) {
        total += histogram.count(i);
        const auto bound = i + 1 < Histogram::buckets ? numberText(Histogram::bounds[i]) : "+Inf";
        appendSeries(out, name + "_bucket", labels, std::to_string(total), bound);
    }
    appendSeries(out, name + "_sum", labels, numberText(histogram.sum()));
    appendSeries(out, name + "_count", labels, std::to_string(total));
}

std::size_t openDescriptors()
{
    std::size_t count = 0;
    if (DIR* folder = ::opendir("/proc/self/fd")) {
        while (::readdir(folder)) ++count;
        ::closedir(folder);
    }
    return count > 3 ? count - 3 : 0; // ".", ".." and the folder itself
}

void appendProcess(std::string& out)
{
    const auto gauge = [&](const char* name, const char* type, const char* help, double value) {
        out += std::string("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
        appendSeries(out, name, {}, numberText(value));
    };
    gauge("process_resident_memory_bytes", "gauge", "Resident memory", static_cast<double>(runtime::residentBytes()));
    gauge("process_cpu_seconds_total", "counter", "CPU time", static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
    gauge("process_open_fds", "gauge", "Open file descriptors", static_cast<double>(openDescriptors()));
}

} // namespace

MetricsRegistry::Family& MetricsRegistry::family(const std::string& name, const char* type, const std::string& help)
{
    auto [entry, isNew] = families_.try_emplace(name);
    if (isNew) {
        entry->second.type = type;
        entry->second.help = help;
    }
    return entry->second;
}

Counter& MetricsRegistry::counter(const std::string& name, const std::string& help, const MetricLabels& labels)
{
    std::lock_guard lock(mutex_);
    auto& series = family(name, "counter", help).counters[labels];
    if (!series) series = std::make_unique<Counter>();
    return *series;
}

Gauge& MetricsRegistry::gauge(const std::string& name, const std::string& help, const MetricLabels& labels)
{
    std::lock_guard lock(mutex_);
    auto& series = family(name, "gauge", help).gauges[labels];
    if (!series) series = std::make_unique<Gauge>();
    return *series;
}

Histogram& MetricsRegistry::histogram(const std::string& name, const std::string& help, const MetricLabels& labels)
{
    std::lock_guard lock(mutex_);
    auto& series = family(name, "histogram", help).histograms[labels];
    if (!series) series = std::make_unique<Histogram>();
    return *series;
}

void MetricsRegistry::gaugeFunction(const std::string& name, const std::string& help, const MetricLabels& labels,
                                    std::function<double()> read)
{
    std::lock_guard lock(mutex_);
    family(name, "gauge", help).functions[labels] = std::move(read);
}

std::string MetricsRegistry::text() const
{
    std::string out;
    std::lock_guard lock(mutex_);
    for (const auto& [name, family] : families_) {
        out += "# HELP " + name + ' ' + family.help + "\n# TYPE " + name + ' ' + family.type + '\n';
        for (const auto& [labels, series] : family.counters)
            appendSeries(out, name, labels, std::to_string(series->value()));
        for (const auto& [labels, series] : family.gauges) appendSeries(out, name, labels, numberText(series->value()));
        for (const auto& [labels, read] : family.functions) appendSeries(out, name, labels, numberText(read()));
        for (const auto& [labels, series] : family.histograms) appendHistogram(out, name, labels, *series);
    }
    appendProcess(out);
    return out;
}

} // namespace atrium::observability
