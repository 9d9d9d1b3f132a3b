#pragma once

#include "atrium/http.h"
#include "http/percent.h"
#include "http/route_entry.h"

namespace atrium::http {

/// The declared query parameters, typed, with fallbacks; parameters that no route declared are ignored.
/// Errors: InvalidArgument with one field per refused parameter (`?name`).
Result<Object> readQuery(const Route& route, std::string_view query, Language language);

/// The JSON body, checked against the route's schema. An empty body counts as `{}`, so that existing clients may send
/// none where nothing is required. Errors: UnsupportedMediaType, InvalidArgument with JSON pointers.
Result<Value> readBody(const RouteEntry& entry, std::string_view contentType, std::string_view body, Language language);

/// Checks a declaration when it is registered; throws std::invalid_argument.
void checkDeclaration(const Route& route);

} // namespace atrium::http
