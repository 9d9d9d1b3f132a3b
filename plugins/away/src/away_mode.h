#pragma once

#include "away_repository.h"
#include "switching.h"

#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/devices.h"
#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/services.h"

#include <memory>
#include <set>
#include <string>

namespace atrium::away {

/// Plays what devices did in the past while everybody is away. It looks an hour ahead; history is read on a worker.
/// Thread: core.
class AwayMode : public std::enable_shared_from_this<AwayMode> {
public:
    struct Surroundings {
        const Clock& clock;
        Commands& commands;
        Devices& devices;
        const History& history;
        Services& services;
        Executor& core;
        Executor& workers;
        Log& log;
        std::set<std::string> types;
        std::chrono::minutes spread;
        bool openHome;
    };
    explicit AwayMode(Surroundings surroundings) : in_(std::move(surroundings)) {}

    /// Begins or ends; at the end, what was switched on goes off.
    void set(AwayState state);
    const AwayState& state() const { return state_; }
    /// Plans ahead and does what is due. Every minute.
    void tick();
    /// What comes next, soonest first.
    const std::vector<Switching>& planned() const { return planned_; }
    bool takesPart(const Device& device) const;

private:
    void plan();
    void take(UtcTime since, UtcTime until, const std::vector<Switching>& switchings);
    void apply(const Switching& switching);
    bool isAllowed(const Device& device) const;

    const Surroundings in_;
    AwayState state_;
    std::vector<Switching> planned_;
    std::optional<UtcTime> plannedUntil_;
    bool isPlanning_ = false;
    std::set<DeviceId> switchedOn_;
};

} // namespace atrium::away
