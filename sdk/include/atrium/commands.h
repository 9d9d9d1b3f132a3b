#pragma once

#include "atrium/auth.h"
#include "atrium/device.h"
#include "atrium/result.h"
#include "atrium/subscription.h"

#include <functional>
#include <string>

namespace atrium {

/// Something that a device is asked to do.
struct Command {
    DeviceId device;
    std::string name; ///< `on`, `off`, `toggle`, `set`
    Value arguments;  ///< object, e.g. {"level":60}; Null = none
    Cause cause;
    std::string idempotencyKey; ///< a command with a key that was seen in the last hour is not sent again; empty = none
};

/// What became of a command when it was accepted. Sent is not confirmed: the device's next report confirms.
struct CommandReceipt {
    std::string id;
    DevicePtr device; ///< with the assumed state
};

/// Turns a command into what the device understands. Returns what the device is assumed to be in afterwards, as
/// attribute values (empty = nothing is assumed). Thread: core; must not block.
using CommandHandler = std::function<Result<Object>(const Device&, const Command&)>;

/// The one way in which devices are commanded.
class Commands {
public:
    virtual ~Commands() = default;

    /// Checks, resolves `toggle` to `on` or `off`, calls the integration's handler, marks the assumed state, and writes
    /// the audit line. When the result reaches `done` the command is durable in the outbox (or was refused). Thread:
    /// any; `done` runs on core.
    virtual void send(Command command, std::function<void(Result<CommandReceipt>)> done) = 0;

    /// Serves the commands of all devices whose DeviceInfo::integration is `integration`. Thread: any.
    virtual Subscription handle(std::string integration, CommandHandler handler) = 0;
};

} // namespace atrium
