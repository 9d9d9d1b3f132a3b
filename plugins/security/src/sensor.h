#pragma once

#include "atrium/ids.h"
#include "atrium/result.h"
#include "atrium/services/alerts.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace atrium::security {

using SensorId = Id<struct SensorTag>;

/// Whether a sensor may raise alerts.
enum class SensorState { Active, Inactive };

/// Something that notices: motion, smoke, a leak.
struct Sensor {
    SensorId id;
    std::string name;
    std::string type; ///< `motion`, `smoke`, `fire`, `gas`, `water`, `door`, or any other word
    std::string location;
    SensorState state = SensorState::Active;
    bool triggered = false; ///< by the last reading that said so
    std::optional<double> battery;
    UtcTime lastTrigger{}; ///< epoch = never
    UtcTime createdAt{};
};

/// What one message of a sensor says.
struct Reading {
    std::optional<bool> triggered; ///< empty = says nothing about it
    std::optional<double> battery;
};

/// Reads a JSON payload. `triggered`, else the field named like the type, else `value` above 0. Errors:
/// InvalidArgument.
Result<Reading> decodeReading(std::string_view payload, const std::string& sensorType);

/// The id in `PREFIX/sensors/ID/data`; 0 when it is none.
SensorId sensorOfTopic(std::string_view prefix, std::string_view topic);

/// `Mouvement détecté` for `motion`: the sentence that existing clients show.
std::string sentenceOf(const std::string& sensorType);
/// Smoke, fire and gas are critical.
Severity severityOf(const std::string& sensorType);

/// The sensor as clients see it.
Object toView(const Sensor& sensor);

} // namespace atrium::security
