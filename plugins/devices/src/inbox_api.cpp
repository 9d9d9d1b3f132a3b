#include "inbox_api.h"

#include "collection.h"
#include "device_directory.h"

#include <set>

namespace atrium::devices {

namespace {

constexpr std::int64_t mostListed = 1000;

Object viewOf(const Device& device, Decision decision)
{
    const DeviceInfo& info = *device.info;
    std::set<std::string> integrations;
    for (const auto& entity : device.entities) integrations.insert(entity.spec->integration);
    return {{"id", info.id.value},
            {"uid", info.uid},
            {"name", info.name},
            {"type", info.type},
            {"room", info.room},
            {"maker", info.maker},
            {"model", info.model},
            {"integrations", List(integrations.begin(), integrations.end())},
            {"entities", static_cast<std::int64_t>(device.entities.size())},
            {"online", device.online},
            {"discoveredAt", toIso8601(info.createdAt)},
            {"decision", toString(decision)}};
}

} // namespace

void InboxApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto list =
        makeRoute(HttpMethod::Get, "/api/devices/discovered", "listDiscoveredDevices", "devices",
                  {"Appareils découverts et pas encore acceptés", "Discovered devices that nobody accepted yet"},
                  RouteAccess::home("devices.read").perObject());
    list.query = {{"limit", Value::Kind::Integer, "At most this many of either kind, 1 to 1000", 200}};
    list.responseSchema = R"({"type":"object","required":["new","ignored","devices"],"properties":{
      "new":{"type":"integer"},"ignored":{"type":"array","items":{"type":"integer"}},
      "devices":{"type":"array","items":{"type":"object","required":["id","name","decision"],"properties":{
        "id":{"type":"integer"},"uid":{"type":"string"},"name":{"type":"string"},"type":{"type":"string"},
        "room":{"type":"string","description":"as the device suggests it"},"maker":{"type":"string"},"model":{"type":"string"},
        "integrations":{"type":"array","items":{"type":"string"}},"entities":{"type":"integer"},"online":{"type":"boolean"},
        "discoveredAt":{"type":"string"},"decision":{"type":"string","enum":["new","ignored"]}}}}}})";
    list.errors = {ErrorCode::InvalidArgument};
    routes += http.route(list, [this](const HttpRequest& request) { return this->list(request); });

    auto decide = makeRoute(HttpMethod::Post, "/api/devices/discovered", "decideDiscoveredDevices", "devices",
                            {"Accepte ou ignore des appareils découverts", "Accept or ignore discovered devices"},
                            RouteAccess::permitted("devices.manage").perObject());
    decide.execution = RouteExecution::Blocking;
    decide.requestSchema =
        R"({"type":"object","required":["decision","devices"],"additionalProperties":false,"properties":{
      "decision":{"type":"string","enum":["accepted","ignored","new"]},
      "devices":{"type":"array","minItems":1,"maxItems":1000,"items":{"type":"integer","minimum":1}}}})";
    decide.responseSchema = R"({"type":"object","required":["success","changed"],"properties":{
      "success":{"type":"boolean"},"changed":{"type":"integer"}}})";
    decide.errors = {ErrorCode::NotFound, ErrorCode::InvalidArgument};
    routes += http.route(decide, [this](const HttpRequest& request) { return this->decide(request); });
}

Result<HttpResponse> InboxApi::list(const HttpRequest& request) const
{
    const auto limit = Value(request.query).integerOr("limit", 200);
    if (limit < 1 || limit > mostListed)
        return makeError(ErrorCode::InvalidArgument, {"Paramètre invalide : limit", "Invalid parameter: limit"});
    std::int64_t fresh = 0;
    List ignored, views;
    const auto all = devices_.list();
    for (const auto& device : all->devices) {
        if (device->info->integration != DeviceDirectory::integration) continue;
        const auto decision = decisions_.of(device->info->id);
        if (decision == Decision::Accepted || !request.principal.may("devices.read", accessObjectOf(*device))) continue;
        auto count = static_cast<std::int64_t>(ignored.size());
        if (decision == Decision::New) count = fresh++;
        else ignored.push_back(device->info->id.value);
        if (count < limit) views.push_back(viewOf(*device, decision));
    }
    return HttpResponse::json(Object{{"new", fresh}, {"ignored", std::move(ignored)}, {"devices", std::move(views)}});
}

Result<HttpResponse> InboxApi::decide(const HttpRequest& request)
{
    const auto decision = parseDecision(request.body.textOr("decision", ""));
    if (!decision)
        return makeError(ErrorCode::InvalidArgument, {"Paramètre invalide : decision", "Invalid parameter: decision"});
    const auto chosen = membersFrom(request.body.find("devices"));
    for (const auto id : chosen) {
        const auto device = devices_.find(id);
        const auto& who = request.principal;
        // Who may not see a device is not told that there is one.
        if (!device || !who.may("devices.read", accessObjectOf(*device)))
            return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"});
        if (!who.may("devices.manage", accessObjectOf(*device))) return makeError(ErrorCode::Forbidden);
        if (device->info->integration != DeviceDirectory::integration)
            return makeError(ErrorCode::InvalidArgument,
                             {"Cet appareil n'a pas été découvert", "This device was not discovered"});
    }
    decisions_.decide(chosen, *decision, request.principal.user);
    realtime_.publish({"devices", Object{{"type", "discovery_changed"}}, "devices.read"});
    return HttpResponse::json(Object{{"success", true}, {"changed", static_cast<std::int64_t>(chosen.size())}});
}

} // namespace atrium::devices
