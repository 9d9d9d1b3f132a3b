#include "schedule_api.h"

namespace atrium::schedules {

namespace {

constexpr std::chrono::hours defaultLook{24 * 7};
constexpr std::chrono::hours longestLook{24 * 366};
constexpr std::size_t mostUpcoming = 200; ///< of one schedule

/// What a schedule consists of, in requests and in answers.
const std::string members = R"("type":{"type":"string","enum":["daily","weekly","cron","sunrise","sunset"]},
  "time":{"type":"string","maxLength":20,"description":"local HH:MM, of daily and weekly"},
  "days":{"type":["array","null"],"maxItems":7,"items":{"type":"integer"},"description":"0 = Monday"},
  "cron":{"type":"string","maxLength":120,"description":"minute, hour, day of month, month, day of week"},
  "offsetMinutes":{"type":"integer","description":"from sunrise or sunset"},
  "earliest":{"type":"string","maxLength":5},"latest":{"type":"string","maxLength":5},
  "timezone":{"type":"string","maxLength":60,"description":"IANA; that of the site when absent"},
  "dst":{"type":"string","enum":["once","skip","both"],"description":"local times that a clock change skips or doubles"},
  "firstDay":{"type":"string","maxLength":10},"lastDay":{"type":"string","maxLength":10},
  "except":{"type":"array","maxItems":400,"items":{"type":"string","maxLength":10}},
  "catchUpMinutes":{"type":"integer","description":"how late it may run after the server was down"},
  "name":{"type":"string","maxLength":120},"action":{"type":"string","maxLength":60},
  "arguments":{"type":"object","description":"of the command, e.g. level"},"enabled":{"type":"boolean"})";
const std::string requestSchema = R"({"type":"object","properties":{)" + members + "}}";
const std::string viewSchema =
    R"({"type":"object","required":["id","deviceId","type","action"],"properties":{"id":{"type":"integer"},
  "deviceId":{"type":"integer"},"ownerId":{"type":["integer","null"]},"createdAt":{"type":"string"},
  "updatedAt":{"type":"string"},"next":{"type":"array","items":{"type":"object","properties":{"at":{"type":"string"},
  "localTime":{"type":"string"},"timezone":{"type":"string"}}}},)" +
    members + "}}";

Error unknownDevice() { return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"}); }
Error unknownSchedule() { return makeError(ErrorCode::NotFound, {"Programmation non trouvée", "Schedule not found"}); }
Error busy()
{
    return makeError(ErrorCode::Unavailable, {"Le serveur est occupé, réessayez", "The server is busy, try again"});
}

std::string saved(Language language)
{
    return language == Language::French ? "Programmation enregistrée" : "Schedule saved";
}

Object answerOf(Language language, const Schedule& schedule)
{
    return Object{{"success", true}, {"message", saved(language)}, {"schedule", toView(schedule)}};
}

Route scheduleRoute(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access)
{
    auto route =
        makeRoute(method, std::move(path), std::move(operationId), "schedules", std::move(summary), std::move(access));
    route.errors = {ErrorCode::NotFound};
    return route;
}

} // namespace

