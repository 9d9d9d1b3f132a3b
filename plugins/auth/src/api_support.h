#pragma once

#include "accounts_service.h"
#include "atrium/http.h"
#include "job_thread.h"

namespace atrium::auth {

/// A route of this plugin that may use the database.
Route accountRoute(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access);
/// Where a request comes from, for its session.
SessionOrigin originOf(const HttpRequest& request);
/// `{success, message}`.
HttpResponse said(const HttpRequest& request, const Text& message);
HttpResponse signedIn(const SignInResult& result, const Text& message, Language language, int status);
/// The token of `Authorization: Bearer ...` (RFC 6750 §2.1); empty when there is none.
std::string_view bearerToken(const HttpRequest& request);

/// Runs what takes long on a thread of its own and answers exactly once, whatever happens; 429 when its queue is full.
/// Thread: any.
class LaterAnswers {
public:
    explicit LaterAnswers(JobThread& thread) : thread_(thread) {}
    void answerLater(std::function<Result<HttpResponse>()> work, HttpAnswer answer);
    /// A handler whose `work` gets a copy of what it needs of the request.
    AsyncHttpHandler handler(std::function<Result<HttpResponse>(const HttpRequest&)> work);

private:
    JobThread& thread_;
};

} // namespace atrium::auth
