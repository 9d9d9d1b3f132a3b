#include "commands/command_follower.h"

#include <cmath>

namespace atrium::commands {

namespace {

/// A device that works in 254 steps cannot report 50 % exactly: within its step, or a hundredth of its range.
bool isAsWished(const Attribute& attribute, const Value& wished)
{
    if (attribute.value == wished) return true;
    const auto is = attribute.value.ifNumber();
    const auto should = wished.ifNumber();
    if (!is || !should) return false;
    double tolerance = 1e-6 * std::abs(*should);
    const auto& spec = *attribute.spec;
    if (spec.minimum && spec.maximum) tolerance = std::max(tolerance, (*spec.maximum - *spec.minimum) / 100);
    if (spec.step) tolerance = std::max(tolerance, *spec.step / 2);
    return std::abs(*is - *should) <= tolerance;
}

} // namespace

CommandFollower::CommandFollower(Devices& devices, Scheduler& scheduler, const Clock& clock, Metrics& metrics,
                                 ConfirmationPolicy policy, Handlers handlers)
    : devices_(devices), scheduler_(scheduler), clock_(clock), policy_(policy), handlers_(std::move(handlers)),
      open_(metrics.gauge("atrium_queue_depth", "Entries waiting in a bounded queue", {{"queue", "open_commands"}})),
      notFollowed_(metrics.counter("atrium_commands_not_followed_total", "Commands over the bound of open ones")),
      published_(devices.onPublished([this](const std::vector<DevicePtr>& changed) { look(changed); }))
{}

void CommandFollower::follow(OpenCommand command)
{
    if (command.confirmation == Confirmation::None || command.wished.empty()) {
        handlers_.ended({command.id, command.command, CommandResult::Assumed});
        return;
    }
    // A newer wish for the same attribute makes the older one meaningless: repeating it would undo the newer.
    std::vector<std::string> replaced;
    const auto [first, last] = byDevice_.equal_range(command.command.device);
    for (auto other = first; other != last; ++other)
        for (const auto& [attribute, value] : followed_.at(other->second).command.wished)
            if (command.wished.contains(attribute)) {
                replaced.push_back(other->second);
                break;
            }
    for (const auto& id : replaced) end(id, CommandResult::Replaced);
    if (followed_.size() >= limit) {
        notFollowed_.add();
        handlers_.ended({command.id, command.command, CommandResult::Assumed});
        return;
    }
    const std::string id = command.id;
    byDevice_.emplace(command.command.device, id);
    Followed& followed = followed_[id];
    followed.command = std::move(command);
    followed.startedAt = clock_.steadyNow();
    followed.lastProgress = clock_.now();
    startTimer(followed);
    open_.set(static_cast<double>(followed_.size()));
}

void CommandFollower::look(const std::vector<DevicePtr>& devices)
{
    if (followed_.empty()) return;
    for (const auto& device : devices) {
        std::vector<std::string> confirmed;
        const auto [first, last] = byDevice_.equal_range(device->info->id);
        for (auto entry = first; entry != last; ++entry)
            if (standingOf(followed_.at(entry->second).command, *device) == Standing::Confirmed)
                confirmed.push_back(entry->second);
        for (const auto& id : confirmed) end(id, CommandResult::Confirmed);
    }
}

void CommandFollower::timeIsUp(const std::string& id)
{
    const auto found = followed_.find(id);
    if (found == followed_.end()) return;
    Followed& followed = found->second;
    const auto device = devices_.find(followed.command.command.device);
    if (!device) return end(id, CommandResult::TimedOut);
    if (standingOf(followed.command, *device) == Standing::Confirmed) return end(id, CommandResult::Confirmed);
    if (!everReported(followed.command, *device)) return end(id, CommandResult::Assumed);

    const bool mayWait = clock_.steadyNow() - followed.startedAt < policy_.longest;
    const UtcTime progress = progressOf(followed.command, *device);
    if (mayWait && progress > followed.lastProgress) {
        followed.lastProgress = progress; // a shutter that is still moving
        return startTimer(followed);
    }
    if (mayWait && followed.sent < policy_.attempts) {
        ++followed.sent;
        handlers_.repeat(followed.command);
        return startTimer(followed);
    }
    for (const auto& [attribute, value] : followed.command.wished)
        devices_.giveUp(followed.command.command.device, attribute, followed.command.command.cause);
    end(id, CommandResult::TimedOut);
}

void CommandFollower::end(const std::string& id, CommandResult result)
{
    auto node = followed_.extract(id);
    if (node.empty()) return;
    auto& command = node.mapped().command;
    const auto [first, last] = byDevice_.equal_range(command.command.device);
    for (auto entry = first; entry != last; ++entry)
        if (entry->second == id) {
            byDevice_.erase(entry);
            break;
        }
    open_.set(static_cast<double>(followed_.size()));
    handlers_.ended({id, command.command, result});
}

void CommandFollower::startTimer(Followed& followed)
{
    followed.timer = scheduler_.after(policy_.within, [this, id = followed.command.id] { timeIsUp(id); });
}

CommandFollower::Standing CommandFollower::standingOf(const OpenCommand& command, const Device& device)
{
    auto standing = Standing::Confirmed;
    for (const auto& [name, value] : command.wished) {
        const Attribute* attribute = device.find(name);
        if (!attribute || attribute->assumed()) return Standing::Unheard;
        if (!isAsWished(*attribute, value)) standing = Standing::Contradicted;
    }
    return standing;
}

bool CommandFollower::everReported(const OpenCommand& command, const Device& device)
{
    for (const auto& [name, value] : command.wished)
        if (const Attribute* attribute = device.find(name); attribute && attribute->reportedAt != UtcTime{})
            return true;
    return false;
}

UtcTime CommandFollower::progressOf(const OpenCommand& command, const Device& device)
{
    UtcTime latest{};
    for (const auto& [name, value] : command.wished)
        if (const Attribute* attribute = device.find(name); attribute && !attribute->assumed())
            latest = std::max(latest, attribute->changedAt);
    return latest;
}

} // namespace atrium::commands
