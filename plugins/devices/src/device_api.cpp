#include "device_api.h"

#include "device_view.h"
#include "entity_view.h"

#include "atrium/json.h"

#include <algorithm>
#include <limits>

namespace atrium::devices {

namespace {

constexpr const char* deviceSchema =
    R"({"type":"object","required":["id","name","type","room","status","power"],"properties":{
  "id":{"type":"integer"},"uid":{"type":"string"},"name":{"type":"string"},"type":{"type":"string"},"room":{"type":"string"},
  "status":{"type":"boolean"},"power":{"type":"number","description":"W"},"nominalPower":{"type":"integer","description":"W"},
  "temperature":{"type":"number"},"online":{"type":"boolean"},
  "assumed":{"type":"boolean","description":"the status follows from a command that the device has not confirmed yet"},
  "lastSeen":{"type":["string","null"]},"attributes":{"type":"object"}}})";

constexpr const char* editProperties = R"("name":{"type":"string","minLength":1,"maxLength":200},
  "type":{"type":"string","minLength":1,"maxLength":60},"room":{"type":"string","minLength":1,"maxLength":120},
  "power":{"type":"integer","minimum":0,"maximum":1000000,"description":"nominal power in W"})";

Error unknownDevice() { return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"}); }

DeviceEdit readEdit(const Value& body)
{
    DeviceEdit edit;
    const auto text = [&](const char* key) -> std::optional<std::string> {
        const Value* value = body.find(key);
        return value && value->isText() ? std::optional(value->text()) : std::nullopt;
    };
    edit.name = text("name");
    edit.type = text("type");
    edit.room = text("room");
    if (const Value* power = body.find("power"); power && power->isInteger()) edit.nominalPower = power->integer();
    return edit;
}

Route deviceRoute(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access)
{
    auto route =
        makeRoute(method, std::move(path), std::move(operationId), "devices", std::move(summary), std::move(access));
    route.responseSchema = deviceSchema;
    return route;
}

} // namespace

DeviceApi::DeviceApi(DeviceBook& book, const EventLog& events, const Devices& devices, Commands& commands)
    : book_(book), events_(events), devices_(devices), commands_(commands)
{}

