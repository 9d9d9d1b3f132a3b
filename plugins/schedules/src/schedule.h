#pragma once

#include "atrium/device.h"
#include "atrium/result.h"

#include <string>
#include <vector>

namespace atrium::schedules {

using ScheduleId = Id<struct ScheduleTag>;

/// When something is to happen, as people say it.
struct Timing {
    std::string type;      ///< `daily`, `weekly`, `cron`, `sunrise`, `sunset`
    std::string time;      ///< local `HH:MM` of daily and weekly
    std::vector<int> days; ///< 0 = Monday; of weekly, and of the sun when not empty
    std::string cron;
    int offsetMinutes = 0; ///< from the sun's event
    std::string earliest;  ///< local `HH:MM`, of the sun; empty = none
    std::string latest;
    std::string zone;     ///< IANA; empty = the site's
    std::string dst;      ///< `once`, `skip`, `both`
    std::string firstDay; ///< `YYYY-MM-DD`; empty = open
    std::string lastDay;
    std::vector<std::string> except; ///< days
    int catchUpMinutes = 60;         ///< how late it may run when the server was down
};

enum class ScheduleState { Active, Paused };

/// One schedule of one device.
struct Schedule {
    ScheduleId id;
    DeviceId device;
    UserId owner; ///< in whose name it acts; none = the open home
    ScheduleState state = ScheduleState::Active;
    std::string name; ///< empty = none given
    Timing timing;
    std::string action; ///< a command: `on`, `off`, `set`, ...
    Value arguments;    ///< of the command; Null = none
    UtcTime createdAt{};
    UtcTime changedAt{}; ///< since when it holds
};

/// Reads what a client sends: `{type,time,action,days}` and the richer members. Errors: InvalidArgument. Whether a cron
/// line or a zone exists is not looked at here.
Result<Schedule> readSchedule(const Value& body);
/// The inverse; what is stored.
Object toSpec(const Schedule& schedule);
/// What clients see.
Object toView(const Schedule& schedule);

} // namespace atrium::schedules
