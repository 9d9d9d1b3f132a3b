#include "app/admin_api.h"

namespace atrium::app {

namespace {

Route serverRoute(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access)
{
    return makeRoute(method, std::move(path), std::move(operationId), "server", std::move(summary), std::move(access));
}

} // namespace

std::vector<PermissionDeclaration> AdminApi::permissions()
{
    return {{"server.metrics", Role::Admin, "Read the metrics"},
            {"server.manage", Role::Admin, "Change the log level and other things of the running server"}};
}

AdminApi::AdminApi(Parts parts, Http& http) : parts_(parts), startedAt_(parts.clock.steadyNow())
{
    auto health = serverRoute(HttpMethod::Get, "/api/health", "getHealth", {"État du serveur", "How the server is"},
                              RouteAccess::open());
    health.responseSchema =
        R"({"type":"object","required":["status","timestamp"],"properties":{"status":{"type":"string"},
      "timestamp":{"type":"string"},"success":{"type":"boolean"},"data":{"type":"object"},"message":{"type":"string"}}})";
    routes_ += http.route(health, [this](const HttpRequest& request) { return this->health(request); });

    for (const auto* path : {"/readyz", "/healthz"})
        routes_ += http.route(serverRoute(HttpMethod::Get, path, path[1] == 'r' ? "getReadiness" : "getReadinessAlias",
                                          {"Prêt à servir", "Ready to serve; 503 when not"}, RouteAccess::open()),
                              [this](const HttpRequest&) { return ready(); });
    routes_ += http.route(serverRoute(HttpMethod::Get, "/livez", "getLiveness",
                                      {"Processus vivant", "The process lives"}, RouteAccess::open()),
                          [](const HttpRequest&) -> Result<HttpResponse> {
                              return HttpResponse::json(Object{{"status", "ok"}});
                          });

    routes_ += http.route(serverRoute(HttpMethod::Get, "/metrics", "getMetrics",
                                      {"Métriques Prometheus", "Prometheus metrics"},
                                      RouteAccess::permitted("server.metrics")),
                          [this](const HttpRequest&) -> Result<HttpResponse> {
                              HttpResponse response;
                              response.body = parts_.metrics.text();
                              response.contentType = "text/plain; version=0.0.4; charset=utf-8";
                              return response;
                          });

    auto log = serverRoute(HttpMethod::Put, "/api/admin/log", "changeLogLevel",
                           {"Change le niveau du journal", "Change the level of the log, of all or of one component"},
                           RouteAccess::permitted("server.manage"));
    log.requestSchema = R"({"type":"object","required":["level"],"properties":{
      "level":{"type":"string","enum":["trace","debug","info","warning","error"]},
      "component":{"type":"string","minLength":1,"maxLength":100}}})";
    routes_ += http.route(log, [this](const HttpRequest& request) { return changeLog(request); });
}

Object AdminApi::checks()
{
    parts_.refreshHealth();
    Object checks;
    for (const auto& [component, entry] : parts_.health.entries()) {
        Object check{{"state", toString(entry.state)}};
        if (!entry.reason.empty()) check.append("reason", entry.reason);
        checks.append(component, std::move(check));
    }
    return checks;
}

Result<HttpResponse> AdminApi::health(const HttpRequest&)
{
    auto services = checks();
    const auto now = toIso8601(parts_.clock.now());
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(parts_.clock.steadyNow() - startedAt_).count();
    const bool ready = parts_.health.ready();
    // The keys of both known clients at once (contracts.md §2).
    return HttpResponse::json(Object{{"status", "ok"},
                                     {"timestamp", now},
                                     {"ready", ready},
                                     {"success", true},
                                     {"message", "Atrium"},
                                     {"data", Object{{"status", ready ? "healthy" : "degraded"},
                                                     {"server", Object{{"uptime", uptime}, {"timestamp", now}}},
                                                     {"services", std::move(services)},
                                                     {"performance", Object{{"uptime", uptime}}}}}});
}

Result<HttpResponse> AdminApi::ready()
{
    auto services = checks();
    const bool ready = parts_.health.ready();
    return HttpResponse::json(Object{{"ready", ready}, {"checks", std::move(services)}}, ready ? 200 : 503);
}

Result<HttpResponse> AdminApi::changeLog(const HttpRequest& request)
{
    const auto level = observability::parseLogLevel(request.body.textOr("level", ""));
    if (!level) return makeError(ErrorCode::InvalidArgument);
    const auto component = request.body.textOr("component", "");
    if (component.empty()) parts_.logging.setLevel(*level);
    else parts_.logging.setLevel(component, *level);
    return HttpResponse::json(Object{{"success", true}, {"level", toString(*level)}, {"component", component}});
}

} // namespace atrium::app
