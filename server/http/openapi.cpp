#include "http/openapi.h"

#include "atrium/json.h"
#include "http/header_text.h"

#include <set>
#include <stdexcept>

namespace atrium::http {

namespace {

Object reference(const char* name) { return Object{{"$ref", std::string("#/components/schemas/") + name}}; }

Value schemaValue(const std::string& text)
{
    auto parsed = parseJson(text);
    if (!parsed.ok()) throw std::invalid_argument("schema is no JSON");
    return *std::move(parsed);
}

const char* schemaType(Value::Kind kind)
{
    switch (kind) {
    case Value::Kind::Integer: return "integer";
    case Value::Kind::Number: return "number";
    case Value::Kind::Boolean: return "boolean";
    default: return "string";
    }
}

Object jsonContent(Value schema, const char* type = "application/json")
{
    return Object{{type, Object{{"schema", std::move(schema)}}}};
}

List parametersOf(const RouteEntry& entry)
{
    List parameters;
    for (const auto& segment : entry.segments)
        if (!segment.parameter.empty())
            parameters.push_back(Object{{"name", segment.parameter},
                                        {"in", "path"},
                                        {"required", true},
                                        {"schema", Object{{"type", "string"}}}});
    for (const auto& query : entry.route.query) {
        Object schema{{"type", schemaType(query.kind)}};
        if (query.kind == Value::Kind::Text) schema.append("maxLength", query.maxLength);
        if (!query.fallback.isNull()) schema.append("default", query.fallback);
        parameters.push_back(Object{{"name", query.name},
                                    {"in", "query"},
                                    {"required", false},
                                    {"description", query.description},
                                    {"schema", std::move(schema)}});
    }
    return parameters;
}

Object responsesOf(const Route& route)
{
    Object responses;
    Object success{{"description", "OK"}};
    if (!route.responseSchema.empty()) success.append("content", jsonContent(schemaValue(route.responseSchema)));
    responses.append(std::to_string(route.successStatus), std::move(success));

    std::set<ErrorCode> codes(route.errors.begin(), route.errors.end());
    if (!route.requestSchema.empty() || !route.query.empty()) codes.insert(ErrorCode::InvalidArgument);
    if (!route.requestSchema.empty()) codes.insert({ErrorCode::UnsupportedMediaType, ErrorCode::PayloadTooLarge});
    if (route.access.kind != RouteAccess::Kind::Public) codes.insert(ErrorCode::Unauthenticated);
    if (route.access.kind == RouteAccess::Kind::Permitted || route.access.kind == RouteAccess::Kind::Personal)
        codes.insert(ErrorCode::Forbidden);
    if (route.execution == RouteExecution::Blocking) codes.insert(ErrorCode::Unavailable);
    codes.insert({ErrorCode::TooManyRequests, ErrorCode::Internal});
    for (const auto code : codes)
        responses.set(std::to_string(httpStatus(code)),
                      Object{{"description", makeError(code).message.en},
                             {"content", jsonContent(reference("Problem"), "application/problem+json")}});
    return responses;
}

Object operationOf(const RouteEntry& entry)
{
    const auto& route = entry.route;
    Object operation{{"operationId", route.operationId},
                     {"summary", route.summary.in(Language::English)},
                     {"x-summary-fr", route.summary.in(Language::French)}};
    if (!route.tag.empty()) operation.append("tags", List{route.tag});
    if (auto parameters = parametersOf(entry); !parameters.empty())
        operation.append("parameters", std::move(parameters));
    if (!route.requestSchema.empty())
        operation.append("requestBody", Object{{"content", jsonContent(schemaValue(route.requestSchema))}});
    operation.append("responses", responsesOf(route));
    if (route.access.kind == RouteAccess::Kind::Public) operation.append("security", List{});
    else operation.append("security", List{Object{{"bearer", List{}}}});
    if (route.access.kind == RouteAccess::Kind::Permitted) operation.append("x-permission", route.access.permission);
    if (route.access.kind == RouteAccess::Kind::Personal) operation.append("x-personal", true);
    if (route.access.scope == RouteAccess::Scope::Object) operation.append("x-per-object", true);
    if (route.access.openHome) operation.append("x-open-home", true);
    operation.append("x-execution", entry.asyncHandler                            ? "async"
                                    : route.execution == RouteExecution::Blocking ? "blocking"
                                                                                  : "inline");
    if (!route.requestSchema.empty()) operation.append("x-max-body-bytes", route.maxBodyBytes);
    return operation;
}

Object problemSchema()
{
    const auto text = Object{{"type", "string"}};
    return Object{
        {"type", "object"},
        {"description", "RFC 9457 problem; `success`, `message` and `error` are for existing clients"},
        {"required", List{"success", "message", "error", "status", "code", "requestId"}},
        {"properties",
         Object{
             {"success", Object{{"const", false}}},
             {"message", text},
             {"error", text},
             {"type", text},
             {"title", text},
             {"status", Object{{"type", "integer"}}},
             {"detail", text},
             {"instance", text},
             {"code", text},
             {"errors", Object{{"type", "array"},
                               {"items", Object{{"type", "object"},
                                                {"properties", Object{{"pointer", text},
                                                                      {"detail", text},
                                                                      {"line", Object{{"type", "integer"}}},
                                                                      {"column", Object{{"type", "integer"}}},
                                                                      {"endColumn", Object{{"type", "integer"}}}}}}}}},
             {"requestId", text},
             {"traceId", text}}}};
}

} // namespace

Value describeApi(const Router& router, const std::string& title, const std::string& version)
{
    Object paths;
    for (const auto& entry : router.routes()) {
        auto* item = paths.find(entry->route.path);
        if (!item) {
            paths.append(entry->route.path, Object{});
            item = paths.find(entry->route.path);
        }
        item->object().set(toLowerText(toString(entry->route.method)), operationOf(*entry));
    }
    return Object{{"openapi", "3.1.0"},
                  {"info", Object{{"title", title}, {"version", version}}},
                  {"paths", std::move(paths)},
                  {"components",
                   Object{{"securitySchemes",
                           Object{{"bearer", Object{{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}}}},
                          {"schemas", Object{{"Problem", problemSchema()}}}}}};
}

} // namespace atrium::http
