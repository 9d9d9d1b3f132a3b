#include "http/route_validator.h"

#include "atrium/json.h"
#include "http/header_text.h"

#include <charconv>
#include <cmath>
#include <set>
#include <stdexcept>

namespace atrium::http {

namespace {

template <class Number>
std::optional<Number> parseNumber(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

std::optional<Value> parseParameter(Value::Kind kind, const std::string& text)
{
    switch (kind) {
    case Value::Kind::Text: return Value(text);
    case Value::Kind::Integer:
        if (const auto integer = parseNumber<std::int64_t>(text)) return Value(*integer);
        return {};
    case Value::Kind::Number:
        if (const auto number = parseNumber<double>(text); number && std::isfinite(*number)) return Value(*number);
        return {};
    case Value::Kind::Boolean:
        if (text == "true" || text == "1") return Value(true);
        if (text == "false" || text == "0") return Value(false);
        return {};
    default: return {};
    }
}

FieldError parameterError(const std::string& name, Text why, Language language)
{
    return {"?" + name, why.in(language)};
}

Error invalid(std::vector<FieldError> fields)
{
    auto error = makeError(ErrorCode::InvalidArgument);
    error.fields = std::move(fields);
    return error;
}

} // namespace

Result<Object> readQuery(const Route& route, std::string_view query, Language language)
{
    Object values;
    const auto pairs = parseQuery(query);
    if (!pairs) return makeError(ErrorCode::InvalidArgument, {"Paramètres d'URL mal formés", "Malformed URL query"});
    std::vector<FieldError> errors;
    for (const auto& parameter : route.query) {
        const std::string* text = nullptr;
        bool twice = false;
        for (const auto& [name, value] : *pairs) {
            if (name != parameter.name) continue;
            twice = text != nullptr;
            text = &value;
            if (twice) break;
        }
        if (!text) {
            if (!parameter.fallback.isNull()) values.append(parameter.name, parameter.fallback);
            continue;
        }
        if (twice) {
            errors.push_back(
                parameterError(parameter.name, {"donné plusieurs fois", "given more than once"}, language));
            continue;
        }
        if (text->size() > parameter.maxLength) {
            errors.push_back(parameterError(parameter.name, {"trop long", "too long"}, language));
            continue;
        }
        auto value = parseParameter(parameter.kind, *text);
        if (!value) {
            errors.push_back(parameterError(parameter.name, {"n'est pas du bon type", "has the wrong type"}, language));
            continue;
        }
        values.append(parameter.name, std::move(*value));
    }
    if (!errors.empty()) return invalid(std::move(errors));
    return values;
}

Result<Value> readBody(const RouteEntry& entry, std::string_view contentType, std::string_view body, Language language)
{
    Value value = Object{};
    if (!body.empty()) {
        const auto type = trimBlanks(contentType.substr(0, contentType.find(';')));
        if (!equalsIgnoringCase(type, "application/json") && !toLowerText(type).ends_with("+json"))
            return makeError(ErrorCode::UnsupportedMediaType,
                             {"Le corps doit être en application/json", "The body must be application/json"});
        auto parsed = parseJson(body, {.maxBytes = entry.route.maxBodyBytes});
        if (!parsed.ok()) return parsed;
        value = *std::move(parsed);
    }
    auto errors = entry.bodySchema->validate(value, language);
    if (!errors.empty()) return invalid(std::move(errors));
    return value;
}

void checkDeclaration(const Route& route)
{
    const auto refuse = [&](const std::string& why) {
        throw std::invalid_argument("route " + route.path + ": " + why);
    };
    if (route.operationId.empty()) refuse("operationId is missing");
    if (route.access.kind == RouteAccess::Kind::Permitted && route.access.permission.empty())
        refuse("permission is missing");
    if (route.successStatus < 200 || route.successStatus > 399) refuse("successStatus is no success");
    std::set<std::string> names;
    for (const auto& parameter : route.query) {
        if (parameter.name.empty() || !names.insert(parameter.name).second) refuse("query parameter without own name");
        switch (parameter.kind) {
        case Value::Kind::Text:
        case Value::Kind::Integer:
        case Value::Kind::Number:
        case Value::Kind::Boolean: break;
        default: refuse("query parameter " + parameter.name + " cannot be read from text");
        }
    }
    std::set<std::string> segments;
    for (const auto& segment : parseTemplate(route.path))
        if (!segment.parameter.empty() && !segments.insert(segment.parameter).second)
            refuse("path parameter twice: " + segment.parameter);
    // Checked here too, because the documentation shows it.
    if (!route.responseSchema.empty()) SchemaValidator{route.responseSchema};
}

} // namespace atrium::http
