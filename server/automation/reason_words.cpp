#include "automation/reason_words.h"

#include "atrium/json.h"
#include "automation/duration.h"

#include <cstdio>

namespace atrium::automation::reasons {

std::string shown(const Value& value)
{
    if (const auto number = value.ifNumber()) {
        char text[32];
        std::snprintf(text, sizeof text, "%.6g", *number);
        return text;
    }
    return toJson(value);
}

Value timeOf(UtcTime time) { return time == UtcTime{} ? Value() : Value(toIso8601(time)); }

std::string shown(std::chrono::microseconds duration)
{
    using namespace std::chrono_literals;
    if (duration < 0us) duration = 0us;
    if (duration >= 1h) duration = std::chrono::floor<std::chrono::minutes>(duration);
    else if (duration >= 10s) duration = std::chrono::floor<std::chrono::seconds>(duration);
    return toText(duration);
}

std::string shownLocal(const std::string& local)
{
    constexpr std::size_t day = 10, toMinute = 16, toSecond = 19;
    if (local.size() < toSecond || local[day] != 'T') return local;
    const auto time = local.compare(toMinute, 3, ":00") == 0 ? toMinute : toSecond;
    return local.substr(0, day) + " " + local.substr(day + 1, time - day - 1);
}

double seconds(std::chrono::microseconds duration) { return static_cast<double>(duration.count()) / 1e6; }

Text ago(UtcTime time, UtcTime now)
{
    if (time == UtcTime{}) return {"jamais", "never"};
    const auto past = shown(now - time);
    return {"il y a " + past, past + " ago"};
}

Text since(UtcTime time, UtcTime now)
{
    if (time == UtcTime{}) return {};
    const auto past = shown(now - time);
    return {" depuis " + past, " for " + past};
}

Reason about(const char* code, const std::string& what, Text text, Object facts)
{
    Reason reason{code, {what + " " + text.fr, what + " " + text.en}, Object{{"what", what}}};
    for (auto& [key, value] : facts) reason.facts.append(key, value);
    return reason;
}

} // namespace atrium::automation::reasons
