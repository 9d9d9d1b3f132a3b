#include "quantity.h"

namespace atrium::tasmota {

Quantity quantityOf(std::string_view name, const DeclaredUnits& units)
{
    struct Known {
        std::string_view name;
        const char *deviceClass, *stateClass, *unit;
    };
    static constexpr Known known[] = {{"Temperature", "temperature", "measurement", "t"},
                                      {"DewPoint", "temperature", "measurement", "t"},
                                      {"Humidity", "humidity", "measurement", "%"},
                                      {"Illuminance", "illuminance", "measurement", "lux"},
                                      {"Pressure", "pressure", "measurement", "p"},
                                      {"SeaPressure", "pressure", "measurement", "p"},
                                      {"Power", "power", "measurement", "W"},
                                      {"ApparentPower", "apparent_power", "measurement", "VA"},
                                      {"ReactivePower", "reactive_power", "measurement", "var"},
                                      {"Factor", "power_factor", "measurement", ""},
                                      {"Voltage", "voltage", "measurement", "V"},
                                      {"Current", "current", "measurement", "A"},
                                      {"Frequency", "frequency", "measurement", "Hz"},
                                      {"Total", "energy", "total", "kWh"},
                                      {"Today", "energy", "total_increasing", "kWh"},
                                      {"Yesterday", "energy", "", "kWh"},
                                      {"ExportActive", "energy", "total", "kWh"},
                                      {"ImportActive", "energy", "total", "kWh"},
                                      {"TotalTariff", "energy", "total", "kWh"},
                                      {"Period", "", "", "Wh"},
                                      {"CarbonDioxide", "carbon_dioxide", "measurement", "ppm"},
                                      {"eCO2", "carbon_dioxide", "measurement", "ppm"},
                                      {"TVOC", "volatile_organic_compounds_parts", "measurement", "ppb"},
                                      {"PM1", "pm1", "measurement", "µg/m³"},
                                      {"PM2.5", "pm25", "measurement", "µg/m³"},
                                      {"PM10", "pm10", "measurement", "µg/m³"},
                                      {"Distance", "distance", "measurement", "cm"},
                                      {"Weight", "weight", "measurement", "kg"},
                                      {"Moisture", "", "measurement", "%"},
                                      {"Speed", "speed", "measurement", "s"},
                                      {"TotalStartTime", "timestamp", "", ""}};
    for (const auto& entry : known) {
        if (entry.name != name) continue;
        Quantity quantity{entry.deviceClass, entry.stateClass, entry.unit};
        if (quantity.unit == "t") quantity.unit = units.temperature == "F" ? "°F" : "°C";
        if (quantity.unit == "p") quantity.unit = units.pressure.empty() ? "hPa" : std::string(units.pressure);
        if (quantity.unit == "s") quantity.unit = units.speed.empty() ? "m/s" : std::string(units.speed);
        return quantity;
    }
    return {};
}

bool isNoSensor(std::string_view name)
{
    for (const auto* other : {"Time", "PN532", "RDM6300", "TempUnit", "PressureUnit", "SpeedUnit"})
        if (name == other) return true;
    return false;
}

} // namespace atrium::tasmota
