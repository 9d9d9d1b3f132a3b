#pragma once

#include "setup.h"

#include "atrium/integration.h"

#include <string>
#include <vector>

namespace atrium::tasmota {

/// A press that a detached button or a switch reports: `{"Button1":{"Action":"SINGLE"}}` in RESULT.
struct Press {
    std::string id;
    std::string source;  ///< `Button1`, or the switch's own name
    std::string word;    ///< `SINGLE`, or the device's word for a toggle or a hold
    std::string type;    ///< `button_short_press`, ...
    std::string subtype; ///< `button_1`, `switch_2`
};

/// The presses that a device can report, as it is set up. Pure.
std::vector<Press> pressesOf(const Setup& setup);
/// Its entity, without an availability. Pure.
AnnouncedEntity describe(const Press& press, const Setup& setup);
bool happened(const Press& press, const Value& result);

} // namespace atrium::tasmota
