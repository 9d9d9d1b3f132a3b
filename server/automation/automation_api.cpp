#include "automation/automation_api.h"

#include "automation/core_answer.h"

namespace atrium::automation {

namespace {

constexpr std::size_t upcomingLimit = 200;
constexpr const char* createSchema =
    R"({"type":"object","required":["name","source"],"additionalProperties":false,"properties":{
  "name":{"type":"string","minLength":1,"maxLength":100},"source":{"type":"string","maxLength":49152}}})";
constexpr const char* automationSchema =
    R"({"type":"object","required":["id","name","kind","enabled","state"],"properties":{
  "id":{"type":"integer"},"name":{"type":"string"},"kind":{"type":"string"},"key":{"type":"string"},
  "file":{"type":["string","null"]},"author":{"type":["integer","null"]},"enabled":{"type":"boolean"},"state":{"type":"string"},
  "error":{"type":["string","null"]},"line":{"type":["integer","null"]},"rules":{"type":"array"},"tests":{"type":"array"},
  "last_run":{"type":["object","null"]},"not_run":{"type":"array"},"memory_bytes":{"type":"integer"},
  "source":{"type":"string"}}})";

Route automationRoute(HttpMethod method, const char* path, const char* operation, Text summary, const char* permission)
{
    return makeRoute(method, path, operation, "automations", std::move(summary), RouteAccess::permitted(permission));
}

Object toObject(const RuleView& rule)
{
    constexpr const char* modes[] = {"single", "restart", "queued", "parallel", "throttle"};
    List kinds;
    for (const auto& trigger : rule.triggers) kinds.push_back(kindOf(trigger));
    return Object{{"name", rule.name},
                  {"line", rule.line},
                  {"mode", modes[static_cast<std::size_t>(rule.mode.kind)]},
                  {"limit", rule.mode.limit},
                  {"triggers", std::move(kinds)}};
}

} // namespace

std::vector<PermissionDeclaration> AutomationApi::permissions()
{
    return {
        {"automations.read", Role::Admin, "See automations with their text, their runs and their logs"},
        {"automations.write", Role::Admin, "Write, enable, disable and run automations"},
        {RuleRights::webPermission, Role::Admin, "Ask servers (automations.http.hosts) in automations of one's own"},
        {RuleRights::mqttPermission, Role::Admin, "Read and write any MQTT topic in automations of one's own"}};
}

AutomationApi::AutomationApi(AutomationService& service, Executor& core, Http& http) : service_(service), core_(core)
{
    addReadRoutes(http);
    addWriteRoutes(http);
}

Value AutomationApi::toValue(AutomationId id) const
{
    const auto& entry = *service_.find(id);
    constexpr const char* states[] = {"loading", "active", "failed"};
    List rules, tests;
    for (const auto& rule : entry.rules) {
        if (rule.isTest) tests.push_back(rule.name);
        else rules.push_back(toObject(rule));
    }
    List skips;
    for (const auto& skip : service_.engine().runLog().skips(id)) skips.push_back(automation::toObject(skip));
    const auto* last = service_.engine().runLog().last(id);
    const auto textOrNull = [](const std::string& text) { return text.empty() ? Value() : Value(text); };
    return Object{{"id", id.value},
                  {"name", entry.row.name},
                  {"kind", toString(entry.row.kind)},
                  {"key", entry.row.key},
                  {"file", textOrNull(entry.path)},
                  {"enabled", entry.row.enabled},
                  {"disabled_reason", textOrNull(entry.row.stop.reason)},
                  {"state", states[static_cast<std::size_t>(entry.state)]},
                  {"error", textOrNull(entry.error)},
                  {"line", entry.error.empty() ? Value() : Value(lineOfMessage(entry.error))},
                  {"rules", std::move(rules)},
                  {"author", entry.row.author ? Value(entry.row.author.value) : Value()},
                  {"tests", std::move(tests)},
                  {"running", static_cast<std::int64_t>(service_.engine().runner().live(id).size())},
                  {"last_run", last ? Value(automation::toObject(*last)) : Value()},
                  {"not_run", std::move(skips)},
                  {"memory_bytes", entry.memoryBytes}};
}

void AutomationApi::answerWith(AutomationId id, int status, const HttpAnswer& answer) const
{
    const auto* entry = service_.find(id);
    if (!entry) return answer(unknownAutomation());
    auto value = toValue(id);
    value.object().set("source", entry->row.source);
    answer(HttpResponse::json(value, status));
}

