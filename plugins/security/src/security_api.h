#pragma once

#include "alert_book.h"
#include "sensor_book.h"

#include "atrium/http.h"

namespace atrium::security {

/// The routes below /api/security.
class SecurityApi {
public:
    SecurityApi(SensorBook& sensors, AlertBook& alerts, AlertRepository& repository)
        : sensors_(sensors), alerts_(alerts), repository_(repository)
    {}

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    Result<HttpResponse> listSensors(const HttpRequest& request);
    Result<HttpResponse> addSensor(const HttpRequest& request);
    Result<HttpResponse> toggleSensor(const HttpRequest& request);
    Result<HttpResponse> listAlerts(const HttpRequest& request);
    Result<HttpResponse> acknowledge(const HttpRequest& request);
    Result<HttpResponse> stats(const HttpRequest& request);

    SensorBook& sensors_;
    AlertBook& alerts_;
    AlertRepository& repository_;
};

} // namespace atrium::security
