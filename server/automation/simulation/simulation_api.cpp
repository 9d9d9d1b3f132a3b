#include "automation/simulation/simulation_api.h"

#include "automation/automation_api.h"
#include "automation/core_answer.h"

#include <algorithm>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr auto longestSpan = std::chrono::hours{24 * 31};

constexpr const char* testAnswer = R"({"type":"object","required":["success","passed","failed","tests"],"properties":{
  "success":{"type":"boolean"},"passed":{"type":"integer"},"failed":{"type":"integer"},
  "tests":{"type":"array","items":{"type":"object","required":["name","line","passed","message"],"properties":{
    "name":{"type":"string"},"line":{"type":"integer"},"passed":{"type":"boolean"},"message":{"type":"string"}}}}}})";
constexpr const char* dryRunSchema = R"({"type":"object","additionalProperties":false,"properties":{
  "source":{"type":"string","maxLength":49152},"rule":{"type":"string","maxLength":100},"event":{"type":"object"},
  "from":{"type":"string","maxLength":40},"to":{"type":"string","maxLength":40}}})";
constexpr const char* draftSchema =
    R"({"type":"object","additionalProperties":false,"required":["source"],"properties":{
  "name":{"type":"string","minLength":1,"maxLength":100},"source":{"type":"string","minLength":1,"maxLength":49152},
  "rule":{"type":"string","maxLength":100},"event":{"type":"object"},
  "from":{"type":"string","maxLength":40},"to":{"type":"string","maxLength":40}}})";
constexpr const char* dryRunAnswer = R"({"type":"object","required":["success","effects","runs","not_run","hash"],
  "properties":{"success":{"type":"boolean"},"effects":{"type":"array"},"runs":{"type":"array"},
  "not_run":{"type":"array"},"rules":{"type":"array"},"values":{"type":"integer"},"not_replayed":{"type":"array"},
  "hash":{"type":"string"}}})";

constexpr const char* jobsAnswer = R"({"type":"object","required":["success","simulations"],"properties":{
  "success":{"type":"boolean"},"simulations":{"type":"array","items":{"type":"object",
    "required":["id","name","state","progress","values"],"properties":{
    "id":{"type":"integer"},"name":{"type":"string"},"state":{"enum":["waiting","running"]},
    "progress":{"type":"number"},"values":{"type":"integer"}}}}}})";

Error invalid(const char* what)
{
    return makeError(ErrorCode::InvalidArgument,
                     {std::string("Paramètre invalide : ") + what, std::string("Invalid parameter: ") + what});
}

Simulator::Asker askerOf(const HttpRequest& request) { return {request.principal, request.nobodyWaits}; }

/// What the body asks for, except for the text.
Result<DryRun> readDryRun(const Value& body, UtcTime now)
{
    DryRun dryRun;
    dryRun.rule = body.textOr("rule", "");
    const auto* event = body.find("event");
    const auto from = body.textOr("from", "");
    if (event) {
        dryRun.event = event->object();
        if (!dryRun.event->find("kind")) dryRun.event->set("kind", "manual");
        if (!from.empty()) return invalid("from");
        return dryRun;
    }
    const auto begin = parseTime(from);
    const auto to = body.textOr("to", "");
    const auto end = to.empty() ? std::optional(now) : parseTime(to);
    if (!begin) return invalid("from");
    if (!end || *end <= *begin || *end - *begin > longestSpan) return invalid("to");
    dryRun.from = *begin;
    dryRun.to = std::min(*end, now);
    if (dryRun.to <= dryRun.from) return invalid("from");
    return dryRun;
}

} // namespace

SimulationApi::SimulationApi(Simulator& simulator, AutomationService& service, Executor& core, Http& http)
    : simulator_(simulator), service_(service), core_(core)
{
    addTestRoute(http);
    addDryRun(http);
    addDraftDryRun(http);
    addJobs(http);
}