void DeviceApi::registerRoutes(Http& http, Subscriptions& routes)
{
    const auto read = RouteAccess::home("devices.read").perObject();
    const auto control = RouteAccess::home("devices.control").perObject();
    const auto manage = RouteAccess::permitted("devices.manage").perObject();
    const auto handler = [this](Result<HttpResponse> (DeviceApi::*method)(const HttpRequest&)) {
        return [this, method](const HttpRequest& request) { return (this->*method)(request); };
    };

    auto list =
        deviceRoute(HttpMethod::Get, "/api/devices", "listDevices", {"Liste des appareils", "All devices"}, read);
    list.responseSchema = std::string(R"({"type":"array","items":)") + deviceSchema + "}";
    list.query = {{"limit", Value::Kind::Integer, "At most this many devices, 1 to 1000; all without"},
                  {"offset", Value::Kind::Integer, "Leave out this many first"}};
    routes += http.route(list, handler(&DeviceApi::list));

    auto rooms = deviceRoute(HttpMethod::Get, "/api/devices/rooms", "listRooms",
                             {"Pièces et leurs appareils", "Rooms with their devices"}, read);
    rooms.responseSchema = R"({"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},
      "devices":{"type":"integer"},"on":{"type":"integer"}}}})";
    routes += http.route(rooms, handler(&DeviceApi::rooms));

    for (const auto& [path, id] :
         {std::pair{"/api/devices/{id}", "getDevice"}, {"/api/devices/{id}/status", "getDeviceStatus"}}) {
        auto get =
            deviceRoute(HttpMethod::Get, path, id, {"Un appareil et son état", "One device and its state"}, read);
        get.errors = {ErrorCode::NotFound};
        routes += http.route(get, handler(&DeviceApi::get));
    }

    auto events = deviceRoute(HttpMethod::Get, "/api/devices/{id}/events", "getDeviceEvents",
                              {"Derniers événements d'un appareil", "The last events of a device"}, read);
    events.responseSchema = R"({"type":"array","items":{"type":"object","properties":{"entity":{"type":"string"},
      "type":{"type":"string"},"at":{"type":"string"},"data":{"type":"object"}}}})";
    events.errors = {ErrorCode::NotFound};
    routes += http.route(events, handler(&DeviceApi::events));

    auto toggle = deviceRoute(HttpMethod::Post, "/api/devices/{id}/toggle", "toggleDevice",
                              {"Allume ou éteint un appareil", "Switch a device on or off"}, control);
    toggle.errors = {ErrorCode::NotFound, ErrorCode::Unavailable};
    routes += http.asyncRoute(
        toggle, [this](const HttpRequest& request, HttpAnswer answer) { this->toggle(request, std::move(answer)); });

    auto command = deviceRoute(HttpMethod::Post, "/api/devices/{id}/commands", "commandDevice",
                               {"Envoie une commande à un appareil", "Send a command to a device"}, control);
    command.requestSchema = R"({"type":"object","required":["command"],"properties":{
      "command":{"type":"string","minLength":1,"maxLength":60,
        "description":"on, off, toggle, set, or one of the entity's commands"},
      "entity":{"type":"string","maxLength":255,"description":"id of one of the device's entities"},
      "arguments":{"type":"object"}}})";
    command.errors = {ErrorCode::NotFound, ErrorCode::Unprocessable, ErrorCode::Unavailable};
    routes += http.asyncRoute(
        command, [this](const HttpRequest& request, HttpAnswer answer) { this->command(request, std::move(answer)); });

    auto create = deviceRoute(HttpMethod::Post, "/api/devices", "createDevice", {"Ajoute un appareil", "Add a device"},
                              RouteAccess::permitted("devices.manage"));
    create.execution = RouteExecution::Blocking;
    create.successStatus = 201;
    create.requestSchema =
        std::string(R"({"type":"object","required":["name","type","room"],"properties":{)") + editProperties + "}}";
    routes += http.route(create, handler(&DeviceApi::create));

    auto update = deviceRoute(HttpMethod::Put, "/api/devices/{id}", "updateDevice",
                              {"Modifie un appareil", "Edit a device"}, manage);
    update.execution = RouteExecution::Blocking;
    update.requestSchema = std::string(R"({"type":"object","properties":{)") + editProperties + "}}";
    update.errors = {ErrorCode::NotFound};
    routes += http.route(update, handler(&DeviceApi::update));

    auto remove = deviceRoute(HttpMethod::Delete, "/api/devices/{id}", "deleteDevice",
                              {"Supprime un appareil", "Remove a device"}, manage);
    remove.execution = RouteExecution::Blocking;
    remove.responseSchema = R"({"type":"object","properties":{"success":{"type":"boolean"}}})";
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, handler(&DeviceApi::remove));
}

Result<DevicePtr> DeviceApi::accessible(const HttpRequest& request, std::string_view permission) const
{
    const auto device = devices_.find(DeviceId(request.idParameter("id")));
    // Who may not see a device is not told that there is one.
    const auto& who = request.principal;
    if (!device || !(who.may("devices.read", accessObjectOf(*device)) || who.may(permission, accessObjectOf(*device))))
        return unknownDevice();
    if (!who.may(permission, accessObjectOf(*device))) return makeError(ErrorCode::Forbidden);
    return device;
}

std::shared_ptr<const DeviceList> DeviceApi::visibleTo(const Principal& principal) const
{
    const auto all = devices_.list();
    if (principal.may("devices.read")) return all;
    auto visible = std::make_shared<DeviceList>();
    visible->version = all->version;
    for (const auto& device : all->devices)
        if (principal.may("devices.read", accessObjectOf(*device))) visible->devices.push_back(device);
    return visible;
}

DevicePage DeviceApi::pageOf(const HttpRequest& request, std::size_t first, std::size_t count) const
{
    if (request.principal.may("devices.read")) return devices_.page(first, count);
    const auto visible = visibleTo(request.principal);
    DevicePage page;
    page.total = visible->devices.size();
    for (auto i = first; i < page.total && page.devices.size() < count; ++i)
        page.devices.push_back(visible->devices[i]);
    return page;
}

