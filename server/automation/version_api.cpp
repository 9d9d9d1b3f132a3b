#include "automation/version_api.h"

#include "automation/automation_errors.h"
#include "automation/automation_exchange.h"
#include "automation/core_answer.h"

#include <charconv>
#include <set>

namespace atrium::automation {

namespace {

constexpr const char* fileFormat = "atrium-automations/1";
constexpr const char* importSchema =
    R"({"type":"object","required":["automations"],"additionalProperties":false,"properties":{
  "format":{"type":"string","enum":["atrium-automations/1"]},"exported_at":{"type":"string","maxLength":40},
  "existing":{"type":"string","enum":["skip","replace","add"]},
  "automations":{"type":"array","minItems":1,"maxItems":200,"items":{"type":"object","required":["name","source"],
    "additionalProperties":false,"properties":{"name":{"type":"string","minLength":1,"maxLength":100},
      "source":{"type":"string","maxLength":49152},"enabled":{"type":"boolean"}}}}}})";
constexpr std::size_t largestFile = 2 * 1024 * 1024;

std::set<std::int64_t> numbersOf(const std::string& list)
{
    std::set<std::int64_t> numbers;
    const char* at = list.data();
    const char* end = at + list.size();
    while (at < end) {
        std::int64_t number = 0;
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc{} || (next != end && *next != ',')) return {};
        numbers.insert(number);
        at = next + 1;
    }
    return numbers;
}

ImportPolicy policyOf(const std::string& word)
{
    return word == "replace" ? ImportPolicy::Replace : word == "add" ? ImportPolicy::Add : ImportPolicy::Skip;
}

} // namespace

VersionApi::VersionApi(AutomationService& service, Executor& core, Http& http) : service_(service), core_(core)
{
    addVersions(http);
    addRollBack(http);
    addExport(http);
    addImport(http);
}

void VersionApi::addVersions(Http& http)
{
    auto route = makeRoute(HttpMethod::Get, "/api/automations/{id}/versions", "listAutomationVersions", "automations",
                           {"Versions d'une automatisation", "The texts that an automation had, newest first"},
                           RouteAccess::permitted("automations.read"));
    route.errors = {ErrorCode::NotFound};
    route.responseSchema = R"({"type":"object","required":["success","versions"],"properties":{
      "success":{"type":"boolean"},"versions":{"type":"array","items":{"type":"object",
      "required":["number","name","saved_at","source"],"properties":{"number":{"type":"integer"},"name":{"type":"string"},
      "saved_at":{"type":"string"},"author":{"type":["integer","null"]},"source":{"type":"string"}}}}}})";
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        answerOnCore(core_, std::move(answer), [this, id = idOf(request)](const HttpAnswer& respond) {
            service_.versions(id, [respond](Result<std::vector<AutomationVersion>> versions) {
                if (!versions) return respond(versions.error());
                List list;
                for (auto& version : *versions)
                    list.push_back(Object{{"number", version.number},
                                          {"name", std::move(version.name)},
                                          {"saved_at", toIso8601(version.savedAt)},
                                          {"author", version.author ? Value(version.author.value) : Value()},
                                          {"source", std::move(version.source)}});
                respond(HttpResponse::json(Object{{"success", true}, {"versions", std::move(list)}}));
            });
        });
    });
}

void VersionApi::addRollBack(Http& http)
{
    auto route = makeRoute(
        HttpMethod::Post, "/api/automations/{id}/rollback", "rollBackAutomation", "automations",
        {"Revenir à une version", "Save an older text anew, that of before the newest one when none is named"},
        RouteAccess::permitted("automations.write"));
    route.requestSchema = R"({"type":"object","additionalProperties":false,"properties":{
      "version":{"type":"integer","minimum":1}}})";
    route.errors = {ErrorCode::NotFound, ErrorCode::Conflict, ErrorCode::Unprocessable};
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        std::optional<std::int64_t> number;
        if (const auto* version = request.body.find("version"); version && version->isInteger())
            number = version->integer();
        answerOnCore(
            core_, std::move(answer),
            [this, id = idOf(request), number, author = authorOf(request.principal)](const HttpAnswer& respond) {
                service_.rollBack(id, number, author, [respond](Result<AutomationId> saved) {
                    if (!saved) return respond(scriptError(saved.error(), {}));
                    respond(HttpResponse::json(Object{{"success", true}, {"id", saved->value}}));
                });
            });
    });
}

