#pragma once

#include "atrium/http.h"
#include "http/connection.h"
#include "http/request_context.h"
#include "http/route_entry.h"

#include <atomic>
#include <memory>

namespace atrium::http {

class Dispatcher;

/// One request and its answer. Lives until the answer is given; dropped without one, it answers 500 itself.
/// Thread: built on the worker; finish() from any thread, once.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(std::shared_ptr<Dispatcher> dispatcher, FramedRequest framed, std::shared_ptr<Connection> connection);
    ~Exchange();

    /// Sends the answer or the error as a problem; later calls do nothing. `extraLines` are complete header lines.
    void finish(Result<HttpResponse> result, std::string_view extraLines = {});
    /// The connection changes its protocol: there will be no answer.
    void abandon();

    RequestContext context;
    FramedRequest framed;
    HttpRequest request;
    std::shared_ptr<const RouteEntry> entry;
    RouteMetrics* metrics = nullptr;
    const std::shared_ptr<Connection> connection;

private:
    HttpResponse toResponse(Result<HttpResponse> result);
    void noteForAudit(int status);

    const std::shared_ptr<Dispatcher> dispatcher_;
    const SteadyTime started_;
    std::atomic<bool> finished_{false};
};

} // namespace atrium::http
