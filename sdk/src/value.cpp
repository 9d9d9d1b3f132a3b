#include "atrium/value.h"

#include <algorithm>

namespace atrium {

Object::Object() = default;
Object::Object(std::initializer_list<Member> members) : members_(members) {}
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
{
    if (integer > static_cast<unsigned long>(INT64_MAX)) content_ = static_cast<double>(integer);
    else content_ = static_cast<std::int64_t>(integer);
}

double Value::number() const
{
    if (const auto* integer = ifInteger()) return static_cast<double>(*integer);
    return std::get<double>(content_);
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
    if (isNumeric() && other.isNumeric() && kind() != other.kind()) return number() == other.number();
    return content_ == other.content_;
}

const char* toString(Value::Kind kind)
{
    constexpr const char* names[] = {"null", "boolean", "integer", "number", "text", "list", "object"};
    return names[static_cast<std::size_t>(kind)];
}

} // namespace atrium
