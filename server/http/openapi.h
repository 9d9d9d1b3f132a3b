#pragma once

#include "atrium/value.h"
#include "http/router.h"

#include <string>

namespace atrium::http {

/// The OpenAPI 3.1 document of these routes. Throws std::invalid_argument when a schema is no JSON.
Value describeApi(const Router& router, const std::string& title, const std::string& version);

} // namespace atrium::http
