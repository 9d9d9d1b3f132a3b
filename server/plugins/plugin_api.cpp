#include "plugins/plugin_api.h"

namespace atrium::plugins {

namespace {

constexpr const char* statusSchema = R"({"type":"object","required":["id","state","health"],"properties":{
  "id":{"type":"string"},"name":{"type":"string"},"version":{"type":"string"},"description":{"type":"string"},
  "stability":{"type":"string"},"state":{"type":"string"},"health":{"type":"string"},"reason":{"type":"string"},
  "requires":{"type":"array","items":{"type":"string"}},"provides":{"type":"array","items":{"type":"string"}}}})";

Value toValue(const PluginStatus& status, Language language)
{
    const auto list = [](const std::vector<std::string>& texts) { return Value(List(texts.begin(), texts.end())); };
    return Object{{"id", status.id},
                  {"name", status.name.in(language)},
                  {"version", status.version},
                  {"description", status.description},
                  {"stability", status.stability},
                  {"state", toString(status.state)},
                  {"health", toString(status.health)},
                  {"reason", status.reason},
                  {"requires", list(status.requiredServices)},
                  {"provides", list(status.providedServices)}};
}

Result<HttpResponse> answer(const Result<PluginStatus>& status, Language language)
{
    if (!status) return status.error();
    return HttpResponse::json(toValue(*status, language));
}

} // namespace

std::vector<PermissionDeclaration> PluginApi::permissions()
{
    return {{"plugins.read", Role::Admin, "See which plugins run and how they are"},
            {"plugins.manage", Role::Admin, "Load, enable and disable plugins"}};
}

PluginApi::PluginApi(PluginHost& host, Http& http) : host_(host)
{
    auto list = makeRoute(HttpMethod::Get, "/api/plugins", "listPlugins", "plugins",
                          {"Liste des extensions et de leur état", "All plugins with their state and health"},
                          RouteAccess::permitted("plugins.read"));
    list.responseSchema = std::string(R"({"type":"array","items":)") + statusSchema + "}";
    routes_ += http.route(list, [this](const HttpRequest& request) -> Result<HttpResponse> {
        List plugins;
        for (const auto& status : host_.status()) plugins.push_back(toValue(status, request.language));
        return HttpResponse::json(std::move(plugins));
    });

    auto load = makeRoute(
        HttpMethod::Post, "/api/plugins/load", "loadPlugin", "plugins",
        {"Charge une extension déposée dans le dossier", "Load a plugin that was dropped into the plugin folder"},
        RouteAccess::permitted("plugins.manage"));
    load.execution = RouteExecution::Blocking;
    load.requestSchema =
        R"({"type":"object","required":["id"],"properties":{"id":{"type":"string","minLength":1,"maxLength":40}}})";
    load.responseSchema = statusSchema;
    load.errors = {ErrorCode::NotFound};
    routes_ += http.route(load, [this](const HttpRequest& request) {
        return answer(host_.load(request.body.textOr("id", "")), request.language);
    });

    const auto addSwitch = [&](const char* word, Text summary, auto action) {
        auto route = makeRoute(HttpMethod::Post, std::string("/api/plugins/{id}/") + word, std::string(word) + "Plugin",
                               "plugins", std::move(summary), RouteAccess::permitted("plugins.manage"));
        route.execution = RouteExecution::Blocking;
        route.responseSchema = statusSchema;
        route.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
        routes_ += http.route(route, [this, action](const HttpRequest& request) {
            return answer((host_.*action)(std::string(request.parameter("id"))), request.language);
        });
    };
    addSwitch("enable", {"Active une extension", "Enable a plugin"}, &PluginHost::enable);
    addSwitch("disable", {"Désactive une extension", "Disable a plugin"}, &PluginHost::disable);
}

} // namespace atrium::plugins
