#pragma once

#include "atrium/clock.h"
#include "atrium/http.h"
#include "atrium/metrics.h"
#include "http/router.h"
#include "runtime/guarded.h"

#include <memory>
#include <mutex>

namespace atrium::http {

/// The routes that are registered now. Readers take a snapshot; a withdrawn route disappears from it, and its handler
/// is not running any more when the withdrawal returns. Thread: any.
class RouteRegistry : public Http {
public:
    RouteRegistry(const Clock& clock, Metrics& metrics);

    Subscription route(Route route, HttpHandler handler) override;
    Subscription asyncRoute(Route route, AsyncHttpHandler handler) override;

    std::shared_ptr<const Router> snapshot() const { return table_->get(); }

private:
    Subscription add(std::shared_ptr<RouteEntry> entry);

    const Clock& clock_;
    Metrics& metrics_;
    /// Shared with the subscriptions, which may outlive the registry.
    std::shared_ptr<runtime::Guarded<Router>> table_ = std::make_shared<runtime::Guarded<Router>>();
};

} // namespace atrium::http
