#include "automation/hook_api.h"

#include "atrium/json.h"
#include "automation/automation_errors.h"
#include "automation/core_answer.h"

namespace atrium::automation {

namespace {

constexpr std::size_t largestBody = 64 * 1024;
constexpr unsigned callsPerMinute = 120;

Error refused()
{
    // The same for a hook that does not exist and for a wrong secret: nobody learns which hooks there are.
    return makeError(ErrorCode::NotFound, {"Aucun crochet ne répond ici", "No hook answers here"});
}

/// What the caller says to prove that it may call.
struct Proof {
    std::string secret;
    std::string signature;
};

Proof proofOf(const HttpRequest& request)
{
    constexpr std::string_view bearer = "Bearer ";
    Proof proof{std::string(request.header("x-hook-token")), std::string(request.header("x-hub-signature-256"))};
    if (const auto given = request.header("authorization"); proof.secret.empty() && given.starts_with(bearer))
        proof.secret = given.substr(bearer.size());
    if (proof.secret.empty()) proof.secret = Value(request.query).textOr("token", "");
    return proof;
}

Object eventOf(const HttpRequest& request, const std::string& name)
{
    Object event{{"name", name}, {"method", toString(request.method)}, {"body", std::string(request.rawBody)}};
    if (request.header("content-type").find("json") != std::string_view::npos)
        if (auto json = parseJson(request.rawBody)) event.set("json", std::move(*json));
    return event;
}

Value toValue(AutomationId id, const WebhookTrigger& trigger, const std::string& secret)
{
    return Object{{"name", trigger.name},
                  {"method", trigger.method},
                  {"auth", trigger.isSigned ? "hmac" : "token"},
                  {"path", "/api/hooks/" + std::to_string(id.value) + "/" + trigger.name},
                  {"secret", secret.empty() ? Value() : Value(secret)}}; // null until it is on disk, moments later
}

} // namespace

HookApi::HookApi(AutomationService& service, Executor& core, Http& http) : service_(service), core_(core)
{
    addHook(http, HttpMethod::Post, "callHook");
    addHook(http, HttpMethod::Put, "callHookWithPut");
    addHook(http, HttpMethod::Get, "callHookWithGet");
    addRead(http);
    addRenew(http);
}

void HookApi::addHook(Http& http, HttpMethod method, const char* operation)
{
    auto route =
        makeRoute(method, "/api/hooks/{id}/{name}", operation, "automations",
                  {"Déclencher les règles d'un crochet", "Start the rules that wait for a hook"}, RouteAccess::open());
    route.query = {{"token",
                    Value::Kind::Text,
                    "The secret, for callers that can set neither X-Hook-Token nor Authorization",
                    {},
                    100}};
    route.successStatus = 202;
    route.maxBodyBytes = largestBody;
    route.perMinute = callsPerMinute;
    route.errors = {ErrorCode::NotFound, ErrorCode::PayloadTooLarge, ErrorCode::TooManyRequests};
    if (method == HttpMethod::Get)
        route.responseSchema = R"({"type":"object","required":["success","rules"],"properties":{
          "success":{"type":"boolean"},"rules":{"type":"integer"}}})";
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        if (request.rawBody.size() > largestBody) return answer(makeError(ErrorCode::PayloadTooLarge));
        const std::string name(request.parameter("name"));
        const std::string body(request.rawBody);
        const Cause cause{request.requestId.empty() ? newCorrelationId() : request.requestId, "hook:" + name, 0};
        answerOnCore(
            core_, std::move(answer),
            [this, id = idOf(request), name, body, cause, proof = proofOf(request),
             method = std::string(toString(request.method)),
             event = eventOf(request, name)](const HttpAnswer& respond) {
                bool proven = false;
                for (const auto& trigger : service_.engine().hooks(id, name)) {
                    const auto secret = service_.hookSecret(id, name);
                    if (trigger.method == method && (trigger.isSigned ? isSignature(proof.signature, body, secret)
                                                                      : isSecret(proof.secret, secret)))
                        proven = true;
                }
                if (!proven) return respond(refused());
                const auto rules = service_.engine().hook(id, name, method, event, cause);
                service_.settle([respond, rules](bool kept) {
                    if (!kept) return respond(makeError(ErrorCode::Unavailable));
                    respond(HttpResponse::json(Object{{"success", true}, {"rules", static_cast<std::int64_t>(rules)}},
                                               202));
                });
            });
    });
}

void HookApi::addRead(Http& http)
{
    auto route = makeRoute(HttpMethod::Get, "/api/automations/{id}/hooks", "listAutomationHooks", "automations",
                           {"Crochets d'une automatisation et leurs secrets",
                            "The hooks of an automation, with the secrets that callers need"},
                           RouteAccess::permitted("automations.write"));
    route.errors = {ErrorCode::NotFound};
    route.responseSchema =
        R"({"type":"object","required":["success","hooks"],"properties":{"success":{"type":"boolean"},
      "hooks":{"type":"array","items":{"type":"object","required":["name","method","auth","path","secret"],"properties":{
        "name":{"type":"string"},"method":{"type":"string"},"auth":{"type":"string"},"path":{"type":"string"},
        "secret":{"type":["string","null"]}}}}}})";
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, id = idOf(request)](const HttpAnswer& respond) {
            const auto* entry = service_.find(id);
            if (!entry) return respond(unknownAutomation());
            List hooks;
            for (const auto& rule : entry->rules)
                for (const auto& trigger : rule.triggers)
                    if (const auto* hook = std::get_if<WebhookTrigger>(&trigger))
                        hooks.push_back(toValue(id, *hook, service_.hookSecret(id, hook->name)));
            respond(HttpResponse::json(Object{{"success", true}, {"hooks", std::move(hooks)}}));
        });
    });
}

void HookApi::addRenew(Http& http)
{
    auto route =
        makeRoute(HttpMethod::Post, "/api/automations/{id}/hooks/{name}/renew", "renewAutomationHook", "automations",
                  {"Remplacer le secret d'un crochet", "Replace the secret of a hook; the old one is void"},
                  RouteAccess::permitted("automations.write"));
    route.errors = {ErrorCode::NotFound};
    route.responseSchema = R"({"type":"object","required":["success","secret"],"properties":{
      "success":{"type":"boolean"},"secret":{"type":"string"}}})";
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(
            core_, std::move(answer),
            [this, id = idOf(request), name = std::string(request.parameter("name"))](const HttpAnswer& respond) {
                if (!service_.find(id)) return respond(unknownAutomation());
                service_.renewHookSecret(id, name, [respond](Result<std::string> secret) {
                    if (!secret) return respond(secret.error());
                    respond(HttpResponse::json(Object{{"success", true}, {"secret", *secret}}));
                });
            });
    });
}

} // namespace atrium::automation
