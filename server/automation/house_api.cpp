#include "automation/house_api.h"

#include "automation/core_answer.h"

namespace atrium::automation {

namespace {

constexpr const char* houseSchema = R"({"type":"object","required":["mode","modes","sun"],"properties":{
  "success":{"type":"boolean"},"mode":{"type":"string"},"modes":{"type":"array","items":{"type":"string"}},
  "sun":{"type":"object","properties":{"up":{"type":"boolean"}}}}})";
constexpr const char* modeSchema = R"({"type":"object","required":["mode"],"additionalProperties":false,"properties":{
  "mode":{"type":"string","minLength":1,"maxLength":64}}})";

} // namespace

std::vector<PermissionDeclaration> HouseApi::permissions()
{
    return {{"house.read", Role::Guest, "See the mode of the house"},
            {"house.set", Role::User, "Set the mode of the house"}};
}

HouseApi::HouseApi(AutomationService& service, Executor& core, Http& http) : service_(service), core_(core)
{
    auto get = makeRoute(HttpMethod::Get, "/api/house", "getHouse", "house",
                         {"Mode de la maison et soleil", "The mode of the house, and whether the sun is up"},
                         RouteAccess::permitted("house.read"));
    get.responseSchema = houseSchema;
    routes_ += http.asyncRoute(get, [this](const HttpRequest&, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer),
                     [this](const HttpAnswer& respond) { respond(HttpResponse::json(view())); });
    });

    auto set = makeRoute(HttpMethod::Put, "/api/house/mode", "setHouseMode", "house",
                         {"Changer le mode de la maison", "Set the mode of the house; rules may react to it"},
                         RouteAccess::permitted("house.set"));
    set.responseSchema = houseSchema;
    set.requestSchema = modeSchema;
    routes_ += http.asyncRoute(set, [this](const HttpRequest& request, HttpAnswer answer) {
        const Cause cause{request.requestId.empty() ? newCorrelationId() : request.requestId,
                          "user:" + std::to_string(request.principal.user.value), 0};
        const auto mode = request.body.textOr("mode", "");
        answerOnCore(core_, std::move(answer), [this, mode, cause](const HttpAnswer& respond) {
            const auto changed = service_.engine().surroundings().setMode(mode, cause);
            if (!changed) return respond(changed.error());
            respond(HttpResponse::json(view()));
        });
    });
}

Object HouseApi::view() const
{
    auto object = toObject(service_.engine().surroundings());
    object.set("success", true);
    return object;
}

} // namespace atrium::automation
