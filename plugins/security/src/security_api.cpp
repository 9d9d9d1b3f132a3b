#include "security_api.h"

#include <algorithm>

namespace atrium::security {

namespace {

constexpr const char* sensorSchema =
    R"({"type":"object","required":["id","name","type","location","status","battery"],"properties":{
  "id":{"type":"integer"},"name":{"type":"string"},"type":{"type":"string"},"location":{"type":"string"},
  "status":{"type":"string","enum":["active","inactive"],"description":"an inactive sensor raises no alerts"},
  "triggered":{"type":"boolean"},"battery":{"type":["number","null"],"description":"percent"},
  "lastTrigger":{"type":["string","null"]}}})";

constexpr const char* alertSchema =
    R"({"type":"object","required":["id","type","sensor","location","severity","message","timestamp","acknowledged"],
  "properties":{"id":{"type":"integer"},"key":{"type":"string"},"type":{"type":"string"},
  "severity":{"type":"string","enum":["info","warning","critical"]},"title":{"type":"string"},"message":{"type":"string"},
  "sensor":{"type":"string","description":"name of the sensor or device"},"sensorId":{"type":["integer","null"]},
  "deviceId":{"type":["integer","null"]},"location":{"type":"string"},"timestamp":{"type":"string"},
  "lastTimestamp":{"type":"string"},"count":{"type":"integer"},"acknowledged":{"type":"boolean"},
  "acknowledgedAt":{"type":["string","null"]},"clearedAt":{"type":["string","null"]}}})";

constexpr const char* statsSchema =
    R"({"type":"object","required":["totalSensors","activeSensors","totalAlerts","criticalAlerts"],"properties":{
  "totalSensors":{"type":"integer"},"activeSensors":{"type":"integer"},"totalAlerts":{"type":"integer"},
  "unacknowledgedAlerts":{"type":"integer"},
  "criticalAlerts":{"type":"integer","description":"critical and not acknowledged"}}})";

constexpr std::int64_t defaultAlerts = 50;
constexpr std::int64_t mostAlerts = 500;

Route securityRoute(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access,
                    std::string schema)
{
    auto route =
        makeRoute(method, std::move(path), std::move(operationId), "security", std::move(summary), std::move(access));
    route.responseSchema = std::move(schema);
    return route;
}

std::string listOf(const char* schema) { return std::string(R"({"type":"array","items":)") + schema + "}"; }

} // namespace

void SecurityApi::registerRoutes(Http& http, Subscriptions& routes)
{
    const auto read = RouteAccess::home("security.read");
    const auto control = RouteAccess::home("security.control");
    const auto handler = [this](Result<HttpResponse> (SecurityApi::*method)(const HttpRequest&)) {
        return [this, method](const HttpRequest& request) { return (this->*method)(request); };
    };

    routes += http.route(securityRoute(HttpMethod::Get, "/api/security/sensors", "listSensors",
                                       {"Liste des capteurs", "All sensors"}, read, listOf(sensorSchema)),
                         handler(&SecurityApi::listSensors));

    auto add =
        securityRoute(HttpMethod::Post, "/api/security/sensors", "createSensor", {"Ajoute un capteur", "Add a sensor"},
                      RouteAccess::permitted("security.manage"), sensorSchema);
    add.execution = RouteExecution::Blocking;
    add.successStatus = 201;
    add.requestSchema = R"({"type":"object","required":["name","type","location"],"properties":{
      "name":{"type":"string","minLength":1,"maxLength":200},"type":{"type":"string","minLength":1,"maxLength":60},
      "location":{"type":"string","minLength":1,"maxLength":200}}})";
    routes += http.route(add, handler(&SecurityApi::addSensor));

    auto toggle = securityRoute(HttpMethod::Post, "/api/security/sensors/{id}/toggle", "toggleSensor",
                                {"Active ou désactive un capteur", "Switch a sensor on or off"}, control, sensorSchema);
    toggle.execution = RouteExecution::Blocking;
    toggle.requestSchema = R"({"type":"object","required":["enabled"],"properties":{"enabled":{"type":"boolean"}}})";
    toggle.errors = {ErrorCode::NotFound};
    routes += http.route(toggle, handler(&SecurityApi::toggleSensor));

    auto alerts =
        securityRoute(HttpMethod::Get, "/api/security/alerts", "listAlerts",
                      {"Alertes, les plus récentes d'abord", "Alerts, newest first"}, read, listOf(alertSchema));
    alerts.execution = RouteExecution::Blocking;
    alerts.query = {{"limit", Value::Kind::Integer, "how many at most, 1 to 500", defaultAlerts}};
    routes += http.route(alerts, handler(&SecurityApi::listAlerts));

    auto acknowledge = securityRoute(HttpMethod::Post, "/api/security/alerts/{id}/acknowledge", "acknowledgeAlert",
                                     {"Acquitte une alerte", "Acknowledge an alert"}, control, alertSchema);
    acknowledge.execution = RouteExecution::Blocking;
    acknowledge.errors = {ErrorCode::NotFound};
    routes += http.route(acknowledge, handler(&SecurityApi::acknowledge));

    auto stats = securityRoute(HttpMethod::Get, "/api/security/stats", "securityStats",
                               {"Nombre de capteurs et d'alertes", "Numbers of sensors and alerts"}, read, statsSchema);
    stats.execution = RouteExecution::Blocking;
    routes += http.route(stats, handler(&SecurityApi::stats));
}

Result<HttpResponse> SecurityApi::listSensors(const HttpRequest&)
{
    List views;
    for (const auto& sensor : sensors_.list()) views.push_back(toView(sensor));
    return HttpResponse::json(views);
}

Result<HttpResponse> SecurityApi::addSensor(const HttpRequest& request)
{
    const auto& body = request.body;
    const auto sensor = sensors_.add(body.textOr("name", ""), body.textOr("type", ""), body.textOr("location", ""));
    return HttpResponse::json(toView(sensor), 201);
}

Result<HttpResponse> SecurityApi::toggleSensor(const HttpRequest& request)
{
    const auto state = request.body.booleanOr("enabled", true) ? SensorState::Active : SensorState::Inactive;
    const auto sensor = sensors_.setState(SensorId{request.idParameter("id")}, state);
    if (!sensor) return sensor.error();
    return HttpResponse::json(toView(*sensor));
}

Result<HttpResponse> SecurityApi::listAlerts(const HttpRequest& request)
{
    const Value* limit = request.query.find("limit");
    const auto wanted = limit && limit->isInteger() ? limit->integer() : defaultAlerts;
    List views;
    for (const auto& alert : repository_.newest(std::clamp<std::int64_t>(wanted, 1, mostAlerts)))
        views.push_back(toView(alert));
    return HttpResponse::json(views);
}

Result<HttpResponse> SecurityApi::acknowledge(const HttpRequest& request)
{
    const auto alert = alerts_.acknowledge(AlertId{request.idParameter("id")}, request.principal.user);
    if (!alert) return alert.error();
    return HttpResponse::json(toView(*alert));
}

Result<HttpResponse> SecurityApi::stats(const HttpRequest&)
{
    const auto sensors = sensors_.list();
    const auto active = std::count_if(sensors.begin(), sensors.end(),
                                      [](const Sensor& sensor) { return sensor.state == SensorState::Active; });
    const auto counts = repository_.counts();
    return HttpResponse::json(Object{{"totalSensors", sensors.size()},
                                     {"activeSensors", active},
                                     {"totalAlerts", counts.total},
                                     {"unacknowledgedAlerts", counts.unacknowledged},
                                     {"criticalAlerts", counts.critical}});
}

} // namespace atrium::security
