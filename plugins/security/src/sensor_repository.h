#pragma once

#include "atrium/database.h"
#include "sensor.h"

#include <vector>

namespace atrium::security {

/// All SQL of sensors. Thread: any that may block. Throws StorageError.
class SensorRepository {
public:
    explicit SensorRepository(Database& database) : database_(database) {}

    std::vector<Sensor> loadAll();
    SensorId add(const Sensor& sensor);
    void setState(SensorId id, SensorState state);
    /// Keeps what readings changed.
    void saveReadings(const std::vector<Sensor>& sensors);

private:
    Database& database_;
};

} // namespace atrium::security
