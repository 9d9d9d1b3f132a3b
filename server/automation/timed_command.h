#pragma once

#include "atrium/ids.h"
#include "atrium/time.h"
#include "atrium/value.h"

#include <optional>
#include <string>

namespace atrium::automation {

/// A command that ends what `on_for` or `off_for` began.
struct TimedCommand {
    DeviceId device;
    std::string uid;
    std::string rule; ///< that promised it
    std::string name; ///< `on`, `off` or `set`
    Value arguments;
    bool state = true; ///< on or off until then; another state ends the promise
    UtcTime due{};
};

/// The promise of a device as it is to be stored; empty = there is none any more.
struct TimerChange {
    DeviceId device;
    std::optional<TimedCommand> command;
};

} // namespace atrium::automation
