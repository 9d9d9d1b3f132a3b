#pragma once

#include "atrium/clock.h"
#include "atrium/http.h"
#include "atrium/services/accounts.h"
#include "observability/health_board.h"
#include "observability/logging.h"
#include "observability/metrics_registry.h"

#include <functional>

namespace atrium::app {

/// What operators and their tools ask: `/api/health`, `/livez`, `/readyz`, `/metrics`, and the level of the log.
class AdminApi {
public:
    struct Parts {
        const Clock& clock;
        observability::Logging& logging;
        observability::MetricsRegistry& metrics;
        observability::HealthBoard& health;
        /// Looks at what may have changed since and reports it to `health`. Never blocks.
        std::function<void()> refreshHealth;
    };

    AdminApi(Parts parts, Http& http);

    static std::vector<PermissionDeclaration> permissions();

private:
    Result<HttpResponse> health(const HttpRequest& request);
    Result<HttpResponse> ready();
    Result<HttpResponse> changeLog(const HttpRequest& request);
    Object checks();

    Parts parts_;
    const SteadyTime startedAt_;
    Subscriptions routes_;
};

} // namespace atrium::app
