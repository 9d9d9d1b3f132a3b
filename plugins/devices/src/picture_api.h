#pragma once

#include "picture_store.h"

#include "atrium/devices.h"
#include "atrium/http.h"

namespace atrium::devices {

/// `GET /api/devices/{id}/picture`: the still picture of a camera, for whoever may see the device.
class PictureApi {
public:
    PictureApi(const PictureStore& pictures, const Devices& devices) : pictures_(pictures), devices_(devices) {}

    void registerRoutes(Http& http, Subscriptions& routes);
    Result<HttpResponse> get(const HttpRequest& request);

private:
    const PictureStore& pictures_;
    const Devices& devices_;
};

} // namespace atrium::devices
