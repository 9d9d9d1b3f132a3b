#pragma once

#include "alert_book.h"
#include "atrium/clock.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "sensor_repository.h"

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string_view>

namespace atrium::security {

/// All sensors in memory, and the rule that makes their readings alerts: a sensor that was quiet and now is triggered.
/// What readings change is written behind, within a second. Thread: any; what blocks says so.
class SensorBook {
public:
    struct Services {
        const Clock& clock;
        Executor& workers;
        Log& log;
        Metrics& metrics;
    };
    using OnChange = std::function<void(const Sensor&)>;

    SensorBook(SensorRepository& repository, AlertBook& alerts, Services services, OnChange onChange);

    /// Blocks.
    void restore();
    /// Blocks.
    Sensor add(std::string name, std::string type, std::string location);
    /// Blocks. Errors: NotFound.
    Result<Sensor> setState(SensorId id, SensorState state);

    /// A message of a sensor; unknown sensors and bad payloads are counted and logged, not stored.
    void takeReading(SensorId id, std::string_view payload, UtcTime at);

    std::vector<Sensor> list() const;

    /// Writes what readings changed; for a timer that runs every second. Never blocks.
    void tick();
    /// The same on this thread. Blocks.
    void flush();

private:
    void announce(const Sensor& sensor);

    SensorRepository& repository_;
    AlertBook& alerts_;
    const Services services_;
    const OnChange onChange_;
    Counter& badReadings_;
    mutable std::mutex mutex_;
    std::map<SensorId, Sensor> sensors_;
    std::set<SensorId> unsaved_;
};

} // namespace atrium::security
