#include "gen1_topics.h"

#include "gen1_tables.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atrium::shelly {

std::pair<std::string, int> gen1::patternOf(std::string_view path)
{
    std::string pattern;
    int index = -1;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        const auto level = path.substr(0, end);
        int number = 0;
        const auto [last, error] = std::from_chars(level.data(), level.data() + level.size(), number);
        if (!pattern.empty()) pattern += '/';
        if (index < 0 && error == std::errc{} && last == level.data() + level.size() && number >= 0) {
            index = number;
            pattern += '#';
        }
        else pattern += level;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return {pattern, index};
}

namespace {

using namespace gen1;

constexpr std::size_t longestRawText = 255;

constexpr const char* housekeeping[] = {
    "announce",           "info",           "online",        "command",          "temperature_f", "temperature_status",
    "sensor/act_reasons", "sensor/error",   "sensor/status", "sensor/ext_power", "settings",      "loadstatus",
    "ext_temperatures",   "ext_humidities", "ext_switches"};

std::string entityOf(std::string_view path)
{
    std::string id(path);
    std::replace(id.begin(), id.end(), '/', '-');
    return id;
}

std::optional<double> numberOf(std::string_view text)
{
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) return {};
    return number;
}

Error unfit(std::string_view path)
{
    return makeError(ErrorCode::InvalidArgument, {}, "the payload does not fit " + std::string(path));
}

/// `light/0/status`, `color/0/status`, `white/0/status`.
Result<std::optional<Gen1Message>> readLight(std::string_view path, std::string_view payload)
{
    const auto json = parseJson(payload);
    if (!json || !json->isObject()) return unfit(path);
    Gen1Message message{entityOf(path.substr(0, path.rfind('/'))), {}, {}};
    if (const Value* on = json->find("ison"); on && on->isBoolean()) message.values.emplace_back("state", *on);
    const bool isColor = path.starts_with("color") || json->textOr("mode", "white") == "color";
    if (const Value* level = json->find(isColor ? "gain" : "brightness"); level && level->isNumeric())
        message.values.emplace_back("brightness_pct", *level);
    if (json->find("red") && json->find("green") && json->find("blue"))
        message.values.emplace_back("rgb", List{*json->find("red"), *json->find("green"), *json->find("blue")});
    if (const auto kelvin = json->integerOr("temp", 0); kelvin > 0)
        message.values.emplace_back("color_temp",
                                    static_cast<std::int64_t>(std::lround(1e6 / static_cast<double>(kelvin))));
    return std::optional(std::move(message));
}

Result<std::optional<Gen1Message>> readRoller(std::string_view path, std::string_view payload)
{
    if (!path.ends_with("/pos")) {
        // What it is doing; where it stands says the position.
        const char* state = payload == "open" ? "opening" : payload == "close" ? "closing" : nullptr;
        if (!state && payload != "stop") return unfit(path);
        if (!state) return std::optional<Gen1Message>();
        return std::optional(Gen1Message{entityOf(path), {{"state", state}}, {}});
    }
    const auto position = numberOf(payload);
    if (!position || *position < -1 || *position > 101) return unfit(path);
    Gen1Message message{entityOf(path.substr(0, path.rfind('/'))), {}, {}};
    if (*position >= 0 && *position <= 100) {
        message.values.emplace_back("position", static_cast<std::int64_t>(*position));
        message.values.emplace_back("state", *position == 0 ? "closed" : "open");
    }
    return std::optional(std::move(message));
}

Result<std::optional<Gen1Message>> readInputEvent(std::string_view path, std::string_view payload)
{
    const auto json = parseJson(payload);
    if (!json || !json->isObject()) return unfit(path);
    const auto type = json->textOr("event", "");
    if (type.empty() || type.size() > 20) return std::optional<Gen1Message>();
    return std::optional(Gen1Message{entityOf(path), {}, type});
}

} // namespace

Result<std::optional<Gen1Message>> readGen1(std::string_view path, std::string_view payload)
{
    const auto [pattern, index] = patternOf(path);
    for (const char* own : housekeeping)
        if (pattern == own) return std::optional<Gen1Message>();
    // Commands of others, and what repeats another topic.
    if (path.ends_with("/command") || path.ends_with("/set") || path.find("/command/") != std::string_view::npos ||
        path.ends_with("overpower_value") || pattern == "longpush/#" || pattern == "emeter/#/energy" ||
        pattern == "emeter/#/returned_energy" || path.ends_with("_f"))
        return std::optional<Gen1Message>();
    if (pattern == "light/#/status" || pattern == "color/#/status" || pattern == "white/#/status")
        return readLight(path, payload);
    if (pattern == "roller/#" || pattern == "roller/#/pos") return readRoller(path, payload);
    if (pattern == "input_event/#") return readInputEvent(path, payload);
    if (pattern == "relay/#" || pattern == "light/#" || pattern == "color/#" || pattern == "white/#") {
        // `overpower`: it switched itself off.
        if (payload != "on" && payload != "off" && payload != "overpower") return unfit(path);
        return std::optional(Gen1Message{entityOf(path), {{"state", payload == "on"}}, {}});
    }
    bool isSwitching = false;
    for (const auto& known : switchings) {
        if (pattern != known.path) continue;
        isSwitching = true;
        if (payload == known.on || payload == known.off)
            return std::optional(Gen1Message{entityOf(path), {{"state", payload == known.on}}, {}});
    }
    if (isSwitching) return unfit(path);
    for (const auto& measure : measures) {
        if (pattern != measure.path) continue;
        const auto number = numberOf(payload);
        if (!number) return unfit(path);
        // 999 stands for a probe that is not there.
        if (std::string_view(measure.deviceClass) == "temperature" && *number == 999)
            return std::optional(Gen1Message{entityOf(path), {{"state", Value()}}, {}});
        return std::optional(Gen1Message{entityOf(path), {{"state", *number * measure.factor}}, {}});
    }
    // Not understood, not lost: it is shown as it is.
    if (payload.size() > longestRawText || !isCleanUtf8(payload)) return unfit(path);
    return std::optional(Gen1Message{entityOf(path), {{"state", std::string(payload)}}, {}});
}

} // namespace atrium::shelly
