#include "atrium/http.h"
#include "atrium/mqtt.h"
#include "atrium/plugin.h"

// Never destroys its subscriptions.
class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext& context) override
    {
        atrium::Route route(atrium::RouteAccess::open());
        route.path = "/api/leaky";
        route.operationId = "leaky";
        static auto* leakedRoute = new atrium::Subscription;
        static auto* leakedHandler = new atrium::Subscription;
        *leakedRoute =
            context.http().route(route, [this](const atrium::HttpRequest&) -> atrium::Result<atrium::HttpResponse> {
                return atrium::HttpResponse::json(++count_);
            });
        *leakedHandler = context.mqtt().subscribe("leaky", [this](const atrium::MqttMessage&) { ++count_; });
    }
    int count_ = 0;
};
ATRIUM_PLUGIN(Faulty, "leaks_registrations", "1.0.0")
