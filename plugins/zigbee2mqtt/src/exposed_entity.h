#pragma once

#include "atrium/integration.h"

#include <string>
#include <utility>
#include <vector>

namespace atrium::zigbee2mqtt {

/// One value of an entity: where it stands in the state message, and how it is written.
struct Feature {
    enum class Form {
        Plain,  ///< as it is
        Binary, ///< `on` or `off`
        Words,  ///< a text that is not empty
        Color,  ///< an object with two numbers
        Json,   ///< whatever it is
    };
    std::string role;
    std::vector<std::string> path; ///< keys from the root of the state message
    Form form = Form::Plain;
    Value on = "ON", off = "OFF"; ///< Binary only
    double full = 0;              ///< not 0: a brightness whose largest value this is; the role is in percent
    std::pair<std::string, std::string> parts; ///< Color only: `x` and `y`, or `hue` and `saturation`
};

/// One function of a Zigbee device.
struct ExposedEntity {
    AnnouncedEntity announced;
    std::vector<Feature> features;
};

/// The values by role that a state message holds for the entity; what it does not mention is left out. Pure.
std::vector<std::pair<std::string, Value>> readState(const ExposedEntity& entity, const Value& state);

/// What is to be set on the device, as one object for `NAME/set`. Pure.
struct Setting {
    Object message;
    std::vector<std::pair<std::string, Value>> expected;
};
Result<Setting> settingFor(const ExposedEntity& entity, const std::string& command, const Object& arguments);

} // namespace atrium::zigbee2mqtt
