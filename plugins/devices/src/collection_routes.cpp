#include "collection_api.h"

namespace atrium::devices {

namespace {

constexpr const char* outcomeSchema =
    R"({"type":"object","required":["success","sent","skipped","failed","results"],"properties":{
  "success":{"type":"boolean","description":"nothing failed"},"sent":{"type":"integer"},"skipped":{"type":"integer"},
  "failed":{"type":"integer"},"correlationId":{"type":"string"},
  "results":{"type":"array","items":{"type":"object","required":["device","result"],"properties":{
    "device":{"type":"integer"},"result":{"type":"string","enum":["sent","skipped","failed"]},
    "command":{"type":"string","description":"id of the command"},"message":{"type":"string"}}}}}})";
constexpr const char* commandProperties = R"("command":{"type":"string","minLength":1,"maxLength":60,
    "description":"on, off, toggle, set, or a command of the devices' entities"},"arguments":{"type":"object"})";
constexpr const char* groupSchema = R"({"type":"object","required":["id","name","devices"],"properties":{
  "id":{"type":"integer"},"name":{"type":"string"},"devices":{"type":"array","items":{"type":"integer"}},
  "on":{"type":"integer","description":"how many of them are on"}}})";
constexpr const char* groupBody =
    R"({"type":"object","required":["name","devices"],"additionalProperties":false,"properties":{
  "name":{"type":"string","minLength":1,"maxLength":120},
  "devices":{"type":"array","maxItems":1000,"items":{"type":"integer","minimum":1}}}})";
constexpr const char* stepSchema =
    R"({"type":"object","required":["device","command"],"additionalProperties":false,"properties":{
    "device":{"type":"integer","minimum":1},"entity":{"type":"string","maxLength":255},
    "command":{"type":"string","minLength":1,"maxLength":60},"arguments":{"type":"object"}}})";

Route makeCollectionRoute(HttpMethod method, const char* path, const char* id, Text summary, const char* permission)
{
    const bool isRead = method == HttpMethod::Get;
    auto access = isRead ? RouteAccess::home(permission) : RouteAccess::permitted(permission);
    auto route = makeRoute(method, path, id, "devices", std::move(summary), std::move(access));
    return route;
}

} // namespace

void CollectionApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto batch =
        makeCollectionRoute(HttpMethod::Post, "/api/devices/commands", "commandDevices",
                            {"Commande plusieurs appareils", "Command many devices at once"}, "devices.control");
    batch.access = RouteAccess::home("devices.control").perObject();
    batch.requestSchema =
        std::string(R"({"type":"object","required":["command"],"additionalProperties":false,"properties":{)") +
        commandProperties + R"(,"devices":{"type":"array","maxItems":1000,"items":{"type":"integer","minimum":1}},
      "room":{"type":"string","maxLength":120},"group":{"type":"integer","minimum":1},
      "type":{"type":"string","maxLength":60,"description":"only devices of this type"}}})";
    batch.responseSchema = outcomeSchema;
    batch.errors = {ErrorCode::NotFound, ErrorCode::InvalidArgument};
    routes += http.asyncRoute(
        batch, [this](const HttpRequest& request, HttpAnswer answer) { commandMany(request, std::move(answer)); });
    registerGroups(http, routes);
    registerScenes(http, routes);
}

void CollectionApi::registerGroups(Http& http, Subscriptions& routes)
{
    auto list = makeCollectionRoute(HttpMethod::Get, "/api/devices/groups", "listDeviceGroups",
                                    {"Groupes d'appareils", "Groups of devices"}, "devices.read");
    list.responseSchema = std::string(R"({"type":"array","items":)") + groupSchema + "}";
    routes += http.route(list, [this](const HttpRequest& request) -> Result<HttpResponse> {
        List views;
        for (const auto& group : collections_.groups()) views.push_back(view(request, group));
        return HttpResponse::json(std::move(views));
    });

    auto get = makeCollectionRoute(HttpMethod::Get, "/api/devices/groups/{id}", "getDeviceGroup",
                                   {"Un groupe d'appareils", "One group of devices"}, "devices.read");
    get.responseSchema = groupSchema;
    get.errors = {ErrorCode::NotFound};
    routes += http.route(get, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto group = collections_.group(request.idParameter("id"));
        if (!group) return unknownGroup();
        return HttpResponse::json(view(request, *group));
    });

    auto create = makeCollectionRoute(HttpMethod::Post, "/api/devices/groups", "createDeviceGroup",
                                      {"Crée un groupe", "Make a group"}, "devices.manage");
    create.execution = RouteExecution::Blocking;
    create.successStatus = 201;
    create.requestSchema = groupBody;
    create.responseSchema = groupSchema;
    create.errors = {ErrorCode::Conflict, ErrorCode::NotFound};
    routes += http.route(create, [this](const HttpRequest& request) { return saveGroup(request, 0); });

    auto update = makeCollectionRoute(HttpMethod::Put, "/api/devices/groups/{id}", "updateDeviceGroup",
                                      {"Modifie un groupe", "Edit a group"}, "devices.manage");
    update.execution = RouteExecution::Blocking;
    update.requestSchema = groupBody;
    update.responseSchema = groupSchema;
    update.errors = {ErrorCode::Conflict, ErrorCode::NotFound};
    routes += http.route(update, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto id = request.idParameter("id");
        if (id == 0) return unknownGroup();
        return saveGroup(request, id);
    });

    auto remove = makeCollectionRoute(HttpMethod::Delete, "/api/devices/groups/{id}", "deleteDeviceGroup",
                                      {"Supprime un groupe", "Remove a group"}, "devices.manage");
    remove.execution = RouteExecution::Blocking;
    remove.responseSchema = R"({"type":"object","properties":{"success":{"type":"boolean"}}})";
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!collections_.removeGroup(request.idParameter("id"))) return unknownGroup();
        return HttpResponse::json(Object{{"success", true}});
    });

    auto command = makeCollectionRoute(HttpMethod::Post, "/api/devices/groups/{id}/commands", "commandDeviceGroup",
                                       {"Commande un groupe", "Command a group"}, "devices.control");
    command.access = RouteAccess::home("devices.control").perObject();
    command.requestSchema =
        std::string(R"({"type":"object","required":["command"],"additionalProperties":false,"properties":{)") +
        commandProperties + "}}";
    command.responseSchema = outcomeSchema;
    command.errors = {ErrorCode::NotFound};
    routes += http.asyncRoute(
        command, [this](const HttpRequest& request, HttpAnswer answer) { commandGroup(request, std::move(answer)); });
}

