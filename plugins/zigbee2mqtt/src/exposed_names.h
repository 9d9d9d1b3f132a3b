#pragma once

#include <utility>

namespace atrium::zigbee2mqtt {

/// What a number of this name measures. Names are those of zigbee-herdsman-converters.
struct Measured {
    const char* name;
    const char* deviceClass;
    const char* stateClass;
    bool isDiagnostic = false;
};
inline constexpr Measured measured[] = {
    {"temperature", "temperature", "measurement"},
    {"local_temperature", "temperature", "measurement"},
    {"device_temperature", "temperature", "measurement", true},
    {"soil_temperature", "temperature", "measurement"},
    {"humidity", "humidity", "measurement"},
    {"soil_moisture", "moisture", "measurement"},
    {"pressure", "atmospheric_pressure", "measurement"},
    {"illuminance", "illuminance", "measurement"},
    {"illuminance_lux", "illuminance", "measurement"},
    {"battery", "battery", "measurement", true},
    {"battery_voltage", "voltage", "measurement", true},
    {"voltage", "voltage", "measurement"},
    {"current", "current", "measurement"},
    {"power", "power", "measurement"},
    {"power_apparent", "apparent_power", "measurement"},
    {"power_reactive", "reactive_power", "measurement"},
    {"power_factor", "power_factor", "measurement"},
    {"ac_frequency", "frequency", "measurement"},
    {"energy", "energy", "total_increasing"},
    {"produced_energy", "energy", "total_increasing"},
    {"water_consumed", "water", "total_increasing"},
    {"gas", "gas", "total_increasing"},
    {"flow", "volume_flow_rate", "measurement"},
    {"co2", "carbon_dioxide", "measurement"},
    {"co", "carbon_monoxide", "measurement"},
    {"voc", "volatile_organic_compounds", "measurement"},
    {"pm1", "pm1", "measurement"},
    {"pm10", "pm10", "measurement"},
    {"pm25", "pm25", "measurement"},
    {"formaldehyd", "", "measurement"},
    {"noise", "sound_pressure", "measurement"},
    {"distance", "distance", "measurement"},
    {"linkquality", "", "measurement", true},
};
/// What a boolean of this name detects.
inline constexpr std::pair<const char*, const char*> detected[] = {{"contact", "door"},
                                                                   {"occupancy", "occupancy"},
                                                                   {"presence", "presence"},
                                                                   {"water_leak", "moisture"},
                                                                   {"smoke", "smoke"},
                                                                   {"gas", "gas"},
                                                                   {"carbon_monoxide", "carbon_monoxide"},
                                                                   {"vibration", "vibration"},
                                                                   {"tamper", "tamper"},
                                                                   {"battery_low", "battery"},
                                                                   {"moving", "moving"},
                                                                   {"rain", "moisture"}};

} // namespace atrium::zigbee2mqtt
