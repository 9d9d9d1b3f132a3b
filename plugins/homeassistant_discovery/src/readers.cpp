#include "readers.h"

#include "jinja/times.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::homeassistant_discovery {

namespace {

using Kind = Value::Kind;

Value numberValue(double number)
{
    if (std::trunc(number) == number && std::abs(number) < 9e15) return static_cast<std::int64_t>(number);
    return number;
}

bool contains(const std::vector<std::string>& words, const std::string& word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool isNumericSensor(const EntityConfig& config)
{
    const auto deviceClass = config.text("device_class");
    for (const char* textual : {"date", "enum", "timestamp", "uptime"})
        if (deviceClass == textual) return false;
    return config.has("unit_of_measurement") || config.has("state_class") ||
           config.has("suggested_display_precision") || !deviceClass.empty();
}

// Readers: each turns a rendered text into values by role.

bool readNumber(EntityModel&, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    const auto number = jinja::parseFloat(text);
    if (text == "None" || (number && !std::isfinite(*number))) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    if (!number) return false;
    values.emplace_back(channel.role, numberValue(*number));
    return true;
}

bool readSensor(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    const auto deviceClass = model.config.text("device_class");
    if (text == "None") values.emplace_back(channel.role, Value());
    else if (deviceClass == "timestamp" || deviceClass == "date")
        values.emplace_back(channel.role, jinja::parseMoment(text) ? Value(text) : Value());
    else if (const auto options = model.config.texts("options"); !options.empty() && !contains(options, text))
        return false;
    else values.emplace_back(channel.role, text);
    return true;
}

bool readBoolean(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    const std::string on = model.config.text("payload_on", "ON"), off = model.config.text("payload_off", "OFF");
    if (text == model.config.text("state_on", on)) values.emplace_back(channel.role, true);
    else if (text == model.config.text("state_off", off)) values.emplace_back(channel.role, false);
    else if (text == "None") values.emplace_back(channel.role, Value());
    else return text.empty();
    return true;
}

bool readWord(EntityModel&, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    values.emplace_back(channel.role, text == "None" ? Value() : Value(text));
    return true;
}

/// The list under `key` of the configuration, or what the convention says when there is none; empty = any word.
std::vector<std::string> listOf(const EntityConfig& config, std::string_view key)
{
    if (key == "hvac_actions")
        return {"off", "preheating", "heating", "cooling", "drying", "idle", "fan", "defrosting"};
    if (key == "actions" && config.component == "humidifier") return {"off", "humidifying", "drying", "idle"};
    if (config.has(key) || config.component != "climate") return config.texts(key);
    if (key == "modes") return {"auto", "off", "cool", "heat", "dry", "fan_only"};
    if (key == "fan_modes") return {"auto", "low", "medium", "high"};
    if (key == "swing_modes") return {"on", "off"};
    return {};
}

/// A word out of a list of the configuration, named after the role; without a list any word.
bool readListed(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == "None" || text == model.config.text("payload_reset_" + channel.role, "None")) {
        values.emplace_back(channel.role == "mode" && model.config.component == "climate" ? "state" : channel.role,
                            Value());
        return true;
    }
    static const std::map<std::string, const char*> lists{
        {"preset_mode", "preset_modes"}, {"fan_mode", "fan_modes"},
        {"swing_mode", "swing_modes"},   {"mode", "modes"},
        {"effect", "effect_list"},       {"fan_speed", "fan_speed_list"},
        {"hvac_action", "hvac_actions"}, {"action", "actions"}};
    const auto list = lists.find(channel.role);
    const auto known = list == lists.end() ? std::vector<std::string>{} : listOf(model.config, list->second);
    if (!known.empty() && !contains(known, text)) return false;
    values.emplace_back(channel.role == "mode" && model.config.component == "climate" ? "state" : channel.role, text);
    return true;
}

bool readNumberInRange(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == model.config.text("payload_reset", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    const auto number = jinja::parseFloat(text);
    if (!number || *number < model.config.number("min").value_or(1) ||
        *number > model.config.number("max").value_or(100))
        return false;
    values.emplace_back(channel.role, numberValue(*number));
    return true;
}

/// Of a humidifier: the wish within its range, the measurement a percentage.
bool readHumidity(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == model.config.text("payload_reset_humidity", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    const bool isWish = channel.role == "target_humidity";
    const auto number = jinja::parseFloat(text);
    const double least = isWish ? model.config.number("min_humidity").value_or(0) : 0;
    const double most = isWish ? model.config.number("max_humidity").value_or(100) : 100;
    if (!number || !(*number >= least && *number <= most)) return false;
    values.emplace_back(channel.role, numberValue(*number));
    return true;
}

bool readSelect(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text == "None") values.emplace_back(channel.role, Value());
    else if (!contains(model.config.texts("options"), text)) return text.empty();
    else values.emplace_back(channel.role, text);
    return true;
}

bool readText(EntityModel&, const Channel& channel, const std::string& text, Values& values)
{
    values.emplace_back(channel.role, text == "None" ? Value() : Value(text));
    return true;
}

bool readLock(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == model.config.text("payload_reset", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    for (const char* word : {"locked", "unlocked", "locking", "unlocking", "jammed", "open", "opening"}) {
        std::string upper = word;
        for (auto& c : upper) c = static_cast<char>(std::toupper(c));
        if (text != model.config.text(std::string("state_") + word, upper)) continue;
        values.emplace_back(channel.role, word);
        return true;
    }
    return false;
}

void setMovement(EntityModel& model, const std::string& state, Values& values)
{
    model.last["state"] = state;
    values.emplace_back("state", state);
}

bool readCoverState(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    const auto& config = model.config;
    if (text.empty()) return true;
    if (text == "None") values.emplace_back("state", Value());
    else if (text == config.text("state_opening", "opening")) setMovement(model, "opening", values);
    else if (text == config.text("state_closing", "closing")) setMovement(model, "closing", values);
    else if (text == config.text("state_open", "open")) setMovement(model, "open", values);
    else if (text == config.text("state_closed", "closed")) setMovement(model, "closed", values);
    else if (text == config.text("state_stopped", "stopped")) {
        const Value& position = model.last["position"];
        const Value& state = model.last["state"];
        if (const auto at = position.ifNumber()) setMovement(model, *at > 0 ? "open" : "closed", values);
        else setMovement(model, state == Value("closing") || state == Value("closed") ? "closed" : "open", values);
    }
    else return false;
    return true;
}

double percentOf(const EntityModel& model, double raw, const char* closedKey, const char* openKey)
{
    const double closed = model.config.number(closedKey).value_or(0), open = model.config.number(openKey).value_or(100);
    if (open == closed) return 0;
    return std::clamp(std::floor((raw - closed) * 100 / (open - closed)), 0.0, 100.0);
}

bool readPosition(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    std::string number = text;
    if (const auto json = parseJson(text); json && json->isObject()) {
        if (const Value* tilt = json->find("tilt_position"))
            if (const auto raw = jinja::parseFloat(jinja::Var::from(*tilt).text()))
                values.emplace_back("tilt", numberValue(percentOf(model, *raw, "tilt_min", "tilt_max")));
        const Value* position = json->find("position");
        if (!position) return !values.empty();
        number = jinja::Var::from(*position).text();
    }
    const auto raw = jinja::parseFloat(number);
    if (!raw || !std::isfinite(*raw)) return false;
    const double percent = percentOf(model, *raw, "position_closed", "position_open");
    model.last["position"] = percent;
    values.emplace_back("position", numberValue(percent));
    // Without a topic of its own the state follows from the position.
    if (!model.config.has("state_topic")) setMovement(model, percent > 0 ? "open" : "closed", values);
    return true;
}

bool readTilt(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    const auto raw = jinja::parseFloat(text);
    if (!raw) return text.empty();
    values.emplace_back("tilt", numberValue(percentOf(model, *raw, "tilt_min", "tilt_max")));
    return true;
}

bool readValve(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (!model.config.flag("reports_position", false)) return readCoverState(model, channel, text, values);
    std::string position = text, state;
    if (const auto json = parseJson(text); json && json->isObject()) {
        position = json->find("position") ? jinja::Var::from(*json->find("position")).text() : std::string{};
        state = json->textOr("state", "");
    }
    else if (!jinja::parseFloat(text)) {
        state = text;
        position.clear();
    }
    bool understood = false;
    if (const auto raw = jinja::parseFloat(position)) {
        const double percent = percentOf(model, *raw, "position_closed", "position_open");
        values.emplace_back("position", numberValue(percent));
        if (state != "opening" && state != "closing") setMovement(model, percent > 0 ? "open" : "closed", values);
        understood = true;
    }
    if (state == "opening" || state == "closing") {
        setMovement(model, state, values);
        understood = true;
    }
    return understood || text.empty();
}

void addBrightness(const EntityModel& model, double raw, Values& values)
{
    const double scale = model.config.number("brightness_scale").value_or(255);
    values.emplace_back("brightness_raw", numberValue(raw));
    values.emplace_back("brightness_pct", numberValue(std::round(std::clamp(raw / scale, 0.0, 1.0) * 1000) / 10));
}

bool readBrightness(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    const auto raw = jinja::parseFloat(text);
    if (!raw || *raw < 0) return text.empty();
    addBrightness(model, *raw, values);
    return true;
}

double toMired(double kelvin) { return kelvin > 0 ? std::round(1e6 / kelvin) : 0; }

bool readColorTemp(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    const auto number = jinja::parseFloat(text);
    if (!number) return text.empty() || text == "None";
    // A template renders what the lamp shows, in whatever unit it says it has.
    const bool converts = model.config.flag("color_temp_kelvin", false) && model.config.text("schema") != "template";
    values.emplace_back("color_temp", numberValue(converts ? toMired(*number) : *number));
    return true;
}

bool readColor(EntityModel&, const Channel& channel, const std::string& text, Values& values)
{
    List parts;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        const auto number = jinja::parseFloat(text.substr(at, end - at));
        if (!number) return text.empty() || text == "None";
        parts.push_back(numberValue(*number));
        at = end + 1;
    }
    constexpr std::pair<const char*, std::size_t> sizes[] = {
        {"xy", 2}, {"hs", 2}, {"rgb", 3}, {"rgbw", 4}, {"rgbww", 5}};
    for (const auto& [space, size] : sizes)
        if (channel.role == space && parts.size() != size) return false;
    values.emplace_back(channel.role, std::move(parts));
    return true;
}

bool readJsonLight(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    const auto json = parseJson(text);
    if (!json || !json->isObject()) return false;
    if (const Value* state = json->find("state")) {
        if (state->isNull()) values.emplace_back("state", Value());
        else if (*state == Value("ON")) values.emplace_back("state", true);
        else if (*state == Value("OFF")) values.emplace_back("state", false);
    }
    const auto number = [&](const Value* value) {
        return value ? jinja::parseFloat(jinja::Var::from(*value).text()) : std::nullopt;
    };
    if (const auto raw = number(json->find("brightness")); raw && *raw >= 0) addBrightness(model, *raw, values);
    const auto mode = json->textOr("color_mode", "");
    const auto supported = model.config.texts("supported_color_modes");
    if (!mode.empty() && (supported.empty() || contains(supported, mode))) values.emplace_back("color_mode", mode);
    if (const auto raw = number(json->find("color_temp")))
        values.emplace_back("color_temp",
                            numberValue(model.config.flag("color_temp_kelvin", false) ? toMired(*raw) : *raw));
    if (const Value* color = json->find("color"); color && color->isObject()) {
        const std::pair<const char*, std::vector<const char*>> spaces[] = {{"xy", {"x", "y"}},
                                                                           {"hs", {"h", "s"}},
                                                                           {"rgb", {"r", "g", "b"}},
                                                                           {"rgbw", {"r", "g", "b", "w"}},
                                                                           {"rgbww", {"r", "g", "b", "c", "w"}}};
        for (const auto& [role, keys] : spaces) {
            List parts;
            for (const char* key : keys)
                if (const auto part = number(color->find(key))) parts.push_back(numberValue(*part));
            if (parts.size() == keys.size() && (mode.empty() || mode == role || mode.starts_with(role)))
                values.emplace_back(role, std::move(parts));
        }
    }
    if (const Value* effect = json->find("effect")) values.emplace_back("effect", effect->isText() ? *effect : Value());
    return true;
}

bool readTemplateLightState(EntityModel&, const Channel& channel, const std::string& text, Values& values)
{
    if (text == "on" || text == "off") values.emplace_back(channel.role, text == "on");
    else if (text == "None") values.emplace_back(channel.role, Value());
    else return false;
    return true;
}

bool readRgbPart(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    const auto number = jinja::parseFloat(text);
    if (!number) return false;
    model.last[channel.role] = numberValue(*number);
    if (channel.role == "blue")
        values.emplace_back("rgb", List{model.last["red"], model.last["green"], model.last["blue"]});
    return true;
}

bool readPercentage(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == model.config.text("payload_reset_percentage", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    const auto raw = jinja::parseFloat(text);
    const double least = model.config.number("speed_range_min").value_or(1),
                 most = model.config.number("speed_range_max").value_or(100);
    if (!raw) return false;
    const double percent = std::floor((*raw - (least - 1)) * 100 / (most - least + 1));
    if (percent < 0 || percent > 100) return false;
    values.emplace_back(channel.role, numberValue(percent));
    return true;
}

bool readOscillation(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text == model.config.text("payload_oscillation_on", "oscillate_on")) values.emplace_back(channel.role, true);
    else if (text == model.config.text("payload_oscillation_off", "oscillate_off"))
        values.emplace_back(channel.role, false);
    else return text.empty();
    return true;
}

/// A siren says words, or an object of which one wrong member spoils all.
bool readSiren(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    const auto json = parseJson(text);
    if (!json || !json->isObject()) return readBoolean(model, channel, text, values);
    const auto isNumberIn = [](const Value& value, double least, double most) {
        return value.isNumeric() && value.number() >= least && value.number() <= most;
    };
    const auto tones = model.config.texts("available_tones");
    for (const auto& [key, value] : json->object()) {
        if (value.isNull()) continue;
        const bool isWrong = (key == "tone" && !tones.empty() && !contains(tones, jinja::Var::from(value).text())) ||
                             (key == "duration" && !(value.isInteger() && value.integer() > 0)) ||
                             (key == "volume_level" && !isNumberIn(value, 0, 1));
        if (isWrong) return false;
    }
    if (const Value* state = json->find("state"))
        if (!readBoolean(model, channel, jinja::Var::from(*state).text(), values)) return false;
    for (const char* role : {"tone", "duration", "volume_level"})
        if (const Value* value = json->find(role)) values.emplace_back(role, *value);
    return true;
}

bool readUpdate(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty() && channel.role == "installed_version") return true;
    const auto json = parseJson(text);
    if (json && json->isObject() && channel.role == "installed_version") {
        for (const char* key : {"installed_version", "latest_version", "title", "release_summary", "release_url"})
            if (const Value* value = json->find(key))
                values.emplace_back(key, value->isNull() ? Value() : Value(jinja::Var::from(*value).text()));
        if (const Value* value = json->find("in_progress"); value && value->isBoolean())
            values.emplace_back("in_progress", *value);
        if (const Value* value = json->find("update_percentage"); value && (value->isNumeric() || value->isNull()))
            values.emplace_back("update_percentage", *value);
    }
    else values.emplace_back(channel.role, text == "None" ? Value() : Value(text));
    for (const auto& [role, value] : values) model.last[role] = value;
    const Value &installed = model.last["installed_version"], &latest = model.last["latest_version"];
    values.emplace_back("state", installed.isNull() || latest.isNull() || latest == Value("")
                                     ? Value()
                                     : Value(!(installed == latest)));
    return true;
}

bool readVacuum(EntityModel& model, const Channel&, const std::string& text, Values& values)
{
    const auto json = parseJson(text);
    if (!json || !json->isObject()) return false;
    if (const Value* state = json->find("state"); state && (state->isText() || state->isNull()))
        values.emplace_back("state", *state);
    if (const Value* speed = json->find("fan_speed"); speed && speed->isText())
        values.emplace_back("fan_speed", *speed);
    (void)model;
    return true;
}

bool readAlarm(EntityModel&, const Channel& channel, const std::string& text, Values& values)
{
    if (text == "None") values.emplace_back(channel.role, Value());
    else if (!contains({"disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass",
                        "pending", "arming", "disarming", "triggered"},
                       text))
        return text.empty();
    else values.emplace_back(channel.role, text);
    return true;
}

bool readTracker(EntityModel& model, const Channel& channel, const std::string& text, Values& values)
{
    if (text == model.config.text("payload_home", "home")) values.emplace_back(channel.role, "home");
    else if (text == model.config.text("payload_not_home", "not_home")) values.emplace_back(channel.role, "not_home");
    else if (text == model.config.text("payload_reset", "None")) values.emplace_back(channel.role, Value());
    else values.emplace_back(channel.role, text);
    return true;
}

/// Adds channels, attributes and commands to one model.
class Describer {
public:
    Describer(EntityModel& model, TemplateCache& templates) : model_(model), templates_(templates) {}

