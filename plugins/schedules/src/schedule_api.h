#pragma once

#include "schedule_book.h"

#include "atrium/executor.h"
#include "atrium/http.h"

namespace atrium::schedules {

/// The routes of schedules: those of existing clients below `/api/devices` (contracts.md §3), and `/api/schedules`.
class ScheduleApi {
public:
    struct Surroundings {
        Automation& automation;
        const Clock& clock;
        const Devices& devices;
        Executor& core;
        Executor& workers;
    };
    ScheduleApi(ScheduleBook& book, Surroundings surroundings) : book_(book), in_(surroundings) {}

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    void create(const HttpRequest& request, HttpAnswer answer);
    void replace(const HttpRequest& request, HttpAnswer answer);
    void list(const HttpRequest& request, HttpAnswer answer);
    Result<HttpResponse> ofDevice(const HttpRequest& request);
    Result<HttpResponse> setState(const HttpRequest& request, ScheduleState state);
    Result<HttpResponse> remove(const HttpRequest& request);

    /// The device, when the caller may do `permission` with it; else NotFound or Forbidden.
    Result<DevicePtr> device(const HttpRequest& request, DeviceId id, std::string_view permission) const;
    /// The schedule of the path, when the caller may command its device.
    Result<Schedule> editable(const HttpRequest& request) const;
    /// Whether the engine understands it; then `save` on a worker.
    void checkAndSave(Schedule schedule, std::function<Result<HttpResponse>(Schedule)> save, HttpAnswer answer);

    ScheduleBook& book_;
    Surroundings in_;
};

} // namespace atrium::schedules
