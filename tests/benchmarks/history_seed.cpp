#include "observability/logging.h"
#include "observability/metrics_registry.h"
#include "runtime/system_clock.h"
#include "storage/history_writer.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

/// history-seed DATABASE_URL FOLDER DEVICES ATTRIBUTE SAMPLES: one sample a minute of each of the devices 1 to DEVICES,
/// up to now, as the server writes them. All samples are kept: what is asked for afterwards has a whole year of them to
/// choose from.
int main(int count, char** arguments)
{
    using namespace atrium;
    using namespace std::chrono_literals;
    if (count != 6) {
        std::fputs("usage: history-seed DATABASE_URL FOLDER DEVICES ATTRIBUTE SAMPLES\n", stderr);
        return 2;
    }
    const std::int64_t devices = std::atoll(arguments[3]);
    const std::int64_t samples = std::atoll(arguments[5]);
    storage::SqlDatabase database(storage::parseDatabaseUrl(arguments[1], arguments[2]));
    const runtime::SystemClock clock;
    observability::Logging logging{observability::LogFormat::Human, LogLevel::Warning};
    observability::MetricsRegistry metrics;
    storage::AttributeNames names;
    names.load(database);
    storage::HistoryWriter writer(database, names, clock, logging.component("seed"), metrics);
    writer.start();
    const auto key = names.keyOf(arguments[4]);
    const auto end = clock.now();
    std::vector<storage::HistorySample> portion;
    for (std::int64_t i = samples; i > 0; --i) {
        const auto at = end - i * 1min;
        for (std::int64_t device = 1; device <= devices; ++device) {
            const double value =
                200 + 150 * std::sin(static_cast<double>(i + device) / 229.0) + static_cast<double>((i + device) % 37);
            portion.push_back(
                {DeviceId{device}, key, storage::HistoryKeep::Samples, storage::SeriesKind::Numbers, at, at, value});
        }
        if (portion.size() < 20'000 && i > 1) continue;
        writer.record(std::exchange(portion, {}));
        if (!writer.flush(60s)) return 1;
    }
    writer.stop();
    return 0;
}
