#include "mqtt_api.h"

#include "auth_schemas.h"

namespace atrium::auth {

namespace {

Object toJsonObject(const MqttAccount& account)
{
    return {{"id", account.id},
            {"username", account.name},
            {"deviceId", account.device ? Value(account.device.value) : Value()}};
}

} // namespace

void MqttApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto list = accountRoute(HttpMethod::Get, "/api/auth/mqtt-accounts", "listMqttAccounts",
                             {"Mes comptes MQTT", "My MQTT accounts"}, RouteAccess::personal());
    list.responseSchema = schemas::listOf("accounts", R"({"type": "object", "required": ["id", "username"]})");
    routes += http.route(list, [this](const HttpRequest& request) -> Result<HttpResponse> {
        List accounts;
        for (const auto& account : accounts_.of(request.principal.user)) accounts.push_back(toJsonObject(account));
        return HttpResponse::json(Object{{"success", true}, {"accounts", std::move(accounts)}});
    });

    auto create = accountRoute(HttpMethod::Post, "/api/auth/mqtt-accounts", "createMqttAccount",
                               {"Créer un compte MQTT, dont le mot de passe est montré une seule fois",
                                "Make an MQTT account, whose password is shown once"},
                               RouteAccess::personal());
    create.successStatus = 201;
    create.requestSchema = schemas::object(R"("deviceId": {"type": ["integer", "null"], "minimum": 1})");
    create.responseSchema = R"({"type": "object", "required": ["id", "username", "password"]})";
    create.errors = {ErrorCode::NotFound};
    routes += http.route(create, [this](const HttpRequest& request) { return this->create(request); });

    auto remove = accountRoute(HttpMethod::Delete, "/api/auth/mqtt-accounts/{id}", "deleteMqttAccount",
                               {"Supprimer un compte MQTT", "Delete an MQTT account"}, RouteAccess::personal());
    remove.responseSchema = schemas::message;
    remove.errors = {ErrorCode::NotFound};
    routes += http.route(remove, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (!accounts_.remove(request.principal.user, request.idParameter("id"))) return makeError(ErrorCode::NotFound);
        return said(request, {"Compte MQTT supprimé", "MQTT account deleted"});
    });
}

Result<HttpResponse> MqttApi::create(const HttpRequest& request)
{
    const DeviceId device{request.body.integerOr("deviceId", 0)};
    if (device) {
        // In a device's name speaks only who manages it.
        const auto known = devices_.find(device);
        if (!known || !request.principal.may("devices.manage", accessObjectOf(*known)))
            return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"});
    }
    const auto [account, password] = accounts_.create(request.principal.user, device, clock_.now());
    auto body = toJsonObject(account);
    body.append("success", true).append("password", password);
    auto response = HttpResponse::json(std::move(body), 201);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

} // namespace atrium::auth