    const EntityConfig& config() const { return model_.config; }
    Channel* listen(const char* topicKey, const char* templateKey, Reader reader, std::string role)
    {
        if (!config().has(topicKey)) return nullptr;
        Channel channel;
        channel.topic = config().text(topicKey);
        channel.valueTemplate = parsed(config().text(templateKey));
        channel.read = reader;
        channel.role = std::move(role);
        if (!isValidTopicFilter(channel.topic)) return nullptr;
        model_.channels.push_back(std::move(channel));
        return &model_.channels.back();
    }
    AttributeSpec& attribute(std::string role, Kind kind)
    {
        AnnouncedAttribute attribute{std::move(role), {}};
        attribute.spec.kind = kind;
        attribute.spec.history = kind != Kind::List && kind != Kind::Object;
        model_.announced.attributes.push_back(std::move(attribute));
        return model_.announced.attributes.back().spec;
    }
    void command(const char* name) { model_.announced.spec.commands.emplace_back(name); }
    void commandTemplate(const char* key)
    {
        if (config().has(key)) model_.commandTemplates[key] = parsed(config().text(key));
    }
    void capability(const char* key)
    {
        const Value* value = config().config.find(key);
        if (value && !value->isNull()) model_.announced.spec.capabilities.set(key, *value);
    }
    void optimisticWithout(const char* topicKey)
    {
        model_.isOptimistic = config().flag("optimistic", !config().has(topicKey));
    }
    TemplatePtr parsed(const std::string& source)
    {
        auto result = templates_.get(source);
        if (!result) {
            error = result.error();
            return {};
        }
        return *result;
    }

