#include "http/dispatcher.h"

#include "http/exchange.h"
#include "http/header_text.h"
#include "http/network_address.h"
#include "http/problem.h"
#include "http/route_validator.h"

#include <algorithm>
#include <unistd.h>

namespace atrium::http {

namespace {

constexpr std::size_t unroutedBodyLimit = 64 * 1024;

HttpMethod methodOf(Verb verb)
{
    switch (verb) {
    case Verb::Post: return HttpMethod::Post;
    case Verb::Put: return HttpMethod::Put;
    case Verb::Patch: return HttpMethod::Patch;
    case Verb::Delete: return HttpMethod::Delete;
    case Verb::Get:
    case Verb::Head:
    case Verb::Options: break;
    }
    return HttpMethod::Get;
}

bool isUnder(std::string_view path, std::string_view folder)
{
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// Runs `handler` and turns whatever it throws into an error; only its log line says what.
template <class Call>
Result<HttpResponse> guarded(Counter& exceptions, Call&& call)
{
    try {
        return call();
    }
    catch (const ErrorException& thrown) {
        return thrown.error();
    }
    catch (const std::exception& thrown) {
        exceptions.add();
        return makeError(ErrorCode::Internal, {}, std::string("exception: ") + thrown.what());
    }
    catch (...) {
        exceptions.add();
        return makeError(ErrorCode::Internal, {}, "unknown exception");
    }
}

Counter& rejections(Metrics& metrics, const char* reason)
{
    return metrics.counter("atrium_http_rejected_total", "Requests and connections that were turned away",
                           {{"reason", reason}});
}

Error busy()
{
    auto error = makeError(ErrorCode::Unavailable, {"Serveur surchargé, réessayez", "Server busy, try again"});
    error.retryAfter = std::chrono::seconds(1);
    return error;
}

} // namespace

Dispatcher::Dispatcher(HttpConfig config, HttpDependencies dependencies)
    : config_(std::move(config)), dependencies_(std::move(dependencies)), cors_(config_.cors),
      writer_(dependencies_.clock, cors_, config_.compressFrom), gate_(dependencies_),
      limiter_(dependencies_.clock, std::max(1u, config_.limits.perMinute)),
      routes_(dependencies_.clock, dependencies_.metrics), unrouted_(dependencies_.metrics, "any", "none"),
      staticMetrics_(dependencies_.metrics, "GET", "static"),
      rejectedByRate_(rejections(dependencies_.metrics, "rate")),
      rejectedBusy_(rejections(dependencies_.metrics, "busy")),
      handlerExceptions_(dependencies_.metrics.counter("atrium_http_handler_exceptions_total",
                                                       "Exceptions that left a request handler")),
      connections_{.sink = *this,
                   .clock = dependencies_.clock,
                   .limits = config_.framer,
                   .timeouts = config_.timeouts,
                   .maxUnsentBytes = config_.maxUnsentBytes,
                   .timedOut = rejections(dependencies_.metrics, "timeout"),
                   .slowReadersCut = rejections(dependencies_.metrics, "slow-reader"),
                   .framingErrors = rejections(dependencies_.metrics, "framing")}
{
    for (const auto& range : config_.trustedProxies) trustedProxies_.emplace_back(range);
    if (!config_.staticFolder.empty())
        static_ = std::make_unique<StaticFiles>(config_.staticFolder, dependencies_.clock);
}

std::size_t Dispatcher::bodyLimit(const RequestHead& head) const
{
    const std::string_view target(head.target);
    const auto match = routes_.snapshot()->match(methodOf(head.verb), target.substr(0, target.find('?')));
    return match.entry ? match.entry->route.maxBodyBytes : unroutedBodyLimit;
}

std::string Dispatcher::refusal(const FramingError& error)
{
    RequestContext context;
    context.language = config_.language;
    context.keepAlive = false;
    context.requestId = context.traceId = newRequestId();
    Error problem = makeError(error.status == 408 || error.status == 504 ? ErrorCode::Timeout
                              : error.status == 413                      ? ErrorCode::PayloadTooLarge
                              : error.status == 501                      ? ErrorCode::NotImplemented
                                                                         : ErrorCode::InvalidArgument);
    problem.status = error.status;
    dependencies_.log.debug("request refused", {{"requestId", context.requestId}, {"reason", error.reason}});
    auto response = makeProblem(problem, context);
    unrouted_.count(error.status, 0);
    return writer_.write(response, context);
}

void Dispatcher::readOrigin(const RequestHead& head, const Connection& connection, RequestContext& context) const
{
    context.remoteAddress = connection.remoteAddress();
    if (trustedProxies_.empty()) return;
    const auto client = clientAddress(connection.remoteAddress(), head.header("x-forwarded-for"), trustedProxies_);
    if (client != context.remoteAddress) context.remoteAddress = client;
    else if (clientAddress(connection.remoteAddress(), "0.0.0.0", trustedProxies_) == client) return; // no proxy
    if (equalsIgnoringCase(head.header("x-forwarded-proto"), "https")) context.scheme = "https";
}

bool Dispatcher::admitRate(RequestContext& context)
{
    if (!config_.limits.enabled) return true;
    context.rate = limiter_.take(context.remoteAddress);
    context.limited = true;
    return context.rate.allowed;
}

void Dispatcher::serve(FramedRequest framed, std::shared_ptr<Connection> connection)
{
    auto exchange = std::make_shared<Exchange>(shared_from_this(), std::move(framed), std::move(connection));
    auto& context = exchange->context;
    const auto& head = exchange->framed.head;
    context = readContext(head, config_.language);
    readOrigin(head, *exchange->connection, context);

    if (Cors::isPreflight(head)) {
        auto response = HttpResponse::empty();
        exchange->finish(std::move(response), cors_.preflightHeaders(head));
        return;
    }
    if (!admitRate(context)) {
        rejectedByRate_.add();
        auto error = makeError(ErrorCode::TooManyRequests);
        error.retryAfter = std::chrono::seconds(context.rate.resetSeconds);
        exchange->finish(std::move(error));
        return;
    }
    if (tryUpgrade(exchange)) return;
    // Whatever goes wrong on the way is this request's problem alone.
    auto result = guarded(handlerExceptions_, [&]() -> Result<HttpResponse> {
        route(exchange);
        return HttpResponse::empty();
    });
    if (!result.ok()) exchange->finish(std::move(result));
}

void Dispatcher::route(const std::shared_ptr<Exchange>& exchange)
{
    auto& context = exchange->context;
    auto& head = exchange->framed.head;
    if (head.target == "*") return answerOptions(exchange, {});
    auto match = routes_.snapshot()->match(methodOf(context.verb), context.path);
    if (context.verb == Verb::Options && match.kind != Router::Match::Kind::Malformed) {
        if (match.kind == Router::Match::Kind::Found) {
            std::vector<HttpMethod> allowed{HttpMethod::Get};
            for (const auto method : {HttpMethod::Post, HttpMethod::Put, HttpMethod::Patch, HttpMethod::Delete})
                if (routes_.snapshot()->match(method, context.path).entry) allowed.push_back(method);
            return answerOptions(exchange, allowed);
        }
        if (match.kind == Router::Match::Kind::MethodNotAllowed) return answerOptions(exchange, match.allowed);
    }
    switch (match.kind) {
    case Router::Match::Kind::Malformed:
        exchange->finish(makeError(ErrorCode::InvalidArgument, {"Adresse mal formée", "Malformed path"}));
        return;
    case Router::Match::Kind::MethodNotAllowed: {
        auto error = makeError(ErrorCode::MethodNotAllowed);
        std::string allow = "Allow: OPTIONS";
        for (const auto method : match.allowed) {
            allow.append(", ").append(toString(method));
            if (method == HttpMethod::Get) allow.append(", HEAD");
        }
        exchange->finish(std::move(error), allow + "\r\n");
        return;
    }
    case Router::Match::Kind::NotFound: return serveStatic(exchange);
    case Router::Match::Kind::Found: break;
    }

    exchange->entry = std::move(match.entry);
    exchange->metrics = exchange->entry->metrics.get();
    auto& request = exchange->request;
    request.method = methodOf(context.verb);
    request.parameters = std::move(match.parameters);
    run(exchange);
}

void Dispatcher::run(const std::shared_ptr<Exchange>& exchange)
{
    auto& context = exchange->context;
    auto& head = exchange->framed.head;
    auto& request = exchange->request;
    const auto& entry = *exchange->entry;

    if (entry.limiter && config_.limits.enabled) {
        const auto verdict = entry.limiter->take(context.remoteAddress);
        if (verdict.remaining < context.rate.remaining || !verdict.allowed) context.rate = verdict;
        if (!verdict.allowed) {
            rejectedByRate_.add();
            auto error = makeError(ErrorCode::TooManyRequests);
            error.retryAfter = std::chrono::seconds(verdict.resetSeconds);
            return exchange->finish(std::move(error));
        }
    }
    auto principal = gate_.admit(entry.route.access, head.header("authorization"), context.remoteAddress);
    if (!principal.ok()) return exchange->finish(std::move(principal.error()));
    request.principal = *std::move(principal);

    const auto question = head.target.find('?');
    if (!entry.route.query.empty()) {
        const std::string_view target(head.target);
        auto query =
            readQuery(entry.route, question == std::string::npos ? "" : target.substr(question + 1), context.language);
        if (!query.ok()) return exchange->finish(std::move(query.error()));
        request.query = *std::move(query);
    }
    if (entry.bodySchema) {
        auto body = readBody(entry, head.header("content-type"), exchange->framed.body, context.language);
        if (!body.ok()) return exchange->finish(std::move(body.error()));
        request.body = *std::move(body);
    }
    const auto forwardedHost = context.scheme == "https" ? head.header("x-forwarded-host") : std::string_view{};
    request.baseUrl.append(context.scheme).append("://");
    request.baseUrl.append(forwardedHost.empty() ? head.header("host") : forwardedHost);
    request.path = context.path;
    request.rawBody = exchange->framed.body;
    request.headers = std::move(head.headers);
    request.language = context.language;
    request.requestId = context.requestId;
    request.remoteAddress = context.remoteAddress;

    if (entry.handler && entry.route.execution == RouteExecution::Blocking) return runBlocking(exchange);

    const runtime::ActivityGate::Pass pass(entry.gate);
    if (!pass) return exchange->finish(makeError(ErrorCode::NotFound));
    if (entry.handler) {
        exchange->finish(guarded(handlerExceptions_, [&] { return entry.handler(request); }));
        return;
    }
    request.nobodyWaits = exchange->connection->nobodyWaits();
    auto outcome = guarded(handlerExceptions_, [&]() -> Result<HttpResponse> {
        entry.asyncHandler(request, [exchange](Result<HttpResponse> result) { exchange->finish(std::move(result)); });
        return HttpResponse::empty();
    });
    if (!outcome.ok()) exchange->finish(std::move(outcome));
}

void Dispatcher::runBlocking(const std::shared_ptr<Exchange>& exchange)
{
    const bool queued = dependencies_.blocking.post([this, exchange] {
        const auto& entry = *exchange->entry;
        const runtime::ActivityGate::Pass pass(entry.gate);
        if (!pass) return exchange->finish(makeError(ErrorCode::NotFound));
        exchange->finish(guarded(handlerExceptions_, [&] { return entry.handler(exchange->request); }));
    });
    if (queued) return;
    rejectedBusy_.add();
    exchange->finish(busy());
}

void Dispatcher::serveStatic(const std::shared_ptr<Exchange>& exchange)
{
    const auto& context = exchange->context;
    const bool reading = context.verb == Verb::Get || context.verb == Verb::Head;
    const bool reserved =
        isUnder(context.path, "/api") || isUnder(context.path, "/ws") || isUnder(context.path, "/socket.io");
    const auto path = decodePercent(context.path, PlusSign::Literal);
    if (!static_ || !reading || reserved || !path) {
        exchange->finish(makeError(ErrorCode::NotFound));
        return;
    }
    exchange->metrics = &staticMetrics_;
    const auto encodings = std::string(exchange->framed.head.header("accept-encoding"));
    if (auto cached = static_->cached(*path, encodings)) return exchange->finish(*std::move(cached));
    const bool queued = dependencies_.blocking.post([this, exchange, path = *path, encodings] {
        exchange->finish(guarded(handlerExceptions_, [&] { return static_->load(path, encodings); }));
    });
    if (!queued) exchange->finish(busy());
}

void Dispatcher::answerOptions(const std::shared_ptr<Exchange>& exchange, const std::vector<HttpMethod>& allowed)
{
    std::string allow = "Allow: OPTIONS";
    for (const auto method : allowed) {
        allow.append(", ").append(toString(method));
        if (method == HttpMethod::Get) allow.append(", HEAD");
    }
    exchange->finish(HttpResponse::empty(), allow + "\r\n");
}

Subscription Dispatcher::onUpgrade(std::string path, UpgradeHandler handler)
{
    auto entry = std::make_shared<UpgradeEntry>();
    entry->handler = std::move(handler);
    upgrades_->update([&](UpgradeMap& map) {
        if (!map.emplace(path, entry).second) throw std::invalid_argument("upgrade path is taken: " + path);
    });
    return Subscription([upgrades = upgrades_, path, entry] {
        upgrades->update([&](UpgradeMap& map) { map.erase(path); });
        entry->gate.close();
    });
}

bool Dispatcher::tryUpgrade(const std::shared_ptr<Exchange>& exchange)
{
    const auto& head = exchange->framed.head;
    const auto handshake = readHandshake(head);
    if (!handshake.asked) return false;
    auto path = exchange->context.path;
    if (path.size() > 1 && path.back() == '/') path.pop_back();
    const auto upgrades = upgrades_->get();
    const auto found = upgrades->find(path);
    if (found == upgrades->end()) return false;
    const auto question = head.target.find('?');
    auto query = parseQuery(question == std::string::npos ? "" : std::string_view(head.target).substr(question + 1));
    if (handshake.refusal || !query) {
        auto error =
            makeError(ErrorCode::InvalidArgument, {"Poignée de main WebSocket invalide", "Bad WebSocket handshake"});
        if (handshake.refusal) error.status = handshake.refusal;
        exchange->finish(std::move(error), handshake.refusal == 426 ? "Sec-WebSocket-Version: 13\r\n" : "");
        return true;
    }
    std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Accept: ";
    answer.append(webSocketAccept(head.header("sec-websocket-key"))).append("\r\n\r\n");

    UpgradedConnection upgraded;
    upgraded.path = path;
    upgraded.query = *std::move(query);
    upgraded.remoteAddress = exchange->context.remoteAddress;
    upgraded.headers = std::move(exchange->framed.head.headers);
    exchange->abandon();
    exchange->connection->upgrade(std::move(answer), [entry = found->second, upgraded = std::move(upgraded)](
                                                         int descriptor, std::string rest) mutable {
        upgraded.descriptor = descriptor;
        upgraded.leftover = std::move(rest);
        const runtime::ActivityGate::Pass pass(entry->gate);
        if (pass) entry->handler(std::move(upgraded));
        else ::close(descriptor);
    });
    return true;
}

} // namespace atrium::http
