#include "atrium/http.h"
#include "atrium/mqtt.h"
#include "atrium/plugin.h"

#include <stdexcept>

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext& context) override
    {
        atrium::Route route(atrium::RouteAccess::open());
        route.path = "/api/faulty";
        route.operationId = "faulty";
        subscriptions_ +=
            context.http().route(route, [](const atrium::HttpRequest&) -> atrium::Result<atrium::HttpResponse> {
                throw std::runtime_error("secret detail");
            });
        subscriptions_ += context.mqtt().subscribe("faulty", [](const atrium::MqttMessage&) { throw 7; });
    }
    atrium::Subscriptions subscriptions_;
};
ATRIUM_PLUGIN(Faulty, "throws_in_handlers", "1.0.0")
