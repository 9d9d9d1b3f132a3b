#include "atrium/value.h"

#include <algorithm>
#include <cstdint>

namespace atrium {

Object::Object() = default;
Object::Object(std::initializer_list<Given> members)
{
    members_.reserve(members.size());
    for (const auto& given : members) members_.push_back(std::move(given.member_));
}
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::find(std::string_view key) const
{
    for (const auto& member : members_)
        if (member.first == key) return &member.second;
    return nullptr;
}

Value* Object::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

Object& Object::set(std::string_view key, Value value)
{
    if (Value* present = find(key)) *present = std::move(value);
    else members_.emplace_back(std::string(key), std::move(value));
    return *this;
}

Object& Object::append(std::string key, Value value)
{
    members_.emplace_back(std::move(key), std::move(value));
    return *this;
}

bool Object::erase(std::string_view key)
{
    return std::erase_if(members_, [&](const Member& member) { return member.first == key; }) > 0;
}

void Object::reserve(std::size_t members) { members_.reserve(members); }
std::size_t Object::size() const { return members_.size(); }
std::vector<Object::Member>::const_iterator Object::begin() const { return members_.begin(); }
std::vector<Object::Member>::const_iterator Object::end() const { return members_.end(); }

bool Object::operator==(const Object& other) const
{
    if (size() != other.size()) return false;
    return std::all_of(begin(), end(), [&](const Member& member) {
        const Value* value = other.find(member.first);
        return value && *value == member.second;
    });
}

Value::Value(unsigned long integer)
    : Value(integer > static_cast<unsigned long>(INT64_MAX) ? Value(static_cast<double>(integer))
                                                            : Value(static_cast<long long>(integer)))
{}

Value::Value(std::string text) : kind_(Kind::Text) { content_.text = new std::string(std::move(text)); }
Value::Value(List list) : kind_(Kind::List) { content_.list = new List(std::move(list)); }
Value::Value(Object object) : kind_(Kind::Object) { content_.object = new Object(std::move(object)); }

Value::Value(const Value& other) : content_(other.content_)
{
    switch (other.kind_) {
    case Kind::Text: content_.text = new std::string(*other.content_.text); break;
    case Kind::List: content_.list = new List(*other.content_.list); break;
    case Kind::Object: content_.object = new Object(*other.content_.object); break;
    default: break;
    }
    kind_ = other.kind_;
}

void Value::destroyContent()
{
    if (kind_ == Kind::Text) delete content_.text;
    else if (kind_ == Kind::List) delete content_.list;
    else delete content_.object;
}

double Value::number() const
{
    return kind_ == Kind::Integer ? static_cast<double>(content_.integer) : expect(Kind::Number).number;
}

std::optional<double> Value::ifNumber() const
{
    if (!isNumeric()) return {};
    return number();
}

const Value* Value::find(std::string_view key) const
{
    const Object* object = ifObject();
    return object ? object->find(key) : nullptr;
}

std::string Value::textOr(std::string_view key, std::string_view fallback) const
{
    const Value* member = find(key);
    return member && member->isText() ? member->text() : std::string(fallback);
}

std::int64_t Value::integerOr(std::string_view key, std::int64_t fallback) const
{
    const Value* member = find(key);
    return member && member->isInteger() ? member->integer() : fallback;
}

bool Value::booleanOr(std::string_view key, bool fallback) const
{
    const Value* member = find(key);
    return member && member->isBoolean() ? member->boolean() : fallback;
}

bool Value::operator==(const Value& other) const
{
    if (kind_ != other.kind_) return isNumeric() && other.isNumeric() && number() == other.number();
    switch (kind_) {
    case Kind::Null: return true;
    case Kind::Boolean: return content_.boolean == other.content_.boolean;
    case Kind::Integer: return content_.integer == other.content_.integer;
    case Kind::Number: return content_.number == other.content_.number;
    case Kind::Text: return *content_.text == *other.content_.text;
    case Kind::List: return *content_.list == *other.content_.list;
    case Kind::Object: return *content_.object == *other.content_.object;
    }
    return false;
}

const char* toString(Value::Kind kind)
{
    constexpr const char* names[] = {"null", "boolean", "integer", "number", "text", "list", "object"};
    return names[static_cast<std::size_t>(kind)];
}

} // namespace atrium
