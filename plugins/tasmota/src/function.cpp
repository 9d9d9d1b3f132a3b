#include "function.h"

#include <algorithm>

namespace atrium::tasmota {

namespace {

std::string idOf(const Setup& setup, const char* kind, int index)
{
    return setup.key + '_' + kind + '_' + std::to_string(index);
}

/// Colour and white of one lamp may be two, and each channel may be one.
Function lamp(const Setup& setup, int index, int firstLamp)
{
    Function function;
    function.kind = Function::Kind::Lamp;
    function.component = "light";
    function.id = idOf(setup, "light_light", index);
    function.number = index + 1;
    function.lightKind = setup.lightKind;
    if (setup.isTuya) function.dimmer = "Dimmer3";
    if (setup.options.contains(Setup::channelsAreLights)) {
        function.dimmer = function.dimmerState = "Channel" + std::to_string(index + 1);
        function.lightKind = 1;
    }
    else if (!setup.linksWhite && setup.lightKind >= 4) {
        const bool isColor = index == firstLamp;
        function.lightKind = isColor ? 3 : setup.lightKind == 4 ? 1 : 2;
        function.dimmer = function.dimmerState = isColor ? "Dimmer1" : "Dimmer2";
        if (isColor) function.colorSuffix = "=";
    }
    if (setup.options.contains(Setup::narrowsWhite)) function.coldest = 200, function.warmest = 380;
    return function;
}

/// Whether a switch in this mode is a state and not only a trigger (SwitchMode of the documentation).
bool isState(int mode) { return mode > 0 && mode <= 16 && mode != 7 && mode != 8 && mode != 11 && mode != 12; }

} // namespace

std::vector<Function> functionsOf(const Setup& setup)
{
    std::vector<Function> functions;
    const auto first = std::find(setup.relays.begin(), setup.relays.end(), 2);
    const int firstLamp = static_cast<int>(first - setup.relays.begin());
    int shutters = 0;
    for (std::size_t i = 0; i < setup.relays.size(); ++i) {
        const int index = static_cast<int>(i);
        int kind = setup.relays[i];
        const bool isFanLamp = setup.isFan && index == 0;
        if (isFanLamp && kind == 2) kind = 1; // it cannot be dimmed
        Function function;
        function.number = index + 1;
        if (kind == 1) {
            const bool isLight = isFanLamp || setup.options.contains(Setup::relaysAreLights);
            function.component = isLight ? "light" : "switch";
            function.id = idOf(setup, isLight ? "light_relay" : "switch_relay", index);
        }
        else if (kind == 2) function = lamp(setup, index, firstLamp);
        else if (kind == 3) { // two relays each
            if (i + 1 >= setup.relays.size() || setup.relays[i + 1] != 3) break;
            ++i;
            function.kind = Function::Kind::Shutter;
            function.component = "cover";
            function.id = idOf(setup, "cover_shutter", shutters);
            function.name = "cover " + std::to_string(shutters + 1);
            const auto place = static_cast<std::size_t>(shutters);
            function.isInverted = place < setup.shutterOptions.size() && (setup.shutterOptions[place] & 1) != 0;
            if (place < setup.shutterTilts.size() && setup.shutterTilts[place].size() == 3 &&
                setup.shutterTilts[place][2] != 0) {
                function.tiltLeast = setup.shutterTilts[place][0];
                function.tiltMost = setup.shutterTilts[place][1];
            }
            function.number = ++shutters;
            functions.push_back(std::move(function));
            continue;
        }
        else continue;
        function.name = setup.nameOf(function.component, i);
        functions.push_back(std::move(function));
    }
    if (setup.isFan) {
        Function fan;
        fan.kind = Function::Kind::Fan;
        fan.component = "fan";
        fan.id = setup.key + "_fan_fan_ifan";
        functions.push_back(std::move(fan));
    }
    for (std::size_t i = 0; i < setup.switchModes.size(); ++i) {
        if (!isState(setup.switchModes[i])) continue;
        Function input;
        input.kind = Function::Kind::Input;
        input.component = "binary_sensor";
        input.id = idOf(setup, "binary_sensor_switch", static_cast<int>(i));
        input.number = static_cast<int>(i) + 1;
        const bool isNamed = i < setup.switchNames.size() && !setup.switchNames[i].empty();
        input.name = isNamed ? setup.switchNames[i] : "binary_sensor " + std::to_string(i + 1);
        input.input = isNamed ? setup.switchNames[i] : "Switch" + std::to_string(i + 1);
        input.fallsBack = setup.switchModes[i] == 13 || setup.switchModes[i] == 14;
        functions.push_back(std::move(input));
    }
    if (setup.hasCamera) {
        Function camera;
        camera.kind = Function::Kind::Camera;
        camera.component = "camera";
        camera.id = idOf(setup, "camera_camera", 0);
        functions.push_back(std::move(camera));
    }
    return functions;
}

AnnouncedEntity describe(const Function& function, const Setup& setup)
{
    using Kind = Value::Kind;
    AnnouncedEntity entity;
    entity.id = function.id;
    auto& spec = entity.spec;
    spec.component = function.component;
    if (!function.name.empty()) spec.name = function.name;
    const auto add = [&](const char* role, Kind kind) -> AttributeSpec& {
        entity.attributes.push_back({role, {}});
        entity.attributes.back().spec.kind = kind;
        entity.attributes.back().spec.writable = true;
        return entity.attributes.back().spec;
    };
    const auto addPercent = [&](const char* role) {
        auto& percent = add(role, Kind::Number);
        percent.unit = "%", percent.minimum = 0, percent.maximum = 100;
    };
    switch (function.kind) {
    case Function::Kind::Relay: break;
    case Function::Kind::Input: add("state", Kind::Boolean).writable = false; return entity;
    case Function::Kind::Camera:
        if (!setup.address.empty()) spec.capabilities.set("url", "http://" + setup.address + "/snapshot.jpg");
        return entity;
    case Function::Kind::Shutter:
        spec.commands = {"open", "close", "stop", "set_position"};
        add("state", Kind::Text).writable = false;
        addPercent("position");
        if (function.tiltLeast != function.tiltMost) {
            addPercent("tilt");
            spec.commands.emplace_back("set_tilt");
        }
        return entity;
    case Function::Kind::Fan:
        spec.capabilities = Object{{"speed_range_min", 1}, {"speed_range_max", 3}};
        spec.commands.emplace_back("set_percentage");
        addPercent("percentage");
        break;
    case Function::Kind::Lamp:
        if (function.lightKind == 0) break;
        addPercent("brightness_pct");
        spec.commands.emplace_back("set_brightness");
        if (function.hasWhiteTones()) {
            add("color_temp", Kind::Number);
            spec.commands.emplace_back("set_color_temp");
            spec.capabilities.set("min_mireds", function.coldest);
            spec.capabilities.set("max_mireds", function.warmest);
        }
        if (function.hasColor()) {
            for (const char* space : {"hs", "rgb"}) add(space, Kind::List).history = false;
            spec.commands.insert(spec.commands.end(), {"set_hs", "set_rgb"});
        }
        if (function.lightKind >= 2) {
            add("effect", Kind::Text).options = schemes();
            spec.commands.emplace_back("set_effect");
            spec.capabilities.set("effect_list", List(schemes().begin(), schemes().end()));
        }
        add("white_value", Kind::Number).writable = false;
        break;
    }
    add("state", Kind::Boolean);
    spec.commands.insert(spec.commands.begin(), {"turn_on", "turn_off"});
    return entity;
}

} // namespace atrium::tasmota