void ScheduleApi::registerRoutes(Http& http, Subscriptions& routes)
{
    const auto read = RouteAccess::home("devices.read").perObject();
    const auto control = RouteAccess::home("devices.control").perObject();
    const std::string savedSchema =
        std::string(R"({"type":"object","required":["message","schedule"],"properties":{"success":{"type":"boolean"},
      "message":{"type":"string"},"schedule":)") +
        viewSchema + "}}";

    auto create = scheduleRoute(HttpMethod::Post, "/api/devices/{id}/schedule", "createSchedule",
                                {"Programme un appareil", "Schedule a device"}, control);
    create.requestSchema = requestSchema;
    create.responseSchema = savedSchema;
    routes += http.asyncRoute(
        create, [this](const HttpRequest& request, HttpAnswer answer) { this->create(request, std::move(answer)); });

    auto ofDevice = scheduleRoute(HttpMethod::Get, "/api/devices/{id}/schedules", "listDeviceSchedules",
                                  {"Programmations d'un appareil", "Schedules of a device"}, read);
    ofDevice.responseSchema = std::string(R"({"type":"array","items":)") + viewSchema + "}";
    routes += http.route(ofDevice, [this](const HttpRequest& request) { return this->ofDevice(request); });

    auto all = scheduleRoute(HttpMethod::Get, "/api/schedules", "listSchedules",
                             {"Programmations et leurs prochains passages", "Schedules and when they come next"}, read);
    all.query = {{"until", Value::Kind::Text, "RFC 3339; next runs until then, a week ahead by default", {}, 40}};
    all.responseSchema =
        std::string(R"({"type":"object","required":["schedules"],"properties":{"schedules":{"type":"array",
      "items":)") +
        viewSchema + "}}}";
    routes += http.asyncRoute(
        all, [this](const HttpRequest& request, HttpAnswer answer) { list(request, std::move(answer)); });

    auto replace = scheduleRoute(HttpMethod::Put, "/api/schedules/{id}", "replaceSchedule",
                                 {"Remplace une programmation", "Replace a schedule"}, control);
    replace.requestSchema = requestSchema;
    replace.responseSchema = savedSchema;
    routes += http.asyncRoute(
        replace, [this](const HttpRequest& request, HttpAnswer answer) { this->replace(request, std::move(answer)); });

    for (const auto state : {ScheduleState::Paused, ScheduleState::Active}) {
        const bool pause = state == ScheduleState::Paused;
        auto route = scheduleRoute(HttpMethod::Post, pause ? "/api/schedules/{id}/pause" : "/api/schedules/{id}/resume",
                                   pause ? "pauseSchedule" : "resumeSchedule",
                                   pause ? Text{"Suspend une programmation", "Pause a schedule"}
                                         : Text{"Reprend une programmation", "Resume a schedule"},
                                   control);
        route.execution = RouteExecution::Blocking;
        route.responseSchema = savedSchema;
        routes += http.route(route, [this, state](const HttpRequest& request) { return setState(request, state); });
    }
    for (const auto& [path, operation] : {std::pair{"/api/schedules/{id}", "deleteSchedule"},
                                          {"/api/devices/schedules/{id}", "deleteDeviceSchedule"}}) {
        auto route = scheduleRoute(HttpMethod::Delete, path, operation,
                                   {"Supprime une programmation", "Delete a schedule"}, control);
        route.execution = RouteExecution::Blocking;
        route.responseSchema = R"({"type":"object","properties":{"success":{"type":"boolean"}}})";
        routes += http.route(route, [this](const HttpRequest& request) { return remove(request); });
    }
}

Result<DevicePtr> ScheduleApi::device(const HttpRequest& request, DeviceId id, std::string_view permission) const
{
    const auto device = in_.devices.find(id);
    const auto& who = request.principal;
    // Who may not see a device is not told that there is one.
    if (!device) return unknownDevice();
    const auto object = accessObjectOf(*device);
    if (who.may(permission, object)) return device;
    if (!who.may("devices.read", object)) return unknownDevice();
    return makeError(ErrorCode::Forbidden);
}

Result<Schedule> ScheduleApi::editable(const HttpRequest& request) const
{
    auto schedule = book_.find(ScheduleId{request.idParameter("id")});
    if (!schedule) return unknownSchedule();
    const auto allowed = device(request, schedule->device, "devices.control");
    if (allowed) return std::move(*schedule);
    return allowed.error().code == ErrorCode::NotFound ? unknownSchedule() : allowed.error();
}

void ScheduleApi::checkAndSave(Schedule schedule, std::function<Result<HttpResponse>(Schedule)> save, HttpAnswer answer)
{
    const auto draft = draftOf(schedule);
    in_.automation.check(draft, [this, schedule = std::move(schedule), save = std::move(save),
                                 answer = std::move(answer)](const Result<void>& checked) {
        if (!checked)
            return answer(
                makeError(ErrorCode::InvalidArgument, {"Programmation invalide : " + checked.error().message.fr,
                                                       "Invalid schedule: " + checked.error().message.en}));
        const bool posted = in_.workers.post([schedule, save, answer] { answer(save(schedule)); });
        if (!posted) answer(busy());
    });
}

