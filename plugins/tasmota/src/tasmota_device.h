#pragma once

#include "function.h"
#include "measurement.h"
#include "press.h"

#include <string>
#include <string_view>
#include <vector>

namespace atrium::tasmota {

/// What is known of one device: its discovery messages, or what it let slip without them. Pure.
class TasmotaDevice {
public:
    explicit TasmotaDevice(Setup setup);
    /// Firmware without discovery, known by its topic.
    static TasmotaDevice fromTopic(std::string topic, std::string commandPrefix);

    /// From `discovery/MAC/sensors`, SENSOR or STATUS8: entities for what is measured. True when there are new ones.
    bool learnSensors(const Value& sensors) { return measurements_.learn(sensors); }
    /// From STATUS 0 of a device without discovery. True when something new was learned.
    bool learnStatus(const Value& status);
    /// POWER members of STATE that no relay is known for. True when there are new ones.
    bool learnRelays(const Value& state);

    const Setup& setup() const { return setup_; }
    const std::string& key() const { return setup_.key; }

    DeviceAnnouncement announcement() const;
    /// STATE, RESULT, SENSOR, or the inside of an answer to STATUS: what the device does.
    void readState(const Value& message, std::vector<EntityValues>& values) const;
    /// SENSOR, or the inside of STATUS8 and STATUS10: what it measures.
    void readSensors(const Value& sensors, std::vector<EntityValues>& values) const
    {
        measurements_.read(sensors, values);
    }
    /// The presses that a RESULT reports.
    std::vector<const Press*> pressesIn(const Value& result) const;
    Result<EntityPlan> plan(const EntityCommand& command) const;

private:
    Setup setup_;
    std::vector<Function> functions_;
    std::vector<Press> presses_;
    Measurements measurements_;
};

} // namespace atrium::tasmota
