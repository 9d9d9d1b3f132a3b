#include "attribute_catalog.h"

#include "atrium/json.h"

namespace atrium::devices {

namespace {

struct KnownName {
    std::string_view name;
    const char* unit;
    bool writable;
};

/// Names as devices use them, with the unit that they mean.
constexpr KnownName knownNames[] = {
    {"status", "", true},
    {"power", "W", false},
    {"energy", "kWh", false},
    {"temperature", "°C", false},
    {"target_temperature", "°C", true},
    {"humidity", "%", false},
    {"battery", "%", false},
    {"illuminance", "lx", false},
    {"voltage", "V", false},
    {"current", "A", false},
    {"level", "%", true},
    {"brightness", "%", true},
    {"position", "%", true},
    {"speed", "%", true},
    {"co2", "ppm", false},
    {"pressure", "hPa", false},
    {"linkquality", "", false},
    {"color", "", true},
    {"mode", "", true},
};

AttributeSpec specOf(std::string_view name, Value::Kind kind)
{
    AttributeSpec spec;
    spec.name = name;
    spec.kind = kind;
    for (const auto& known : knownNames) {
        if (known.name != name) continue;
        spec.unit = known.unit;
        spec.writable = known.writable;
    }
    return spec;
}

bool isAttributeName(std::string_view name)
{
    if (name.empty() || name.size() > 60) return false;
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    if (!isLetter(name[0])) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); });
}

} // namespace

std::vector<AttributeSpec> defaultAttributes(std::string_view type)
{
    std::vector<AttributeSpec> specs;
    if (type == "motion")
        return {specOf("motion", Value::Kind::Boolean), specOf("illuminance", Value::Kind::Number),
                specOf("battery", Value::Kind::Number)};
    if (type != "sensor") {
        specs.push_back(specOf("status", Value::Kind::Boolean));
        specs.push_back(specOf("power", Value::Kind::Number));
    }
    if (type == "climate") {
        specs.push_back(specOf("temperature", Value::Kind::Number));
        specs.push_back(specOf("target_temperature", Value::Kind::Number));
    }
    if (type == "light") specs.push_back(specOf("level", Value::Kind::Number));
    return specs;
}

std::optional<AttributeSpec> learnAttribute(std::string_view name, const Value& value)
{
    if (!isAttributeName(name) || name == "timestamp") return {};
    switch (value.kind()) {
    case Value::Kind::Boolean: return specOf(name, Value::Kind::Boolean);
    case Value::Kind::Integer:
    case Value::Kind::Number: return specOf(name, Value::Kind::Number);
    case Value::Kind::Text:
        return value.text().size() <= 255 ? specOf(name, Value::Kind::Text) : std::optional<AttributeSpec>{};
    default: return {};
    }
}

std::string toJsonText(const std::vector<AttributeSpec>& specs)
{
    List list;
    for (const auto& spec : specs)
        list.push_back(Object{{"name", spec.name},
                              {"kind", toString(spec.kind)},
                              {"unit", spec.unit},
                              {"writable", spec.writable},
                              {"history", spec.history}});
    return toJson(list);
}

std::vector<AttributeSpec> specsFromJsonText(std::string_view json)
{
    std::vector<AttributeSpec> specs;
    const auto list = parseJson(json);
    if (!list || !list->isList()) return specs;
    for (const auto& item : list->list()) {
        AttributeSpec spec;
        spec.name = item.textOr("name", "");
        const auto kind = item.textOr("kind", "");
        for (const auto candidate :
             {Value::Kind::Boolean, Value::Kind::Integer, Value::Kind::Number, Value::Kind::Text})
            if (kind == toString(candidate)) spec.kind = candidate;
        spec.unit = item.textOr("unit", "");
        spec.writable = item.booleanOr("writable", false);
        spec.history = item.booleanOr("history", true);
        if (isAttributeName(spec.name)) specs.push_back(std::move(spec));
    }
    return specs;
}

} // namespace atrium::devices
