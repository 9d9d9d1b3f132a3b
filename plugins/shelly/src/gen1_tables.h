#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace atrium::shelly::gen1 {

/// Topics with a number: path with `#` for the index, what it becomes, and by how much it is to be multiplied.
struct Measure {
    const char* path;
    const char* deviceClass;
    const char* unit;
    const char* stateClass;
    double factor = 1;
    bool isDiagnostic = false;
};
inline constexpr double wattMinute = 1.0 / 60; // of a Wh
inline constexpr Measure measures[] = {
    {"relay/#/power", "power", "W", "measurement"},
    {"relay/#/energy", "energy", "Wh", "total_increasing", wattMinute},
    {"light/#/power", "power", "W", "measurement"},
    {"light/#/energy", "energy", "Wh", "total_increasing", wattMinute},
    {"color/#/power", "power", "W", "measurement"},
    {"white/#/power", "power", "W", "measurement"},
    {"roller/#/power", "power", "W", "measurement"},
    {"roller/#/energy", "energy", "Wh", "total_increasing", wattMinute},
    {"emeter/#/power", "power", "W", "measurement"},
    {"emeter/#/reactive_power", "reactive_power", "var", "measurement"},
    {"emeter/#/pf", "power_factor", "", "measurement"},
    {"emeter/#/voltage", "voltage", "V", "measurement"},
    {"emeter/#/current", "current", "A", "measurement"},
    {"emeter/#/total", "energy", "Wh", "total_increasing"},
    {"emeter/#/total_returned", "energy", "Wh", "total_increasing"},
    {"emeter_n/current", "current", "A", "measurement"},
    {"adc/#", "voltage", "V", "measurement"},
    {"ext_temperature/#", "temperature", "°C", "measurement"},
    {"ext_humidity/#", "humidity", "%", "measurement"},
    {"sensor/temperature", "temperature", "°C", "measurement"},
    {"sensor/humidity", "humidity", "%", "measurement"},
    {"sensor/lux", "illuminance", "lx", "measurement"},
    {"sensor/battery", "battery", "%", "measurement", 1, true},
    {"sensor/tilt", "", "°", "measurement"},
    {"sensor/concentration", "", "ppm", "measurement"},
    {"voltage", "voltage", "V", "measurement", 1, true},
    {"temperature", "temperature", "°C", "measurement", 1, true},
};

/// Topics with one of two words.
struct Switching {
    const char* path;
    const char* component;
    const char* deviceClass;
    const char *on, *off;
    bool isDiagnostic = false;
};
inline constexpr Switching switchings[] = {
    {"input/#", "binary_sensor", "", "1", "0"},
    {"sensor/state", "binary_sensor", "opening", "open", "close"},
    {"sensor/flood", "binary_sensor", "moisture", "true", "false"},
    {"sensor/smoke", "binary_sensor", "smoke", "true", "false"},
    {"sensor/motion", "binary_sensor", "motion", "true", "false"},
    {"sensor/motion", "binary_sensor", "motion", "1", "0"},
    {"sensor/vibration", "binary_sensor", "vibration", "1", "0"},
    {"sensor/vibration", "binary_sensor", "vibration", "true", "false"},
    {"sensor/charger", "binary_sensor", "battery_charging", "true", "false", true},
    {"overtemperature", "binary_sensor", "heat", "1", "0", true},
};

/// Splits the number off: `relay/0/power` becomes `relay/#/power` and 0. Pure.
std::pair<std::string, int> patternOf(std::string_view path);

} // namespace atrium::shelly::gen1
