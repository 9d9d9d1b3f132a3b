#include "atrium/time.h"

#include <charconv>
#include <cstdio>

namespace atrium {

namespace {

/// Reads exactly `digits` decimal digits and moves past them.
bool readDigits(std::string_view& text, int digits, int& out)
{
    if (text.size() < static_cast<std::size_t>(digits)) return false;
    out = 0;
    for (int i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        out = out * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return true;
}

bool readChar(std::string_view& text, std::string_view anyOf)
{
    if (text.empty() || anyOf.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// The part after the date: `T08:15:30.25+01:00` up to its end; UTC when no offset is given.
std::optional<std::chrono::microseconds> readClockTime(std::string_view text)
{
    using namespace std::chrono;
    int hour = 0, minute = 0, second = 0;
    if (!readChar(text, "Tt ") || !readDigits(text, 2, hour) || !readChar(text, ":") || !readDigits(text, 2, minute))
        return {};
    if (readChar(text, ":") && !readDigits(text, 2, second)) return {};
    if (hour > 23 || minute > 59 || second > 60) return {};
    microseconds time = hours{hour} + minutes{minute} + seconds{second};
    if (readChar(text, ".,")) {
        std::int64_t scale = 100'000;
        int digit = 0;
        if (text.empty() || text.front() < '0' || text.front() > '9') return {};
        while (readDigits(text, 1, digit)) {
            time += microseconds{digit * scale};
            scale /= 10;
        }
    }
    if (text.empty() || ((text == "Z" || text == "z"))) return time;
    const bool west = text.front() == '-';
    if (!readChar(text, "+-") || !readDigits(text, 2, hour)) return {};
    readChar(text, ":");
    if (!readDigits(text, 2, minute) || !text.empty() || hour > 23 || minute > 59) return {};
    const microseconds offset = hours{hour} + minutes{minute};
    return west ? time + offset : time - offset;
}

} // namespace

std::string toIso8601(UtcTime time)
{
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const auto inDay = floor<milliseconds>(time - day);
    char buffer[40];
    const auto ms = inDay.count();
    const int length = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
                                     unsigned(date.month()), unsigned(date.day()), int(ms / 3'600'000),
                                     int(ms / 60'000 % 60), int(ms / 1000 % 60), int(ms % 1000));
    return {buffer, static_cast<std::size_t>(length)};
}

std::optional<UtcTime> parseTime(std::string_view text)
{
    using namespace std::chrono;
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
    if (error == std::errc{} && end == text.data() + text.size() && text.size() > 8) {
        constexpr std::int64_t year9999 = 253'402'300'800'000;
        if (milliseconds < -year9999 || milliseconds > year9999) return {};
        return fromMicroseconds(milliseconds * 1000);
    }
    int y = 0, m = 0, d = 0;
    if (!readDigits(text, 4, y) || !readChar(text, "-") || !readDigits(text, 2, m) || !readChar(text, "-") ||
        !readDigits(text, 2, d))
        return {};
    const year_month_day date{year{y}, month{unsigned(m)}, day{unsigned(d)}};
    if (!date.ok()) return {};
    const UtcTime midnight = sys_days{date};
    if (text.empty()) return midnight;
    const auto clock = readClockTime(text);
    if (!clock) return {};
    return midnight + *clock;
}

} // namespace atrium