void ScheduleApi::create(const HttpRequest& request, HttpAnswer answer)
{
    const auto target = device(request, DeviceId{request.idParameter("id")}, "devices.control");
    if (!target) return answer(target.error());
    auto schedule = readSchedule(request.body);
    if (!schedule) return answer(schedule.error());
    schedule->device = (*target)->info->id;
    schedule->owner = request.principal.user;
    checkAndSave(
        std::move(*schedule),
        [this, language = request.language](Schedule checked) -> Result<HttpResponse> {
            const auto added = book_.add(std::move(checked));
            if (!added) return added.error();
            return HttpResponse::json(answerOf(language, *added));
        },
        std::move(answer));
}

void ScheduleApi::replace(const HttpRequest& request, HttpAnswer answer)
{
    const auto known = editable(request);
    if (!known) return answer(known.error());
    auto schedule = readSchedule(request.body);
    if (!schedule) return answer(schedule.error());
    schedule->id = known->id;
    schedule->device = known->device;
    // It acts in the name of whoever said last what it does.
    schedule->owner = request.principal.user;
    checkAndSave(
        std::move(*schedule),
        [this, language = request.language](Schedule checked) -> Result<HttpResponse> {
            const auto stored = book_.replace(std::move(checked));
            if (!stored) return stored.error();
            return HttpResponse::json(answerOf(language, *stored));
        },
        std::move(answer));
}

void ScheduleApi::list(const HttpRequest& request, HttpAnswer answer)
{
    const auto now = in_.clock.now();
    auto until = now + defaultLook;
    if (const Value* text = request.query.find("until"); text && text->isText()) {
        const auto time = parseTime(text->text());
        if (!time || *time > now + longestLook)
            return answer(
                makeError(ErrorCode::InvalidArgument, {"Paramètre invalide : until", "Invalid parameter: until"}));
        until = *time;
    }
    std::vector<Schedule> visible;
    for (auto& schedule : book_.list())
        if (device(request, schedule.device, "devices.read")) visible.push_back(std::move(schedule));
    const bool posted = in_.core.post([this, visible = std::move(visible), until, answer] {
        List views;
        for (const auto& schedule : visible) {
            auto view = toView(schedule);
            List next;
            for (const auto& run : book_.upcoming(schedule.id, until, mostUpcoming))
                next.push_back(Object{{"at", toIso8601(run.at)}, {"localTime", run.localTime}, {"timezone", run.zone}});
            view.set("next", std::move(next));
            views.push_back(std::move(view));
        }
        answer(HttpResponse::json(Object{{"schedules", std::move(views)}}));
    });
    if (!posted) answer(busy());
}

Result<HttpResponse> ScheduleApi::ofDevice(const HttpRequest& request)
{
    const auto target = device(request, DeviceId{request.idParameter("id")}, "devices.read");
    if (!target) return target.error();
    List views;
    for (const auto& schedule : book_.list())
        if (schedule.device == (*target)->info->id) views.push_back(toView(schedule));
    return HttpResponse::json(std::move(views));
}

Result<HttpResponse> ScheduleApi::setState(const HttpRequest& request, ScheduleState state)
{
    const auto known = editable(request);
    if (!known) return known.error();
    const auto stored = book_.setState(known->id, state);
    if (!stored) return stored.error();
    return HttpResponse::json(answerOf(request.language, *stored));
}

Result<HttpResponse> ScheduleApi::remove(const HttpRequest& request)
{
    const auto known = editable(request);
    if (!known) return known.error();
    if (const auto removed = book_.remove(known->id); !removed) return removed.error();
    return HttpResponse::json(Object{{"success", true}});
}

} // namespace atrium::schedules
