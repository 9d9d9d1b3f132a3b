#include "tasmota_device.h"

#include "quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atrium::tasmota {

namespace {

std::string replaced(std::string text, std::string_view what, const std::string& by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

std::string asText(const Value& value)
{
    if (const auto* text = value.ifText()) return *text;
    if (const auto* whole = value.ifInteger()) return std::to_string(*whole);
    return {};
}

std::string listText(const Value& config, const char* key, std::size_t index)
{
    const Value* list = config.find(key);
    return list && list->isList() && index < list->list().size() ? asText(list->list()[index]) : std::string{};
}

struct StatusSensor {
    const char* id;
    const char* name;
    const char* unit;
    std::vector<const char*> path; ///< in STATE
};

const std::vector<StatusSensor>& statusSensors()
{
    static const std::vector<StatusSensor> all{{"status_ip", "IP", "", {}},
                                               {"last_restart_time", "Last Restart Time", "", {}},
                                               {"status_link_count", "WiFi Connect Count", "", {"Wifi", "LinkCount"}},
                                               {"status_mqtt_count", "MQTT Connect Count", "", {"MqttCount"}},
                                               {"status_restart_reason", "Restart Reason", "", {}},
                                               {"status_rssi", "RSSI", "%", {"Wifi", "RSSI"}},
                                               {"status_signal", "Signal", "dBm", {"Wifi", "Signal"}},
                                               {"status_ssid", "SSID", "", {"Wifi", "SSId"}},
                                               {"status_version", "Firmware Version", "", {}}};
    return all;
}

std::vector<int> numbers(const Value* value)
{
    std::vector<int> out;
    const std::string text = value && value->isText() ? value->text() : std::string{};
    for (std::size_t at = 0; at < text.size();) {
        int number = 0;
        const auto end = std::min(text.find(',', at), text.size());
        if (std::from_chars(text.data() + at, text.data() + end, number).ec != std::errc{}) return {};
        out.push_back(number);
        at = end + 1;
    }
    return out;
}

} // namespace

std::string TasmotaDevice::relayId(const char* kind, int index) const
{
    return key_ + '_' + kind + '_' + std::to_string(index);
}

Result<TasmotaDevice> TasmotaDevice::fromConfig(const Value& config)
{
    TasmotaDevice device;
    device.mac_ = device.key_ = config.textOr("mac", "");
    device.topic_ = config.textOr("t", "");
    const auto fullTopic = config.textOr("ft", "");
    if (device.mac_.empty() || device.topic_.empty() || fullTopic.empty())
        return makeError(ErrorCode::InvalidArgument, {"mac, t et ft sont requis", "mac, t and ft are required"});
    device.hasDiscovery_ = true;
    device.name_ = config.textOr("dn", device.topic_);
    device.model_ = config.textOr("md", "");
    device.firmware_ = config.textOr("sw", "");
    device.address_ = config.textOr("ip", "");
    if (!device.address_.empty()) device.url_ = "http://" + device.address_ + '/';
    device.onlineWord_ = config.textOr("onln", "Online");
    device.offlineWord_ = config.textOr("ofln", "Offline");
    if (const auto off = listText(config, "state", 0); !off.empty()) device.off_ = off;
    if (const auto on = listText(config, "state", 1); !on.empty()) device.on_ = on;
    device.lightKind_ = static_cast<int>(config.integerOr("lt_st", 0));
    device.sleeps_ = config.integerOr("dslp", 0) != 0;
    std::string base = replaced(replaced(fullTopic, "%topic%", device.topic_), "%hostname%", config.textOr("hn", ""));
    base = replaced(base, "%id%", device.mac_.size() >= 6 ? device.mac_.substr(device.mac_.size() - 6) : device.mac_);
    device.commandPrefix_ = replaced(base, "%prefix%", listText(config, "tp", 0));
    device.statPrefix_ = replaced(base, "%prefix%", listText(config, "tp", 1));
    device.telePrefix_ = replaced(base, "%prefix%", listText(config, "tp", 2));

    const Value* options = config.find("so");
    const bool relaysAreLights = options && options->integerOr("30", 0) != 0;
    const Value* relays = config.find("rl");
    int shutters = 0;
    for (std::size_t i = 0; relays && relays->isList() && i < relays->list().size(); ++i) {
        const auto* kind = relays->list()[i].ifInteger();
        if (!kind || *kind == 0) continue;
        const int index = static_cast<int>(i);
        std::string name = listText(config, "fn", i);
        if (name.empty()) name = index == 0 ? device.name_ : device.name_ + ' ' + std::to_string(index + 1);
        if (name == device.name_) name.clear();
        if (*kind == 1 && relaysAreLights)
            device.relays_.push_back({"light", device.relayId("light_relay", index), name, index + 1});
        else if (*kind == 1)
            device.relays_.push_back({"switch", device.relayId("switch_relay", index), name, index + 1});
        else if (*kind == 2) device.relays_.push_back({"light", device.relayId("light_light", index), name, index + 1});
        else if (*kind == 3) { // two relays each
            device.relays_.push_back({"cover", device.relayId("cover_shutter", shutters), name, shutters + 1});
            ++shutters;
            ++i;
        }
    }
    return device;
}

TasmotaDevice TasmotaDevice::fromTopic(std::string topic, std::string commandPrefix)
{
    TasmotaDevice device;
    device.key_ = device.topic_ = std::move(topic);
    device.commandPrefix_ = std::move(commandPrefix);
    return device;
}

bool TasmotaDevice::learnStatus(const Value& message)
{
    bool isNew = false;
    const auto take = [&](std::string& field, const std::string& said) {
        if (said.empty() || said == field) return;
        field = said;
        isNew = true;
    };
    if (const Value* status = message.find("Status")) {
        take(name_, status->textOr("DeviceName", listText(*status, "FriendlyName", 0)));
        if (const Value* module = status->find("Module")) take(model_, "Module " + asText(*module));
    }
    if (const Value* firmware = message.find("StatusFWR")) take(firmware_, firmware->textOr("Version", ""));
    if (const Value* net = message.find("StatusNET")) {
        take(mac_, net->textOr("Mac", ""));
        take(address_, net->textOr("IPAddress", ""));
    }
    return isNew;
}

bool TasmotaDevice::learnRelays(const Value& state)
{
    if (hasDiscovery_ || !state.isObject()) return false;
    bool isNew = false;
    for (const auto& [key, value] : state.object()) {
        if (!key.starts_with("POWER") || !value.isText()) continue;
        const int number = key.size() == 5 ? 1 : std::atoi(key.c_str() + 5);
        const auto known = [number](const Relay& relay) { return relay.number == number; };
        if (number < 1 || number > 32 || std::any_of(relays_.begin(), relays_.end(), known)) continue;
        const bool isLight = state.find("Dimmer") && number == 1;
        relays_.push_back({isLight ? "light" : "switch", relayId(isLight ? "light_light" : "switch_relay", number - 1),
                           number == 1 ? "" : name_ + ' ' + std::to_string(number), number});
        if (isLight) lightKind_ = state.find("Color") ? 5 : state.find("CT") ? 2 : 1;
        isNew = true;
    }
    return isNew;
}

bool TasmotaDevice::learnSensors(const Value& sensors)
{
    bool isNew = false;
    temperatureUnit_ = sensors.textOr("TempUnit", temperatureUnit_);
    pressureUnit_ = sensors.textOr("PressureUnit", pressureUnit_);
    speedUnit_ = sensors.textOr("SpeedUnit", speedUnit_);
    std::vector<Value> path;
    if (sensors.isObject()) collect(sensors, path, isNew);
    return isNew;
}

void TasmotaDevice::collect(const Value& value, std::vector<Value>& path, bool& isNew)
{
    constexpr std::size_t limit = 200;
    if (path.size() > 6 || sensors_.size() >= limit) return;
    if (const auto* object = value.ifObject()) {
        for (const auto& [key, member] : *object) {
            if (path.empty() && isNoSensor(key)) continue;
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
    if (path.size() < 2) return; // `Time`, `Switch1`: no measurement of a sensor
    std::string id = key_ + "_sensor_sensor";
    for (const auto& part : path) id += '_' + asText(part);
    if (sensorKinds_.contains(id)) return;
    sensorKinds_[id] = value.isText() ? Value::Kind::Text : Value::Kind::Number;
    sensors_.push_back({id, path});
    isNew = true;
}

DeviceAnnouncement TasmotaDevice::announcement() const
{
    DeviceAnnouncement out;
    out.key = key_;
    out.identifiers = {key_};
    if (!mac_.empty()) out.macs = {mac_};
    out.name = name_;
    out.maker = "Tasmota";
    out.model = model_;
    out.firmware = firmware_;
    out.configurationUrl = url_;
    out.tellsAvailability = !sleeps_;
    const auto availability = sleeps_ ? Availability::Available : Availability::NeverHeard;
    for (const auto& relay : relays_) {
        AnnouncedEntity entity;
        entity.id = relay.id;
        entity.availability = availability;
        entity.spec.component = relay.component;
        if (!relay.name.empty()) entity.spec.name = relay.name;
        const auto add = [&](const char* role, Value::Kind kind) -> AttributeSpec& {
            entity.attributes.push_back({role, {}});
            entity.attributes.back().spec.kind = kind;
            entity.attributes.back().spec.writable = true;
            return entity.attributes.back().spec;
        };
        if (relay.component == "cover") {
            entity.spec.commands = {"open", "close", "stop", "set_position", "set_tilt"};
            add("state", Value::Kind::Text).writable = false;
            auto& position = add("position", Value::Kind::Number);
            position.unit = "%", position.minimum = 0, position.maximum = 100;
            add("tilt", Value::Kind::Number);
        }
        else {
            entity.spec.commands = {"turn_on", "turn_off"};
            add("state", Value::Kind::Boolean);
        }
        if (relay.component == "light" && relay.id.find("_light_light_") != std::string::npos) {
            auto& level = add("brightness_pct", Value::Kind::Number);
            level.unit = "%", level.minimum = 0, level.maximum = 100;
            entity.spec.commands.emplace_back("set_brightness");
            if (lightKind_ == 2 || lightKind_ == 5) {
                add("color_temp", Value::Kind::Number);
                entity.spec.commands.emplace_back("set_color_temp");
            }
            if (lightKind_ >= 3) {
                add("hs", Value::Kind::List).history = false;
                entity.spec.commands.emplace_back("set_hs");
            }
            add("white_value", Value::Kind::Number).writable = false;
        }
        out.entities.push_back(std::move(entity));
    }
    for (const auto& sensor : sensors_) {
        const auto quantity = quantityOf(asText(*std::find_if(sensor.path.rbegin(), sensor.path.rend(),
                                                              [](const Value& part) { return part.isText(); })),
                                         {temperatureUnit_, pressureUnit_, speedUnit_});
        AnnouncedEntity entity;
        entity.id = sensor.id;
        entity.availability = availability;
        entity.spec.component = "sensor";
        std::string name;
        for (const auto& part : sensor.path) name += (name.empty() ? "" : " ") + asText(part);
        entity.spec.name = name;
        entity.spec.deviceClass = quantity.deviceClass;
        entity.spec.stateClass = quantity.stateClass;
        entity.spec.unit = quantity.unit;
        entity.spec.capabilities = Object{{"value_path", List(sensor.path.begin(), sensor.path.end())}};
        AnnouncedAttribute state;
        state.spec.kind = sensorKinds_.at(sensor.id);
        state.spec.unit = quantity.unit;
        state.spec.deviceClass = quantity.deviceClass;
        entity.attributes.push_back(std::move(state));
        out.entities.push_back(std::move(entity));
    }
    if (!hasDiscovery_) return out;
    for (const auto& status : statusSensors()) {
        AnnouncedEntity entity;
        entity.id = key_ + "_status_sensor_status_sensor_" + status.id;
        entity.availability = availability;
        entity.spec.component = "sensor";
        entity.spec.name = status.name;
        entity.spec.unit = status.unit;
        entity.spec.category = EntityCategory::Diagnostic;
        entity.spec.enabled = false;
        AnnouncedAttribute state;
        const bool isNumber = !status.path.empty() && std::string_view(status.id) != "status_ssid";
        state.spec.kind = isNumber ? Value::Kind::Number : Value::Kind::Text;
        state.spec.unit = status.unit;
        state.spec.history = false;
        entity.attributes.push_back(std::move(state));
        out.entities.push_back(std::move(entity));
    }
    return out;
}

std::vector<TasmotaDevice::Values> TasmotaDevice::readConfig() const
{
    const std::string base = key_ + "_status_sensor_status_sensor_status_";
    return {{base + "ip", {{"state", address_}}}, {base + "version", {{"state", firmware_}}}};
}

std::vector<TasmotaDevice::Values> TasmotaDevice::readState(const Value& state) const
{
    std::vector<Values> all;
    if (!state.isObject()) return all;
    for (const auto& relay : relays_) {
        Values values{relay.id, {}};
        const auto number = std::to_string(relay.number);
        if (relay.component == "cover") {
            if (const Value* shutter = state.find("Shutter" + number)) {
                const Value* position = shutter->find("Position");
                const auto direction = shutter->integerOr("Direction", 0);
                if (position && position->isNumeric()) {
                    values.values.emplace_back("position", *position);
                    values.values.emplace_back("state", direction > 0            ? "opening"
                                                        : direction < 0          ? "closing"
                                                        : position->number() > 0 ? "open"
                                                                                 : "closed");
                }
                if (const Value* tilt = shutter->find("Tilt"); tilt && tilt->isNumeric())
                    values.values.emplace_back("tilt", *tilt);
            }
            all.push_back(std::move(values));
            continue;
        }
        const Value* power = state.find("POWER" + number);
        if (!power && relay.number == 1) power = state.find("POWER");
        if (power && (*power == Value(on_) || *power == Value("ON"))) values.values.emplace_back("state", true);
        if (power && (*power == Value(off_) || *power == Value("OFF"))) values.values.emplace_back("state", false);
        const std::pair<const char*, const char*> numbersOf[] = {
            {"Dimmer", "brightness_pct"}, {"CT", "color_temp"}, {"White", "white_value"}};
        for (const auto& [key, role] : numbersOf)
            if (const Value* value = state.find(key); value && value->isNumeric())
                values.values.emplace_back(role, *value);
        if (const auto hsb = numbers(state.find("HSBColor")); hsb.size() == 3)
            values.values.emplace_back("hs", List{hsb[0], hsb[1]});
        if (!values.values.empty()) all.push_back(std::move(values));
    }
    for (const auto& status : statusSensors()) {
        const Value* value = status.path.empty() ? nullptr : &state;
        for (const char* key : status.path) value = value ? value->find(key) : nullptr;
        if (value) all.push_back({key_ + "_status_sensor_status_sensor_" + status.id, {{"state", *value}}});
    }
    return all;
}

std::vector<TasmotaDevice::Values> TasmotaDevice::readSensors(const Value& sensors) const
{
    std::vector<Values> all;
    for (const auto& sensor : sensors_) {
        const Value* value = &sensors;
        for (const auto& part : sensor.path) {
            if (!value) break;
            if (const auto* key = part.ifText()) value = value->find(*key);
            else
                value = value->isList() && static_cast<std::size_t>(part.integer()) < value->list().size()
                            ? &value->list()[static_cast<std::size_t>(part.integer())]
                            : nullptr;
        }
        if (value && !value->isObject() && !value->isList()) all.push_back({sensor.id, {{"state", *value}}});
    }
    return all;
}

Result<EntityPlan> TasmotaDevice::plan(const EntityCommand& command) const
{
    const auto relay =
        std::find_if(relays_.begin(), relays_.end(), [&](const Relay& one) { return one.id == command.entity.id; });
    const auto bad = [](const std::string& what) {
        return makeError(ErrorCode::InvalidArgument,
                         {"Paramètre de commande invalide : " + what, "Invalid command argument: " + what});
    };
    if (relay == relays_.end()) return makeError(ErrorCode::Unavailable);
    EntityPlan plan;
    const auto send = [&](const std::string& word, const std::string& payload) {
        plan.publications.push_back({commandPrefix_ + word, payload, 0, false});
    };
    const auto argument = [&](std::initializer_list<const char*> keys) -> std::optional<double> {
        for (const char* key : keys)
            if (const Value* value = command.arguments.find(key); value && value->isNumeric()) return value->number();
        return {};
    };
    const auto number = std::to_string(relay->number);
    if (command.name == "turn_on" || command.name == "turn_off") {
        const bool on = command.name == "turn_on";
        send("Power" + number, on ? "ON" : "OFF");
        plan.expected.emplace_back("state", on);
        return plan;
    }
    if (command.name == "set_brightness") {
        auto percent = argument({"brightness_pct", "level"});
        if (const auto raw = argument({"brightness_255", "brightness_raw"}); !percent && raw)
            percent = *raw * 100 / 255;
        if (!percent || *percent < 0 || *percent > 100) return bad("brightness_pct");
        send("Dimmer", std::to_string(std::lround(*percent)));
        plan.expected.emplace_back("brightness_pct", static_cast<std::int64_t>(std::lround(*percent)));
        return plan;
    }
    if (command.name == "set_color_temp") {
        const auto mireds = argument({"mireds"});
        if (!mireds || *mireds < 153 || *mireds > 500) return bad("mireds");
        send("CT", std::to_string(std::lround(*mireds)));
        plan.expected.emplace_back("color_temp", static_cast<std::int64_t>(std::lround(*mireds)));
        return plan;
    }
    if (command.name == "set_hs") {
        const auto hue = argument({"h"}), saturation = argument({"s"});
        if (!hue || !saturation) return bad("h, s");
        send("Backlog", "NoDelay;HsbColor1 " + std::to_string(std::lround(*hue)) + ";NoDelay;HsbColor2 " +
                            std::to_string(std::lround(*saturation)));
        plan.expected.emplace_back("hs", List{static_cast<std::int64_t>(std::lround(*hue)),
                                              static_cast<std::int64_t>(std::lround(*saturation))});
        return plan;
    }
    if (command.name == "open") send("ShutterOpen" + number, ""), plan.expected.emplace_back("state", "open");
    else if (command.name == "close") send("ShutterClose" + number, ""), plan.expected.emplace_back("state", "closed");
    else if (command.name == "stop") send("ShutterStop" + number, "");
    else {
        const bool isTilt = command.name == "set_tilt";
        const auto percent = argument({isTilt ? "tilt" : "position"});
        if (!percent || *percent < 0 || *percent > 100) return bad(isTilt ? "tilt" : "position");
        send((isTilt ? "ShutterTilt" : "ShutterPosition") + number, std::to_string(std::lround(*percent)));
        plan.expected.emplace_back(isTilt ? "tilt" : "position", static_cast<std::int64_t>(std::lround(*percent)));
    }
    return plan;
}

} // namespace atrium::tasmota
