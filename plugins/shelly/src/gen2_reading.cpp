#include "gen2_component.h"
#include "gen2_tables.h"

namespace atrium::shelly {

using namespace gen2;

namespace {

Value miredsOf(const Value& kelvin)
{
    const auto number = kelvin.ifNumber();
    return number && *number > 0 ? Value(static_cast<std::int64_t>(1e6 / *number + 0.5)) : Value();
}

} // namespace

std::vector<Reading> read(const std::string& prefix, const ComponentName& component, const Value& status)
{
    std::vector<Reading> all;
    const std::string base = prefix + '-' + component.text;
    const auto& kind = component.kind;
    Reading main{base, {}};
    const auto take = [&](const char* key, const char* role) {
        if (const Value* value = status.find(key); value && !value->isNull()) main.values.emplace_back(role, *value);
    };
    const auto* detector = detectorOf(kind);
    if (kind == "switch") take("output", "state");
    else if (isLight(kind)) {
        take("output", "state");
        take("brightness", "brightness_pct");
        take("rgb", "rgb");
        if (const Value* kelvin = status.find("ct")) main.values.emplace_back("color_temp", miredsOf(*kelvin));
    }
    else if (detector) take(detector->key, "state");
    else if (virtualOf(kind)) take("value", "state");
    else if (kind == "cover") {
        const auto state = status.textOr("state", "");
        const Value* position = status.find("current_pos");
        const auto at = position ? position->ifNumber() : std::nullopt;
        if (state == "stopped") main.values.emplace_back("state", at && *at == 0 ? "closed" : "open");
        else if (state == "calibrating") main.values.emplace_back("state", Value());
        else if (!state.empty()) main.values.emplace_back("state", state);
        if (at) main.values.emplace_back("position", *position);
    }
    else if (kind == "thermostat") {
        const bool cools = status.textOr("type", "heating") == "cooling";
        const bool enabled = status.booleanOr("enable", true);
        main.values.emplace_back("state", !enabled ? "off" : cools ? "cool" : "heat");
        if (status.find("output"))
            main.values.emplace_back("hvac_action", !enabled                             ? "off"
                                                    : !status.booleanOr("output", false) ? "idle"
                                                    : cools                              ? "cooling"
                                                                                         : "heating");
        take("current_C", "current_temperature");
        take("target_C", "target_temperature");
        take("current_humidity", "current_humidity");
    }
    else if (!isMeasuring(kind) && kind != "button") main.values.emplace_back("state", status);
    if (!main.values.empty()) all.push_back(std::move(main));
    forMeasures(status, [&](const std::string& suffix, const Measure&, const Value& value) {
        all.push_back({base + (suffix.empty() ? "" : '-' + suffix), {{"state", value}}});
    });
    return all;
}

} // namespace atrium::shelly
