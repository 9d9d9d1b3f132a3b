#include "automation/blueprints/blueprint_api.h"

#include "automation/automation_errors.h"
#include "automation/core_answer.h"

namespace atrium::automation {

namespace {

const std::string blueprintSchema =
    R"({"type":"object","required":["id","name","inputs","source","version"],"properties":{"id":{"type":"integer"},
  "name":{"type":"string"},"description":{"type":"string"},"inputs":{"type":"array","items":{"type":"object",
  "required":["name","label","type"],"properties":{"name":{"type":"string"},"label":{"type":"string"},
  "type":{"type":"string"}}}},"source":{"type":"string"},"version":{"type":"integer"},
  "author":{"type":["integer","null"]},"updated_at":{"type":"string"},"uses":{"type":"integer"}}})";
const std::string writeSchema =
    std::string(R"({"type":"object","required":["name","inputs","source"],"additionalProperties":false,"properties":{
  "name":{"type":"string","minLength":1,"maxLength":100},"description":{"type":"string","maxLength":2000},
  "source":{"type":"string","minLength":1,"maxLength":40960},"inputs":)") +
    inputsSchema + "}}";
constexpr const char* madeSchema =
    R"({"type":"object","required":["success","id"],"properties":{"success":{"type":"boolean"},"id":{"type":"integer"}}})";

Route blueprintRoute(HttpMethod method, const char* path, const char* operation, Text summary, const char* permission)
{
    auto route =
        makeRoute(method, path, operation, "automations", std::move(summary), RouteAccess::permitted(permission));
    if (std::string_view(path).find("{id}") != std::string_view::npos) route.errors = {ErrorCode::NotFound};
    return route;
}

Error unknownBlueprint()
{
    return makeError(ErrorCode::NotFound, {"Ce modèle n'existe pas", "There is no such blueprint"});
}

Result<Blueprint> blueprintOf(const HttpRequest& request)
{
    Blueprint blueprint;
    blueprint.id = request.idParameter("id");
    blueprint.name = request.body.textOr("name", "");
    blueprint.description = request.body.textOr("description", "");
    blueprint.source = request.body.textOr("source", "");
    blueprint.author = request.principal.user.value > 0 ? request.principal.user : UserId{};
    auto inputs = readInputs(*request.body.find("inputs"));
    if (!inputs) return inputs.error();
    blueprint.inputs = std::move(*inputs);
    return blueprint;
}

Object inputsOf(const HttpRequest& request)
{
    const auto* inputs = request.body.find("inputs");
    return inputs && inputs->isObject() ? inputs->object() : Object{};
}

} // namespace

BlueprintApi::BlueprintApi(BlueprintShelf& shelf, AutomationService& service, Executor& core, Http& http)
    : shelf_(shelf), service_(service), core_(core)
{
    addReads(http);
    addWrites(http);
    addUses(http);
}

Value BlueprintApi::toValue(const Blueprint& blueprint) const
{
    return Object{{"id", blueprint.id},
                  {"name", blueprint.name},
                  {"description", blueprint.description},
                  {"inputs", automation::toValue(blueprint.inputs)},
                  {"source", blueprint.source},
                  {"version", blueprint.version},
                  {"author", blueprint.author ? Value(blueprint.author.value) : Value()},
                  {"updated_at", toIso8601(blueprint.updatedAt)},
                  {"uses", static_cast<std::int64_t>(shelf_.countUses(blueprint.id))}};
}

void BlueprintApi::addReads(Http& http)
{
    auto list =
        blueprintRoute(HttpMethod::Get, "/api/blueprints", "listBlueprints",
                       {"Modèles d'automatisations", "Blueprints that automations can be made of"}, "automations.read");
    list.responseSchema = R"({"type":"object","required":["success","blueprints"],"properties":{
      "success":{"type":"boolean"},"blueprints":{"type":"array","items":)" +
                          blueprintSchema + "}}}";
    routes_ += http.asyncRoute(list, [this](const HttpRequest&, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this](const HttpAnswer& respond) {
            List blueprints;
            for (const auto& [id, blueprint] : shelf_.all()) blueprints.push_back(toValue(blueprint));
            respond(HttpResponse::json(Object{{"success", true}, {"blueprints", std::move(blueprints)}}));
        });
    });
    auto one = blueprintRoute(HttpMethod::Get, "/api/blueprints/{id}", "getBlueprint",
                              {"Un modèle", "One blueprint with its text"}, "automations.read");
    one.responseSchema = blueprintSchema;
    routes_ += http.asyncRoute(one, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, id = request.idParameter("id")](const HttpAnswer& respond) {
            const auto* blueprint = shelf_.find(id);
            if (!blueprint) return respond(unknownBlueprint());
            respond(HttpResponse::json(toValue(*blueprint)));
        });
    });
}

