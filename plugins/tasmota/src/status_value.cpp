#include "status_value.h"

namespace atrium::tasmota {

namespace {

struct StatusValue {
    const char *id, *name, *unit;
    Value::Kind kind;
    std::vector<const char*> state;  ///< where STATE says it, and StatusSTS; empty = nowhere
    std::vector<const char*> status; ///< where the answer to STATUS says it
};

const std::vector<StatusValue>& all()
{
    using Kind = Value::Kind;
    static const std::vector<StatusValue> values{
        {"status_ip", "IP", "", Kind::Text, {}, {"StatusNET", "IPAddress"}},
        {"last_restart_time", "Last Restart Time", "", Kind::Text, {}, {}},
        {"status_link_count", "WiFi Connect Count", "", Kind::Number, {"Wifi", "LinkCount"}, {}},
        {"status_mqtt_count", "MQTT Connect Count", "", Kind::Number, {"MqttCount"}, {}},
        {"status_restart_reason", "Restart Reason", "", Kind::Text, {}, {"StatusPRM", "RestartReason"}},
        {"status_rssi", "RSSI", "%", Kind::Number, {"Wifi", "RSSI"}, {}},
        {"status_signal", "Signal", "dBm", Kind::Number, {"Wifi", "Signal"}, {}},
        {"status_ssid", "SSID", "", Kind::Text, {"Wifi", "SSId"}, {}},
        {"status_version", "Firmware Version", "", Kind::Text, {}, {"StatusFWR", "Version"}},
        {"status_battery_percentage", "Battery Level", "%", Kind::Number, {"BatteryPercentage"}, {}}};
    return values;
}

std::string idOf(const Setup& setup, const char* id) { return setup.key + "_status_sensor_status_sensor_" + id; }

bool isBattery(const StatusValue& value) { return std::string_view(value.id) == "status_battery_percentage"; }

const Value* at(const Value& message, const std::vector<const char*>& path)
{
    const Value* value = path.empty() ? nullptr : &message;
    for (const char* key : path) value = value ? value->find(key) : nullptr;
    return value;
}

} // namespace

std::vector<AnnouncedEntity> statusEntities(const Setup& setup)
{
    std::vector<AnnouncedEntity> entities;
    for (const auto& status : all()) {
        if (isBattery(status) && !setup.hasBattery) continue;
        AnnouncedEntity entity;
        entity.id = idOf(setup, status.id);
        entity.spec.component = "sensor";
        entity.spec.name = status.name;
        entity.spec.unit = status.unit;
        entity.spec.category = EntityCategory::Diagnostic;
        entity.spec.enabled = isBattery(status);
        if (isBattery(status)) entity.spec.deviceClass = "battery", entity.spec.stateClass = "measurement";
        AnnouncedAttribute state;
        state.spec.kind = status.kind;
        state.spec.unit = status.unit;
        state.spec.deviceClass = entity.spec.deviceClass;
        state.spec.history = isBattery(status);
        entity.attributes.push_back(std::move(state));
        entities.push_back(std::move(entity));
    }
    return entities;
}

std::vector<EntityValues> statusOfSetup(const Setup& setup)
{
    return {{idOf(setup, "status_ip"), {{"state", setup.address}}},
            {idOf(setup, "status_version"), {{"state", setup.firmware}}}};
}

void readStatus(const Setup& setup, const Value& message, UtcTime time, std::vector<EntityValues>& values)
{
    const Value* inner = message.find("StatusSTS");
    for (const auto& status : all()) {
        const Value* value = at(inner ? *inner : message, status.state);
        if (!value) value = at(message, status.status);
        if (value && !value->isObject()) values.push_back({idOf(setup, status.id), {{"state", *value}}});
    }
    if (const Value* uptime = inner ? inner->find("UptimeSec") : nullptr; uptime && uptime->isInteger()) {
        const auto since = time - std::chrono::seconds(uptime->integer());
        values.push_back({idOf(setup, "last_restart_time"), {{"state", toIso8601(since)}}});
    }
}

} // namespace atrium::tasmota
