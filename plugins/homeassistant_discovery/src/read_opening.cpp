#include "readers.h"

#include "atrium/json.h"

#include <algorithm>
#include <cmath>

namespace atrium::homeassistant_discovery {

namespace {

void setMovement(Reading& entity, const std::string& state, Values& values)
{
    entity.last("state") = state;
    values.emplace_back("state", state);
}

double percentOf(const Reading& entity, double raw, const char* closedKey, const char* openKey)
{
    const double closed = entity.config.number(closedKey).value_or(0),
                 open = entity.config.number(openKey).value_or(100);
    if (open == closed) return 0;
    return std::clamp(std::floor((raw - closed) * 100 / (open - closed)), 0.0, 100.0);
}

} // namespace

bool readCoverState(Reading& entity, const Channel&, const std::string& text, Values& values)
{
    const auto& config = entity.config;
    if (text.empty()) return true;
    if (text == "None") values.emplace_back("state", Value());
    else if (text == config.text("state_opening", "opening")) setMovement(entity, "opening", values);
    else if (text == config.text("state_closing", "closing")) setMovement(entity, "closing", values);
    else if (text == config.text("state_open", "open")) setMovement(entity, "open", values);
    else if (text == config.text("state_closed", "closed")) setMovement(entity, "closed", values);
    else if (text == config.text("state_stopped", "stopped")) {
        const Value& position = entity.last("position");
        const Value& state = entity.last("state");
        if (const auto at = position.ifNumber()) setMovement(entity, *at > 0 ? "open" : "closed", values);
        else setMovement(entity, state == Value("closing") || state == Value("closed") ? "closed" : "open", values);
    }
    else return false;
    return true;
}

bool readPosition(Reading& entity, const Channel&, const std::string& text, Values& values)
{
    if (text.empty()) return true;
    std::string number = text;
    if (const auto json = parseJson(text); json && json->isObject()) {
        if (const Value* tilt = json->find("tilt_position"))
            if (const auto raw = jinja::parseFloat(jinja::Var::from(*tilt).text()))
                values.emplace_back("tilt", numberValue(percentOf(entity, *raw, "tilt_min", "tilt_max")));
        const Value* position = json->find("position");
        if (!position) return !values.empty();
        number = jinja::Var::from(*position).text();
    }
    const auto raw = jinja::parseFloat(number);
    if (!raw || !std::isfinite(*raw)) return false;
    const double percent = percentOf(entity, *raw, "position_closed", "position_open");
    entity.last("position") = percent;
    values.emplace_back("position", numberValue(percent));
    // Without a topic of its own the state follows from the position.
    if (!entity.config.has("state_topic")) setMovement(entity, percent > 0 ? "open" : "closed", values);
    return true;
}

bool readTilt(Reading& entity, const Channel&, const std::string& text, Values& values)
{
    const auto raw = jinja::parseFloat(text);
    if (!raw) return text.empty();
    const auto [least, most] =
        std::minmax({entity.config.number("tilt_min").value_or(0), entity.config.number("tilt_max").value_or(100)});
    if (*raw < least || *raw > most) return false;
    values.emplace_back("tilt", numberValue(percentOf(entity, *raw, "tilt_min", "tilt_max")));
    return true;
}

bool readValve(Reading& entity, const Channel& channel, const std::string& text, Values& values)
{
    if (!entity.config.flag("reports_position", false)) return readCoverState(entity, channel, text, values);
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
        const double percent = percentOf(entity, *raw, "position_closed", "position_open");
        values.emplace_back("position", numberValue(percent));
        if (state != "opening" && state != "closing") setMovement(entity, percent > 0 ? "open" : "closed", values);
        understood = true;
    }
    if (state == "opening" || state == "closing") {
        setMovement(entity, state, values);
        understood = true;
    }
    return understood || text.empty();
}

} // namespace atrium::homeassistant_discovery
