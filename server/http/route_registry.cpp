#include "http/route_registry.h"

#include "http/route_validator.h"

#include <algorithm>
#include <stdexcept>

namespace atrium::http {

RouteRegistry::RouteRegistry(const Clock& clock, Metrics& metrics) : clock_(clock), metrics_(metrics) {}

Subscription RouteRegistry::route(Route route, HttpHandler handler)
{
    if (!handler) throw std::invalid_argument("route " + route.path + " has no handler");
    auto entry = std::make_shared<RouteEntry>(std::move(route));
    entry->handler = std::move(handler);
    return add(std::move(entry));
}

Subscription RouteRegistry::asyncRoute(Route route, AsyncHttpHandler handler)
{
    if (!handler) throw std::invalid_argument("route " + route.path + " has no handler");
    auto entry = std::make_shared<RouteEntry>(std::move(route));
    entry->asyncHandler = std::move(handler);
    return add(std::move(entry));
}

Subscription RouteRegistry::add(std::shared_ptr<RouteEntry> entry)
{
    const auto& route = entry->route;
    checkDeclaration(route);
    entry->segments = parseTemplate(route.path);
    if (!route.requestSchema.empty()) entry->bodySchema = std::make_shared<const SchemaValidator>(route.requestSchema);
    if (route.perMinute) entry->limiter = std::make_unique<RateLimiter>(clock_, route.perMinute);
    entry->metrics = std::make_unique<RouteMetrics>(metrics_, toString(route.method), route.path);

    table_->update([&](Router& router) {
        auto routes = router.routes();
        for (const auto& other : routes)
            if (other->route.operationId == entry->route.operationId)
                throw std::invalid_argument("operationId " + entry->route.operationId + " is taken by " +
                                            other->route.path);
        routes.push_back(entry);
        router = Router(std::move(routes));
    });
    return Subscription([table = table_, entry] {
        table->update([&](Router& router) {
            auto routes = router.routes();
            std::erase(routes, entry);
            router = Router(std::move(routes));
        });
        entry->gate.close();
    });
}

} // namespace atrium::http