void AutomationApi::addReadRoutes(Http& http)
{
    auto list =
        automationRoute(HttpMethod::Get, "/api/automations", "listAutomations",
                        {"Liste des automatisations et de leur état", "All automations with their state and last run"},
                        "automations.read");
    list.responseSchema =
        std::string(R"({"type":"object","required":["automations"],"properties":{"success":{"type":"boolean"},
      "automations":{"type":"array","items":)") +
        automationSchema + "}}}";
    routes_ += http.asyncRoute(list, [this](const HttpRequest&, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this](const HttpAnswer& respond) {
            List automations;
            for (const auto& [id, entry] : service_.entries()) automations.push_back(toValue(id));
            respond(HttpResponse::json(Object{{"success", true}, {"automations", std::move(automations)}}));
        });
    });

    auto upcoming = automationRoute(HttpMethod::Get, "/api/automations/upcoming", "listUpcomingAutomations",
                                    {"Prochains déclenchements planifiés", "Scheduled runs, in UTC and local time"},
                                    "automations.read");
    upcoming.query = {
        {"until", Value::Kind::Text, "RFC 3339 time or milliseconds since 1970; 24 hours from now by default", {}, 40}};
    upcoming.responseSchema = R"({"type":"object","required":["success","upcoming"],"properties":{
      "success":{"type":"boolean"},"upcoming":{"type":"array","items":{"type":"object","required":["automation","rule","at"],
        "properties":{"automation":{"type":"integer"},"name":{"type":"string"},"rule":{"type":"string"},
          "at":{"type":"string"},"local":{"type":"string"},"zone":{"type":"string"}}}}}})";
    routes_ += http.asyncRoute(upcoming, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto text = Value(request.query).textOr("until", "");
        const auto until = parseTime(text);
        if (!text.empty() && !until)
            return answer(
                makeError(ErrorCode::InvalidArgument, {"Paramètre invalide : until", "Invalid parameter: until"}));
        answerOnCore(core_, std::move(answer), [this, until](const HttpAnswer& respond) {
            List list;
            for (const auto& next : service_.upcoming(until, upcomingLimit)) {
                const auto id = service_.engine().automationOf(next.rule);
                const auto* entry = service_.find(id);
                if (!entry) continue;
                list.push_back(Object{{"automation", id.value},
                                      {"name", entry->row.name},
                                      {"rule", service_.engine().ruleName(next.rule)},
                                      {"at", toIso8601(next.at)},
                                      {"local", next.localTime},
                                      {"zone", next.zone}});
            }
            respond(HttpResponse::json(Object{{"success", true}, {"upcoming", std::move(list)}}));
        });
    });

    auto one =
        automationRoute(HttpMethod::Get, "/api/automations/{id}", "getAutomation",
                        {"Une automatisation avec son texte", "One automation with its text"}, "automations.read");
    one.responseSchema = automationSchema;
    one.errors = {ErrorCode::NotFound};
    routes_ += http.asyncRoute(one, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer),
                     [this, id = idOf(request)](const HttpAnswer& respond) { answerWith(id, 200, respond); });
    });

    auto runs = automationRoute(HttpMethod::Get, "/api/automations/{id}/runs", "listAutomationRuns",
                                {"Dernières exécutions, pas à pas", "The last runs, step by step with values"},
                                "automations.read");
    runs.query = {{"limit", Value::Kind::Integer, "At most this many runs, 1 to 200", 20}};
    runs.errors = {ErrorCode::NotFound};
    runs.responseSchema = R"({"type":"object","required":["success","runs"],"properties":{"success":{"type":"boolean"},
      "runs":{"type":"array","items":{"type":"object","required":["id","rule","state","started_at"],"properties":{
        "id":{"type":"string"},"rule":{"type":"string"},"state":{"type":"string"},"started_at":{"type":"string"},
        "ended_at":{"type":["string","null"]},"steps":{"type":"array"}}}}}})";
    routes_ += http.asyncRoute(runs, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto limit = Value(request.query).integerOr("limit", 20);
        if (limit < 1 || limit > 200)
            return answer(
                makeError(ErrorCode::InvalidArgument, {"Paramètre invalide : limit", "Invalid parameter: limit"}));
        answerOnCore(core_, std::move(answer), [this, id = idOf(request), limit](const HttpAnswer& respond) {
            service_.runs(id, static_cast<std::size_t>(limit), [respond](Result<List> list) {
                if (!list) return respond(list.error());
                respond(HttpResponse::json(Object{{"success", true}, {"runs", std::move(*list)}}));
            });
        });
    });
}

