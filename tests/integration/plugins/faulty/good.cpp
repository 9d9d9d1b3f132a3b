#include "atrium/http.h"
#include "atrium/plugin.h"
#include "atrium/services.h"

struct GoodService {
    static constexpr const char* serviceName = "good/1";
};

class Good : public atrium::Plugin {
    void configure(atrium::PluginContext& context) override
    {
        atrium::Route route(atrium::RouteAccess::open());
        route.path = "/api/good";
        route.operationId = "good";
        subscriptions_ +=
            context.http().route(route, [](const atrium::HttpRequest&) -> atrium::Result<atrium::HttpResponse> {
                return atrium::HttpResponse::json("good");
            });
        subscriptions_ += context.services().provide(std::make_shared<GoodService>());
    }
    atrium::Subscriptions subscriptions_;
};
ATRIUM_PLUGIN(Good, "good", "1.0.0")
