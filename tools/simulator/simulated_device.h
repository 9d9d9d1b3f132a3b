#pragma once

#include "atrium/value.h"

#include <memory>
#include <random>
#include <string>

struct mosquitto;
struct mosquitto_message;

namespace atrium::simulator {

/// What a simulated device does by itself.
enum class Behaviour { Switch, Dimmer, Climate, Motion, Plug, Appliance };

struct DeviceModel {
    int id;
    Behaviour behaviour;
    double nominalPower; ///< W
};

/// One device of the demo home: an MQTT client of its own that obeys commands and reports, as a real one would.
/// Thread: the one that calls step(); no other.
class SimulatedDevice {
public:
    SimulatedDevice(DeviceModel model, const std::string& host, int port);
    ~SimulatedDevice();
    SimulatedDevice(const SimulatedDevice&) = delete;
    SimulatedDevice& operator=(const SimulatedDevice&) = delete;

    /// Handles the connection and lets `seconds` pass.
    void step(double seconds);

private:
    void obey(const mosquitto_message& message) noexcept;
    void live(double seconds);
    void report();

    const DeviceModel model_;
    const std::string statusTopic_;
    const std::string commandTopic_;
    mosquitto* client_;
    bool connected_ = false;

    bool on_ = false;
    bool motion_ = false;
    double level_ = 100;
    double temperature_ = 21;
    double target_ = 22;
    double energy_ = 0;       ///< kWh
    double untilReport_ = 0;  ///< s
    double untilMotion_ = 20; ///< s
    std::mt19937 random_;
};

} // namespace atrium::simulator
