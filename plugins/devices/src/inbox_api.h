#pragma once

#include "decisions.h"

#include "atrium/devices.h"
#include "atrium/http.h"
#include "atrium/realtime.h"

namespace atrium::devices {

/// `/api/devices/discovered`: what has announced itself and waits for a person to accept or to ignore it. Such devices
/// work from the first moment; this is about where they are shown.
class InboxApi {
public:
    InboxApi(Decisions& decisions, const Devices& devices, Realtime& realtime)
        : decisions_(decisions), devices_(devices), realtime_(realtime)
    {}

    void registerRoutes(Http& http, Subscriptions& routes);

private:
    Result<HttpResponse> list(const HttpRequest& request) const;
    Result<HttpResponse> decide(const HttpRequest& request);

    Decisions& decisions_;
    const Devices& devices_;
    Realtime& realtime_;
};

} // namespace atrium::devices
