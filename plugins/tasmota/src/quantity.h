#pragma once

#include <string>
#include <string_view>

namespace atrium::tasmota {

/// What a name such as `Temperature` or `TotalTariff` measures.
struct Quantity {
    std::string deviceClass, stateClass, unit;
};

/// The units that a device says it uses; empty = the usual one.
struct DeclaredUnits {
    std::string_view temperature, pressure, speed;
};

Quantity quantityOf(std::string_view name, const DeclaredUnits& units);
bool isQuantity(std::string_view name);

/// Members of SENSOR that are no measurement.
bool isNoSensor(std::string_view name);

} // namespace atrium::tasmota
