#pragma once

#include "function.h"
#include "quantity.h"

#include <set>
#include <string>
#include <vector>

namespace atrium::tasmota {

/// What a device measures: every leaf of its SENSOR messages. Pure.
class Measurements {
public:
    explicit Measurements(std::string key) : key_(std::move(key)) {}

    /// From `discovery/MAC/sensors`, SENSOR or STATUS8. True when there are new ones.
    bool learn(const Value& sensors);
    std::vector<AnnouncedEntity> entities() const;
    void read(const Value& sensors, std::vector<EntityValues>& values) const;

private:
    struct Measurement {
        std::string id;
        std::vector<Value> path; ///< texts, and integers for arrays
        std::string quantity;    ///< the name that says what is measured
        Value::Kind kind = Value::Kind::Number;
    };

    void collect(const Value& value, std::vector<Value>& path, bool& isNew);

    std::string key_;
    std::string temperatureUnit_ = "C", pressureUnit_, speedUnit_;
    std::vector<Measurement> all_;
    std::set<std::string, std::less<>> ids_;
};

} // namespace atrium::tasmota
