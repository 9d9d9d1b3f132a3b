#pragma once

#include "schedule_repository.h"

#include "atrium/automation.h"
#include "atrium/clock.h"
#include "atrium/commands.h"
#include "atrium/devices.h"
#include "atrium/log.h"
#include "atrium/services.h"

#include <map>
#include <mutex>

namespace atrium::schedules {

/// All schedules: kept in the database, provided as automations, run with the rights that their owner has by then.
/// Thread: any, unless a method says otherwise.
class ScheduleBook {
public:
    struct Surroundings {
        Automation& automation;
        const Clock& clock;
        Commands& commands;
        Devices& devices;
        Services& services;
        Log& log;
        std::size_t limit;
        bool openHome;
    };
    ScheduleBook(ScheduleRepository& repository, Surroundings surroundings) : repository_(repository), in_(surroundings)
    {}

    /// Reads and provides all. May block.
    void restore();
    std::vector<Schedule> list() const;
    std::optional<Schedule> find(ScheduleId id) const;
    /// With a new id. May block. Errors: TooManyRequests when there are too many.
    Result<Schedule> add(Schedule schedule);
    /// May block. NotFound.
    Result<Schedule> replace(Schedule schedule);
    Result<Schedule> setState(ScheduleId id, ScheduleState state);
    Result<void> remove(ScheduleId id);
    void removeOf(DeviceId device);
    void removeOf(UserId owner);

    /// What the rule of a schedule calls. Thread: core.
    Result<Value> run(const AutomationCall& call);
    /// Soonest first. Thread: core.
    std::vector<UpcomingRun> upcoming(ScheduleId id, UtcTime until, std::size_t limit) const;

private:
    void provide(const Schedule& schedule);
    Result<Schedule> store(Schedule schedule);
    /// Whether the owner may command the device now.
    Result<void> allowed(const Schedule& schedule, const Device& device) const;

    ScheduleRepository& repository_;
    Surroundings in_;
    mutable std::mutex mutex_;
    std::map<ScheduleId, Schedule> schedules_;
};

/// The text of a schedule before it has an id: what is checked first.
std::string draftOf(const Schedule& schedule);

} // namespace atrium::schedules
