#include "atrium/http.h"
#include "atrium/plugin.h"

#include <chrono>
#include <thread>

class Faulty : public atrium::Plugin {
    void configure(atrium::PluginContext& context) override
    {
        atrium::Route route(atrium::RouteAccess::open());
        route.path = "/api/hangs";
        route.operationId = "hangs";
        route_ = context.http().route(route, [](const atrium::HttpRequest&) -> atrium::Result<atrium::HttpResponse> {
            return atrium::HttpResponse::json("never");
        });
    }
    void start() override
    {
        for (;;) std::this_thread::sleep_for(std::chrono::seconds{1});
    }
    atrium::Subscription route_;
};
ATRIUM_PLUGIN(Faulty, "hangs_in_start", "1.0.0")
