#include "times.h"

#include <cmath>
#include <cstdio>
#include <ctime>

namespace atrium::jinja {

namespace {

std::optional<Moment> momentOf(const Var& value)
{
    if (value.isUndefined()) throw RenderError("the value is undefined");
    if (const auto* moment = value.as<Moment>()) return *moment;
    std::optional<double> seconds;
    if (value.isNumeric()) seconds = value.number();
    else if (const auto* text = value.as<std::string>()) {
        if (const auto time = parseMoment(*text)) return Moment{*time, false};
        seconds = parseFloat(*text);
    }
    if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > 253'402'300'799.0) return {};
    return Moment{fromMicroseconds(static_cast<std::int64_t>(std::llround(*seconds * 1e6))), false};
}

Var failed(const Var& value, const Call& call, std::size_t place, const char* filter)
{
    if (const Var* fallback = call.find(place, "default")) return *fallback;
    throw RenderError(std::string(filter) + " got '" + value.text() + "' and no default");
}

Var isoText(const Var& value, const Call& call, bool isLocal, const char* filter)
{
    const auto moment = momentOf(value);
    // A number of seconds is meant, also as text; not a date.
    if (!moment || (value.isText() && !parseFloat(*value.as<std::string>()))) return failed(value, call, 0, filter);
    return Var(Moment{moment->at, isLocal}).repr();
}

} // namespace

std::optional<UtcTime> parseMoment(std::string_view text)
{
    std::tm parts{};
    int read = 0;
    const std::string copy(text.substr(0, 64));
    const auto fields =
        std::sscanf(copy.c_str(), "%4d-%2d-%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &read);
    if (fields != 3 || read != 10 || parts.tm_mon < 1 || parts.tm_mon > 12 || parts.tm_mday < 1 || parts.tm_mday > 31)
        return {};
    parts.tm_year -= 1900;
    --parts.tm_mon;
    std::string_view rest = std::string_view(copy).substr(10);
    double fraction = 0;
    std::optional<long> offset;
    if (!rest.empty()) {
        if (rest[0] != 'T' && rest[0] != ' ' && rest[0] != 't') return {};
        int length = 0;
        const std::string time(rest.substr(1));
        if (std::sscanf(time.c_str(), "%2d:%2d%n", &parts.tm_hour, &parts.tm_min, &length) != 2) return {};
        int more = 0;
        if (std::sscanf(time.c_str() + length, ":%2d%n", &parts.tm_sec, &more) == 1) length += more;
        if (parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 59) return {};
        rest = std::string_view(time).substr(static_cast<std::size_t>(length));
        if (rest.starts_with('.') || rest.starts_with(',')) {
            std::size_t digits = 1;
            while (digits < rest.size() && std::isdigit(static_cast<unsigned char>(rest[digits]))) ++digits;
            fraction = parseFloat("0." + std::string(rest.substr(1, digits - 1))).value_or(0);
            rest.remove_prefix(digits);
        }
        if (rest == "Z" || rest == "z") offset = 0;
        else if (!rest.empty()) {
            int hours = 0, minutes = 0;
            const std::string zone(rest.substr(1));
            if ((rest[0] != '+' && rest[0] != '-') || std::sscanf(zone.c_str(), "%2d:%2d", &hours, &minutes) < 1)
                return {};
            offset = (rest[0] == '-' ? -1 : 1) * (hours * 3600L + minutes * 60L);
        }
    }
    parts.tm_isdst = -1;
    const auto seconds = offset ? timegm(&parts) - *offset : mktime(&parts);
    return fromMicroseconds(static_cast<std::int64_t>(seconds) * 1'000'000 + std::llround(fraction * 1e6));
}

Var asMoment(const Var& value, const Call& call)
{
    const auto moment = momentOf(value);
    if (moment) return *moment;
    if (const Var* fallback = call.find(0, "default")) return *fallback;
    return None{};
}

Var asLocal(const Var& value, const Call& call)
{
    const auto moment = momentOf(value);
    return moment ? Var(Moment{moment->at, true}) : failed(value, call, 0, "as_local");
}

Var asTimestamp(const Var& value, const Call& call)
{
    const auto moment = momentOf(value);
    if (!moment) return failed(value, call, 0, "as_timestamp");
    return static_cast<double>(toMicroseconds(moment->at)) / 1e6;
}

Var timestampLocal(const Var& value, const Call& call) { return isoText(value, call, true, "timestamp_local"); }
Var timestampUtc(const Var& value, const Call& call) { return isoText(value, call, false, "timestamp_utc"); }

Var timestampCustom(const Var& value, const Call& call)
{
    auto moment = momentOf(value);
    if (!moment) return failed(value, call, 2, "timestamp_custom");
    const Var* local = call.find(1, "local");
    moment->isLocal = !local || local->truth();
    return formatMoment(*moment, call.find(0, "format_string") ? call.find(0, "format_string")->text()
                                                               : std::string("%Y-%m-%d %H:%M:%S"));
}

std::string formatMoment(const Moment& moment, const std::string& format)
{
    if (format.empty() || format.size() > 200) return {};
    const auto seconds = static_cast<std::time_t>(std::floor(static_cast<double>(toMicroseconds(moment.at)) / 1e6));
    std::tm parts{};
    if (moment.isLocal) localtime_r(&seconds, &parts);
    else gmtime_r(&seconds, &parts);
    char text[1024];
    return {text, std::strftime(text, sizeof text, format.c_str(), &parts)};
}

} // namespace atrium::jinja