void VersionApi::addExport(Http& http)
{
    auto route = makeRoute(HttpMethod::Get, "/api/automations/export", "exportAutomations", "automations",
                           {"Exporter des automatisations", "Automations as one file that can be imported elsewhere"},
                           RouteAccess::permitted("automations.read"));
    route.query = {
        {"ids", Value::Kind::Text, "Their numbers, separated by commas; all that people wrote by default", {}, 2000}};
    route.responseSchema = R"({"type":"object","required":["format","exported_at","automations"],"properties":{
      "format":{"type":"string"},"exported_at":{"type":"string"},"automations":{"type":"array","items":{"type":"object",
      "required":["name","source","enabled"],"properties":{"name":{"type":"string"},"source":{"type":"string"},
      "enabled":{"type":"boolean"}}}}}})";
    route.errors = {ErrorCode::InvalidArgument};
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        const auto text = Value(request.query).textOr("ids", "");
        const auto wanted = numbersOf(text);
        if (!text.empty() && wanted.empty())
            return answer(
                makeError(ErrorCode::InvalidArgument, {"Paramètre invalide : ids", "Invalid parameter: ids"}));
        answerOnCore(core_, std::move(answer), [this, wanted](const HttpAnswer& respond) {
            List list;
            for (const auto& [id, entry] : service_.entries()) {
                // Plugins bring their own again.
                if (entry.row.kind == SourceKind::Plugin || entry.row.source.empty()) continue;
                if (wanted.empty() ? entry.row.kind == SourceKind::Shipped : !wanted.contains(id.value)) continue;
                list.push_back(
                    Object{{"name", entry.row.name}, {"source", entry.row.source}, {"enabled", entry.row.enabled}});
            }
            auto response = HttpResponse::json(Object{{"format", fileFormat},
                                                      {"exported_at", toIso8601(service_.engine().now())},
                                                      {"automations", std::move(list)}});
            response.headers.emplace_back("Content-Disposition", "attachment; filename=\"automations.json\"");
            respond(std::move(response));
        });
    });
}

void VersionApi::addImport(Http& http)
{
    auto route = makeRoute(HttpMethod::Post, "/api/automations/import", "importAutomations", "automations",
                           {"Importer des automatisations", "Import an exported file: all of its texts, or none"},
                           RouteAccess::permitted("automations.write"));
    route.requestSchema = importSchema;
    route.maxBodyBytes = largestFile;
    route.errors = {ErrorCode::Unprocessable, ErrorCode::PayloadTooLarge};
    routes_ += http.asyncRoute(route, [this](const HttpRequest& request, HttpAnswer answer) {
        std::vector<ImportItem> items;
        for (const auto& entry : request.body.find("automations")->list())
            items.push_back({entry.textOr("name", ""), entry.textOr("source", ""),
                             entry.booleanOr("enabled", true) ? Engine::Triggers::Armed : Engine::Triggers::Disarmed});
        const auto policy = policyOf(request.body.textOr("existing", "skip"));
        answerOnCore(
            core_, std::move(answer),
            [this, items = std::move(items), policy, author = authorOf(request.principal)](const HttpAnswer& respond) {
                importAutomations(
                    service_, items, policy, author, [respond](Result<std::vector<ImportResult>> results) {
                        if (!results) return respond(results.error());
                        List list;
                        for (const auto& result : *results)
                            list.push_back(Object{{"id", result.id ? Value(result.id.value) : Value()},
                                                  {"name", result.name},
                                                  {"outcome", result.outcome}});
                        respond(HttpResponse::json(Object{{"success", true}, {"automations", std::move(list)}}));
                    });
            });
    });
}

} // namespace atrium::automation
