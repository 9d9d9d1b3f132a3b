#include "automation/local_schedule.h"

#include <date/tz.h>

namespace atrium::automation {

Result<LocalSchedule> LocalSchedule::make(const AtTrigger& trigger, const std::string& siteZone)
{
    const auto& name = trigger.zone.empty() ? siteZone : trigger.zone;
    try {
        return LocalSchedule(trigger, date::locate_zone(name), name);
    }
    catch (const std::exception& error) {
        return makeError(ErrorCode::InvalidArgument, {"Fuseau horaire inconnu : " + name, "Unknown time zone: " + name},
                         error.what());
    }
}

LocalSchedule::LocalSchedule(const AtTrigger& trigger, const date::time_zone* zone, std::string zoneName)
    : trigger_(trigger), zone_(zone), zoneName_(std::move(zoneName))
{}

std::optional<UtcTime> LocalSchedule::next(UtcTime time) const
{
    using namespace std::chrono;
    constexpr int longestSearch = 2 * 366;
    const auto local = zone_->to_local(floor<seconds>(time));
    // A day before: the local date of `time` may lie ahead of the one whose doubled hour is still to come.
    auto day = date::floor<date::days>(local) - date::days{1};
    for (int i = 0; i < longestSearch; ++i, day += date::days{1}) {
        const date::weekday weekday{day};
        if (!(trigger_.days >> (weekday.iso_encoding() - 1) & 1)) continue;
        const auto wanted = day + seconds{trigger_.secondOfDay};
        const auto info = zone_->get_info(wanted);
        UtcTime candidates[2];
        int count = 0;
        if (info.result == date::local_info::nonexistent) {
            // The moment of the change itself: no policy makes a run earlier than its time.
            if (trigger_.dst != DstPolicy::Skip) candidates[count++] = UtcTime(info.first.end.time_since_epoch());
        }
        else {
            candidates[count++] = UtcTime((wanted - info.first.offset).time_since_epoch());
            if (info.result == date::local_info::ambiguous && trigger_.dst == DstPolicy::Both)
                candidates[count++] = UtcTime((wanted - info.second.offset).time_since_epoch());
        }
        for (int candidate = 0; candidate < count; ++candidate)
            if (candidates[candidate] > time) return candidates[candidate];
    }
    return {};
}

std::string LocalSchedule::toLocalText(UtcTime time) const
{
    return date::format("%FT%T%Ez", date::make_zoned(zone_, std::chrono::floor<std::chrono::seconds>(time)));
}

} // namespace atrium::automation
