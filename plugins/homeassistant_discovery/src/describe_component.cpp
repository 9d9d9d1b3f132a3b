#include "describer.h"
#include "readers.h"

namespace atrium::homeassistant_discovery {

namespace {

using Kind = Value::Kind;

bool isNumericSensor(const EntityConfig& config)
{
    const auto deviceClass = config.text("device_class");
    for (const char* textual : {"date", "enum", "timestamp", "uptime"})
        if (deviceClass == textual) return false;
    return config.has("unit_of_measurement") || config.has("state_class") ||
           config.has("suggested_display_precision") || !deviceClass.empty();
}

void describeSensor(Describer& it)
{
    const bool isNumeric = isNumericSensor(it.config());
    auto& spec = it.value(isNumeric ? readNumber : readSensor, isNumeric ? Kind::Number : Kind::Text);
    spec.options = it.config().texts("options");
    it.capability("options");
    if (it.config().has("last_reset_value_template")) {
        it.listen("state_topic", "last_reset_value_template", readMoment, "last_reset");
        it.attribute("last_reset", Kind::Text).history = false;
    }
}

/// A day, a time of day, or both.
void describeMoment(Describer& it)
{
    it.value(readMoment, Kind::Text).writable = true;
    it.commands({"set_value"});
}

void describeTracker(Describer& it)
{
    it.value(readTracker, Kind::Text);
    for (const char* role : {"latitude", "longitude", "gps_accuracy"}) it.attribute(role, Kind::Number);
}

void describeBinarySensor(Describer& it) { it.value(readBoolean, Kind::Boolean); }

void describeSwitch(Describer& it)
{
    it.value(readBoolean, Kind::Boolean).writable = true;
    it.commands({"turn_on", "turn_off"});
}

void describeLock(Describer& it)
{
    it.value(readLock, Kind::Text);
    it.capability("code_format");
    it.commands({"lock", "unlock", "open"});
}

void describeNumber(Describer& it)
{
    auto& spec = it.value(readNumberInRange, Kind::Number);
    spec.writable = true;
    spec.minimum = it.config().number("min").value_or(1);
    spec.maximum = it.config().number("max").value_or(100);
    spec.step = it.config().number("step");
    it.capability("min", 1);
    it.capability("max", 100);
    for (const char* key : {"step", "mode"}) it.capability(key);
    it.commands({"set_value"});
}

void describeSelect(Describer& it)
{
    auto& spec = it.value(readSelect, Kind::Text);
    spec.writable = true;
    spec.options = it.config().texts("options");
    it.capability("options");
    it.commands({"select_option"});
}

void describeText(Describer& it)
{
    it.value(readText, Kind::Text).writable = true;
    for (const char* key : {"min", "max", "mode", "pattern"}) it.capability(key);
    it.commands({"set_value"});
}

void describeSiren(Describer& it)
{
    it.value(readSiren, Kind::Boolean).writable = true;
    it.attribute("tone", Kind::Text);
    it.attribute("duration", Kind::Number).unit = "s";
    it.attribute("volume_level", Kind::Number);
    it.commandTemplate("command_off_template");
    it.capability("available_tones");
    auto& channels = it.shape().channels;
    if (it.config().has("state_value_template") && !channels.empty())
        channels.back().valueTemplate = it.parsed(it.config().text("state_value_template"));
    it.commands({"turn_on", "turn_off"});
}

void describeEvent(Describer& it)
{
    if (Channel* channel = it.listen("state_topic", "value_template", readText, "event"))
        channel->use = Channel::Use::Event;
    it.capability("event_types");
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

void describeCleaner(Describer& it)
{
    if (it.config().component == "vacuum") it.value(readVacuum, Kind::Text);
    else {
        it.listen("activity_state_topic", "activity_value_template", readListed, "activity");
        it.attribute("state", Kind::Text);
        for (const char* key : {"start_mowing_command_template", "pause_command_template", "dock_command_template"})
            it.commandTemplate(key);
    }
    if (it.config().component == "vacuum") it.attribute("battery_level", Kind::Number).unit = "%";
    it.attribute("fan_speed", Kind::Text).writable = true;
    it.capability("fan_speed_list");
    it.commands({"start", "pause", "stop", "return_to_base", "locate", "clean_spot", "set_fan_speed", "send_command",
                 "start_mowing", "dock"});
}

void describeAlarm(Describer& it)
{
    it.value(readAlarm, Kind::Text);
    it.commands({"arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass", "disarm", "trigger"});
}

void describeTrigger(Describer& it)
{
    for (const char* key : {"automation_type", "type", "subtype", "topic", "payload", "value_template"})
        it.capability(key);
    if (Channel* channel = it.listen("topic", "value_template", readText, "trigger"))
        channel->use = Channel::Use::Trigger;
    it.shape().announced.spec.name =
        it.config().component == "tag" ? "Tag" : it.config().text("type") + ' ' + it.config().text("subtype");
}

/// A camera sends pictures; an image may say where its picture is instead.
void describePicture(Describer& it)
{
    const bool isCamera = it.config().component == "camera";
    if (Channel* channel = it.listen(isCamera ? "topic" : "image_topic", "", nullptr, {}))
        channel->use = Channel::Use::Picture;
    it.attribute("state", Kind::Text).history = false;
    if (!it.config().has("url_topic")) return;
    it.listen("url_topic", "url_template", readWord, "url");
    it.attribute("url", Kind::Text).history = false;
}

/// The convention of players on MQTT: each value and each order has a topic of its own.
void describePlayer(Describer& it)
{
    it.listen("state_state_topic", "state_state_template", readWord, "state");
    it.attribute("state", Kind::Text);
    for (const auto& [topic, role] : {std::pair{"state_title_topic", "title"},
                                      {"state_artist_topic", "artist"},
                                      {"state_album_topic", "album"},
                                      {"state_source_topic", "source"}}) {
        it.listen(topic, "", readWord, role);
        if (it.config().has(topic)) it.attribute(role, Kind::Text).history = false;
    }
    if (it.listen("state_volume_topic", "state_volume_template", readNumber, "volume")) {
        auto& volume = it.attribute("volume", Kind::Number);
        volume.minimum = 0, volume.maximum = it.config().number("volume_scale").value_or(1), volume.writable = true;
    }
    it.listen("state_mute_topic", "", readBoolean, "muted");
    if (it.config().has("state_mute_topic")) it.attribute("muted", Kind::Boolean).writable = true;
    if (Channel* channel = it.listen("state_albumart_topic", "", nullptr, {})) {
        channel->use = Channel::Use::Picture;
        it.capability("picture", true);
    }
    it.capability("source_list");
    for (const auto& [topic, command] : {std::pair{"command_play_topic", "play"},
                                         {"command_pause_topic", "pause"},
                                         {"command_playpause_topic", "play_pause"},
                                         {"command_stop_topic", "stop"},
                                         {"command_previous_topic", "previous"},
                                         {"command_next_topic", "next"},
                                         {"command_volume_topic", "set_volume"},
                                         {"command_mute_topic", "mute"},
                                         {"command_source_topic", "select_source"},
                                         {"command_on_topic", "turn_on"},
                                         {"command_off_topic", "turn_off"}})
        if (it.config().has(topic)) it.command(command);
    it.optimisticWithout("state_state_topic");
}

/// Not understood, not lost: its messages are shown as they are.
void describeUnknown(Describer& it)
{
    it.value(readText, Kind::Text).history = false;
    auto& spec = it.shape().announced.spec;
    spec.capabilities = Object{{"component", it.config().component}, {"config", it.config().config}};
    spec.component = "raw";
}

using Describe = void (*)(Describer&);

Describe describerOf(std::string_view component)
{
    static const std::map<std::string_view, Describe> known{
        {"alarm_control_panel", describeAlarm},
        {"binary_sensor", describeBinarySensor},
        {"button", [](Describer& it) { it.commands({"press"}); }},
        {"camera", describePicture},
        {"climate", describeClimate},
        {"cover", describeOpening},
        {"device_automation", describeTrigger},
        {"date", describeMoment},
        {"datetime", describeMoment},
        {"device_tracker", describeTracker},
        {"event", describeEvent},
        {"fan", describeFan},
        {"humidifier", describeHumidifier},
        {"image", describePicture},
        {"lawn_mower", describeCleaner},
        {"light", describeLight},
        {"lock", describeLock},
        {"media_player", describePlayer},
        {"notify", [](Describer& it) { it.commands({"send"}); }},
        {"number", describeNumber},
        {"scene", [](Describer& it) { it.commands({"activate"}); }},
        {"select", describeSelect},
        {"sensor", describeSensor},
        {"siren", describeSiren},
        {"switch", describeSwitch},
        {"tag", describeTrigger},
        {"text", describeText},
        {"time", describeMoment},
        {"update", describeUpdate},
        {"vacuum", describeCleaner},
        {"valve", describeOpening},
        {"water_heater", describeClimate},
    };
    const auto found = known.find(component);
    return found == known.end() ? nullptr : found->second;
}

} // namespace

void describeComponent(Describer& it)
{
    const auto describe = describerOf(it.config().component);
    (describe ? describe : describeUnknown)(it);
}

bool isUnderstood(std::string_view component) { return describerOf(component) != nullptr; }

} // namespace atrium::homeassistant_discovery
