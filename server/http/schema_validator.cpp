#include "http/schema_validator.h"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace atrium::http {

namespace {

using Json = nlohmann::json;
constexpr std::size_t maxReported = 20;

/// Removes `format`, refuses what must not be in a schema. `Names` = the keys here are property names, not keywords.
enum class Keys { Keywords, Names };

void clean(Json& schema, Keys keys)
{
    if (schema.is_array()) {
        for (auto& item : schema) clean(item, Keys::Keywords);
        return;
    }
    if (!schema.is_object()) return;
    if (keys == Keys::Keywords) {
        for (const char* banned : {"pattern", "patternProperties", "$ref"})
            if (schema.contains(banned)) throw std::invalid_argument(std::string("schema uses ") + banned);
        schema.erase("format");
    }
    for (auto& [key, child] : schema.items()) {
        if (keys == Keys::Keywords && (key == "enum" || key == "const" || key == "default" || key == "examples"))
            continue;
        const bool holdsNames = keys == Keys::Keywords && (key == "properties" || key == "definitions" ||
                                                           key == "$defs" || key == "dependentSchemas");
        clean(child, holdsNames ? Keys::Names : Keys::Keywords);
    }
}

Json convert(const Value& value)
{
    switch (value.kind()) {
    case Value::Kind::Null: return nullptr;
    case Value::Kind::Boolean: return value.boolean();
    case Value::Kind::Integer: return value.integer();
    case Value::Kind::Number: return value.number();
    case Value::Kind::Text: return value.text();
    case Value::Kind::List: {
        Json list = Json::array();
        for (const auto& item : value.list()) list.push_back(convert(item));
        return list;
    }
    case Value::Kind::Object: {
        Json object = Json::object();
        for (const auto& [key, item] : value.object()) object[key] = convert(item);
        return object;
    }
    }
    return nullptr;
}

/// valijson's context `<root>` `["name"]` `[3]` as a JSON pointer (RFC 6901).
std::string toPointer(const std::vector<std::string>& context)
{
    std::string pointer;
    for (const auto& step : context) {
        if (step.size() < 2 || step.front() != '[') continue;
        std::string_view name(step);
        name = name.substr(1, name.size() - 2);
        if (name.size() >= 2 && name.front() == '"') name = name.substr(1, name.size() - 2);
        pointer += '/';
        for (const char c : name) {
            if (c == '~') pointer += "~0";
            else if (c == '/') pointer += "~1";
            else pointer += c;
        }
    }
    return pointer;
}

/// The part of `text` between `before` and `after`.
std::string between(const std::string& text, std::string_view before, std::string_view after)
{
    const auto start = text.find(before);
    if (start == std::string::npos) return {};
    const auto from = start + before.size();
    return text.substr(from, text.rfind(after) - from);
}

std::string number(const std::string& text)
{
    const auto first = text.find_first_of("0123456789");
    if (first == std::string::npos) return {};
    const auto start = first > 0 && text[first - 1] == '-' ? first - 1 : first;
    auto digits = text.substr(start, text.find_first_not_of("0123456789.", first) - start);
    if (digits.find('.') != std::string::npos) {
        digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.back() == '.') digits.pop_back();
    }
    return digits;
}

struct Phrase {
    std::string_view start; ///< of valijson's description
    const char* fr;
    const char* en;
};
/// `#` stands for the number in the description.
constexpr std::array phrases{
    Phrase{"Expected number greater than or equal to", "doit être au moins #", "must be at least #"},
    Phrase{"Expected number greater than", "doit être supérieur à #", "must be greater than #"},
    Phrase{"Expected number less than or equal to", "doit être au plus #", "must be at most #"},
    Phrase{"Expected number less than", "doit être inférieur à #", "must be less than #"},
    Phrase{"String should be no fewer than", "doit avoir au moins # caractères", "must have at least # characters"},
    Phrase{"String should be no more than", "doit avoir au plus # caractères", "must have at most # characters"},
    Phrase{"Array should contain no fewer than", "doit avoir au moins # éléments", "must have at least # elements"},
    Phrase{"Array should contain no more than", "doit avoir au plus # éléments", "must have at most # elements"},
    Phrase{"Failed to match against any enum", "n'est pas une valeur permise", "is not an allowed value"},
    Phrase{"Failed to match expected value", "n'est pas la valeur attendue", "is not the expected value"},
    Phrase{"Value type not permitted", "n'est pas du bon type", "has the wrong type"},
    Phrase{"Value should be a multiple", "doit être un multiple de #", "must be a multiple of #"},
    Phrase{"Elements at indexes", "contient des doublons", "has duplicate elements"},
};

} // namespace

std::string translateSchemaError(const std::string& description, Language language)
{
    const bool french = language == Language::French;
    if (description.starts_with("Missing required property"))
        return (french ? "champ requis manquant : " : "missing required field: ") + between(description, "'", "'");
    if (description.find("additionalProperties") != std::string::npos)
        return (french ? "champ inconnu : " : "unknown field: ") + between(description, "constraints: '", "'");
    for (const auto& phrase : phrases) {
        if (!description.starts_with(phrase.start)) continue;
        std::string sentence = french ? phrase.fr : phrase.en;
        if (const auto mark = sentence.find('#'); mark != std::string::npos)
            sentence.replace(mark, 1, number(description));
        return sentence;
    }
    return french ? "valeur refusée" : "value refused";
}

struct SchemaValidator::Compiled {
    valijson::Schema schema;
};

SchemaValidator::SchemaValidator(const std::string& schema) : compiled_(std::make_unique<Compiled>())
{
    Json document;
    try {
        document = Json::parse(schema);
    }
    catch (const std::exception& error) {
        throw std::invalid_argument(std::string("schema is no JSON: ") + error.what());
    }
    clean(document, Keys::Keywords);
    try {
        valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document), compiled_->schema);
    }
    catch (const std::exception& error) {
        throw std::invalid_argument(std::string("schema is malformed: ") + error.what());
    }
}

SchemaValidator::~SchemaValidator() = default;

std::vector<FieldError> SchemaValidator::validate(const Value& value, Language language) const
{
    const Json document = convert(value);
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(document), &results)) return {};

    std::vector<FieldError> errors;
    for (const auto& error : results) {
        // The errors of the parents only repeat that a child is wrong.
        if (error.description.starts_with("Failed to validate against schema associated with property") ||
            error.description.starts_with("Failed to validate item"))
            continue;
        FieldError field{toPointer(error.context), translateSchemaError(error.description, language)};
        if (error.description.starts_with("Missing required property"))
            field.pointer += "/" + between(error.description, "'", "'");
        const bool known = std::any_of(errors.begin(), errors.end(), [&](const auto& other) {
            return other.pointer == field.pointer && other.detail == field.detail;
        });
        if (!known) errors.push_back(std::move(field));
        if (errors.size() == maxReported) break;
    }
    if (errors.empty()) errors.push_back({"", translateSchemaError({}, language)});
    return errors;
}

} // namespace atrium::http
