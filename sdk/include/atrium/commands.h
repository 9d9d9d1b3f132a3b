#pragma once

#include "atrium/auth.h"
#include "atrium/device.h"
#include "atrium/mqtt.h"
#include "atrium/result.h"
#include "atrium/subscription.h"

#include <functional>
#include <string>
#include <vector>

namespace atrium {

/// Something that a device is asked to do.
struct Command {
    DeviceId device;
    std::string name; ///< `on`, `off`, `toggle`, `set`, or one of EntitySpec::commands
    Value arguments;  ///< object, e.g. {"level":60}; Null = none
    Cause cause;
    std::string idempotencyKey; ///< a command with a key that was seen in the last hour is not sent again; empty = none
    std::string entity;         ///< Entity::id; empty = the device as a whole
};

/// What became of a command when it was accepted. Sent is not confirmed: the device's next report confirms.
struct CommandReceipt {
    std::string id;
    DevicePtr device; ///< with the assumed state
};

/// Whether a device says that it obeyed.
enum class Confirmation {
    Awaited, ///< its next report counts; without one the command is repeated, then given up
    None,    ///< it never reports: what was wished stays marked as assumed
};

/// What a command means for the device: messages to send, and the attribute values that the device is assumed to have
/// afterwards (empty = nothing is assumed).
struct CommandPlan {
    std::vector<MqttPublication> publications;
    Object assumed;
    Confirmation confirmation = Confirmation::Awaited;
};

/// How a command ended.
enum class CommandResult {
    Confirmed, ///< the device reported what was wished
    Assumed,   ///< sent; the device does not report
    Replaced,  ///< a newer command to the same attributes came before the confirmation
    TimedOut,  ///< no confirmation in spite of repeats: the assumed values were taken back
};

struct CommandOutcome {
    std::string id; ///< CommandReceipt::id
    Command command;
    CommandResult result = CommandResult::Confirmed;
};

/// Turns a command into what the device understands; pure. `toggle` never arrives: it was resolved to `on` or `off`.
/// Thread: core; must not block.
using CommandHandler = std::function<Result<CommandPlan>(const Device&, const Command&)>;

/// The one way in which devices are commanded.
class Commands {
public:
    virtual ~Commands() = default;

    /// Checks, resolves `toggle` to `on` or `off`, asks the integration's handler, sends, and marks the assumed state.
    /// The result reaches `done` when the command is on disk together with who asked for it (or was refused); from then
    /// on it survives a crash and is sent again until the broker has it. Thread: any; `done` runs on core.
    virtual void send(Command command, std::function<void(Result<CommandReceipt>)> done) = 0;

    /// Told on core how each accepted command ended. Thread: any.
    virtual Subscription onOutcome(std::function<void(const CommandOutcome&)> handler) = 0;

    /// Serves the commands of all devices whose DeviceInfo::integration is `integration`. Thread: any.
    virtual Subscription handle(std::string integration, CommandHandler handler) = 0;
};

} // namespace atrium
