#include "automation/schedule_trigger.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <vector>

namespace atrium::automation {

namespace {

constexpr std::array<std::string_view, 7> dayNames{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<std::string_view, 12> monthNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

std::optional<unsigned> readNumber(std::string_view text)
{
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

std::optional<unsigned> readName(std::string_view text, std::span<const std::string_view> names)
{
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return {};
    return static_cast<unsigned>(found - names.begin());
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

/// What the numbers of one field of a crontab line may be.
struct CronField {
    unsigned lowest, highest;
    std::span<const std::string_view> names; ///< stand for lowestName and following
    unsigned lowestName = 0;
};

std::optional<unsigned> readCronNumber(std::string_view text, const CronField& field)
{
    if (const auto name = readName(text, field.names)) return *name + field.lowestName;
    const auto number = readNumber(text);
    if (!number || *number < field.lowest || *number > field.highest) return {};
    return number;
}

/// The numbers of a field as bits. Empty when it is none.
std::optional<std::uint64_t> readCronField(std::string_view text, const CronField& field)
{
    std::uint64_t bits = 0;
    for (const auto item : split(text, ',')) {
        const auto slash = std::min(item.find('/'), item.size());
        const auto range = item.substr(0, slash);
        unsigned step = 1, first = field.lowest, last = field.highest;
        if (slash < item.size()) {
            const auto number = readNumber(item.substr(slash + 1));
            if (!number || *number == 0) return {};
            step = *number;
        }
        if (range != "*") {
            const auto dash = std::min(range.find('-'), range.size());
            const auto from = readCronNumber(range.substr(0, dash), field);
            const auto to = dash < range.size()   ? readCronNumber(range.substr(dash + 1), field)
                            : slash < item.size() ? std::optional(field.highest)
                                                  : from;
            if (!from || !to || *to < *from) return {};
            first = *from;
            last = *to;
        }
        for (auto number = first; number <= last; number += step) bits |= std::uint64_t{1} << number;
    }
    return bits;
}

} // namespace

const char* ScheduleTrigger::kind() const
{
    if (std::holds_alternative<AtTrigger>(when)) return "at";
    if (std::holds_alternative<CronTrigger>(when)) return "cron";
    return std::get<SunTrigger>(when).event == SunEvent::Rise ? "sunrise" : "sunset";
}

bool ScheduleDays::hold(LocalDay day) const
{
    return !(first && day < *first) && !(last && day > *last) &&
           std::find(except.begin(), except.end(), day) == except.end();
}

std::optional<LocalDay> parseLocalDay(std::string_view text)
{
    const auto parts = split(text, '-');
    if (text.size() != 10 || parts.size() != 3 || parts[0].size() != 4 || parts[1].size() != 2) return {};
    const auto year = readNumber(parts[0]), month = readNumber(parts[1]), day = readNumber(parts[2]);
    if (!year || !month || !day) return {};
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok()) return {};
    return static_cast<LocalDay>(std::chrono::sys_days{date}.time_since_epoch().count());
}

std::optional<std::uint32_t> parseTimeOfDay(std::string_view text)
{
    const auto parts = split(text, ':');
    if (parts.size() < 2 || parts.size() > 3) return {};
    std::uint32_t seconds = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto number = readNumber(parts[i]);
        if (!number || parts[i].size() > 2 || *number > (i == 0 ? 23u : 59u)) return {};
        seconds += *number * (i == 0 ? 3600 : i == 1 ? 60 : 1);
    }
    return seconds;
}

std::optional<std::uint8_t> parseDays(std::string_view text)
{
    unsigned days = 0;
    for (auto range : split(text, ',')) {
        while (!range.empty() && range.front() == ' ') range.remove_prefix(1);
        while (!range.empty() && range.back() == ' ') range.remove_suffix(1);
        const auto dash = std::min(range.find('-'), range.size());
        const auto first = readName(range.substr(0, dash), dayNames);
        const auto last = dash == range.size() ? first : readName(range.substr(dash + 1), dayNames);
        if (!first || !last) return {};
        for (auto day = *first;; day = (day + 1) % 7) {
            days |= 1u << day;
            if (day == *last) break;
        }
    }
    return static_cast<std::uint8_t>(days);
}

std::optional<DstPolicy> parseDstPolicy(std::string_view text)
{
    if (text == "once") return DstPolicy::Once;
    if (text == "skip") return DstPolicy::Skip;
    if (text == "both") return DstPolicy::Both;
    return {};
}

std::optional<CronTrigger> parseCron(std::string_view text)
{
    std::vector<std::string_view> fields;
    for (const auto part : split(text, ' '))
        if (!part.empty()) fields.push_back(part);
    if (fields.size() != 5) return {};
    // In crontab(5) Sunday is 0 and 7, and names count from Sunday.
    static constexpr std::array<std::string_view, 7> sundayFirst{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    const auto minutes = readCronField(fields[0], {0, 59, {}});
    const auto hours = readCronField(fields[1], {0, 23, {}});
    const auto monthDays = readCronField(fields[2], {1, 31, {}});
    const auto months = readCronField(fields[3], {1, 12, monthNames, 1});
    auto weekDays = readCronField(fields[4], {0, 7, sundayFirst});
    // `fri-sun` and `sat-sun` end in a name that stands for 0, and mean 7.
    if (!weekDays && fields[4].ends_with("-sun"))
        weekDays = readCronField(std::string(fields[4].substr(0, fields[4].size() - 3)) + '7', {0, 7, sundayFirst});
    if (!minutes || !hours || !monthDays || !months || !weekDays) return {};
    CronTrigger cron;
    cron.minutes = *minutes;
    cron.hours = static_cast<std::uint32_t>(*hours);
    cron.monthDays = static_cast<std::uint32_t>(*monthDays);
    cron.months = static_cast<std::uint16_t>(*months);
    for (unsigned day = 0; day < 7; ++day)
        if ((*weekDays >> (day + 1) & 1) || (day == 6 && (*weekDays & 1)))
            cron.days = static_cast<std::uint8_t>(cron.days | 1u << day);
    cron.eitherDay = !fields[2].starts_with('*') && !fields[4].starts_with('*');
    // A day that no month has: the rule would wait for ever.
    static constexpr unsigned longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool exists = cron.eitherDay;
    for (unsigned month = 1; month <= 12 && !exists; ++month)
        for (unsigned day = 1; day <= longest[month - 1] && !exists; ++day)
            exists = (cron.months >> month & 1) && (cron.monthDays >> day & 1);
    if (!exists) return {};
    return cron;
}

} // namespace atrium::automation