void SimulationApi::addTestRoute(Http& http)
{
    auto route = makeRoute(HttpMethod::Post, "/api/automations/test", "testAutomation", "automations",
                           {"Exécuter les tests d'un script dans une maison simulée",
                            "Run the tests of a script in a simulated house; nothing is saved or switched"},
                           RouteAccess::permitted("automations.write"));
    route.requestSchema = scriptSchema;
    route.responseSchema = testAnswer;
    route.errors = {ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto name = request.body.textOr("name", "script");
        const auto source = request.body.textOr("source", "");
        answerOnCore(
            core_, std::move(answer), [this, name, source, asker = askerOf(request)](const HttpAnswer& respond) {
                simulator_.test(name, source, asker, [respond, source](Result<std::vector<RuleTestResult>> results) {
                    if (!results) return respond(scriptError(results.error(), source));
                    List tests;
                    std::int64_t passed = 0;
                    for (const auto& test : *results) {
                        passed += test.passed ? 1 : 0;
                        tests.push_back(Object{{"name", test.name},
                                               {"line", test.line},
                                               {"passed", test.passed},
                                               {"message", test.message}});
                    }
                    const auto failed = static_cast<std::int64_t>(tests.size()) - passed;
                    respond(HttpResponse::json(Object{
                        {"success", true}, {"passed", passed}, {"failed", failed}, {"tests", std::move(tests)}}));
                });
            });
    });
}

void SimulationApi::tryOut(const Value& body, const std::string& name, const std::string& source,
                           const Simulator::Asker& asker, const HttpAnswer& respond)
{
    auto dryRun = readDryRun(body, service_.engine().now());
    if (!dryRun) return respond(dryRun.error());
    dryRun->name = name;
    dryRun->source = source;
    simulator_.tryOut(std::move(*dryRun), asker, [respond, source](Result<Object> report) {
        if (!report) return respond(scriptError(report.error(), source));
        report->set("success", true);
        respond(HttpResponse::json(std::move(*report)));
    });
}

void SimulationApi::addDryRun(Http& http)
{
    auto route = makeRoute(HttpMethod::Post, "/api/automations/{id}/dry-run", "dryRunAutomation", "automations",
                           {"Essayer une automatisation sans rien commander",
                            "Try an automation in a simulated house: with an event, or on recorded history (from, to)"},
                           RouteAccess::permitted("automations.write"));
    route.requestSchema = dryRunSchema;
    route.responseSchema = dryRunAnswer;
    route.errors = {ErrorCode::NotFound, ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(
            core_, std::move(answer),
            [this, body = request.body, id = idOf(request), asker = askerOf(request)](const HttpAnswer& respond) {
                const auto* entry = service_.find(id);
                if (!entry) return respond(unknownAutomation());
                tryOut(body, fileNameOf(entry->row), body.textOr("source", entry->row.source), asker, respond);
            });
    });
}

void SimulationApi::addDraftDryRun(Http& http)
{
    auto route =
        makeRoute(HttpMethod::Post, "/api/automations/dry-run", "dryRunDraft", "automations",
                  {"Essayer un script qui n'est pas enregistré, sans rien commander",
                   "Try a script that is not saved in a simulated house: with an event, or on recorded history"},
                  RouteAccess::permitted("automations.write"));
    route.requestSchema = draftSchema;
    route.responseSchema = dryRunAnswer;
    route.errors = {ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer),
                     [this, body = request.body, asker = askerOf(request)](const HttpAnswer& respond) {
                         tryOut(body, body.textOr("name", "script"), body.textOr("source", ""), asker, respond);
                     });
    });
}

void SimulationApi::addJobs(Http& http)
{
    auto route = makeRoute(HttpMethod::Get, "/api/automations/simulations", "listSimulations", "automations",
                           {"Lister ses propres simulations en cours", "List one's own simulations that wait or run"},
                           RouteAccess::permitted("automations.write"));
    route.responseSchema = jobsAnswer;
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, user = request.principal.user](const HttpAnswer& respond) {
            List simulations;
            for (const auto& job : simulator_.jobs(user)) {
                const bool runs = job->state == SimulationJob::State::Running;
                simulations.push_back(Object{{"id", job->id},
                                             {"name", job->name},
                                             {"state", runs ? "running" : "waiting"},
                                             {"progress", job->progress.share.load()},
                                             {"values", static_cast<std::int64_t>(job->progress.values.load())}});
            }
            respond(HttpResponse::json(Object{{"success", true}, {"simulations", std::move(simulations)}}));
        });
    });
}

} // namespace atrium::automation
