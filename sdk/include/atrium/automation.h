#pragma once

#include "atrium/device.h"
#include "atrium/result.h"
#include "atrium/subscription.h"
#include "atrium/value.h"

#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// The run of a rule that calls a function of a plugin.
struct AutomationCall {
    std::string rule;
    Cause cause;
    std::string idempotencyKey; ///< `run-id:step`: the same after a restart, so that an effect happens once
    std::vector<Value> arguments;
};

/// A function that rules can call as `module.name(...)`. Its call is a step in the run's journal: after a restart the
/// recorded result is returned instead of calling again.
struct AutomationFunction {
    std::string name;
    std::string summary; ///< shown by the editor's completion
    /// Thread: core; must not block. Values in, a value or an error out; Lua itself is never seen.
    std::function<Result<Value>(const AutomationCall&)> call;
};

/// Something that rules see under one global name.
struct AutomationModule {
    std::string name;
    std::vector<AutomationFunction> functions;
};

/// Where plugins extend the language of automations. Thread: any.
class Automation {
public:
    virtual ~Automation() = default;
    virtual Subscription addModule(AutomationModule module) = 0;
    /// Starts the rules that have the trigger `event "name"`. Thread: core.
    virtual void raiseEvent(std::string name, Object data, const Cause& cause) = 0;
};

} // namespace atrium
