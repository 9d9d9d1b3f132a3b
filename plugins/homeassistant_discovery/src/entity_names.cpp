#include "entity_shape.h"

namespace atrium::homeassistant_discovery {

std::string defaultName(const std::string& component, const std::string& deviceClass)
{
    constexpr std::pair<const char*, const char*> odd[] = {
        {"aqi", "Air quality index"},
        {"pm1", "PM1"},
        {"pm10", "PM10"},
        {"pm25", "PM2.5"},
        {"pm4", "PM4"},
        {"ph", "pH"},
        {"temperature_delta", "Temperature interval"},
        {"monetary", "Balance"},
        {"battery_charging", "Charging"},
        {"energy_distance", "Energy per distance"},
        {"energy_storage", "Stored energy"},
        {"volume_storage", "Stored volume"},
        {"co", "Carbon monoxide"},
        {"co2", "Carbon dioxide"},
        {"voc", "Volatile organic compounds"},
        {"volatile_organic_compounds_parts", "Volatile organic compounds parts"}};
    std::string words = deviceClass;
    for (const auto& [name, text] : odd)
        if (deviceClass == name) return text;
    if (words.empty() || deviceClass == "enum") {
        if (component == "climate") return "MQTT HVAC";
        if (component == "alarm_control_panel") return "MQTT Alarm";
        words = component;
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i] == '_') words[i] = ' ';
            else if (i == 0 || words[i - 1] == ' ') words[i] = static_cast<char>(std::toupper(words[i]));
        }
        return "MQTT " + words;
    }
    for (auto& c : words)
        if (c == '_') c = ' ';
    words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    return words;
}

DeviceAnnouncement deviceOf(const EntityConfig& entity)
{
    DeviceAnnouncement device;
    const Value* block = entity.config.find("device");
    if (!block || !block->isObject()) {
        device.key = entity.component + ' ' + entity.id;
        device.identifiers = {device.key};
        device.name = entity.text("name", defaultName(entity.component, entity.text("device_class")));
        return device;
    }
    const EntityConfig said{{}, {}, block->object()};
    device.identifiers = said.texts("identifiers");
    if (const Value* connections = block->find("connections"); connections && connections->isList())
        for (const auto& connection : connections->list()) {
            if (!connection.isList() || connection.list().size() != 2) continue;
            const auto kind = jinja::Var::from(connection.list()[0]).text();
            const auto id = jinja::Var::from(connection.list()[1]).text();
            if (kind == "mac" || kind == "bluetooth") device.macs.push_back(id);
            else device.alsoKnownAs.push_back(kind + ':' + id);
        }
    device.name = said.text("name");
    device.maker = said.text("manufacturer");
    device.model = said.text("model");
    device.modelId = said.text("model_id");
    device.firmware = said.text("sw_version");
    device.hardware = said.text("hw_version");
    device.serialNumber = said.text("serial_number");
    device.suggestedRoom = said.text("suggested_area");
    device.configurationUrl = said.text("configuration_url");
    device.via = said.text("via_device");
    if (!device.identifiers.empty()) device.key = device.identifiers[0];
    else if (!device.macs.empty()) device.key = device.macs[0];
    else if (!device.alsoKnownAs.empty()) device.key = device.alsoKnownAs[0];
    else device.key = entity.component + ' ' + entity.id;
    return device;
}

} // namespace atrium::homeassistant_discovery
