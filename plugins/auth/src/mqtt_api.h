#pragma once

#include "api_support.h"
#include "mqtt_accounts.h"

namespace atrium::auth {

/// One's own accounts at the embedded broker. Thread: any.
class MqttApi {
public:
    MqttApi(MqttAccounts& accounts, const Devices& devices, const Clock& clock)
        : accounts_(accounts), devices_(devices), clock_(clock)
    {}
    void registerRoutes(Http& http, Subscriptions& routes);

private:
    Result<HttpResponse> create(const HttpRequest& request);

    MqttAccounts& accounts_;
    const Devices& devices_;
    const Clock& clock_;
};

} // namespace atrium::auth
