#include "shelly_device.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::shelly {

namespace {

/// A measured member of a component's status.
struct Measure {
    const char* key; ///< `a.b` = nested
    const char* suffix;
    const char* deviceClass;
    const char* unit;
    const char* stateClass;
};

constexpr Measure measures[] = {
    {"apower", "apower", "power", "W", "measurement"},
    {"voltage", "voltage", "voltage", "V", "measurement"},
    {"current", "current", "current", "A", "measurement"},
    {"freq", "freq", "frequency", "Hz", "measurement"},
    {"pf", "pf", "power_factor", "", "measurement"},
    {"aenergy.total", "energy", "energy", "Wh", "total_increasing"},
    {"temperature.tC", "temperature", "temperature", "°C", "measurement"},
    {"tC", "", "temperature", "°C", "measurement"},
    {"rh", "", "humidity", "%", "measurement"},
    {"lux", "", "illuminance", "lx", "measurement"},
    {"battery.percent", "battery", "battery", "%", "measurement"},
    {"act_power", "act_power", "power", "W", "measurement"},
    {"aprt_power", "aprt_power", "apparent_power", "VA", "measurement"},
    {"a_act_power", "a_act_power", "power", "W", "measurement"},
    {"b_act_power", "b_act_power", "power", "W", "measurement"},
    {"c_act_power", "c_act_power", "power", "W", "measurement"},
    {"a_voltage", "a_voltage", "voltage", "V", "measurement"},
    {"b_voltage", "b_voltage", "voltage", "V", "measurement"},
    {"c_voltage", "c_voltage", "voltage", "V", "measurement"},
    {"a_current", "a_current", "current", "A", "measurement"},
    {"b_current", "b_current", "current", "A", "measurement"},
    {"c_current", "c_current", "current", "A", "measurement"},
    {"total_act_power", "total_act_power", "power", "W", "measurement"},
    {"total_act", "total_act", "energy", "Wh", "total_increasing"},
    {"total_act_energy", "total_act_energy", "energy", "Wh", "total_increasing"},
    {"percent", "percent", "", "%", "measurement"},
};

const Value* member(const Value& status, std::string_view path)
{
    const Value* value = &status;
    while (value && !path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        value = value->find(path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return value;
}

std::string kindOf(const std::string& component) { return component.substr(0, component.find(':')); }

bool isKnown(const std::string& kind)
{
    for (const char* known :
         {"switch", "light", "cover", "input", "temperature", "humidity", "illuminance", "thermostat", "devicepower",
          "pm1", "em", "emdata", "em1", "em1data", "smoke", "flood", "voltmeter"})
        if (kind == known) return true;
    return false;
}

void overlay(Object& under, const Object& over)
{
    for (const auto& [key, value] : over) {
        Value* known = under.find(key);
        if (known && known->isObject() && value.isObject()) overlay(known->object(), value.object());
        else under.set(key, value);
    }
}

Error badArgument(const std::string& what)
{
    return makeError(ErrorCode::InvalidArgument,
                     {"Paramètre de commande invalide : " + what, "Invalid command argument: " + what});
}

} // namespace

AnnouncedEntity& ShellyDevice::add(const std::string& component, const std::string& suffix, const char* kind,
                                   Value::Kind value)
{
    AnnouncedEntity entity;
    entity.id = prefix_ + '-' + component + (suffix.empty() ? "" : '-' + suffix);
    entity.availability = Availability::NeverHeard;
    entity.spec.component = kind;
    std::string name = component;
    std::replace(name.begin(), name.end(), ':', ' ');
    entity.spec.name = name;
    entity.wish = suffix.empty() ? name : suffix;
    AnnouncedAttribute state;
    state.spec.kind = value;
    entity.attributes.push_back(std::move(state));
    entities_.push_back(std::move(entity));
    return entities_.back();
}

bool ShellyDevice::take(const std::string& component, const Value& status)
{
    if (!status.isObject()) return false;
    if (component == "sys") return takeInfo(status);
    if (!isKnown(kindOf(component)) || (status_.size() >= 100 && !status_.contains(component))) return false;
    overlay(status_[component], status.object());
    return learn(component, status_.at(component));
}

bool ShellyDevice::takeInfo(const Value& info)
{
    bool isNew = false;
    const auto take = [&](std::string& field, const char* key) {
        const auto said = info.textOr(key, "");
        if (said.empty() || said == field) return;
        field = said;
        isNew = true;
    };
    take(mac_, "mac");
    take(name_, "name");
    take(model_, "app");
    take(modelId_, "model");
    take(firmware_, "ver");
    return isNew;
}

bool ShellyDevice::learn(const std::string& component, const Value& status)
{
    const std::string kind = kindOf(component);
    const auto isThere = [&](const std::string& suffix) {
        const std::string id = prefix_ + '-' + component + (suffix.empty() ? "" : '-' + suffix);
        return std::any_of(entities_.begin(), entities_.end(),
                           [&](const AnnouncedEntity& entity) { return entity.id == id; });
    };
    const auto before = entities_.size();
    const auto attribute = [](AnnouncedEntity& entity, const char* role, const char* unit) {
        AnnouncedAttribute added{role, {}};
        added.spec.unit = unit;
        added.spec.writable = std::string_view(role) != "current_temperature";
        entity.attributes.push_back(std::move(added));
    };
    if (!isThere("")) {
        if (kind == "switch" && status.find("output"))
            add(component, "", "switch", Value::Kind::Boolean).spec.commands = {"turn_on", "turn_off"};
        if (kind == "light" && status.find("output")) {
            auto& entity = add(component, "", "light", Value::Kind::Boolean);
            entity.spec.commands = {"turn_on", "turn_off", "set_brightness"};
            attribute(entity, "brightness_pct", "%");
        }
        if (kind == "cover") {
            auto& entity = add(component, "", "cover", Value::Kind::Text);
            entity.spec.commands = {"open", "close", "stop", "set_position"};
            attribute(entity, "position", "%");
        }
        if (kind == "input" && status.find("state") && !status.find("state")->isNull())
            add(component, "", "binary_sensor", Value::Kind::Boolean);
        if (kind == "smoke" || kind == "flood")
            add(component, "", "binary_sensor", Value::Kind::Boolean).spec.deviceClass =
                kind == "smoke" ? "smoke" : "moisture";
        if (kind == "thermostat") {
            auto& entity = add(component, "", "climate", Value::Kind::Text);
            entity.spec.name.reset();
            entity.spec.commands = {"turn_on", "turn_off", "set_mode", "set_temperature"};
            entity.spec.capabilities = Object{{"modes", List{"off", "heat"}}};
            attribute(entity, "current_temperature", "°C");
            attribute(entity, "target_temperature", "°C");
        }
    }
    for (const auto& measure : measures) {
        const Value* value = member(status, measure.key);
        if (!value || !value->isNumeric() || isThere(measure.suffix)) continue;
        auto& entity = add(component, measure.suffix, "sensor", Value::Kind::Number);
        entity.spec.deviceClass = measure.deviceClass;
        entity.spec.unit = measure.unit;
        entity.spec.stateClass = measure.stateClass;
        entity.attributes[0].spec.unit = measure.unit;
        // What measures nothing else carries the device's name.
        if (!*measure.suffix) {
            entity.spec.name.reset();
            entity.wish = measure.deviceClass;
        }
    }
    return entities_.size() > before;
}

DeviceAnnouncement ShellyDevice::announcement() const
{
    DeviceAnnouncement out;
    out.key = prefix_;
    out.identifiers = {prefix_};
    if (!mac_.empty()) out.macs = {mac_};
    out.name = name_.empty() ? prefix_ : name_;
    out.maker = "Shelly";
    out.model = model_;
    out.modelId = modelId_;
    out.firmware = firmware_;
    out.tellsAvailability = true;
    out.entities = entities_;
    return out;
}

std::vector<ShellyDevice::Reading> ShellyDevice::read(const std::string& component) const
{
    std::vector<Reading> all;
    const auto found = status_.find(component);
    if (found == status_.end()) return all;
    const Value status = found->second;
    const std::string base = prefix_ + '-' + component;
    const std::string kind = kindOf(component);
    Reading main{base, {}};
    const auto take = [&](const char* key, const char* role) {
        if (const Value* value = status.find(key); value && !value->isNull()) main.values.emplace_back(role, *value);
    };
    if (kind == "switch" || kind == "light") take("output", "state");
    if (kind == "light") take("brightness", "brightness_pct");
    if (kind == "input") take("state", "state");
    if (kind == "smoke" || kind == "flood") take("alarm", "state");
    if (kind == "cover") {
        const auto state = status.textOr("state", "");
        const Value* position = status.find("current_pos");
        const auto at = position ? position->ifNumber() : std::nullopt;
        if (state == "stopped") main.values.emplace_back("state", at && *at == 0 ? "closed" : "open");
        else if (!state.empty()) main.values.emplace_back("state", state);
        if (at) main.values.emplace_back("position", *position);
    }
    if (kind == "thermostat") {
        main.values.emplace_back("state", status.booleanOr("enable", true) ? "heat" : "off");
        take("current_C", "current_temperature");
        take("target_C", "target_temperature");
    }
    if (!main.values.empty()) all.push_back(std::move(main));
    for (const auto& measure : measures)
        if (const Value* value = member(status, measure.key); value && value->isNumeric())
            all.push_back(
                {base + (*measure.suffix ? std::string("-") + measure.suffix : std::string{}), {{"state", *value}}});
    return all;
}

Result<EntityPlan> ShellyDevice::plan(const EntityCommand& command) const
{
    const std::string component = command.entity.id.substr(std::min(prefix_.size() + 1, command.entity.id.size()));
    const auto colon = component.find(':');
    if (colon == std::string::npos) return makeError(ErrorCode::Unavailable);
    const std::string kind = component.substr(0, colon);
    const std::int64_t id = std::atoi(component.c_str() + colon + 1);
    const auto number = [&](const char* key) {
        return command.arguments.find(key) ? command.arguments.find(key)->ifNumber() : std::nullopt;
    };
    EntityPlan plan;
    std::string method;
    Object parameters{{"id", id}};
    const bool on = command.name == "turn_on";
    if (kind == "thermostat") {
        Object config{{"id", id}};
        if (command.name == "set_temperature") {
            const auto wanted = number("temperature");
            if (!wanted || *wanted < 0 || *wanted > 40) return badArgument("temperature");
            config.set("target_C", *wanted);
            plan.expected.emplace_back("target_temperature", *wanted);
        }
        else {
            const auto* mode = command.arguments.find("mode");
            const bool enable = command.name == "set_mode" ? mode && *mode == Value("heat") : on;
            config.set("enable", enable);
            plan.expected.emplace_back("state", enable ? "heat" : "off");
        }
        method = "Thermostat.SetConfig";
        parameters = Object{{"id", id}, {"config", std::move(config)}};
    }
    else if (kind == "cover") {
        method = command.name == "open"    ? "Cover.Open"
                 : command.name == "close" ? "Cover.Close"
                 : command.name == "stop"  ? "Cover.Stop"
                                           : "Cover.GoToPosition";
        if (command.name == "open") plan.expected.emplace_back("state", "open");
        if (command.name == "close") plan.expected.emplace_back("state", "closed");
        if (command.name == "set_position") {
            const auto wanted = number("position");
            if (!wanted || *wanted < 0 || *wanted > 100) return badArgument("position");
            parameters.set("pos", static_cast<std::int64_t>(std::lround(*wanted)));
            plan.expected.emplace_back("position", *wanted);
        }
    }
    else {
        method = kind == "light" ? "Light.Set" : "Switch.Set";
        if (command.name == "set_brightness") {
            auto wanted = number("brightness_pct");
            if (const auto raw = number("brightness_255"); !wanted && raw) wanted = *raw * 100 / 255;
            if (!wanted || *wanted < 0 || *wanted > 100) return badArgument("brightness_pct");
            parameters.set("brightness", static_cast<std::int64_t>(std::lround(*wanted)));
            plan.expected.emplace_back("brightness_pct", static_cast<std::int64_t>(std::lround(*wanted)));
        }
        const bool isOn = on || command.name == "set_brightness";
        parameters.set("on", isOn);
        plan.expected.emplace_back("state", isOn);
    }
    const Object request{
        {"id", 1}, {"src", "atrium/rpc-" + prefix_}, {"method", method}, {"params", std::move(parameters)}};
    plan.publications.push_back({prefix_ + "/rpc", toJson(request), 1, false});
    return plan;
}

} // namespace atrium::shelly
