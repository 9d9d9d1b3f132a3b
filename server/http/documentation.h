#pragma once

#include "atrium/subscription.h"
#include "http/route_registry.h"

#include <string>

namespace atrium::http {

/// Registers GET /api/openapi.json and the page /api/docs that shows it, with assets of its own (no other host).
Subscriptions publishDocumentation(RouteRegistry& routes, std::string title, std::string version);

} // namespace atrium::http
