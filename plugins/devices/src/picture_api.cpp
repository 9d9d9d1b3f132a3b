#include "picture_api.h"

#include "picture_source.h"

namespace atrium::devices {

namespace {

Error noCamera() { return makeError(ErrorCode::NotFound, {"Aucune caméra", "There is no camera"}); }

/// Where a camera is to be asked: it says so once and for all, or anew each time.
std::string urlOf(const Device& device, int entity)
{
    if (const Attribute* said = device.find(entity, "url"); said && said->value.isText()) return said->value.text();
    const auto& capabilities = device.entities[static_cast<std::size_t>(entity)].spec->capabilities;
    const Value* url = capabilities.find("url");
    return url && url->isText() ? url->text() : std::string{};
}

} // namespace

void PictureApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto picture = makeRoute(HttpMethod::Get, "/api/devices/{id}/picture", "getDevicePicture", "devices",
                             {"Dernière image d'une caméra", "The last picture of a camera"},
                             RouteAccess::home("devices.read").perObject());
    picture.query = {{"entity", Value::Kind::Text, "id of the camera's entity; its first camera without", {}, 255}};
    picture.execution = RouteExecution::Blocking; // a camera may have to be asked
    picture.responseSchema = R"({"type":"string","description":"the bytes of a JPEG, PNG, WebP or GIF"})";
    picture.errors = {ErrorCode::NotFound, ErrorCode::Unavailable};
    picture.perMinute = 240;
    routes += http.route(picture, [this](const HttpRequest& request) { return get(request); });
}

Result<HttpResponse> PictureApi::get(const HttpRequest& request)
{
    const auto device = devices_.find(DeviceId(request.idParameter("id")));
    if (!device || !request.principal.may("devices.read", accessObjectOf(*device)))
        return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"});
    const Value* wanted = request.query.find("entity");
    int entity = -1;
    for (std::size_t i = 0; i < device->entities.size() && entity < 0; ++i) {
        const auto& one = device->entities[i];
        const bool isMeant = wanted && wanted->isText()
                                 ? one.id == wanted->text()
                                 : one.spec->component == "camera" || one.spec->component == "image";
        if (isMeant) entity = static_cast<int>(i);
    }
    if (entity < 0) return noCamera();
    HttpResponse response;
    if (const auto kept = pictures_.of(device->info->id, device->entities[static_cast<std::size_t>(entity)].id.view()))
        response.body = kept->bytes;
    else {
        const auto url = urlOf(*device, entity);
        if (url.empty()) return HttpResponse::empty(); // it has sent none yet
        auto fetched = fetchPicture(url);
        if (!fetched) return fetched.error();
        response.body = std::move(*fetched);
    }
    response.contentType = std::string(pictureType(response.body));
    response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
    return response;
}

} // namespace atrium::devices
