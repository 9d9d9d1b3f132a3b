#pragma once

#include "atrium/result.h"
#include "atrium/time.h"
#include "automation/trigger.h"

#include <optional>

namespace date {
class time_zone;
}

namespace atrium::automation {

/// The UTC times at which a local time of day comes round in a zone (IANA, the system's tzdata), clock changes
/// included. Thread: one object, any thread.
class LocalSchedule {
public:
    /// Error: InvalidArgument for an unknown zone. `siteZone` stands in where the trigger names none.
    static Result<LocalSchedule> make(const AtTrigger& trigger, const std::string& siteZone);

    /// The first time after `time`; empty when there is none within two years (no day fits).
    std::optional<UtcTime> next(UtcTime time) const;
    const std::string& zone() const { return zoneName_; }
    /// RFC 3339 with the zone's offset at that time.
    std::string toLocalText(UtcTime time) const;

private:
    LocalSchedule(const AtTrigger& trigger, const date::time_zone* zone, std::string zoneName);

    AtTrigger trigger_;
    const date::time_zone* zone_;
    std::string zoneName_;
};

} // namespace atrium::automation
