#include "away_mode.h"

#include "atrium/services/accounts.h"

#include <algorithm>

namespace atrium::away {

namespace {

using namespace std::chrono_literals;
constexpr auto horizon = 1h;
constexpr auto planAgainBefore = 20min;
constexpr auto tooLate = 5min; ///< for a switching that nobody was there for

} // namespace

void AwayMode::set(AwayState state)
{
    const bool begins = state.enabled && (!state_.enabled || state.since != state_.since);
    const bool ends = state_.enabled && !state.enabled;
    if (ends)
        for (const auto device : std::set(switchedOn_)) apply({in_.clock.now(), device, false});
    state_ = state;
    if (!begins && !ends) return;
    planned_.clear();
    plannedUntil_.reset();
    switchedOn_.clear();
    if (begins) plan();
}

void AwayMode::tick()
{
    if (!state_.enabled) return;
    const auto now = in_.clock.now();
    if (!plannedUntil_ || *plannedUntil_ < now + planAgainBefore) plan();
    const auto due = std::find_if(planned_.begin(), planned_.end(), [&](const auto& next) { return next.at > now; });
    const std::vector<Switching> switchings(planned_.begin(), due);
    planned_.erase(planned_.begin(), due);
    for (const auto& switching : switchings)
        if (switching.at >= now - tooLate) apply(switching);
}

bool AwayMode::takesPart(const Device& device) const
{
    return in_.types.contains(device.info->type) && device.find("status") != nullptr;
}

void AwayMode::plan()
{
    if (isPlanning_) return;
    const auto now = in_.clock.now();
    // After a long sleep, or a clock that was set, what was planned no longer means anything.
    const bool isFresh = !plannedUntil_ || *plannedUntil_ < now || *plannedUntil_ > now + 2 * horizon;
    const auto from = isFresh ? now : *plannedUntil_;
    const auto until = now + horizon;
    if (until <= from) return;
    std::vector<DeviceId> devices;
    const auto all = in_.devices.list();
    for (const auto& device : all->devices)
        if (takesPart(*device)) devices.push_back(device->info->id);
    isPlanning_ = true;
    const bool posted = in_.workers.post(
        [self = shared_from_this(), devices = std::move(devices), from, until, since = state_.since, isFresh] {
            std::vector<Switching> switchings;
            try {
                for (const auto device : devices) {
                    const auto offset = offsetOf(device, since, self->in_.spread);
                    const auto more = repeated(self->in_.history, device, from, until, offset,
                                               isFresh ? Opening::Included : Opening::Left);
                    switchings.insert(switchings.end(), more.begin(), more.end());
                }
            }
            catch (const std::exception& error) {
                self->in_.log.warning("away mode cannot read the history", {{"reason", error.what()}});
            }
            std::stable_sort(switchings.begin(), switchings.end(),
                             [](const auto& a, const auto& b) { return a.at < b.at; });
            self->in_.core.postPatiently(
                [self, since, until, switchings = std::move(switchings)] { self->take(since, until, switchings); });
        });
    if (!posted) isPlanning_ = false; // the next minute tries again
}

void AwayMode::take(UtcTime since, UtcTime until, const std::vector<Switching>& switchings)
{
    isPlanning_ = false;
    if (!state_.enabled) return;
    if (since != state_.since) return plan(); // another absence has begun meanwhile
    plannedUntil_ = until;
    planned_.insert(planned_.end(), switchings.begin(), switchings.end());
    tick();
}

void AwayMode::apply(const Switching& switching)
{
    const auto device = in_.devices.find(switching.device);
    if (!device) return;
    if (switching.on) switchedOn_.insert(switching.device);
    else switchedOn_.erase(switching.device);
    if (device->value("status") == Value(switching.on)) return;
    if (!isAllowed(*device)) {
        in_.log.info("away mode may not switch a device", {{"device", device->info->uid}});
        return;
    }
    Command command;
    command.device = switching.device;
    command.name = switching.on ? "on" : "off";
    command.cause = {newCorrelationId(), "away-mode", 0};
    in_.commands.send(std::move(command), [log = &in_.log](const Result<CommandReceipt>& receipt) {
        if (!receipt) log->warning("a command of the away mode was refused", {{"reason", receipt.error().message.en}});
    });
}

bool AwayMode::isAllowed(const Device& device) const
{
    if (!state_.owner) return in_.openHome;
    const auto accounts = in_.services.find<Accounts>();
    if (!accounts) return false;
    const auto person = accounts->principalOf(state_.owner);
    return person && person->may("devices.control", accessObjectOf(device));
}

} // namespace atrium::away
