#include "automation/timed_commands.h"

#include <algorithm>

namespace atrium::automation {

namespace {

/// Whether the attribute says if the device is on.
bool isSwitch(const AttributeSpec& spec)
{
    return spec.name == "status" || (spec.role == "state" && spec.kind == Value::Kind::Boolean);
}

} // namespace

TimedCommands::TimedCommands(Devices& devices, Scheduler& scheduler, const Clock& clock, Journal& journal, Log& log,
                             Perform perform)
    : scheduler_(scheduler), clock_(clock), journal_(journal), log_(log), perform_(std::move(perform)),
      changes_(devices.onAttributeChanged([this](const AttributeChanged& change) { onChange(change); }))
{}

void TimedCommands::promise(TimedCommand command, std::function<void(bool)> kept)
{
    const auto known = promises_.find(command.device);
    if (known != promises_.end() && known->second.command.state == command.state &&
        known->second.command.due >= command.due)
        return kept(true);
    auto& promise = promises_[command.device];
    promise.command = std::move(command);
    arm(promise);
    journal_.keep(TimerChange{promise.command.device, promise.command}, std::move(kept));
}

void TimedCommands::takeBack(DeviceId device)
{
    if (promises_.erase(device) > 0) journal_.keep(TimerChange{device, {}}, {});
}

void TimedCommands::restore(std::vector<TimedCommand> commands)
{
    for (auto& command : commands) {
        auto& promise = promises_[command.device];
        promise.command = std::move(command);
        arm(promise);
    }
}

std::vector<TimedCommand> TimedCommands::list() const
{
    std::vector<TimedCommand> list;
    for (const auto& [device, promise] : promises_) list.push_back(promise.command);
    return list;
}

void TimedCommands::arm(Promise& promise)
{
    const auto delay = std::max(promise.command.due - clock_.now(), std::chrono::microseconds{0});
    promise.timer = scheduler_.after(delay, [this, device = promise.command.device] {
        auto node = promises_.extract(device);
        if (node.empty()) return;
        perform_(node.mapped().command);
        // Not before: after a crash between the two the command is sent once more, with the same idempotency key.
        journal_.keep(TimerChange{device, {}}, {});
    });
}

void TimedCommands::onChange(const AttributeChanged& change)
{
    if (promises_.empty()) return;
    const auto found = promises_.find(change.device.info->id);
    if (found == promises_.end()) return;
    const bool byPerson = change.cause.origin.starts_with("user:") && change.attribute.spec->writable;
    const bool contrary =
        isSwitch(*change.attribute.spec) && change.attribute.value != Value(found->second.command.state);
    if (!byPerson && !contrary) return;
    log_.debug("a timed command is not needed any more", {{"device", change.device.info->uid}});
    takeBack(change.device.info->id);
}

} // namespace atrium::automation
