#include "sensor.h"

#include "atrium/json.h"

#include <charconv>

namespace atrium::security {

namespace {

constexpr std::size_t maxPayloadBytes = 16 * 1024;

std::optional<bool> asTriggered(const Value* value)
{
    if (!value) return {};
    if (const auto* boolean = value->ifBoolean()) return *boolean;
    if (const auto number = value->ifNumber()) return *number > 0;
    return {};
}

} // namespace

Result<Reading> decodeReading(std::string_view payload, const std::string& sensorType)
{
    const auto json = parseJson(payload, {maxPayloadBytes, 8});
    if (!json) return json.error();
    if (!json->isObject())
        return makeError(ErrorCode::InvalidArgument, {"Un objet JSON est attendu", "A JSON object is expected"});
    Reading reading;
    for (const std::string& name : {std::string("triggered"), sensorType, std::string("value")})
        if (!reading.triggered) reading.triggered = asTriggered(json->find(name));
    if (const Value* battery = json->find("battery")) reading.battery = battery->ifNumber();
    return reading;
}

SensorId sensorOfTopic(std::string_view prefix, std::string_view topic)
{
    constexpr std::string_view middle = "/sensors/", end = "/data";
    if (!topic.starts_with(prefix) || topic.size() <= prefix.size() + middle.size() + end.size()) return {};
    topic.remove_prefix(prefix.size());
    if (!topic.starts_with(middle) || !topic.ends_with(end)) return {};
    topic = topic.substr(middle.size(), topic.size() - middle.size() - end.size());
    std::int64_t id = 0;
    const auto [stop, error] = std::from_chars(topic.data(), topic.data() + topic.size(), id);
    return error == std::errc{} && stop == topic.data() + topic.size() && id > 0 ? SensorId{id} : SensorId{};
}

std::string sentenceOf(const std::string& sensorType)
{
    if (sensorType == "motion") return "Mouvement détecté";
    if (sensorType == "smoke") return "Fumée détectée";
    if (sensorType == "fire") return "Feu détecté";
    if (sensorType == "gas") return "Gaz détecté";
    if (sensorType == "water") return "Fuite d'eau détectée";
    if (sensorType == "door") return "Ouverture détectée";
    return "Capteur déclenché : " + sensorType;
}

Severity severityOf(const std::string& sensorType)
{
    return sensorType == "smoke" || sensorType == "fire" || sensorType == "gas" ? Severity::Critical
                                                                                : Severity::Warning;
}

Object toView(const Sensor& sensor)
{
    const bool never = sensor.lastTrigger == UtcTime{};
    return {{"id", sensor.id.value},
            {"name", sensor.name},
            {"type", sensor.type},
            {"location", sensor.location},
            {"status", sensor.state == SensorState::Active ? "active" : "inactive"},
            {"triggered", sensor.triggered},
            {"battery", Value(sensor.battery)},
            {"lastTrigger", never ? Value() : Value(toIso8601(sensor.lastTrigger))}};
}

} // namespace atrium::security
