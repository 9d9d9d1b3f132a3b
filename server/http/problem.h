#pragma once

#include "atrium/http.h"
#include "http/request_context.h"

namespace atrium::http {

/// The HTTP form of an error: an RFC 9457 problem document that also carries the members that existing clients read
/// (`success:false`, `message`, `error`). Only `message` and `fields` of the error are shown. Thread: any.
HttpResponse makeProblem(const Error& error, const RequestContext& context);

/// The status that an error is answered with.
int statusOf(const Error& error);

/// The reason phrase of a status.
const char* reasonPhrase(int status);

} // namespace atrium::http
