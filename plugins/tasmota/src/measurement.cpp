#include "measurement.h"

namespace atrium::tasmota {

namespace {

/// The name in a path that says what is measured: the second, as in `TX23 Speed Avg`, unless the third is a quantity
/// itself, as in `ANALOG CTEnergy1 Power`.
std::string quantityIn(const std::vector<Value>& path)
{
    const std::string first = asText(path[0]), second = asText(path[1]);
    // Of lightning and of radar: in no unit.
    if (second == "Energy" && (first == "AS3935" || first == "LD2410")) return {};
    if (path.size() > 2)
        if (const auto* third = path[2].ifText(); third && isQuantity(*third)) return *third;
    // The pins of an ESP32 are numbered: Temperature1.
    if (first == "ANALOG" && !second.empty() && std::isdigit(static_cast<unsigned char>(second.back())))
        return second.substr(0, second.size() - 1);
    return second;
}

const Value* valueAt(const Value& sensors, const std::vector<Value>& path)
{
    const Value* value = &sensors;
    for (const auto& part : path) {
        if (!value) return nullptr;
        if (const auto* key = part.ifText()) value = value->find(*key);
        else {
            const auto index = static_cast<std::size_t>(part.integer());
            // A device with one phase less than it announced says one number in place of the list.
            if (index == 0 && !value->isList() && !value->isObject()) continue;
            value = value->isList() && index < value->list().size() ? &value->list()[index] : nullptr;
        }
    }
    return value;
}

} // namespace

bool Measurements::learn(const Value& sensors)
{
    bool isNew = false;
    temperatureUnit_ = sensors.textOr("TempUnit", temperatureUnit_);
    pressureUnit_ = sensors.textOr("PressureUnit", pressureUnit_);
    speedUnit_ = sensors.textOr("SpeedUnit", speedUnit_);
    std::vector<Value> path;
    if (sensors.isObject()) collect(sensors, path, isNew);
    return isNew;
}

void Measurements::collect(const Value& value, std::vector<Value>& path, bool& isNew)
{
    constexpr std::size_t most = 200;
    if (path.size() > 6 || all_.size() >= most) return;
    if (const auto* object = value.ifObject()) {
        for (const auto& [key, member] : *object) {
            if (path.empty() && (isNoSensor(key) || !member.isObject())) continue; // `Time`, `Switch1`
            path.emplace_back(key);
            collect(member, path, isNew);
            path.pop_back();
        }
        return;
    }
    if (const auto* list = value.ifList()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            path.emplace_back(static_cast<std::int64_t>(i));
            collect((*list)[i], path, isNew);
            path.pop_back();
        }
        return;
    }
    std::string id = key_ + "_sensor_sensor";
    for (const auto& part : path) id += '_' + asText(part);
    if (!ids_.insert(id).second) return;
    all_.push_back({id, path, quantityIn(path), value.isText() ? Value::Kind::Text : Value::Kind::Number});
    isNew = true;
}

std::vector<AnnouncedEntity> Measurements::entities() const
{
    std::vector<AnnouncedEntity> entities;
    for (const auto& measurement : all_) {
        const auto quantity = quantityOf(measurement.quantity, {temperatureUnit_, pressureUnit_, speedUnit_});
        AnnouncedEntity entity;
        entity.id = measurement.id;
        auto& spec = entity.spec;
        spec.component = "sensor";
        std::string name;
        for (const auto& part : measurement.path) name += (name.empty() ? "" : " ") + asText(part);
        spec.name = name;
        spec.deviceClass = quantity.deviceClass;
        spec.stateClass = quantity.stateClass;
        spec.unit = quantity.unit;
        spec.capabilities = Object{{"value_path", List(measurement.path.begin(), measurement.path.end())}};
        AnnouncedAttribute state;
        state.spec.kind = measurement.kind;
        state.spec.unit = quantity.unit;
        state.spec.deviceClass = quantity.deviceClass;
        entity.attributes.push_back(std::move(state));
        entities.push_back(std::move(entity));
    }
    return entities;
}

void Measurements::read(const Value& sensors, std::vector<EntityValues>& values) const
{
    for (const auto& measurement : all_) {
        const Value* value = valueAt(sensors, measurement.path);
        if (value && !value->isObject() && !value->isList()) values.push_back({measurement.id, {{"state", *value}}});
    }
}

} // namespace atrium::tasmota
