#pragma once

#include "collection.h"

#include "atrium/commands.h"
#include "atrium/http.h"

#include <functional>

namespace atrium::devices {

/// What became of one step of a batch.
struct StepOutcome {
    enum class Result {
        Sent,
        Skipped, ///< it was not named itself, and cannot do what was asked
        Failed,
    };
    DeviceId device;
    Result result = Result::Sent;
    std::string commandId;
    Text reason; ///< unless it was sent
};

/// How a device came into a batch: one that was named is an error when it cannot do it, one of a whole room is not.
enum class Named { Itself, WithOthers };

/// Sends all steps at once, each a command of its own, with one correlation id; `done` gets an outcome a step, in their
/// order, on core. An idempotency key holds for each step by itself. Thread: any.
void sendAll(Commands& commands, std::vector<DeviceStep> steps, Named named, const Cause& cause,
             const std::string& idempotencyKey, std::function<void(std::vector<StepOutcome>)> done);

} // namespace atrium::devices