void BlueprintApi::addWrites(Http& http)
{
    for (const auto method : {HttpMethod::Post, HttpMethod::Put}) {
        const bool isNew = method == HttpMethod::Post;
        auto route = blueprintRoute(
            method, isNew ? "/api/blueprints" : "/api/blueprints/{id}", isNew ? "createBlueprint" : "replaceBlueprint",
            isNew ? Text{"Créer un modèle", "Create a blueprint"}
                  : Text{"Remplacer un modèle", "Replace a blueprint; automations made of it stay as they are"},
            "automations.write");
        route.requestSchema = writeSchema;
        route.responseSchema = blueprintSchema;
        route.successStatus = isNew ? 201 : 200;
        route.errors.push_back(ErrorCode::Conflict);
        route.errors.push_back(ErrorCode::Unprocessable);
        routes_ += http.asyncRoute(
            route, [this, isNew, status = route.successStatus](const HttpRequest& request, HttpAnswer answer) {
                auto blueprint = blueprintOf(request);
                if (!blueprint) return answer(blueprint.error());
                if (!isNew && blueprint->id == 0) return answer(unknownBlueprint());
                answerOnCore(core_, std::move(answer),
                             [this, status, blueprint = std::move(*blueprint)](const HttpAnswer& respond) {
                                 shelf_.save(blueprint, [this, status, respond](Result<std::int64_t> saved) {
                                     if (!saved) return respond(saved.error());
                                     respond(HttpResponse::json(toValue(*shelf_.find(*saved)), status));
                                 });
                             });
            });
    }
    auto validate =
        blueprintRoute(HttpMethod::Post, "/api/blueprints/validate", "validateBlueprint",
                       {"Vérifier un modèle sans l'enregistrer",
                        "Check a blueprint without saving it, with what its inputs fall back on or examples"},
                       "automations.write");
    validate.requestSchema = writeSchema;
    validate.responseSchema = R"({"type":"object","required":["success","rules"],"properties":{
      "success":{"type":"boolean"},"rules":{"type":"array","items":{"type":"string"}}}})";
    validate.errors = {ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(validate, [this](const HttpRequest& request, HttpAnswer answer) {
        auto blueprint = blueprintOf(request);
        if (!blueprint) return answer(blueprint.error());
        answerOnCore(core_, std::move(answer), [this, blueprint = std::move(*blueprint)](const HttpAnswer& respond) {
            shelf_.check(blueprint, [respond](const Result<std::vector<std::string>>& rules) {
                if (!rules) return respond(rules.error());
                respond(HttpResponse::json(Object{{"success", true}, {"rules", List(rules->begin(), rules->end())}}));
            });
        });
    });
    auto remove =
        blueprintRoute(HttpMethod::Delete, "/api/blueprints/{id}", "deleteBlueprint",
                       {"Supprimer un modèle", "Delete a blueprint; automations made of it stay"}, "automations.write");
    remove.successStatus = 204;
    routes_ += http.asyncRoute(remove, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, id = request.idParameter("id")](const HttpAnswer& respond) {
            shelf_.remove(id, [respond](Result<std::int64_t> removed) {
                if (!removed) return respond(removed.error());
                respond(HttpResponse::empty());
            });
        });
    });
}

void BlueprintApi::addUses(Http& http)
{
    auto make = blueprintRoute(HttpMethod::Post, "/api/blueprints/{id}/automations", "instantiateBlueprint",
                               {"Créer une automatisation d'un modèle", "Make an automation of a blueprint"},
                               "automations.write");
    make.requestSchema = R"({"type":"object","required":["name","inputs"],"additionalProperties":false,"properties":{
      "name":{"type":"string","minLength":1,"maxLength":100},"inputs":{"type":"object"}}})";
    make.responseSchema = madeSchema;
    make.successStatus = 201;
    make.errors.push_back(ErrorCode::Unprocessable);
    const auto made = [](const HttpAnswer& respond, int status) {
        return [respond, status](Result<AutomationId> id) {
            if (!id) return respond(id.error());
            respond(HttpResponse::json(Object{{"success", true}, {"id", id->value}}, status));
        };
    };
    routes_ += http.asyncRoute(make, [this, made](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer),
                     [this, made, id = request.idParameter("id"), name = request.body.textOr("name", ""),
                      inputs = inputsOf(request), who = request.principal](const HttpAnswer& respond) {
                         shelf_.instantiate(id, name, inputs, who, made(respond, 201));
                     });
    });

    auto use = blueprintRoute(
        HttpMethod::Get, "/api/automations/{id}/blueprint", "getAutomationBlueprint",
        {"Modèle d'une automatisation", "The blueprint of an automation, and its inputs; null when it has none"},
        "automations.read");
    use.responseSchema =
        R"({"type":"object","required":["success","blueprint"],"properties":{
      "success":{"type":"boolean"},"blueprint":{"type":["integer","null"]},"version":{"type":"integer"},
      "newest":{"type":"integer"},"inputs":{"type":"object"}}})";
    routes_ += http.asyncRoute(use, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, id = idOf(request)](const HttpAnswer& respond) {
            if (!service_.find(id)) return respond(unknownAutomation());
            const auto* known = shelf_.useOf(id);
            if (!known) return respond(HttpResponse::json(Object{{"success", true}, {"blueprint", Value()}}));
            respond(HttpResponse::json(Object{{"success", true},
                                              {"blueprint", known->blueprint},
                                              {"version", known->blueprintVersion},
                                              {"newest", shelf_.find(known->blueprint)->version},
                                              {"inputs", known->inputs}}));
        });
    });

    auto renew = blueprintRoute(
        HttpMethod::Put, "/api/automations/{id}/blueprint", "renewAutomationBlueprint",
        {"Refaire une automatisation de son modèle", "Make an automation anew of the newest version of its blueprint"},
        "automations.write");
    renew.requestSchema = R"({"type":"object","additionalProperties":false,"properties":{"inputs":{"type":"object"}}})";
    renew.responseSchema = madeSchema;
    renew.errors.push_back(ErrorCode::Unprocessable);
    routes_ += http.asyncRoute(renew, [this, made](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer),
                     [this, made, id = idOf(request), inputs = inputsOf(request), who = request.principal](
                         const HttpAnswer& respond) { shelf_.renew(id, inputs, who, made(respond, 200)); });
    });
}

} // namespace atrium::automation