void AutomationApi::addWriteRoutes(Http& http)
{
    for (const bool enable : {true, false}) {
        auto route = automationRoute(
            HttpMethod::Post, enable ? "/api/automations/{id}/enable" : "/api/automations/{id}/disable",
            enable ? "enableAutomation" : "disableAutomation",
            enable ? Text{"Activer une automatisation", "Enable an automation"}
                   : Text{"Désactiver une automatisation", "Disable an automation; its runs are cancelled"},
            "automations.write");
        route.errors = {ErrorCode::NotFound};
        const auto triggers = enable ? Engine::Triggers::Armed : Engine::Triggers::Disarmed;
        routes_ += http.asyncRoute(route, [this, triggers](const HttpRequest& request, HttpAnswer answer) {
            answerOnCore(core_, std::move(answer),
                         [this, id = idOf(request), triggers, by = request.principal.user](const HttpAnswer& respond) {
                             if (const auto* entry = service_.find(id); entry && entry->row.kind == SourceKind::Plugin)
                                 return respond(ownedByPlugin());
                             const AutomationStop stop{by, service_.engine().now(), {}};
                             service_.setEnabled(id, triggers, stop, [this, respond](Result<AutomationId> saved) {
                                 if (!saved) return respond(saved.error());
                                 answerWith(*saved, 200, respond);
                             });
                         });
        });
    }

    auto run = automationRoute(HttpMethod::Post, "/api/automations/{id}/run", "runAutomation",
                               {"Exécuter maintenant", "Run its rules now, whatever triggers them; conditions count"},
                               "automations.write");
    run.query = {{"rule", Value::Kind::Text, "Only the rule of this name", {}, 100}};
    run.successStatus = 202;
    run.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
    routes_ += http.asyncRoute(run, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto rule = Value(request.query).textOr("rule", "");
        const Cause cause{request.requestId.empty() ? newCorrelationId() : request.requestId,
                          "user:" + std::to_string(request.principal.user.value), 0};
        answerOnCore(core_, std::move(answer), [this, id = idOf(request), rule, cause](const HttpAnswer& respond) {
            if (!service_.find(id)) return respond(unknownAutomation());
            const auto started = service_.engine().runNow(id, rule, cause);
            if (!started) return respond(started.error());
            List runs;
            for (const auto number : *started) runs.push_back(std::to_string(number));
            respond(HttpResponse::json(Object{{"success", true}, {"runs", std::move(runs)}}, 202));
        });
    });

    auto validate = automationRoute(HttpMethod::Post, "/api/automations/validate", "validateAutomation",
                                    {"Vérifier un script sans l'enregistrer", "Check a script without saving it"},
                                    "automations.write");
    validate.requestSchema = scriptSchema;
    validate.errors = {ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(validate, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto name = request.body.textOr("name", "script");
        const auto source = request.body.textOr("source", "");
        answerOnCore(core_, std::move(answer),
                     [this, name, source, author = authorOf(request.principal)](const HttpAnswer& respond) {
                         service_.engine().validate(
                             {{}, name, source, author}, [respond, source](Result<std::vector<std::string>> rules) {
                                 if (!rules) return respond(scriptError(rules.error(), source));
                                 respond(HttpResponse::json(
                                     Object{{"success", true}, {"rules", List(rules->begin(), rules->end())}}));
                             });
                     });
    });

    auto create =
        automationRoute(HttpMethod::Post, "/api/automations", "createAutomation",
                        {"Créer une automatisation", "Create an automation from its text"}, "automations.write");
    create.requestSchema = createSchema;
    create.responseSchema = automationSchema;
    create.successStatus = 201;
    create.errors = {ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(create, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto name = request.body.textOr("name", "");
        const auto source = request.body.textOr("source", "");
        answerOnCore(core_, std::move(answer),
                     [this, name, source, author = authorOf(request.principal)](const HttpAnswer& respond) {
                         service_.saveSource({}, name, source, author,
                                             [this, respond, source](Result<AutomationId> saved) {
                                                 if (!saved) return respond(scriptError(saved.error(), source));
                                                 answerWith(*saved, 201, respond);
                                             });
                     });
    });

    auto replace = automationRoute(HttpMethod::Put, "/api/automations/{id}/source", "replaceAutomationSource",
                                   {"Remplacer le texte d'une automatisation", "Replace the text of an automation"},
                                   "automations.write");
    replace.requestSchema = scriptSchema;
    replace.responseSchema = automationSchema;
    replace.errors = {ErrorCode::NotFound, ErrorCode::Conflict, ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(replace, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto name = request.body.textOr("name", "");
        const auto source = request.body.textOr("source", "");
        answerOnCore(
            core_, std::move(answer),
            [this, id = idOf(request), name, source, author = authorOf(request.principal)](const HttpAnswer& respond) {
                if (!id) return respond(unknownAutomation());
                service_.saveSource(id, name, source, author, [this, respond, source](Result<AutomationId> saved) {
                    if (!saved) return respond(scriptError(saved.error(), source));
                    answerWith(*saved, 200, respond);
                });
            });
    });

    auto remove = automationRoute(HttpMethod::Delete, "/api/automations/{id}", "deleteAutomation",
                                  {"Supprimer une automatisation", "Delete an automation that was written over REST"},
                                  "automations.write");
    remove.successStatus = 204;
    remove.errors = {ErrorCode::NotFound, ErrorCode::Conflict};
    routes_ += http.asyncRoute(remove, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, id = idOf(request)](const HttpAnswer& respond) {
            service_.remove(id, [respond](Result<void> removed) {
                if (!removed) return respond(removed.error());
                respond(HttpResponse::empty());
            });
        });
    });
}

} // namespace atrium::automation
