#include "away_api.h"

#include <algorithm>

namespace atrium::away {

namespace {

constexpr const char* changeSchema =
    R"({"type":"object","required":["enabled"],"properties":{"enabled":{"type":"boolean"}}})";
constexpr const char* stateSchema = R"({"type":"object","required":["enabled","since","next"],"properties":{
  "success":{"type":"boolean"},"enabled":{"type":"boolean"},"since":{"type":["string","null"]},
  "next":{"type":"array","items":{"type":"object","required":["at","deviceId","name","action"],"properties":{
    "at":{"type":"string"},"deviceId":{"type":"integer"},"name":{"type":"string"},"action":{"enum":["on","off"]}}}}}})";

Error busy()
{
    return makeError(ErrorCode::Unavailable, {"Le serveur est occupé, réessayez", "The server is busy, try again"});
}

} // namespace

void AwayApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto get = makeRoute(HttpMethod::Get, "/api/devices/away-mode", "getAwayMode", "devices",
                         {"La simulation de présence", "Whether lights are switched as if somebody were home"},
                         RouteAccess::home("devices.read").perObject());
    get.responseSchema = stateSchema;
    routes += http.asyncRoute(get, [this](const HttpRequest& request, HttpAnswer answer) {
        const bool posted = in_.core.post([this, answer, who = request.principal] {
            if (!mayTakePart(who, "devices.read")) return answer(makeError(ErrorCode::Forbidden));
            answer(HttpResponse::json(view(who)));
        });
        if (!posted) answer(busy());
    });

    auto set = makeRoute(HttpMethod::Post, "/api/devices/away-mode", "setAwayMode", "devices",
                         {"Active ou arrête la simulation de présence",
                          "Begin or end to switch lights as they were switched a week before"},
                         RouteAccess::home("devices.control").perObject());
    set.requestSchema = changeSchema;
    set.responseSchema = stateSchema;
    routes += http.asyncRoute(
        set, [this](const HttpRequest& request, HttpAnswer answer) { change(request, std::move(answer)); });
}

void AwayApi::change(const HttpRequest& request, HttpAnswer answer)
{
    if (!mayTakePart(request.principal, "devices.control")) return answer(makeError(ErrorCode::Forbidden));
    const AwayState state{request.body.booleanOr("enabled", false), request.principal.user, in_.clock.now()};
    const bool posted = in_.workers.post([this, state, answer, who = request.principal] {
        try {
            repository_.save(state);
        }
        catch (const std::exception& error) {
            return answer(makeError(ErrorCode::Unavailable, {}, error.what()));
        }
        const bool told = in_.core.post([this, state, answer, who] {
            mode_->set(state);
            answer(HttpResponse::json(view(who)));
        });
        if (!told) answer(busy());
    });
    if (!posted) answer(busy());
}

Object AwayApi::view(const Principal& who) const
{
    List next;
    for (const auto& switching : mode_->planned()) {
        const auto device = in_.devices.find(switching.device);
        if (!device || !who.may("devices.read", accessObjectOf(*device))) continue;
        next.push_back(Object{{"at", toIso8601(switching.at)},
                              {"deviceId", switching.device.value},
                              {"name", device->info->name},
                              {"action", switching.on ? "on" : "off"}});
    }
    const auto& state = mode_->state();
    return Object{{"success", true},
                  {"enabled", state.enabled},
                  {"since", state.enabled ? Value(toIso8601(state.since)) : Value()},
                  {"next", std::move(next)}};
}

bool AwayApi::mayTakePart(const Principal& who, std::string_view permission) const
{
    if (who.may(permission)) return true;
    const auto list = in_.devices.list();
    return std::any_of(list->devices.begin(), list->devices.end(), [&](const auto& device) {
        return mode_->takesPart(*device) && who.may(permission, accessObjectOf(*device));
    });
}

} // namespace atrium::away
