#include "function.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace atrium::tasmota {

namespace {

/// "120,50,80".
std::vector<int> numbers(std::string_view text)
{
    std::vector<int> out;
    for (std::size_t at = 0; at < text.size();) {
        int number = 0;
        const auto end = std::min(text.find(',', at), text.size());
        if (std::from_chars(text.data() + at, text.data() + end, number).ec != std::errc{}) return {};
        out.push_back(number);
        at = end + 1;
    }
    return out;
}

/// "FF8800" or, with SetOption17, "255,136,0".
std::vector<int> colorOf(std::string_view text)
{
    if (text.find(',') != std::string_view::npos) return numbers(text);
    std::vector<int> out;
    for (std::size_t at = 0; at + 2 <= text.size(); at += 2) {
        int part = 0;
        if (std::from_chars(text.data() + at, text.data() + at + 2, part, 16).ec != std::errc{}) return {};
        out.push_back(part);
    }
    return out;
}

std::optional<bool> switched(const Setup& setup, const Value* word)
{
    if (!word) return {};
    if (*word == Value(setup.on) || *word == Value("ON")) return true;
    if (*word == Value(setup.off) || *word == Value("OFF")) return false;
    return {};
}

void readShutter(const Function& function, const Value& message, EntityValues& out)
{
    const Value* shutter = message.find("Shutter" + std::to_string(function.number));
    if (!shutter || !shutter->isObject()) return;
    const Value* said = shutter->find("Position");
    if (said && said->isNumeric()) {
        const double position = function.isInverted ? 100 - said->number() : said->number();
        const auto direction = shutter->integerOr("Direction", 0) * (function.isInverted ? -1 : 1);
        out.values.emplace_back("position", position);
        out.values.emplace_back("state", direction > 0   ? "opening"
                                         : direction < 0 ? "closing"
                                         : position > 0  ? "open"
                                                         : "closed");
    }
    const Value* tilt = shutter->find("Tilt");
    if (tilt && tilt->isNumeric() && function.tiltLeast != function.tiltMost)
        out.values.emplace_back("tilt",
                                (tilt->number() - function.tiltLeast) * 100 / (function.tiltMost - function.tiltLeast));
}

void readFan(const Value& message, EntityValues& out)
{
    const Value* speed = message.find("FanSpeed");
    if (!speed || !speed->isInteger() || speed->integer() < 0 || speed->integer() > 3) return;
    out.values.emplace_back("state", speed->integer() > 0);
    out.values.emplace_back("percentage", speed->integer() * 100 / 3);
}

void readInput(const Function& function, const Setup& setup, const Value& message, EntityValues& out)
{
    const Value* said = message.find(function.input);
    if (said && said->isObject()) said = said->find("Action");
    if (const auto on = switched(setup, said)) {
        out.values.emplace_back("state", *on);
        out.fallsBack = function.fallsBack && *on;
    }
}

void readLamp(const Function& function, const Value& message, EntityValues& out)
{
    const Value* level = message.find(function.dimmerState);
    if (!level)
        if (const Value* channels = message.find("Channel");
            function.dimmerState.starts_with("Channel") && channels && channels->isList() &&
            static_cast<std::size_t>(function.number) <= channels->list().size())
            level = &channels->list()[static_cast<std::size_t>(function.number) - 1];
    if (level && level->isNumeric()) out.values.emplace_back("brightness_pct", *level);
    const Value* tone = message.find("CT");
    if (tone && tone->isNumeric() && function.hasWhiteTones()) out.values.emplace_back("color_temp", *tone);
    if (const Value* white = message.find("White"); white && white->isNumeric())
        out.values.emplace_back("white_value", *white);
    if (const Value* scheme = message.find("Scheme"); scheme && scheme->isInteger() && scheme->integer() >= 0) {
        const auto number = static_cast<std::size_t>(scheme->integer());
        if (number < schemes().size()) out.values.emplace_back("effect", schemes()[number]);
    }
    if (!function.hasColor()) return;
    if (const auto hsb = numbers(message.textOr("HSBColor", "")); hsb.size() == 3)
        out.values.emplace_back("hs", List{hsb[0], hsb[1]});
    if (const auto color = colorOf(message.textOr("Color", "")); color.size() >= 3)
        out.values.emplace_back("rgb", List{color[0], color[1], color[2]});
}

} // namespace

const std::vector<std::string>& schemes()
{
    static const std::vector<std::string> all{"Solid", "Wake up", "Cycle up", "Cycle down", "Random"};
    return all;
}

EntityValues readFunction(const Function& function, const Setup& setup, const Value& message)
{
    EntityValues out;
    out.entity = function.id;
    if (!message.isObject()) return out;
    switch (function.kind) {
    case Function::Kind::Shutter: readShutter(function, message, out); return out;
    case Function::Kind::Fan: readFan(message, out); return out;
    case Function::Kind::Input: readInput(function, setup, message, out); return out;
    case Function::Kind::Camera: return out;
    case Function::Kind::Relay:
    case Function::Kind::Lamp: break;
    }
    const Value* power = message.find("POWER" + std::to_string(function.number));
    if (!power && function.number == 1) power = message.find("POWER");
    if (const auto on = switched(setup, power)) out.values.emplace_back("state", *on);
    if (function.kind == Function::Kind::Lamp && function.lightKind > 0) readLamp(function, message, out);
    return out;
}

} // namespace atrium::tasmota
