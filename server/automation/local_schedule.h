#pragma once

#include "atrium/result.h"
#include "atrium/time.h"
#include "automation/schedule_trigger.h"
#include "automation/site.h"

#include <optional>
#include <vector>

namespace date {
class time_zone;
}

namespace atrium::automation {

/// The UTC times at which a schedule comes round in the calendar of a zone (IANA, the system's tzdata), clock changes
/// included. Thread: one object, any thread.
class LocalSchedule {
public:
    /// Error: InvalidArgument for an unknown zone. The site's stands in where the trigger names none.
    static Result<LocalSchedule> make(const ScheduleTrigger& trigger, const Site& site);

    /// The first time after `time`; empty when there is none within nine years (no day fits; the longest wait of a
    /// calendar is for 29 February over a century that is no leap year).
    std::optional<UtcTime> next(UtcTime time) const;
    const std::string& zone() const { return zoneName_; }
    /// How late an instant may be and still be fired.
    std::chrono::microseconds catchUp() const { return std::chrono::microseconds{trigger_.catchUp}; }
    /// What the event of a run calls it.
    const char* kind() const { return trigger_.kind(); }
    /// RFC 3339 with the zone's offset at that time.
    std::string toLocalText(UtcTime time) const;

private:
    struct Day;
    LocalSchedule(const ScheduleTrigger& trigger, const date::time_zone* zone, std::string zoneName, const Site& site);
    void addTimes(const Day& day, const AtTrigger& at, std::vector<UtcTime>& times) const;
    void addTimes(const Day& day, const CronTrigger& cron, std::vector<UtcTime>& times) const;
    void addTimes(const Day& day, const SunTrigger& sun, std::vector<UtcTime>& times) const;
    void addLocal(const Day& day, std::uint32_t second, DstPolicy policy, std::vector<UtcTime>& times) const;

    ScheduleTrigger trigger_;
    const date::time_zone* zone_;
    std::string zoneName_;
    Site site_;
};

/// Reads `2026-10-25 02:59:00` in a zone (IANA). Of a local time that comes twice, the first. Empty when it is none, or
/// the zone is unknown. Thread: any.
std::optional<UtcTime> parseLocalTime(const std::string& text, const std::string& zone);

} // namespace atrium::automation
