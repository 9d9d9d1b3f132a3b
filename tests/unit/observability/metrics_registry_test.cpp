#include "observability/metrics_registry.h"

#include <gmock/gmock.h>

namespace atrium::observability {
namespace {

using ::testing::HasSubstr;

TEST(MetricsRegistry, WritesThePrometheusTextFormat)
{
    MetricsRegistry metrics;
    metrics.counter("atrium_x_total", "Things", {{"kind", "a\"b"}}).add(3);
    metrics.gauge("atrium_y", "Level").set(1.5);
    metrics.histogram("atrium_z_seconds", "Time").observe(0.003);
    metrics.gaugeFunction("atrium_depth", "Depth", {{"queue", "core"}}, [] { return 7.0; });
    const auto text = metrics.text();
    EXPECT_THAT(text, HasSubstr("# TYPE atrium_x_total counter\natrium_x_total{kind=\"a\\\"b\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("atrium_y 1.5\n"));
    EXPECT_THAT(text, HasSubstr("atrium_z_seconds_bucket{le=\"0.0025\"} 0\natrium_z_seconds_bucket{le=\"0.005\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("atrium_z_seconds_bucket{le=\"+Inf\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("atrium_depth{queue=\"core\"} 7\n"));
    EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
}

TEST(MetricsRegistry, SameNameAndLabelsAreTheSameSeries)
{
    MetricsRegistry metrics;
    EXPECT_EQ(&metrics.counter("a", "h", {{"k", "v"}}), &metrics.counter("a", "h", {{"k", "v"}}));
    EXPECT_NE(&metrics.counter("a", "h", {{"k", "v"}}), &metrics.counter("a", "h", {{"k", "w"}}));
}

} // namespace
} // namespace atrium::observability
