#include "schedule_script.h"

namespace atrium::schedules {

namespace {

constexpr const char* dayNames[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/// A text as a Lua literal, whatever is in it.
std::string quoted(const std::string& text)
{
    std::string literal = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') literal += '\\';
        // A name may hold line ends; in a title they are blanks.
        literal += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return literal + '"';
}

class Options {
public:
    void add(const char* key, const std::string& literal)
    {
        text_ += (text_.empty() ? "" : ", ") + std::string(key) + " = " + literal;
    }
    void addText(const char* key, const std::string& text)
    {
        if (!text.empty()) add(key, quoted(text));
    }
    std::string table() const { return "{ " + text_ + " }"; }

private:
    std::string text_;
};

} // namespace

std::string titleOf(const Schedule& schedule, const std::string& deviceName)
{
    return schedule.name.empty() ? deviceName + ": " + schedule.action : schedule.name;
}

std::string toLua(const Schedule& schedule, const std::string& deviceName)
{
    const auto& timing = schedule.timing;
    const bool isSun = timing.type == "sunrise" || timing.type == "sunset";
    Options options;
    if (isSun && timing.offsetMinutes != 0)
        options.addText("offset",
                        (timing.offsetMinutes < 0 ? "-" : "") + std::to_string(std::abs(timing.offsetMinutes)) + "m");
    options.addText("earliest", timing.earliest);
    options.addText("latest", timing.latest);
    std::string days;
    for (const int day : timing.days) days += (days.empty() ? "" : ",") + std::string(dayNames[day]);
    if (timing.type != "cron") options.addText("days", days);
    if (!isSun) {
        options.addText("tz", timing.zone);
        options.addText("dst", timing.dst);
    }
    options.addText("first", timing.firstDay);
    options.addText("last", timing.lastDay);
    if (!timing.except.empty()) {
        std::string list;
        for (const auto& day : timing.except) list += (list.empty() ? "" : ", ") + quoted(day);
        options.add("except", "{ " + list + " }");
    }
    if (timing.catchUpMinutes > 0) options.addText("catch_up", std::to_string(timing.catchUpMinutes) + "m");
    const std::string trigger =
        isSun ? timing.type + options.table()
              : (timing.type == "cron" ? "cron(" + quoted(timing.cron) : "at(" + quoted(timing.time)) + ", " +
                    options.table() + ")";
    const auto id = std::to_string(schedule.id.value);
    return "-- Schedule " + id + ", made in the dashboard or over /api/schedules/" + id + ": change it there.\n" +
           "rule " + quoted(titleOf(schedule, deviceName)) + " {\n" + //
           "  on = { " + trigger + " },\n" +                          //
           "  mode = \"parallel(100)\",\n" +                          //
           "  run = function(ev) schedule.run(" + id + ") end,\n}\n";
}

} // namespace atrium::schedules