    std::optional<Error> error;

private:
    EntityModel& model_;
    TemplateCache& templates_;
};

void describeLight(Describer& it)
{
    const auto schema = it.config().text("schema", "basic");
    for (const char* key : {"supported_color_modes", "effect_list", "min_mireds", "max_mireds", "brightness_scale",
                            "min_kelvin", "max_kelvin"})
        it.capability(key);
    it.attribute("state", Kind::Boolean).writable = true;
    auto& level = it.attribute("brightness_pct", Kind::Number);
    level.writable = true, level.unit = "%", level.minimum = 0, level.maximum = 100;
    it.attribute("brightness_raw", Kind::Number).history = false;
    it.attribute("color_temp", Kind::Number).writable = true;
    it.attribute("color_mode", Kind::Text);
    it.attribute("effect", Kind::Text).writable = true;
    for (const char* space : {"xy", "hs", "rgb", "rgbw", "rgbww"}) it.attribute(space, Kind::List).writable = true;
    for (const char* name :
         {"turn_on", "turn_off", "set_brightness", "set_color_temp", "set_xy", "set_hs", "set_rgb", "set_effect"})
        it.command(name);
    it.optimisticWithout("state_topic");
    if (schema == "json") {
        it.listen("state_topic", "", readJsonLight, "state");
        return;
    }
    if (schema == "template") {
        it.commandTemplate("command_on_template");
        it.commandTemplate("command_off_template");
        it.listen("state_topic", "state_template", readTemplateLightState, "state");
        const std::tuple<const char*, Reader, const char*> parts[] = {
            {"brightness_template", readBrightness, "brightness"},
            {"color_temp_template", readColorTemp, "color_temp"},
            {"red_template", readRgbPart, "red"},
            {"green_template", readRgbPart, "green"},
            {"blue_template", readRgbPart, "blue"},
            {"effect_template", readListed, "effect"}};
        for (const auto& [key, reader, role] : parts)
            if (it.config().has(key)) it.listen("state_topic", key, reader, role);
        return;
    }
    it.listen("state_topic", it.config().has("state_value_template") ? "state_value_template" : "value_template",
              readBoolean, "state");
    it.listen("brightness_state_topic", "brightness_value_template", readBrightness, "brightness");
    it.listen("color_temp_state_topic", "color_temp_value_template", readColorTemp, "color_temp");
    it.listen("effect_state_topic", "effect_value_template", readListed, "effect");
    it.listen("color_mode_state_topic", "color_mode_value_template", readWord, "color_mode");
    for (const auto& [topic, valueTemplate, role] : {std::tuple{"xy_state_topic", "xy_value_template", "xy"},
                                                     {"hs_state_topic", "hs_value_template", "hs"},
                                                     {"rgb_state_topic", "rgb_value_template", "rgb"},
                                                     {"rgbw_state_topic", "rgbw_value_template", "rgbw"},
                                                     {"rgbww_state_topic", "rgbww_value_template", "rgbww"}})
        it.listen(topic, valueTemplate, readColor, role);
    for (const char* key : {"brightness_command_template", "color_temp_command_template", "effect_command_template",
                            "rgb_command_template", "xy_command_template", "hs_command_template"})
        it.commandTemplate(key);
}

void describeClimate(Describer& it)
{
    for (const char* key : {"modes", "min_temp", "max_temp", "temp_step", "preset_modes", "fan_modes", "swing_modes",
                            "precision", "temperature_unit", "min_humidity", "max_humidity"})
        it.capability(key);
    it.attribute("state", Kind::Text).writable = true;
    it.listen("mode_state_topic", "mode_state_template", readListed, "mode");
    const std::tuple<const char*, const char*, const char*> numbers[] = {
        {"current_temperature_topic", "current_temperature_template", "current_temperature"},
        {"current_humidity_topic", "current_humidity_template", "current_humidity"},
        {"temperature_state_topic", "temperature_state_template", "target_temperature"},
        {"temperature_low_state_topic", "temperature_low_state_template", "target_temp_low"},
        {"temperature_high_state_topic", "temperature_high_state_template", "target_temp_high"},
        {"target_humidity_state_topic", "target_humidity_state_template", "target_humidity"}};
    for (const auto& [topic, valueTemplate, role] : numbers) {
        it.listen(topic, valueTemplate, readNumber, role);
        auto& spec = it.attribute(role, Kind::Number);
        spec.unit = std::string_view(role).find("humidity") != std::string_view::npos ? "%" : "°C";
        spec.writable = std::string_view(role).starts_with("target");
    }
    for (const auto& [topic, valueTemplate, role] :
         {std::tuple{"action_topic", "action_template", "hvac_action"},
          {"fan_mode_state_topic", "fan_mode_state_template", "fan_mode"},
          {"swing_mode_state_topic", "swing_mode_state_template", "swing_mode"},
          {"preset_mode_state_topic", "preset_mode_value_template", "preset_mode"}}) {
        it.listen(topic, valueTemplate, readListed, role);
        it.attribute(role, Kind::Text).writable = std::string_view(role) != "hvac_action";
    }
    for (const char* key :
         {"mode_command_template", "temperature_command_template", "temperature_low_command_template",
          "temperature_high_command_template", "fan_mode_command_template", "swing_mode_command_template",
          "preset_mode_command_template", "power_command_template", "target_humidity_command_template"})
        it.commandTemplate(key);
    for (const char* name : {"turn_on", "turn_off", "set_mode", "set_temperature", "set_temp_low", "set_temp_high",
                             "set_fan_mode", "set_swing_mode", "set_preset_mode", "set_humidity"})
        it.command(name);
    it.optimisticWithout("mode_state_topic");
}

void describeOpening(Describer& it)
{
    const bool isValve = it.config().component == "valve";
    it.attribute("state", Kind::Text);
    for (const char* role : {"position", "tilt"}) {
        auto& spec = it.attribute(role, Kind::Number);
        spec.unit = "%", spec.minimum = 0, spec.maximum = 100, spec.writable = true;
    }
    if (!isValve) it.listen("position_topic", "position_template", readPosition, "position");
    else it.listen("position_topic", "position_template", readPosition, "position");
    it.listen("state_topic", "value_template", isValve ? readValve : readCoverState, "state");
    it.listen("tilt_status_topic", "tilt_status_template", readTilt, "tilt");
    for (const char* key : {"set_position_template", "tilt_command_template", "command_template"})
        it.commandTemplate(key);
    for (const char* name : {"open", "close", "stop", "set_position", "set_tilt"}) it.command(name);
    it.optimisticWithout(it.config().has("position_topic") ? "position_topic" : "state_topic");
}

void describeFan(Describer& it)
{
    for (const char* key : {"preset_modes", "speed_range_min", "speed_range_max"}) it.capability(key);
    it.attribute("state", Kind::Boolean).writable = true;
    auto& percentage = it.attribute("percentage", Kind::Number);
    percentage.unit = "%", percentage.writable = true, percentage.minimum = 0, percentage.maximum = 100;
    it.attribute("preset_mode", Kind::Text).writable = true;
    it.attribute("oscillating", Kind::Boolean).writable = true;
    it.attribute("direction", Kind::Text).writable = true;
    it.listen("state_topic", "state_value_template", readBoolean, "state");
    it.listen("percentage_state_topic", "percentage_value_template", readPercentage, "percentage");
    it.listen("preset_mode_state_topic", "preset_mode_value_template", readListed, "preset_mode");
    it.listen("oscillation_state_topic", "oscillation_value_template", readOscillation, "oscillating");
    it.listen("direction_state_topic", "direction_value_template", readWord, "direction");
    for (const char* key : {"command_template", "percentage_command_template", "preset_mode_command_template",
                            "oscillation_command_template", "direction_command_template"})
        it.commandTemplate(key);
    for (const char* name :
         {"turn_on", "turn_off", "set_percentage", "set_preset", "set_preset_mode", "oscillate", "set_direction"})
        it.command(name);
    it.optimisticWithout("state_topic");
}

void describeHumidifier(Describer& it)
{
    for (const char* key : {"modes", "min_humidity", "max_humidity"}) it.capability(key);
    it.attribute("state", Kind::Boolean).writable = true;
    for (const char* role : {"target_humidity", "current_humidity"}) it.attribute(role, Kind::Number).unit = "%";
    for (const char* role : {"mode", "action"}) it.attribute(role, Kind::Text);
    it.listen("state_topic", "state_value_template", readBoolean, "state");
    it.listen("target_humidity_state_topic", "target_humidity_state_template", readHumidity, "target_humidity");
    it.listen("current_humidity_topic", "current_humidity_template", readHumidity, "current_humidity");
    it.listen("mode_state_topic", "mode_state_template", readListed, "mode");
    it.listen("action_topic", "action_template", readListed, "action");
    for (const char* key : {"command_template", "target_humidity_command_template", "mode_command_template"})
        it.commandTemplate(key);
    for (const char* name : {"turn_on", "turn_off", "set_humidity", "set_mode"}) it.command(name);
    it.optimisticWithout("state_topic");
}

void describeUpdate(Describer& it)
{
    it.attribute("state", Kind::Boolean);
    for (const char* role : {"installed_version", "latest_version", "title", "release_summary", "release_url"})
        it.attribute(role, Kind::Text).history = false;
    it.attribute("in_progress", Kind::Boolean);
    it.attribute("update_percentage", Kind::Number);
    it.listen("state_topic", "value_template", readUpdate, "installed_version");
    it.listen("latest_version_topic", "latest_version_template", readUpdate, "latest_version");
    if (it.config().has("command_topic")) it.command("install");
}

void describeTrigger(Describer& it, EntityModel& model)
{
    for (const char* key : {"automation_type", "type", "subtype", "topic", "payload", "value_template"})
        it.capability(key);
    if (Channel* channel = it.listen("topic", "value_template", readText, "trigger"))
        channel->use = Channel::Use::Trigger;
    model.announced.spec.name =
        it.config().component == "tag" ? "Tag" : it.config().text("type") + ' ' + it.config().text("subtype");
}

} // namespace

