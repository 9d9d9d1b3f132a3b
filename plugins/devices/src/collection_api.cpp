#include "collection_api.h"

#include <algorithm>

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

Error unknown(const char* fr, const char* en) { return makeError(ErrorCode::NotFound, {fr, en}); }
Error unknownGroup() { return unknown("Groupe inconnu", "Unknown group"); }
Error unknownScene() { return unknown("Scène inconnue", "Unknown scene"); }

Route makeCollectionRoute(HttpMethod method, const char* path, const char* id, Text summary, const char* permission)
{
    const bool isRead = method == HttpMethod::Get;
    auto access = isRead ? RouteAccess::home(permission) : RouteAccess::permitted(permission);
    auto route = makeRoute(method, path, id, "devices", std::move(summary), std::move(access));
    return route;
}

bool isOn(const Device& device) { return device.value("status") == Value(true); }

Object sceneView(const Scene& scene)
{
    return {{"id", scene.id}, {"name", scene.name}, {"steps", toJson(scene.steps)}};
}

const char* wordFor(StepOutcome::Result result)
{
    if (result == StepOutcome::Result::Sent) return "sent";
    return result == StepOutcome::Result::Skipped ? "skipped" : "failed";
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

bool CollectionApi::may(const HttpRequest& request, DeviceId id, std::string_view permission) const
{
    const auto device = devices_.find(id);
    return device && request.principal.may(permission, accessObjectOf(*device));
}

Object CollectionApi::view(const HttpRequest& request, const Group& group) const
{
    List members;
    std::int64_t on = 0;
    for (const auto id : group.members) {
        const auto device = devices_.find(id);
        if (!device || !request.principal.may("devices.read", accessObjectOf(*device))) continue;
        members.push_back(id.value);
        on += isOn(*device);
    }
    return {{"id", group.id}, {"name", group.name}, {"devices", std::move(members)}, {"on", on}};
}

Result<HttpResponse> CollectionApi::saveGroup(const HttpRequest& request, std::int64_t id)
{
    Group group{id, request.body.textOr("name", ""), membersFrom(request.body.find("devices"))};
    for (const auto member : group.members)
        if (!devices_.find(member)) return unknown("Appareil non trouvé", "Device not found");
    const auto saved = collections_.save(std::move(group));
    if (!saved) return saved.error();
    return HttpResponse::json(view(request, *saved), id == 0 ? 201 : 200);
}

Result<HttpResponse> CollectionApi::saveScene(const HttpRequest& request, std::int64_t id)
{
    auto steps = captured(request);
    if (!steps) return steps.error();
    Scene scene{id, request.body.textOr("name", ""), std::move(*steps)};
    const auto saved = collections_.save(std::move(scene));
    if (!saved) return saved.error();
    return HttpResponse::json(sceneView(*saved), id == 0 ? 201 : 200);
}

Result<std::vector<DeviceStep>> CollectionApi::captured(const HttpRequest& request) const
{
    auto steps = stepsFrom(request.body.find("steps"));
    for (const auto& step : steps)
        if (!devices_.find(step.device)) return unknown("Appareil non trouvé", "Device not found");
    for (const auto id : membersFrom(request.body.find("capture"))) {
        const auto device = devices_.find(id);
        if (!device) return unknown("Appareil non trouvé", "Device not found");
        DeviceStep step{id, {}, "set", {}};
        for (const auto& attribute : device->attributes) {
            const bool isMain = attribute.spec->entity < 0 ||
                                (attribute.spec->entity < static_cast<int>(device->entities.size()) &&
                                 device->entities[static_cast<std::size_t>(attribute.spec->entity)].spec->category ==
                                     EntityCategory::Primary);
            if (attribute.spec->writable && isMain && !attribute.value.isNull() && attribute.spec->name != "status")
                step.arguments.set(attribute.spec->name, attribute.value);
        }
        // A lamp that is off stays off, whatever its brightness would be.
        if (const Value& status = device->value("status"); status.isBoolean()) {
            step.command = status.boolean() ? "on" : "off";
            if (!status.boolean()) step.arguments = {};
        }
        if (step.command != "set" || !step.arguments.empty()) steps.push_back(std::move(step));
    }
    return steps;
}

void CollectionApi::commandMany(const HttpRequest& request, HttpAnswer answer)
{
    const auto& body = request.body;
    const auto type = body.textOr("type", ""), room = body.textOr("room", "");
    const auto group = body.integerOr("group", 0);
    const bool isNamed = body.find("devices");
    if (!isNamed && !body.find("room") && !group && type.empty())
        return answer(
            makeError(ErrorCode::InvalidArgument, {"Choisissez des appareils, une pièce, un groupe ou un type",
                                                   "Choose devices, a room, a group or a type"}));
    std::vector<DeviceId> chosen;
    if (isNamed) chosen = membersFrom(body.find("devices"));
    else if (group) {
        const auto known = collections_.group(group);
        if (!known) return answer(unknownGroup());
        chosen = known->members;
    }
    else {
        const auto all = devices_.list();
        for (const auto& device : all->devices) chosen.push_back(device->info.id);
    }
    std::erase_if(chosen, [&](DeviceId id) {
        const auto device = devices_.find(id);
        if (!device) return !isNamed;
        return (body.find("room") && device->info.room != room) || (!type.empty() && device->info.type != type);
    });
    command(request, chosen, isNamed ? Named::Itself : Named::WithOthers, std::move(answer));
}

void CollectionApi::commandGroup(const HttpRequest& request, HttpAnswer answer)
{
    const auto group = collections_.group(request.idParameter("id"));
    if (!group) return answer(unknownGroup());
    command(request, group->members, Named::WithOthers, std::move(answer));
}

void CollectionApi::command(const HttpRequest& request, const std::vector<DeviceId>& devices, Named named,
                            HttpAnswer answer)
{
    const Value* arguments = request.body.find("arguments");
    std::vector<DeviceStep> steps;
    for (const auto id : devices)
        steps.push_back({id,
                         {},
                         request.body.textOr("command", ""),
                         arguments && arguments->isObject() ? arguments->object() : Object{}});
    send(request, std::move(steps), named, std::move(answer));
}

void CollectionApi::activate(const HttpRequest& request, HttpAnswer answer)
{
    auto scene = collections_.scene(request.idParameter("id"));
    if (!scene) return answer(unknownScene());
    send(request, std::move(scene->steps), Named::Itself, std::move(answer));
}

void CollectionApi::send(const HttpRequest& request, std::vector<DeviceStep> steps, Named named, HttpAnswer answer)
{
    // Each device is asked for by itself: a right may be one on a room.
    std::vector<StepOutcome> refused;
    std::erase_if(steps, [&](const DeviceStep& step) {
        if (may(request, step.device, "devices.control")) return false;
        const bool isSeen = may(request, step.device, "devices.read");
        if (named == Named::Itself)
            refused.push_back(
                {step.device,
                 StepOutcome::Result::Failed,
                 {},
                 isSeen ? Text{"Accès refusé", "Access denied"} : Text{"Appareil non trouvé", "Device not found"}});
        return true;
    });
    const auto& who = request.principal;
    const Cause cause{request.requestId.empty() ? newCorrelationId() : request.requestId,
                      who.isAnonymous() ? "home" : "user:" + std::to_string(who.user.value), 0};
    std::string key;
    if (const auto given = request.header("idempotency-key"); !given.empty() && given.size() <= 180)
        key = cause.origin + ':' + std::string(given);
    const bool french = request.language == Language::French;
    sendAll(commands_, std::move(steps), named, cause, key,
            [answer = std::move(answer), refused = std::move(refused), french,
             correlation = cause.correlationId](std::vector<StepOutcome> outcomes) {
                outcomes.insert(outcomes.end(), refused.begin(), refused.end());
                List results;
                std::int64_t counts[3] = {};
                for (const auto& outcome : outcomes) {
                    ++counts[static_cast<int>(outcome.result)];
                    Object one{{"device", outcome.device.value}, {"result", wordFor(outcome.result)}};
                    if (!outcome.commandId.empty()) one.append("command", outcome.commandId);
                    if (outcome.result != StepOutcome::Result::Sent)
                        one.append("message", french ? outcome.reason.fr : outcome.reason.en);
                    results.push_back(std::move(one));
                }
                answer(HttpResponse::json(Object{{"success", counts[2] == 0},
                                                 {"sent", counts[0]},
                                                 {"skipped", counts[1]},
                                                 {"failed", counts[2]},
                                                 {"correlationId", correlation},
                                                 {"results", std::move(results)}}));
            });
}

} // namespace atrium::devices
