#include "readers.h"

#include "jinja/times.h"

#include <algorithm>
#include <cmath>

namespace atrium::homeassistant_discovery {

Value numberValue(double number)
{
    if (std::trunc(number) == number && std::abs(number) < 9e15) return static_cast<std::int64_t>(number);
    return number;
}

bool contains(const std::vector<std::string>& words, const std::string& word)
{
    return std::find(words.begin(), words.end(), word) != words.end();
}

// Readers: each turns a rendered text into values by role.

bool readNumber(Reading&, const Channel& channel, const std::string& text, Values& values)
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

bool readSensor(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    const auto deviceClass = entity.config.text("device_class");
    if (text == "None") values.emplace_back(channel.role, Value());
    else if (deviceClass == "timestamp" || deviceClass == "date")
        values.emplace_back(channel.role, jinja::parseMoment(text) ? Value(text) : Value());
    else if (const auto options = entity.config.texts("options"); !options.empty() && !contains(options, text))
        return false;
    else values.emplace_back(channel.role, text);
    return true;
}

bool readBoolean(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    const std::string on = entity.config.text("payload_on", "ON"), off = entity.config.text("payload_off", "OFF");
    if (text == entity.config.text("state_on", on)) values.emplace_back(channel.role, true);
    else if (text == entity.config.text("state_off", off)) values.emplace_back(channel.role, false);
    else if (text == "None") values.emplace_back(channel.role, Value());
    else return text.empty();
    return true;
}

bool readWord(Reading&, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    values.emplace_back(channel.role, text == "None" ? Value() : Value(text));
    return true;
}

bool readNumberInRange(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == entity.config.text("payload_reset", "None")) {
        values.emplace_back(channel.role, Value());
        return true;
    }
    const auto number = jinja::parseFloat(text);
    if (!number || *number < entity.config.number("min").value_or(1) ||
        *number > entity.config.number("max").value_or(100))
        return false;
    values.emplace_back(channel.role, numberValue(*number));
    return true;
}

bool readSelect(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text == "None" || text == "none") values.emplace_back(channel.role, Value());
    else if (!contains(entity.config.texts("options"), text)) return text.empty();
    else values.emplace_back(channel.role, text);
    return true;
}

/// A day or a time of day as ISO 8601 writes it.
bool readMoment(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    if (text == "None") values.emplace_back(channel.role, Value());
    else if (!jinja::parseMoment(entity.config.component == "time" ? "2000-01-01T" + text : text)) return false;
    else values.emplace_back(channel.role, text);
    return true;
}

bool readText(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (entity.config.component == "text" && text != "None") {
        const auto length = static_cast<double>(jinja::letters(text).size());
        if (length < entity.config.number("min").value_or(0) || length > entity.config.number("max").value_or(255))
            return false;
    }
    values.emplace_back(channel.role, text == "None" ? Value() : Value(text));
    return true;
}

} // namespace atrium::homeassistant_discovery
