#include "http/exchange.h"

#include "http/dispatcher.h"
#include "http/problem.h"

namespace atrium::http {

Exchange::Exchange(std::shared_ptr<Dispatcher> dispatcher, FramedRequest framedRequest,
                   std::shared_ptr<Connection> itsConnection)
    : framed(std::move(framedRequest)), connection(std::move(itsConnection)), dispatcher_(std::move(dispatcher)),
      started_(dispatcher_->dependencies().clock.steadyNow())
{
    dispatcher_->inFlight_.fetch_add(1);
}

Exchange::~Exchange()
{
    try {
        finish(makeError(ErrorCode::Internal, {}, "the handler gave no answer"));
    }
    catch (...) {
        // Out of memory: the answer deadline will end the connection.
    }
    dispatcher_->inFlight_.fetch_sub(1);
}

void Exchange::abandon() { finished_ = true; }

HttpResponse Exchange::toResponse(Result<HttpResponse> result)
{
    if (result.ok()) {
        auto response = std::move(result).value();
        if (ResponseWriter::hasCleanHeaders(response)) return response;
        result = makeError(ErrorCode::Internal, {}, "the handler set a header that cannot be sent");
    }
    const auto& error = result.error();
    if (statusOf(error) >= 500 && !request.nobodyWaits.stop_requested()) {
        // The answer names the request id, so that what a user reports leads to this line.
        dispatcher_->dependencies().log.error("request failed", {{"requestId", context.requestId},
                                                                 {"route", entry ? entry->route.path : context.path},
                                                                 {"code", toString(error.code)},
                                                                 {"detail", error.detail}});
    }
    return makeProblem(error, context);
}

void Exchange::noteForAudit(int status)
{
    if (!entry || entry->route.access.kind == RouteAccess::Kind::Public) return; // these write down what matters there
    if (entry->route.method == HttpMethod::Get && status != 403) return;
    const auto& dependencies = dispatcher_->dependencies();
    auto who = request.principal;
    if (status == 403 && who.isAnonymous()) {
        // Refused before the handler got a principal: ask once more who it was.
        const auto header = framed.head.header("authorization");
        const auto space = header.find(' ');
        if (space != std::string_view::npos)
            if (auto principal = dependencies.authenticate(header.substr(space + 1))) who = *std::move(principal);
    }
    if (who.isAnonymous()) return;
    AuditEntry entryOfAudit;
    entryOfAudit.user = who.user;
    entryOfAudit.actor = who.name;
    entryOfAudit.action = entry->route.operationId;
    entryOfAudit.object = context.path;
    entryOfAudit.address = context.remoteAddress;
    entryOfAudit.allowed = status != 401 && status != 403;
    entryOfAudit.status = status;
    dependencies.audit(std::move(entryOfAudit));
}

void Exchange::finish(Result<HttpResponse> result, std::string_view extraLines)
{
    if (finished_.exchange(true)) return;
    auto response = toResponse(std::move(result));
    noteForAudit(response.status);
    if (dispatcher_->draining_.load(std::memory_order_relaxed)) context.keepAlive = false;
    auto bytes = dispatcher_->writer_.write(response, context, extraLines);
    connection->answer(std::move(bytes), context.keepAlive ? AfterAnswer::KeepOpen : AfterAnswer::Close);
    if (!metrics) metrics = &dispatcher_->unrouted_;
    const auto elapsed = dispatcher_->dependencies().clock.steadyNow() - started_;
    metrics->count(response.status, std::chrono::duration<double>(elapsed).count());
}

} // namespace atrium::http
