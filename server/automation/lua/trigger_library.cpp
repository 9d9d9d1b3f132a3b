#include "automation/duration.h"
#include "automation/lua/script.h"

namespace atrium::automation::lua {

namespace {

int every(lua_State* state)
{
    const auto period = requireDuration(state, 1, "the period");
    if (period < std::chrono::milliseconds(100)) throw ScriptError("the period is at least 100ms");
    pushTrigger(state, EveryTrigger{period.count()});
    return 1;
}

std::uint32_t requireTimeOfDay(lua_State* state, int index, const char* what)
{
    const auto text = requireText(state, index, what);
    const auto time = parseTimeOfDay(text);
    if (!time) throw ScriptError("\"" + std::string(text) + "\" is no time of day (example: 07:30)");
    return *time;
}

std::uint8_t requireDays(lua_State* state, int index)
{
    const auto text = requireText(state, index, "days");
    const auto days = parseDays(text);
    if (!days) throw ScriptError("\"" + std::string(text) + "\" are no days (example: mon-fri,sun)");
    return *days;
}

DstPolicy requireDstPolicy(lua_State* state, int index)
{
    const auto policy = parseDstPolicy(requireText(state, index, "dst"));
    if (!policy) throw ScriptError("dst is once, skip or both");
    return *policy;
}

LocalDay requireLocalDay(lua_State* state, int index, const char* what)
{
    const auto text = requireText(state, index, what);
    const auto day = parseLocalDay(text);
    if (!day) throw ScriptError("\"" + std::string(text) + "\" is no day (example: 2026-12-24)");
    return *day;
}

/// The options that every schedule has; false for another one.
bool takeScheduleOption(lua_State* state, std::string_view key, ScheduleTrigger& trigger)
{
    constexpr std::chrono::hours longestCatchUp{24 * 7};
    if (key == "first") trigger.days.first = requireLocalDay(state, -1, "first");
    else if (key == "last") trigger.days.last = requireLocalDay(state, -1, "last");
    else if (key == "catch_up") {
        const auto catchUp = requireDuration(state, -1, "catch_up");
        if (catchUp > longestCatchUp) throw ScriptError("catch_up is at most 7d");
        trigger.catchUp = catchUp.count();
    }
    else if (key == "except") {
        constexpr lua_Integer mostDays = 400;
        if (!lua_istable(state, -1)) throw ScriptError("except is a list of days");
        const auto count = static_cast<lua_Integer>(lua_rawlen(state, -1));
        if (count > mostDays) throw ScriptError("except has at most 400 days");
        for (lua_Integer i = 1; i <= count; ++i) {
            lua_rawgeti(state, -1, i);
            trigger.days.except.push_back(requireLocalDay(state, -1, "except"));
            lua_pop(state, 1);
        }
    }
    else return false;
    return true;
}

int at(lua_State* state)
{
    AtTrigger trigger;
    ScheduleTrigger schedule;
    trigger.secondOfDay = requireTimeOfDay(state, 1, "the time");
    forEachOption(state, 2, {"days", "tz", "dst", "first", "last", "except", "catch_up"}, [&](std::string_view key) {
        if (takeScheduleOption(state, key, schedule)) return;
        if (key == "days") trigger.days = requireDays(state, -1);
        else if (key == "dst") trigger.dst = requireDstPolicy(state, -1);
        else trigger.zone = requireText(state, -1, "tz");
    });
    schedule.when = std::move(trigger);
    pushTrigger(state, std::move(schedule));
    return 1;
}

int cron(lua_State* state)
{
    const auto text = requireText(state, 1, "the schedule");
    auto trigger = parseCron(text);
    if (!trigger)
        throw ScriptError(
            "\"" + std::string(text) +
            "\" is no schedule: minute, hour, day of month, month, day of week (example: 0 6 * * mon-fri)");
    ScheduleTrigger schedule;
    forEachOption(state, 2, {"tz", "dst", "first", "last", "except", "catch_up"}, [&](std::string_view key) {
        if (takeScheduleOption(state, key, schedule)) return;
        if (key == "dst") trigger->dst = requireDstPolicy(state, -1);
        else trigger->zone = requireText(state, -1, "tz");
    });
    schedule.when = std::move(*trigger);
    pushTrigger(state, std::move(schedule));
    return 1;
}

std::int64_t requireOffset(lua_State* state, int index)
{
    auto text = requireText(state, index, "the offset");
    const bool before = text.starts_with('-');
    if (before || text.starts_with('+')) text.remove_prefix(1);
    const auto duration = parseDuration(text);
    if (!duration || *duration > std::chrono::hours(12))
        throw ScriptError("the offset from the sun is at most 12h (examples: -20m, 1h)");
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
    return before ? -seconds : seconds;
}

/// `sunset()`, `sunset "-20m"`, `sunset{ offset = "10m", latest = "21:30" }`
template <SunEvent which>
int sun(lua_State* state)
{
    SunTrigger trigger;
    ScheduleTrigger schedule;
    trigger.event = which;
    if (lua_type(state, 1) == LUA_TSTRING) trigger.offset = requireOffset(state, 1);
    else
        forEachOption(state, 1, {"offset", "earliest", "latest", "days", "first", "last", "except", "catch_up"},
                      [&](std::string_view key) {
                          if (takeScheduleOption(state, key, schedule)) return;
                          if (key == "offset") trigger.offset = requireOffset(state, -1);
                          else if (key == "days") trigger.days = requireDays(state, -1);
                          else
                              (key == "latest" ? trigger.latest : trigger.earliest) =
                                  requireTimeOfDay(state, -1, key.data());
                      });
    if (trigger.earliest && trigger.latest && *trigger.earliest > *trigger.latest)
        throw ScriptError("earliest lies after latest");
    schedule.when = trigger;
    pushTrigger(state, std::move(schedule));
    return 1;
}

int event(lua_State* state)
{
    const auto name = requireText(state, 1, "the name of an event");
    if (name.empty() || name.size() > 100) throw ScriptError("the name of an event has 1 to 100 bytes");
    pushTrigger(state, EventTrigger{std::string(name)});
    return 1;
}

/// `webhook "door"`, `webhook("POST", "/hooks/door", { auth = "hmac" })`
int webhook(lua_State* state)
{
    constexpr std::size_t longestName = 64;
    constexpr std::string_view prefix = "/hooks/";
    const bool withMethod = lua_type(state, 2) == LUA_TSTRING;
    WebhookTrigger trigger;
    trigger.method = withMethod ? std::string(requireText(state, 1, "the method")) : "POST";
    auto name = requireText(state, withMethod ? 2 : 1, "the name of a hook");
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    for (const unsigned char c : name)
        if (!std::isalnum(c) && c != '-' && c != '_')
            throw ScriptError("the name of a hook has letters, digits, - and _ (example: /hooks/door)");
    if (name.empty() || name.size() > longestName) throw ScriptError("the name of a hook has 1 to 64 letters");
    if (trigger.method != "POST" && trigger.method != "PUT" && trigger.method != "GET")
        throw ScriptError("the method of a hook is POST, PUT or GET");
    trigger.name = name;
    forEachOption(state, withMethod ? 3 : 2, {"auth"}, [&](std::string_view) {
        const auto auth = requireText(state, -1, "auth");
        if (auth != "hmac" && auth != "token") throw ScriptError("auth is hmac or token");
        trigger.isSigned = auth == "hmac";
    });
    if (trigger.isSigned && trigger.method == "GET") throw ScriptError("a GET has no body to sign");
    pushTrigger(state, std::move(trigger));
    return 1;
}

void pushStartup(lua_State* state, const char*) { pushTrigger(state, StartupTrigger{}); }
void pushShutdown(lua_State* state, const char*) { pushTrigger(state, ShutdownTrigger{}); }

constexpr LanguageName names[] = {{"every", guarded<every>},
                                  {"at", guarded<at>},
                                  {"cron", guarded<cron>},
                                  {"sunrise", guarded<sun<SunEvent::Rise>>},
                                  {"sunset", guarded<sun<SunEvent::Set>>},
                                  {"event", guarded<event>},
                                  {"webhook", guarded<webhook>},
                                  {"startup", nullptr, pushStartup},
                                  {"shutdown", nullptr, pushShutdown}};

} // namespace

const std::span<const LanguageName> triggerNames = names;

} // namespace atrium::automation::lua
