#pragma once

#include "setup.h"

#include "atrium/integration.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atrium::tasmota {

/// Values of one entity by role.
struct EntityValues {
    std::string entity;
    std::vector<std::pair<std::string, Value>> values;
    bool fallsBack = false; ///< a push input: what is on now is off a second later, without a word
};

/// One thing that a device does: a relay, a lamp, a shutter, a fan, an input.
struct Function {
    enum class Kind { Relay, Lamp, Shutter, Fan, Input, Camera };
    Kind kind = Kind::Relay;
    std::string component;
    std::string id;
    std::string name; ///< empty = the device's
    int number = 1;   ///< as in POWERn, Shuttern, Switchn
    // Lamps.
    int lightKind = 0;                  ///< as in Setup, of this lamp alone
    std::string dimmer = "Dimmer";      ///< the command for its level
    std::string dimmerState = "Dimmer"; ///< where STATE says it
    std::string colorSuffix;
    int coldest = 153, warmest = 500; ///< mired
    // Shutters.
    bool isInverted = false;
    int tiltLeast = 0, tiltMost = 0; ///< equal = it does not tilt
    // Inputs.
    std::string input; ///< how messages call it
    bool fallsBack = false;

    bool hasWhiteTones() const { return lightKind == 2 || lightKind == 5; }
    bool hasColor() const { return lightKind >= 3; }
};

/// What a device does, as it is set up. Pure.
std::vector<Function> functionsOf(const Setup& setup);
/// Its entity, without an availability. Pure.
AnnouncedEntity describe(const Function& function, const Setup& setup);
/// What a message (STATE, RESULT, SENSOR, the inside of a STATUS) says of it; empty values = nothing. Pure.
EntityValues readFunction(const Function& function, const Setup& setup, const Value& message);
/// Errors: what is wrong with the command. Pure.
Result<EntityPlan> planFunction(const Function& function, const Setup& setup, const EntityCommand& command);

/// The names of effects, by number of the command Scheme.
const std::vector<std::string>& schemes();

} // namespace atrium::tasmota
