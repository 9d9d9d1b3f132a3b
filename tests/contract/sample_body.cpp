#include "sample_body.h"

namespace atrium::contract {

namespace {

/// The types that a schema allows.
std::vector<std::string> typesOf(const Value& schema)
{
    const Value* type = schema.find("type");
    if (!type) return {};
    if (type->isText()) return {type->text()};
    std::vector<std::string> types;
    for (const auto& one : type->list()) types.push_back(one.text());
    return types;
}

bool allows(const std::vector<std::string>& types, const char* type)
{
    return std::find(types.begin(), types.end(), type) != types.end();
}

std::vector<std::string> requiredOf(const Value& schema)
{
    std::vector<std::string> names;
    if (const Value* required = schema.find("required"))
        for (const auto& name : required->list()) names.push_back(name.text());
    return names;
}

} // namespace

Value sampleOf(const Value& schema)
{
    if (const Value* choices = schema.find("enum")) return choices->list().at(0);
    if (const Value* only = schema.find("const")) return *only;
    const auto types = typesOf(schema);
    if (types.empty()) return {};
    if (types[0] == "string") {
        const auto length = std::max<std::int64_t>(1, schema.integerOr("minLength", 1));
        return std::string(static_cast<std::size_t>(length), 'x');
    }
    if (types[0] == "integer" || types[0] == "number") return schema.integerOr("minimum", 1);
    if (types[0] == "boolean") return true;
    if (types[0] == "array") {
        List items;
        for (std::int64_t i = 0; i < schema.integerOr("minItems", 0); ++i)
            items.push_back(sampleOf(*schema.find("items")));
        return items;
    }
    if (types[0] != "object") return {};
    Object object;
    for (const auto& name : requiredOf(schema)) {
        const Value* properties = schema.find("properties");
        const Value* property = properties ? properties->find(name) : nullptr;
        object.append(name, property ? sampleOf(*property) : Value("x"));
    }
    return object;
}

std::vector<std::pair<std::string, Value>> brokenSamplesOf(const Value& schema)
{
    std::vector<std::pair<std::string, Value>> broken;
    if (!allows(typesOf(schema), "array")) broken.emplace_back("a list", List{1});
    const Value whole = sampleOf(schema);
    for (const auto& name : requiredOf(schema)) {
        auto without = whole;
        without.object().erase(name);
        broken.emplace_back("without " + name, std::move(without));
    }
    if (const Value* properties = schema.find("properties"))
        for (const auto& [name, property] : properties->object()) {
            const auto types = typesOf(property);
            if (types.empty()) continue; // anything goes
            auto wrong = whole;
            wrong.object().set(name, allows(types, "object") ? Value(7) : Value(Object{{"not", "expected"}}));
            broken.emplace_back(name + " of another type", std::move(wrong));
        }
    return broken;
}

} // namespace atrium::contract
