#include "var.h"

#include "atrium/json.h"

#include <charconv>
#include <cmath>
#include <ctime>

namespace atrium::jinja {

Var Var::from(const Value& json)
{
    switch (json.kind()) {
    case Value::Kind::Null: return None{};
    case Value::Kind::Boolean: return json.boolean();
    case Value::Kind::Integer: return json.integer();
    case Value::Kind::Number: return json.number();
    case Value::Kind::Text: return json.text();
    case Value::Kind::List: {
        Vars items;
        items.reserve(json.list().size());
        for (const auto& item : json.list()) items.push_back(from(item));
        return list(std::move(items));
    }
    case Value::Kind::Object: break;
    }
    Pairs items;
    items.reserve(json.object().size());
    for (const auto& [key, value] : json.object()) items.emplace_back(key, from(value));
    return dict(std::move(items));
}

std::int64_t Var::integer() const
{
    if (const auto* flag = as<bool>()) return *flag;
    if (const auto* whole = as<std::int64_t>()) return *whole;
    throw RenderError(std::string("not a whole number: ") + kindName());
}

double Var::number() const
{
    if (const auto* real = as<double>()) return *real;
    if (isIntegral()) return static_cast<double>(integer());
    throw RenderError(std::string("not a number: ") + kindName());
}

const Vars* Var::items() const
{
    const auto* sequence = as<Sequence>();
    return sequence ? sequence->items.get() : nullptr;
}

const Pairs* Var::pairs() const
{
    const auto* mapping = as<Mapping>();
    return mapping ? mapping->items.get() : nullptr;
}

bool Var::truth() const
{
    if (isUndefined() || isNone()) return false;
    if (isNumeric()) return number() != 0;
    if (const auto* text = as<std::string>()) return !text->empty();
    if (const auto* list = items()) return !list->empty();
    if (const auto* mapping = pairs()) return !mapping->empty();
    return true;
}

bool Var::operator==(const Var& other) const
{
    if (isNumeric() && other.isNumeric()) {
        if (isIntegral() && other.isIntegral()) return integer() == other.integer();
        return number() == other.number();
    }
    if (content_.index() != other.content_.index()) return false;
    if (isUndefined() || isNone()) return true;
    if (const auto* text = as<std::string>()) return *text == *other.as<std::string>();
    if (const auto* moment = as<Moment>()) return moment->at == other.as<Moment>()->at;
    if (const auto* list = items())
        return as<Sequence>()->isTuple == other.as<Sequence>()->isTuple && *list == *other.items();
    if (const auto* mapping = pairs()) {
        if (mapping->size() != other.pairs()->size()) return false;
        for (const auto& [key, value] : *mapping)
            if (!other.contains(key) || !(other.at(key) == value)) return false;
        return true;
    }
    return as<std::shared_ptr<Callable>>() &&
           *as<std::shared_ptr<Callable>>() == *other.as<std::shared_ptr<Callable>>();
}

bool Var::lessThan(const Var& other) const
{
    if (isNumeric() && other.isNumeric()) return number() < other.number();
    if (isText() && other.isText()) return *as<std::string>() < *other.as<std::string>();
    if (as<Moment>() && other.as<Moment>()) return as<Moment>()->at < other.as<Moment>()->at;
    if (items() && other.items())
        return std::lexicographical_compare(items()->begin(), items()->end(), other.items()->begin(),
                                            other.items()->end(),
                                            [](const Var& a, const Var& b) { return a.lessThan(b); });
    throw RenderError(std::string("'<' not supported between ") + kindName() + " and " + other.kindName());
}

Value Var::json() const
{
    if (isNone()) return {};
    if (const auto* flag = as<bool>()) return *flag;
    if (const auto* whole = as<std::int64_t>()) return *whole;
    if (const auto* real = as<double>()) return *real;
    if (const auto* text = as<std::string>()) return *text;
    if (const auto* moment = as<Moment>()) return momentText(*moment, 'T');
    if (const auto* list = items()) {
        List out;
        for (const auto& item : *list) out.push_back(item.json());
        return out;
    }
    if (const auto* mapping = pairs()) {
        Object out;
        for (const auto& [key, value] : *mapping) {
            if (!key.isText()) throw RenderError("keys of JSON objects are text");
            out.set(*key.as<std::string>(), value.json());
        }
        return out;
    }
    throw RenderError(std::string(kindName()) + " is not JSON");
}

Vars Var::elements() const
{
    if (isUndefined()) return {};
    if (const auto* list = items()) return *list;
    Vars out;
    if (const auto* mapping = pairs()) {
        for (const auto& [key, value] : *mapping) out.push_back(key);
        return out;
    }
    if (const auto* text = as<std::string>()) {
        for (auto& letter : letters(*text)) out.emplace_back(std::move(letter));
        return out;
    }
    throw RenderError(std::string(kindName()) + " is not iterable");
}

std::size_t Var::length() const
{
    if (isUndefined()) return 0;
    if (const auto* list = items()) return list->size();
    if (const auto* mapping = pairs()) return mapping->size();
    if (const auto* text = as<std::string>()) return letters(*text).size();
    throw RenderError(std::string(kindName()) + " has no length");
}

Var Var::at(const Var& key) const
{
    if (isUndefined()) throw RenderError("an undefined value has no '" + key.text() + "'");
    if (const auto* mapping = pairs()) {
        for (const auto& [known, value] : *mapping)
            if (known == key) return value;
        return {};
    }
    if (!key.isIntegral()) return {};
    const auto pick = [index = key.integer()](const auto& from) -> Var {
        const auto size = static_cast<std::int64_t>(from.size());
        const auto place = index < 0 ? index + size : index;
        if (place < 0 || place >= size) return {};
        return from[static_cast<std::size_t>(place)];
    };
    if (const auto* list = items()) return pick(*list);
    if (const auto* text = as<std::string>()) return pick(letters(*text));
    return {};
}

bool Var::contains(const Var& element) const
{
    if (const auto* text = as<std::string>()) {
        if (!element.isText()) throw RenderError("'in <text>' needs a text");
        return text->find(*element.as<std::string>()) != std::string::npos;
    }
    if (const auto* mapping = pairs()) {
        for (const auto& [key, value] : *mapping)
            if (key == element) return true;
        return false;
    }
    for (const auto& item : elements())
        if (item == element) return true;
    return false;
}

const char* Var::kindName() const
{
    constexpr const char* names[] = {"undefined", "None", "bool", "int",      "float",
                                     "str",       "list", "dict", "datetime", "function"};
    return names[content_.index()];
}

} // namespace atrium::jinja
