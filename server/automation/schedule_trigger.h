#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atrium::automation {

/// Triggers that lie in the local calendar of a zone, as plain data.

/// What happens at local times that a clock change skips or shows twice.
enum class DstPolicy : std::uint8_t {
    Once, ///< skipped: at the moment of the change; doubled: the first time only
    Skip, ///< skipped: not at all; doubled: the first time only
    Both, ///< skipped: at the moment of the change; doubled: both times
};

/// `at("07:30", ...)`
struct AtTrigger {
    std::uint32_t secondOfDay = 0;
    std::uint8_t days = 0x7f; ///< bit 0 = Monday
    std::string zone;         ///< IANA name; empty = the zone of the site
    DstPolicy dst = DstPolicy::Once;
    template <class A>
    void fields(A& a)
    {
        a(secondOfDay, days, zone, dst);
    }
};

/// `cron("0 6 * * mon-fri")`: minute, hour, day of month, month, day of week (crontab(5)).
struct CronTrigger {
    std::uint64_t minutes = 0;   ///< bit n = minute n
    std::uint32_t hours = 0;     ///< bit n = hour n
    std::uint32_t monthDays = 0; ///< bit n = day n, from 1
    std::uint16_t months = 0;    ///< bit n = month n, from 1
    std::uint8_t days = 0;       ///< bit 0 = Monday
    bool eitherDay = false;      ///< both day fields are restricted: a day that fits one of them fits
    std::string zone;
    DstPolicy dst = DstPolicy::Once;
    template <class A>
    void fields(A& a)
    {
        a(minutes, hours, monthDays, months, days, eitherDay, zone, dst);
    }
};

enum class SunEvent : std::uint8_t { Rise, Set };

/// `sunrise "-20m"`, `sunset{ offset = "10m", latest = "21:30" }`: at the place of the site.
struct SunTrigger {
    SunEvent event = SunEvent::Rise;
    std::int64_t offset = 0;               ///< seconds
    std::optional<std::uint32_t> earliest; ///< local second of day; what would come sooner waits for it
    std::optional<std::uint32_t> latest;   ///< local second of day; what would come later comes then
    std::uint8_t days = 0x7f;
    template <class A>
    void fields(A& a)
    {
        a(event, offset, earliest, latest, days);
    }
};

/// Days of the local calendar, as days since 1970-01-01.
using LocalDay = std::int32_t;

/// The days on which a schedule holds.
struct ScheduleDays {
    std::optional<LocalDay> first;
    std::optional<LocalDay> last;
    std::vector<LocalDay> except;
    template <class A>
    void fields(A& a)
    {
        a(first, last, except);
    }
    bool hold(LocalDay day) const;
};

struct ScheduleTrigger {
    std::variant<AtTrigger, CronTrigger, SunTrigger> when;
    ScheduleDays days;
    std::int64_t catchUp = 0; ///< microseconds that an instant may be late, e.g. because the server was down
    template <class A>
    void fields(A& a)
    {
        a(when, days, catchUp);
    }
    /// What the event of a run calls it: `at`, `cron`, `sunrise`, `sunset`.
    const char* kind() const;
};

/// Reads `07:30` or `07:30:15`. Empty when it is no time of day.
std::optional<std::uint32_t> parseTimeOfDay(std::string_view text);
/// Reads `mon-fri,sun`, `sat`, `fri-mon`. Empty when a day is unknown.
std::optional<std::uint8_t> parseDays(std::string_view text);
std::optional<DstPolicy> parseDstPolicy(std::string_view text);
/// Reads `2026-12-24`. Empty when it is no day.
std::optional<LocalDay> parseLocalDay(std::string_view text);
/// Reads five fields of crontab(5): `*`, numbers, ranges, lists, steps, and names of months and days. Empty when a
/// field is none, or no day of any year fits (30 February).
std::optional<CronTrigger> parseCron(std::string_view text);

} // namespace atrium::automation