void CollectionApi::registerScenes(Http& http, Subscriptions& routes)
{
    const std::string sceneSchema = std::string(R"({"type":"object","required":["id","name","steps"],"properties":{
      "id":{"type":"integer"},"name":{"type":"string"},"steps":{"type":"array","items":)") +
                                    stepSchema + "}}}";
    const std::string sceneBody =
        std::string(R"({"type":"object","required":["name"],"additionalProperties":false,"properties":{
      "name":{"type":"string","minLength":1,"maxLength":120},"steps":{"type":"array","maxItems":300,"items":)") +
        stepSchema + R"(},
      "capture":{"type":"array","maxItems":300,"items":{"type":"integer","minimum":1},
        "description":"instead of steps: take what these devices are set to now"}}})";

    auto list = makeCollectionRoute(HttpMethod::Get, "/api/scenes", "listScenes", {"Scènes", "Scenes"}, "devices.read");
    list.responseSchema = R"({"type":"array","items":)" + sceneSchema + "}";
    routes += http.route(list, [this](const HttpRequest&) -> Result<HttpResponse> {
        List views;
        for (const auto& scene : collections_.scenes()) views.push_back(sceneView(scene));
        return HttpResponse::json(std::move(views));
    });

    auto get = makeCollectionRoute(HttpMethod::Get, "/api/scenes/{id}", "getScene", {"Une scène", "One scene"},
                                   "devices.read");
    get.responseSchema = sceneSchema;
    get.errors = {ErrorCode::NotFound};
    routes += http.route(get, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto scene = collections_.scene(request.idParameter("id"));
        if (!scene) return unknownScene();
        return HttpResponse::json(sceneView(*scene));
    });

    auto create = makeCollectionRoute(HttpMethod::Post, "/api/scenes", "createScene",
                                      {"Crée une scène", "Make a scene"}, "devices.manage");
    create.execution = RouteExecution::Blocking;
    create.successStatus = 201;
    create.requestSchema = sceneBody;
    create.responseSchema = sceneSchema;
    create.errors = {ErrorCode::Conflict, ErrorCode::NotFound};
    routes += http.route(create, [this](const HttpRequest& request) { return saveScene(request, 0); });

    auto update = makeCollectionRoute(HttpMethod::Put, "/api/scenes/{id}", "updateScene",
                                      {"Modifie une scène", "Edit a scene"}, "devices.manage");
    update.execution = RouteExecution::Blocking;
    update.requestSchema = sceneBody;
    update.responseSchema = sceneSchema;
    update.errors = {ErrorCode::Conflict, ErrorCode::NotFound};
    routes += http.route(update, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto id = request.idParameter("id");
        if (id == 0) return unknownScene();
        return saveScene(request, id);
    });

    auto remove = makeCollectionRoute(HttpMethod::Delete, "/api/scenes/{id}", "deleteScene",
                                      {"Supprime une scène", "Remove a scene"}, "devices.manage");
    remove.execution = RouteExecution::Blocking;
    remove.responseSchema = R"({"type":"object","properties":{"success":{"type":"boolean"}}})";
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!collections_.removeScene(request.idParameter("id"))) return unknownScene();
        return HttpResponse::json(Object{{"success", true}});
    });

    auto activate = makeCollectionRoute(HttpMethod::Post, "/api/scenes/{id}/activate", "activateScene",
                                        {"Active une scène", "Activate a scene"}, "devices.control");
    activate.access = RouteAccess::home("devices.control").perObject();
    activate.responseSchema = outcomeSchema;
    activate.errors = {ErrorCode::NotFound};
    routes += http.asyncRoute(activate, [this](const HttpRequest& request, HttpAnswer answer) {
        this->activate(request, std::move(answer));
    });
}

} // namespace atrium::devices