Result<HttpResponse> DeviceApi::list(const HttpRequest& request)
{
    if (const Value* limit = request.query.find("limit")) {
        const auto bounded = [](const Value* number, std::int64_t least, std::int64_t most) {
            return static_cast<std::size_t>(
                std::clamp(number && number->isInteger() ? number->integer() : least, least, most));
        };
        const auto first = bounded(request.query.find("offset"), 0, std::numeric_limits<std::int64_t>::max());
        const auto shown = pageOf(request, first, bounded(limit, 1, 1000));
        std::string json;
        appendViews(json, shown.devices);
        auto page = HttpResponse::jsonText(std::move(json));
        page.headers.emplace_back("X-Total-Count", std::to_string(shown.total));
        return page;
    }
    const auto devices = visibleTo(request.principal);
    if (!request.principal.may("devices.read")) {
        std::string json;
        appendViews(json, devices->devices);
        return HttpResponse::jsonText(std::move(json));
    }
    std::shared_ptr<const ListText> text;
    {
        std::lock_guard lock(mutex_);
        text = listText_;
    }
    if (!text || text->version != devices->version) {
        auto next = std::make_shared<ListText>();
        next->version = devices->version;
        appendViews(next->json, devices->devices);
        text = next;
        std::lock_guard lock(mutex_);
        if (!listText_ || listText_->version < text->version) listText_ = text;
    }
    auto response = HttpResponse::jsonText(text->json);
    response.etag = "devices-" + std::to_string(text->version);
    return response;
}

Result<HttpResponse> DeviceApi::rooms(const HttpRequest& request)
{
    return HttpResponse::json(roomsOf(*visibleTo(request.principal)));
}

Result<HttpResponse> DeviceApi::get(const HttpRequest& request)
{
    const auto device = accessible(request, "devices.read");
    if (!device) return device.error();
    return HttpResponse::json(detailView(**device, events_));
}

Result<HttpResponse> DeviceApi::events(const HttpRequest& request)
{
    const auto device = accessible(request, "devices.read");
    if (!device) return device.error();
    return HttpResponse::json(eventViews(events_.of((*device)->info->id)));
}

Result<HttpResponse> DeviceApi::create(const HttpRequest& request)
{
    const auto device = book_.add(readEdit(request.body));
    if (!device) return device.error();
    auto response = HttpResponse::json(toView(**device), 201);
    response.headers.emplace_back("Location", "/api/devices/" + std::to_string((*device)->info->id.value));
    return response;
}

Result<HttpResponse> DeviceApi::update(const HttpRequest& request)
{
    if (const auto allowed = accessible(request, "devices.manage"); !allowed) return allowed.error();
    const auto device = book_.edit(DeviceId(request.idParameter("id")), readEdit(request.body));
    if (!device) return device.error();
    return HttpResponse::json(toView(**device));
}

Result<HttpResponse> DeviceApi::remove(const HttpRequest& request)
{
    if (const auto allowed = accessible(request, "devices.manage"); !allowed) return allowed.error();
    if (const auto removed = book_.remove(DeviceId(request.idParameter("id"))); !removed) return removed.error();
    return HttpResponse::json(Object{{"success", true}});
}

void DeviceApi::toggle(const HttpRequest& request, HttpAnswer answer)
{
    send(request, "toggle", {}, std::move(answer));
}

void DeviceApi::command(const HttpRequest& request, HttpAnswer answer)
{
    const Value* arguments = request.body.find("arguments");
    send(request, request.body.textOr("command", ""), arguments ? *arguments : Value(), std::move(answer));
}

void DeviceApi::send(const HttpRequest& request, std::string name, Value arguments, HttpAnswer answer)
{
    if (const auto allowed = accessible(request, "devices.control"); !allowed) return answer(allowed.error());
    Command command;
    command.device = DeviceId(request.idParameter("id"));
    command.name = std::move(name);
    command.arguments = std::move(arguments);
    command.entity = request.body.textOr("entity", "");
    const auto& who = request.principal;
    command.cause = {request.requestId, who.isAnonymous() ? "home" : "user:" + std::to_string(who.user.value), 0};
    // A key of one user must not hit that of another.
    if (const auto key = request.header("idempotency-key"); !key.empty() && key.size() <= 200)
        command.idempotencyKey = command.cause.origin + ':' + std::string(key);
    commands_.send(std::move(command), [answer = std::move(answer)](Result<CommandReceipt> receipt) {
        if (!receipt) return answer(receipt.error());
        if (!receipt->device) return answer(unknownDevice());
        answer(HttpResponse::json(toView(*receipt->device)));
    });
}

} // namespace atrium::devices
