#include "audit_api.h"

#include "auth_schemas.h"

namespace atrium::auth {

namespace {

constexpr const char* readPermission = "audit.read";
constexpr std::int64_t maxPage = 1'000;
constexpr std::int64_t maxExport = 100'000;

std::vector<QueryParameter> filters()
{
    return {{"user", Value::Kind::Integer, "Only what this person did", {}},
            {"action", Value::Kind::Text, "This action; a * at the end stands for anything", {}, 100},
            {"object", Value::Kind::Text, "A part of what it was done to", {}, 100},
            {"outcome", Value::Kind::Text, "allowed or refused", {}, 10},
            {"from", Value::Kind::Text, "RFC 3339 time", {}, 40},
            {"to", Value::Kind::Text, "RFC 3339 time", {}, 40},
            {"before", Value::Kind::Integer, "Only records before this id: the next page", {}},
            {"limit", Value::Kind::Integer, "At most this many", 100}};
}

Result<AuditQuery> readFilters(const HttpRequest& request, std::int64_t most)
{
    const Value query(request.query);
    AuditQuery wanted;
    wanted.user = UserId{query.integerOr("user", 0)};
    wanted.action = query.textOr("action", "");
    wanted.object = query.textOr("object", "");
    const auto outcome = query.textOr("outcome", "");
    if (outcome == "allowed" || outcome == "refused") wanted.allowed = outcome == "allowed";
    else if (!outcome.empty()) return makeError(ErrorCode::InvalidArgument);
    for (const auto& [key, time] : {std::pair{"from", &AuditQuery::from}, {"to", &AuditQuery::to}})
        if (const auto text = query.textOr(key, ""); !text.empty()) {
            const auto read = parseTime(text);
            if (!read) return makeError(ErrorCode::InvalidArgument, {"Date invalide", "Invalid date"});
            wanted.*time = *read;
        }
    wanted.before = query.integerOr("before", 0);
    wanted.limit = query.integerOr("limit", 100);
    if (wanted.limit < 1 || wanted.limit > most) return makeError(ErrorCode::InvalidArgument);
    return wanted;
}

Object toJsonObject(const AuditRecord& record)
{
    const auto& entry = record.entry;
    return {{"id", record.id},          {"at", toIso8601(record.at)}, {"userId", entry.user.value},
            {"actor", entry.actor},     {"action", entry.action},     {"object", entry.object},
            {"address", entry.address}, {"allowed", entry.allowed},   {"status", entry.status},
            {"detail", entry.detail}};
}

} // namespace

void AuditApi::registerRoutes(Http& http, Subscriptions& routes)
{
    auto list = accountRoute(HttpMethod::Get, "/api/audit", "queryAudit", {"Qui a fait quoi", "Who did what"},
                             RouteAccess::permitted(readPermission));
    list.query = filters();
    list.responseSchema = schemas::listOf("entries", R"({"type": "object", "required": ["id", "at", "action"]})");
    routes += http.route(list, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto query = readFilters(request, maxPage);
        if (!query) return query.error();
        List entries;
        for (const auto& record : log_.query(*query)) entries.push_back(toJsonObject(record));
        return HttpResponse::json(Object{{"success", true}, {"entries", std::move(entries)}});
    });

    auto download =
        accountRoute(HttpMethod::Get, "/api/audit/export", "exportAudit",
                     {"Le journal d'audit en CSV", "The audit log as CSV"}, RouteAccess::permitted(readPermission));
    download.query = filters();
    download.responseSchema = R"({"type": "string"})";
    routes += http.route(download, [this](const HttpRequest& request) -> Result<HttpResponse> {
        const auto query = readFilters(request, maxExport);
        if (!query) return query.error();
        HttpResponse response;
        response.body = toCsv(log_.query(*query));
        response.contentType = "text/csv; charset=utf-8";
        response.headers.emplace_back("Content-Disposition", "attachment; filename=\"audit.csv\"");
        return response;
    });

    auto rotate = accountRoute(HttpMethod::Post, "/api/auth/keys/rotate", "rotateSigningKey",
                               {"Remplacer la clé qui signe les jetons", "Replace the key that signs tokens"},
                               RouteAccess::permitted("accounts.manage"));
    rotate.responseSchema = schemas::message;
    rotate.errors = {ErrorCode::Conflict};
    routes += http.route(rotate, [this](const HttpRequest& request) -> Result<HttpResponse> {
        if (const auto done = rotateKeys_(); !done) return done.error();
        return said(request,
                    {"Clé remplacée ; les anciens jetons restent valables", "Key replaced; old tokens stay good"});
    });
}

} // namespace atrium::auth
