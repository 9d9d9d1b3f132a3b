#include "automation/why_api.h"

#include "automation/core_answer.h"

namespace atrium::automation {

WhyApi::WhyApi(AutomationService& service, Executor& core, Http& http)
{
    auto route =
        makeRoute(HttpMethod::Get, "/api/automations/{id}/why", "explainAutomation", "automations",
                  {"Pourquoi les règles d'une automatisation ne s'exécutent pas maintenant",
                   "Why the rules of an automation do not run now: what each trigger waits for, how far it is, "
                   "what would turn it away, how the conditions stand, and the last non-runs"},
                  RouteAccess::permitted("automations.read"));
    route.errors = {ErrorCode::NotFound};
    route.responseSchema = R"({"type":"object","required":["success","at","causes","rules"],"properties":{
      "success":{"type":"boolean"},"at":{"type":"string"},
      "causes":{"type":"array","items":{"type":"object","required":["code","text","facts"],"properties":{
        "code":{"type":"string"},"text":{"type":"string"},"facts":{"type":"object"}}}},
      "rules":{"type":"array","items":{"type":"object","required":["rule","causes","triggers","conditions","not_run"],
        "properties":{"rule":{"type":"string"},"line":{"type":"integer"},"causes":{"type":"array"},
          "triggers":{"type":"array","items":{"type":"object","required":["kind","what","reasons"]}},
          "conditions":{"type":["array","null"]},"not_run":{"type":"array"},"last_run":{"type":["string","null"]}}}}}})";
    route_ = http.asyncRoute(route, [&service, &core](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core, std::move(answer),
                     [&service, id = idOf(request), language = request.language](const HttpAnswer& respond) {
                         service.explain(id, [respond, language](Result<Explanation> told) {
                             if (!told) return respond(told.error());
                             auto body = toObject(*told, language);
                             body.set("success", true);
                             respond(HttpResponse::json(Value(std::move(body))));
                         });
                     });
    });
}

} // namespace atrium::automation
