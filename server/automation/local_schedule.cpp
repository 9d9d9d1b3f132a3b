#include "automation/local_schedule.h"

#include "automation/sun_times.h"

#include <algorithm>
#include <date/tz.h>
#include <sstream>

namespace atrium::automation {

using namespace std::chrono;

/// One day of the local calendar.
struct LocalSchedule::Day {
    date::local_days date;

    bool isAmong(unsigned days) const { return days >> (date::weekday{date}.iso_encoding() - 1) & 1; }
};

Result<LocalSchedule> LocalSchedule::make(const ScheduleTrigger& trigger, const Site& site)
{
    auto name = site.zone;
    if (const auto* at = std::get_if<AtTrigger>(&trigger.when); at && !at->zone.empty()) name = at->zone;
    if (const auto* cron = std::get_if<CronTrigger>(&trigger.when); cron && !cron->zone.empty()) name = cron->zone;
    try {
        return LocalSchedule(trigger, date::locate_zone(name), name, site);
    }
    catch (const std::exception& error) {
        return makeError(ErrorCode::InvalidArgument,
                         {"Fuseau horaire inconnu : « " + name + " »", "Unknown time zone: \"" + name + "\""},
                         error.what());
    }
}

LocalSchedule::LocalSchedule(const ScheduleTrigger& trigger, const date::time_zone* zone, std::string zoneName,
                             const Site& site)
    : trigger_(trigger), zone_(zone), zoneName_(std::move(zoneName)), site_(site)
{}

std::optional<UtcTime> LocalSchedule::next(UtcTime time) const
{
    constexpr int longestSearch = 9 * 366;
    const auto local = zone_->to_local(floor<seconds>(time));
    std::vector<UtcTime> times;
    // A day before: the local date of `time` may lie ahead of the one whose doubled hour is still to come.
    Day day{date::floor<date::days>(local) - date::days{1}};
    if (const auto& first = trigger_.days.first) day.date = std::max(day.date, date::local_days{date::days{*first}});
    for (int i = 0; i < longestSearch; ++i, day.date += date::days{1}) {
        const auto number = static_cast<LocalDay>(day.date.time_since_epoch().count());
        if (trigger_.days.last && number > *trigger_.days.last) return {};
        if (!trigger_.days.hold(number)) continue;
        times.clear();
        std::visit([&](const auto& when) { addTimes(day, when, times); }, trigger_.when);
        std::sort(times.begin(), times.end());
        const auto found = std::upper_bound(times.begin(), times.end(), time);
        if (found != times.end()) return *found;
    }
    return {};
}

void LocalSchedule::addLocal(const Day& day, std::uint32_t second, DstPolicy policy, std::vector<UtcTime>& times) const
{
    const auto wanted = day.date + seconds{second};
    const auto info = zone_->get_info(wanted);
    if (info.result == date::local_info::nonexistent) {
        // The moment of the change itself: no policy makes a run earlier than its time.
        if (policy != DstPolicy::Skip) times.push_back(UtcTime(info.first.end.time_since_epoch()));
        return;
    }
    times.push_back(UtcTime((wanted - info.first.offset).time_since_epoch()));
    if (info.result == date::local_info::ambiguous && policy == DstPolicy::Both)
        times.push_back(UtcTime((wanted - info.second.offset).time_since_epoch()));
}

void LocalSchedule::addTimes(const Day& day, const AtTrigger& at, std::vector<UtcTime>& times) const
{
    if (day.isAmong(at.days)) addLocal(day, at.secondOfDay, at.dst, times);
}

void LocalSchedule::addTimes(const Day& day, const CronTrigger& cron, std::vector<UtcTime>& times) const
{
    const date::year_month_day ymd{day.date};
    if (!(cron.months >> static_cast<unsigned>(ymd.month()) & 1)) return;
    const bool monthDay = cron.monthDays >> static_cast<unsigned>(ymd.day()) & 1, weekDay = day.isAmong(cron.days);
    if (cron.eitherDay ? !monthDay && !weekDay : !monthDay || !weekDay) return;
    for (std::uint32_t hour = 0; hour < 24; ++hour) {
        if (!(cron.hours >> hour & 1)) continue;
        for (std::uint32_t minute = 0; minute < 60; ++minute)
            if (cron.minutes >> minute & 1) addLocal(day, hour * 3600 + minute * 60, cron.dst, times);
    }
}

void LocalSchedule::addTimes(const Day& day, const SunTrigger& sun, std::vector<UtcTime>& times) const
{
    if (!day.isAmong(sun.days)) return;
    // The sun's noon, whatever the zone's clock says.
    const auto solarNoon = date::sys_days{date::days{day.date.time_since_epoch()}} + hours{12} -
                           seconds{static_cast<std::int64_t>(site_.longitude * 240)};
    auto time = sunTime(sun.event, UtcTime(solarNoon.time_since_epoch()), site_);
    if (!time) return;
    *time += seconds{sun.offset};
    std::vector<UtcTime> bound;
    const auto clamp = [&](const std::optional<std::uint32_t>& second, auto&& better) {
        if (!second) return;
        bound.clear();
        addLocal(day, *second, DstPolicy::Once, bound);
        *time = better(*time, bound.front());
    };
    clamp(sun.earliest, [](UtcTime a, UtcTime b) { return std::max(a, b); });
    clamp(sun.latest, [](UtcTime a, UtcTime b) { return std::min(a, b); });
    times.push_back(*time);
}

std::string LocalSchedule::toLocalText(UtcTime time) const
{
    return date::format("%FT%T%Ez", date::make_zoned(zone_, floor<seconds>(time)));
}

std::optional<UtcTime> parseLocalTime(const std::string& text, const std::string& zone)
{
    std::istringstream in(text);
    date::local_seconds local;
    in >> date::parse("%F %T", local);
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return {};
    try {
        return UtcTime(date::locate_zone(zone)->to_sys(local, date::choose::earliest).time_since_epoch());
    }
    catch (const std::exception&) {
        return {};
    }
}

} // namespace atrium::automation