Result<void> describeComponent(EntityModel& model, TemplateCache& templates)
{
    Describer it(model, templates);
    const auto& component = model.config.component;
    const auto valueReader = [&](Reader reader, Kind kind) -> AttributeSpec& {
        it.listen("state_topic", "value_template", reader, "state");
        auto& spec = it.attribute("state", kind);
        spec.unit = model.announced.spec.unit;
        spec.deviceClass = model.announced.spec.deviceClass;
        return spec;
    };
    const auto commands = [&](std::initializer_list<const char*> names) {
        for (const char* name : names) it.command(name);
        it.commandTemplate("command_template");
        it.optimisticWithout("state_topic");
    };
    if (component == "sensor") {
        const bool isNumeric = isNumericSensor(model.config);
        auto& spec = valueReader(isNumeric ? readNumber : readSensor, isNumeric ? Kind::Number : Kind::Text);
        spec.options = model.config.texts("options");
        it.capability("options");
    }
    else if (component == "binary_sensor") valueReader(readBoolean, Kind::Boolean);
    else if (component == "switch") {
        valueReader(readBoolean, Kind::Boolean).writable = true;
        commands({"turn_on", "turn_off"});
    }
    else if (component == "light") describeLight(it);
    else if (component == "climate" || component == "water_heater") describeClimate(it);
    else if (component == "cover" || component == "valve") describeOpening(it);
    else if (component == "fan") describeFan(it);
    else if (component == "humidifier") describeHumidifier(it);
    else if (component == "lock") {
        valueReader(readLock, Kind::Text);
        it.capability("code_format");
        commands({"lock", "unlock", "open"});
    }
    else if (component == "number") {
        auto& spec = valueReader(readNumberInRange, Kind::Number);
        spec.writable = true;
        spec.minimum = model.config.number("min").value_or(1);
        spec.maximum = model.config.number("max").value_or(100);
        spec.step = model.config.number("step");
        for (const char* key : {"min", "max", "step", "mode"}) it.capability(key);
        commands({"set_value"});
    }
    else if (component == "select") {
        auto& spec = valueReader(readSelect, Kind::Text);
        spec.writable = true;
        spec.options = model.config.texts("options");
        it.capability("options");
        commands({"select_option"});
    }
    else if (component == "text") {
        valueReader(readText, Kind::Text).writable = true;
        for (const char* key : {"min", "max", "mode", "pattern"}) it.capability(key);
        commands({"set_value"});
    }
    else if (component == "siren") {
        valueReader(readSiren, Kind::Boolean).writable = true;
        it.attribute("tone", Kind::Text);
        it.attribute("duration", Kind::Number).unit = "s";
        it.attribute("volume_level", Kind::Number);
        it.commandTemplate("command_off_template");
        it.capability("available_tones");
        if (model.config.has("state_value_template") && !model.channels.empty())
            model.channels.back().valueTemplate = it.parsed(model.config.text("state_value_template"));
        commands({"turn_on", "turn_off"});
    }
    else if (component == "event") {
        if (Channel* channel = it.listen("state_topic", "value_template", readText, "event"))
            channel->use = Channel::Use::Event;
        it.capability("event_types");
    }
    else if (component == "update") describeUpdate(it);
    else if (component == "button") commands({"press"});
    else if (component == "scene") commands({"activate"});
    else if (component == "notify") commands({"send"});
    else if (component == "vacuum" || component == "lawn_mower") {
        if (component == "vacuum") valueReader(readVacuum, Kind::Text);
        else {
            it.listen("activity_state_topic", "activity_value_template", readWord, "state");
            it.attribute("state", Kind::Text);
        }
        it.attribute("fan_speed", Kind::Text).writable = true;
        it.capability("fan_speed_list");
        commands({"start", "pause", "stop", "return_to_base", "locate", "clean_spot", "set_fan_speed", "send_command",
                  "start_mowing", "dock"});
    }
    else if (component == "alarm_control_panel") {
        valueReader(readAlarm, Kind::Text);
        commands({"arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass", "disarm", "trigger"});
    }
    else if (component == "device_tracker") valueReader(readTracker, Kind::Text);
    else if (component == "device_automation" || component == "tag") describeTrigger(it, model);
    else {
        // Not understood, not lost: its messages are shown as they are.
        valueReader(readText, Kind::Text).history = false;
        model.announced.spec.capabilities = Object{{"component", component}, {"config", model.config.config}};
        model.announced.spec.component = "raw";
    }
    if (it.error) return *it.error;
    return {};
}

} // namespace atrium::homeassistant_discovery
