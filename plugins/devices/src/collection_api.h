#pragma once

#include "batch.h"
#include "collections.h"

#include "atrium/devices.h"

namespace atrium::devices {

/// Devices commanded together: `/api/devices/commands`, `/api/devices/groups`, `/api/scenes`.
class CollectionApi {
public:
    CollectionApi(Collections& collections, const Devices& devices, Commands& commands)
        : collections_(collections), devices_(devices), commands_(commands)
    {}

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    void registerGroups(Http& http, Subscriptions& routes);
    void registerScenes(Http& http, Subscriptions& routes);
    void commandMany(const HttpRequest& request, HttpAnswer answer);
    void commandGroup(const HttpRequest& request, HttpAnswer answer);
    void activate(const HttpRequest& request, HttpAnswer answer);
    Result<HttpResponse> saveGroup(const HttpRequest& request, std::int64_t id);
    Result<HttpResponse> saveScene(const HttpRequest& request, std::int64_t id);
    Result<std::vector<DeviceStep>> captured(const HttpRequest& request) const;

    void command(const HttpRequest& request, const std::vector<DeviceId>& devices, Named named, HttpAnswer answer);
    void send(const HttpRequest& request, std::vector<DeviceStep> steps, Named named, HttpAnswer answer);
    bool may(const HttpRequest& request, DeviceId device, std::string_view permission) const;
    Object view(const HttpRequest& request, const Group& group) const;

    Collections& collections_;
    const Devices& devices_;
    Commands& commands_;
};

Error unknownGroup();
Error unknownScene();
Object sceneView(const Scene& scene);

} // namespace atrium::devices
