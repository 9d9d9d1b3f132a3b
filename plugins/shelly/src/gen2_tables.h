#pragma once

#include "atrium/value.h"

#include <string>
#include <string_view>

/// What the members of a component's status are. Source: the component pages of the Gen2 device API.
namespace atrium::shelly::gen2 {

/// A measured member of a status.
struct Measure {
    const char* key; ///< `a.b` = nested
    const char* suffix;
    const char* deviceClass;
    const char* unit;
    const char* stateClass;
};

inline constexpr Measure measures[] = {
    {"apower", "apower", "power", "W", "measurement"},
    {"voltage", "voltage", "voltage", "V", "measurement"},
    {"current", "current", "current", "A", "measurement"},
    {"freq", "freq", "frequency", "Hz", "measurement"},
    {"pf", "pf", "power_factor", "", "measurement"},
    {"aenergy.total", "energy", "energy", "Wh", "total_increasing"},
    {"ret_aenergy.total", "ret_energy", "energy", "Wh", "total_increasing"},
    {"temperature.tC", "temperature", "temperature", "°C", "measurement"},
    {"tC", "", "temperature", "°C", "measurement"},
    {"rh", "", "humidity", "%", "measurement"},
    {"lux", "", "illuminance", "lx", "measurement"},
    {"battery.percent", "battery", "battery", "%", "measurement"},
    {"battery.V", "battery_voltage", "voltage", "V", "measurement"},
    {"act_power", "act_power", "power", "W", "measurement"},
    {"aprt_power", "aprt_power", "apparent_power", "VA", "measurement"},
    {"total_act_power", "total_act_power", "power", "W", "measurement"},
    {"total_aprt_power", "total_aprt_power", "apparent_power", "VA", "measurement"},
    {"total_current", "total_current", "current", "A", "measurement"},
    {"n_current", "n_current", "current", "A", "measurement"},
    {"total_act", "total_act", "energy", "Wh", "total_increasing"},
    {"total_act_ret", "total_act_ret", "energy", "Wh", "total_increasing"},
    {"total_act_energy", "total_act_energy", "energy", "Wh", "total_increasing"},
    {"total_act_ret_energy", "total_act_ret_energy", "energy", "Wh", "total_increasing"},
    {"percent", "percent", "", "%", "measurement"},
    {"xpercent", "xpercent", "", "", "measurement"},
    {"xvoltage", "xvoltage", "", "", "measurement"},
    {"counts.total", "counts", "", "", "total_increasing"},
};
/// Members that exist once a phase: `a_voltage`, `b_voltage`, `c_voltage`.
inline constexpr Measure phaseMeasures[] = {
    {"act_power", "", "power", "W", "measurement"},
    {"aprt_power", "", "apparent_power", "VA", "measurement"},
    {"voltage", "", "voltage", "V", "measurement"},
    {"current", "", "current", "A", "measurement"},
    {"pf", "", "power_factor", "", "measurement"},
    {"freq", "", "frequency", "Hz", "measurement"},
    {"total_act_energy", "", "energy", "Wh", "total_increasing"},
    {"total_act_ret_energy", "", "energy", "Wh", "total_increasing"},
};

inline const Value* member(const Value& status, std::string_view path)
{
    const Value* value = &status;
    while (value && !path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        value = value->find(path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return value;
}

/// Calls `use(key, suffix, measure)` for each measure that the status holds.
template <class Use>
void forMeasures(const Value& status, Use use)
{
    for (const auto& measure : measures)
        if (const Value* value = member(status, measure.key); value && value->isNumeric())
            use(std::string(measure.suffix), measure, *value);
    for (const char* phase : {"a_", "b_", "c_"})
        for (const auto& measure : phaseMeasures) {
            const std::string key = std::string(phase) + measure.key;
            if (const Value* value = status.find(key); value && value->isNumeric()) use(key, measure, *value);
        }
}

inline bool isLight(const std::string& kind)
{
    return kind == "light" || kind == "rgb" || kind == "rgbw" || kind == "cct" || kind == "rgbcct";
}

/// Kinds whose one boolean member is a binary sensor: kind, member, device class.
struct Detector {
    const char *kind, *key, *deviceClass;
};
inline constexpr Detector detectors[] = {{"input", "state", ""},
                                         {"smoke", "alarm", "smoke"},
                                         {"flood", "alarm", "moisture"},
                                         {"occupancy", "value", "occupancy"},
                                         {"presence", "presence", "presence"},
                                         {"presencezone", "value", "occupancy"}};

inline const Detector* detectorOf(const std::string& kind)
{
    for (const auto& detector : detectors)
        if (kind == detector.kind) return &detector;
    return nullptr;
}

inline bool isMeasuring(const std::string& kind)
{
    for (const char* known : {"temperature", "humidity", "illuminance", "devicepower", "pm1", "em", "emdata", "em1",
                              "em1data", "voltmeter"})
        if (kind == known) return true;
    return false;
}

/// Values that a user defined on the device: kind, component of the house, command.
struct Virtual {
    const char *kind, *component, *command;
    Value::Kind value;
};
inline constexpr Virtual virtuals[] = {{"boolean", "switch", "turn_on", Value::Kind::Boolean},
                                       {"number", "number", "set_value", Value::Kind::Number},
                                       {"text", "text", "set_value", Value::Kind::Text},
                                       {"enum", "select", "select_option", Value::Kind::Text}};

inline const Virtual* virtualOf(const std::string& kind)
{
    for (const auto& known : virtuals)
        if (kind == known.kind) return &known;
    return nullptr;
}

} // namespace atrium::shelly::gen2
