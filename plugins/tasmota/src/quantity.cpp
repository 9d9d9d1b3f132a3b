#include "quantity.h"

#include <algorithm>
#include <iterator>

namespace atrium::tasmota {

namespace {

struct Known {
    std::string_view name;
    const char *deviceClass, *stateClass, *unit; ///< unit `t`, `p`, `s`: the one that the device declares
};

constexpr Known known[] = {{"ActivePower", "power", "measurement", "W"},
                           {"Ambient", "illuminance", "measurement", "lux"},
                           {"ApparentPower", "apparent_power", "measurement", "VA"},
                           {"Battery", "battery", "measurement", "%"},
                           {"Blue", "", "", "B"},
                           {"CCT", "", "", "K"},
                           {"CF1", "", "", "µg/m³"},
                           {"CF10", "", "", "µg/m³"},
                           {"CF2.5", "", "", "µg/m³"},
                           {"CarbonDioxide", "carbon_dioxide", "measurement", "ppm"},
                           {"Current", "current", "measurement", "A"},
                           {"CurrentNeutral", "current", "measurement", "A"},
                           {"DewPoint", "temperature", "measurement", "t"},
                           {"Distance", "distance", "measurement", "cm"},
                           {"Energy", "energy", "total", "kWh"},
                           {"ExportActive", "energy", "total", "kWh"},
                           {"ExportReactive", "", "total", "kvarh"},
                           {"ExportTariff", "energy", "total", "kWh"},
                           {"Factor", "power_factor", "measurement", ""},
                           {"Frequency", "frequency", "measurement", "Hz"},
                           {"Green", "", "", "G"},
                           {"Humidity", "humidity", "measurement", "%"},
                           {"Illuminance", "illuminance", "measurement", "lux"},
                           {"ImportActive", "energy", "total", "kWh"},
                           {"ImportReactive", "", "total", "kvarh"},
                           {"Moisture", "moisture", "measurement", "%"},
                           {"PB0.3", "", "", "ppd"},
                           {"PB0.5", "", "", "ppd"},
                           {"PB1", "", "", "ppd"},
                           {"PB10", "", "", "ppd"},
                           {"PB2.5", "", "", "ppd"},
                           {"PB5", "", "", "ppd"},
                           {"PM1", "pm1", "measurement", "µg/m³"},
                           {"PM10", "pm10", "measurement", "µg/m³"},
                           {"PM2.5", "pm25", "measurement", "µg/m³"},
                           {"Period", "", "", "Wh"},
                           {"PhaseAngle", "", "", "°"},
                           {"Power", "power", "measurement", "W"},
                           {"Pressure", "pressure", "measurement", "p"},
                           {"Proximity", "", "", ""},
                           {"ReactivePower", "reactive_power", "measurement", "var"},
                           {"Red", "", "", "R"},
                           {"SeaPressure", "pressure", "measurement", "p"},
                           {"Speed", "speed", "measurement", "s"},
                           {"TVOC", "volatile_organic_compounds_parts", "measurement", "ppb"},
                           {"Temperature", "temperature", "measurement", "t"},
                           {"Today", "energy", "total_increasing", "kWh"},
                           {"Total", "energy", "total", "kWh"},
                           {"TotalStartTime", "timestamp", "", ""},
                           {"TotalTariff", "energy", "total", "kWh"},
                           {"Voltage", "voltage", "measurement", "V"},
                           {"Weight", "weight", "measurement", "kg"},
                           {"Yesterday", "energy", "", "kWh"},
                           {"eCO2", "carbon_dioxide", "measurement", "ppm"}};

const Known* find(std::string_view name)
{
    const auto found =
        std::find_if(std::begin(known), std::end(known), [&](const Known& one) { return one.name == name; });
    return found == std::end(known) ? nullptr : found;
}

} // namespace

Quantity quantityOf(std::string_view name, const DeclaredUnits& units)
{
    const Known* entry = find(name);
    if (!entry) return {};
    Quantity quantity{entry->deviceClass, entry->stateClass, entry->unit};
    if (quantity.unit == "t") quantity.unit = units.temperature == "F" ? "°F" : "°C";
    if (quantity.unit == "p") quantity.unit = units.pressure.empty() ? "hPa" : std::string(units.pressure);
    if (quantity.unit == "s") quantity.unit = units.speed.empty() ? "m/s" : std::string(units.speed);
    return quantity;
}

bool isQuantity(std::string_view name) { return find(name) != nullptr; }

bool isNoSensor(std::string_view name)
{
    for (const auto* other : {"Time", "PN532", "RDM6300", "TempUnit", "PressureUnit", "SpeedUnit"})
        if (name == other) return true;
    return false;
}

} // namespace atrium::tasmota
