#include "schedule.h"

#include "atrium/json.h"
#include "atrium/time.h"

#include <algorithm>
#include <set>

namespace atrium::schedules {

namespace {

constexpr int mostDays = 400;

Error refused(std::string french, std::string english)
{
    return makeError(ErrorCode::InvalidArgument, {std::move(french), std::move(english)});
}

bool isTime(const std::string& text)
{
    const auto digits = [&](std::size_t at, int limit) {
        return std::isdigit(static_cast<unsigned char>(text[at])) &&
               std::isdigit(static_cast<unsigned char>(text[at + 1])) &&
               (text[at] - '0') * 10 + (text[at + 1] - '0') < limit;
    };
    return text.size() == 5 && text[2] == ':' && digits(0, 24) && digits(3, 60);
}

bool isDay(const std::string& text) { return text.size() == 10 && parseTime(text + "T00:00:00Z").has_value(); }

bool isPlain(const std::string& text)
{
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; });
}

Error badTime() { return refused("L'heure doit être au format HH:MM", "The time must be HH:MM"); }

Result<std::vector<int>> readDays(const Value& body)
{
    std::set<int> days;
    const Value* list = body.find("days");
    if (!list || list->isNull()) return std::vector<int>{};
    if (!list->isList())
        return refused("Les jours sont une liste de 0 (lundi) à 6", "Days are a list of 0 (Monday) to 6");
    for (const auto& day : list->list()) {
        if (!day.isInteger() || day.integer() < 0 || day.integer() > 6)
            return refused("Les jours sont une liste de 0 (lundi) à 6", "Days are a list of 0 (Monday) to 6");
        days.insert(static_cast<int>(day.integer()));
    }
    return std::vector<int>(days.begin(), days.end());
}

Result<void> readRange(const Value& body, Timing& timing)
{
    const auto badDay = [] { return refused("Une date s'écrit AAAA-MM-JJ", "A date is written YYYY-MM-DD"); };
    timing.firstDay = body.textOr("firstDay", "");
    timing.lastDay = body.textOr("lastDay", "");
    for (const auto* day : {&timing.firstDay, &timing.lastDay})
        if (!day->empty() && !isDay(*day)) return badDay();
    if (!timing.firstDay.empty() && !timing.lastDay.empty() && timing.lastDay < timing.firstDay)
        return refused("La dernière date précède la première", "The last date lies before the first");
    if (const Value* except = body.find("except"); except && except->isList()) {
        for (const auto& day : except->list()) {
            if (!day.isText() || !isDay(day.text())) return badDay();
            timing.except.push_back(day.text());
        }
        if (timing.except.size() > mostDays) return refused("Trop d'exceptions", "Too many exceptions");
    }
    return {};
}

Result<void> readWhen(const Value& body, Timing& timing)
{
    const bool isSun = timing.type == "sunrise" || timing.type == "sunset";
    if (timing.type == "daily" || timing.type == "weekly") {
        timing.time = body.textOr("time", "");
        if (!isTime(timing.time)) return badTime();
        if (timing.type == "weekly" && timing.days.empty())
            return refused("Choisissez au moins un jour", "Choose at least one day");
        if (timing.type == "daily") timing.days.clear();
    }
    else if (timing.type == "cron") {
        timing.cron = body.textOr("cron", "");
        if (timing.cron.empty() || !isPlain(timing.cron))
            return refused("L'expression cron manque", "The cron expression is missing");
    }
    else if (isSun) {
        timing.offsetMinutes = static_cast<int>(body.integerOr("offsetMinutes", 0));
        if (timing.offsetMinutes < -720 || timing.offsetMinutes > 720)
            return refused("Le décalage est de 12 heures au plus", "The offset is at most 12 hours");
        timing.earliest = body.textOr("earliest", "");
        timing.latest = body.textOr("latest", "");
        for (const auto* bound : {&timing.earliest, &timing.latest})
            if (!bound->empty() && !isTime(*bound)) return badTime();
        if (!timing.earliest.empty() && !timing.latest.empty() && timing.latest < timing.earliest)
            return refused("L'heure la plus tardive précède la première", "The latest time lies before the earliest");
    }
    else return refused("Type de programmation inconnu", "Unknown type of schedule");
    return {};
}

} // namespace

Result<Schedule> readSchedule(const Value& body)
{
    Schedule schedule;
    auto& timing = schedule.timing;
    timing.type = body.textOr("type", "daily");
    auto days = readDays(body);
    if (!days) return days.error();
    timing.days = std::move(*days);
    if (const auto read = readWhen(body, timing); !read) return read.error();
    if (const auto read = readRange(body, timing); !read) return read.error();
    timing.zone = body.textOr("timezone", "");
    timing.dst = body.textOr("dst", "once");
    if (!isPlain(timing.zone)) return refused("Fuseau horaire inconnu", "Unknown time zone");
    if (timing.dst != "once" && timing.dst != "skip" && timing.dst != "both")
        return refused("dst vaut once, skip ou both", "dst is once, skip or both");
    const auto catchUp = body.integerOr("catchUpMinutes", 60);
    if (catchUp < 0 || catchUp > 7 * 24 * 60)
        return refused("Le rattrapage est de 7 jours au plus", "catchUpMinutes is at most 7 days");
    timing.catchUpMinutes = static_cast<int>(catchUp);
    schedule.name = body.textOr("name", "");
    schedule.action = body.textOr("action", "");
    if (schedule.action.empty() || !isPlain(schedule.action))
        return refused("L'action manque", "The action is missing");
    // Which state a device is in by then is nobody's guess.
    if (schedule.action == "toggle")
        return refused("Une programmation allume ou éteint", "A schedule switches on or off, it does not toggle");
    if (const Value* arguments = body.find("arguments"); arguments && arguments->isObject())
        schedule.arguments = *arguments;
    if (!body.booleanOr("enabled", true)) schedule.state = ScheduleState::Paused;
    return schedule;
}

Object toSpec(const Schedule& schedule)
{
    const auto& timing = schedule.timing;
    List days, except;
    for (const int day : timing.days) days.push_back(day);
    for (const auto& day : timing.except) except.push_back(day);
    Object spec{{"type", timing.type}, {"time", timing.time}, {"action", schedule.action}, {"days", std::move(days)}};
    if (!timing.cron.empty()) spec.append("cron", timing.cron);
    if (timing.type == "sunrise" || timing.type == "sunset") spec.append("offsetMinutes", timing.offsetMinutes);
    const auto text = [&](const char* key, const std::string& value) {
        if (!value.empty()) spec.append(key, value);
    };
    text("name", schedule.name);
    text("earliest", timing.earliest);
    text("latest", timing.latest);
    text("timezone", timing.zone);
    text("firstDay", timing.firstDay);
    text("lastDay", timing.lastDay);
    if (!except.empty()) spec.append("except", std::move(except));
    spec.append("dst", timing.dst);
    spec.append("catchUpMinutes", timing.catchUpMinutes);
    if (!schedule.arguments.isNull()) spec.append("arguments", schedule.arguments);
    return spec;
}

Object toView(const Schedule& schedule)
{
    auto view = toSpec(schedule);
    view.set("id", schedule.id.value);
    view.set("deviceId", schedule.device.value);
    view.set("ownerId", schedule.owner ? Value(schedule.owner.value) : Value());
    view.set("enabled", schedule.state == ScheduleState::Active);
    view.set("createdAt", toIso8601(schedule.createdAt));
    view.set("updatedAt", toIso8601(schedule.changedAt));
    return view;
}

} // namespace atrium::schedules
