#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace atrium {

class Value;

/// Keys and values in the order they were given. Look-ups are linear: made for the small objects of messages.
class Object {
public:
    using Member = std::pair<std::string, Value>;

    Object();
    Object(std::initializer_list<Member> members);
    Object(const Object&);
    Object(Object&&) noexcept;
    Object& operator=(const Object&);
    Object& operator=(Object&&) noexcept;
    ~Object();

    /// The value under `key`, or nullptr.
    const Value* find(std::string_view key) const;
    Value* find(std::string_view key);
    bool contains(std::string_view key) const { return find(key) != nullptr; }

    /// Replaces the value under `key`, or appends it.
    Object& set(std::string_view key, Value value);
    /// Appends without looking for `key`: the caller knows that it is new.
    Object& append(std::string key, Value value);
    /// Removes `key`; false when there was none.
    bool erase(std::string_view key);
    void reserve(std::size_t members);

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    std::vector<Member>::const_iterator begin() const;
    std::vector<Member>::const_iterator end() const;

    /// Equal when the same keys hold equal values, in any order.
    bool operator==(const Object& other) const;

private:
    std::vector<Member> members_;
};

using List = std::vector<Value>;

/// A typed value as it appears in JSON, MQTT payloads, device attributes and Lua: null, boolean, integer, number, text,
/// list or object. Integers and floating numbers stay apart, so that counts and money never round.
/// Thread: a value has no hidden sharing; treat it like a std::string.
class Value {
public:
    enum class Kind { Null, Boolean, Integer, Number, Text, List, Object };

    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool boolean) : content_(boolean) {}
    Value(int integer) : content_(static_cast<std::int64_t>(integer)) {}
    Value(long integer) : content_(static_cast<std::int64_t>(integer)) {}
    Value(long long integer) : content_(static_cast<std::int64_t>(integer)) {}
    Value(unsigned integer) : content_(static_cast<std::int64_t>(integer)) {}
    /// Values above 2^63-1 become a floating Number.
    Value(unsigned long integer);
    Value(double number) : content_(number) {}
    Value(const char* text) : content_(std::string(text)) {}
    Value(std::string_view text) : content_(std::string(text)) {}
    Value(std::string text) : content_(std::move(text)) {}
    Value(List list) : content_(std::move(list)) {}
    Value(Object object) : content_(std::move(object)) {}
    template <class T>
    Value(const std::optional<T>& optional)
    {
        if (optional) *this = Value(*optional);
    }

    Kind kind() const { return static_cast<Kind>(content_.index()); }
    bool isNull() const { return kind() == Kind::Null; }
    bool isBoolean() const { return kind() == Kind::Boolean; }
    bool isInteger() const { return kind() == Kind::Integer; }
    /// Integer or floating number.
    bool isNumeric() const { return kind() == Kind::Integer || kind() == Kind::Number; }
    bool isText() const { return kind() == Kind::Text; }
    bool isList() const { return kind() == Kind::List; }
    bool isObject() const { return kind() == Kind::Object; }

    /// Each throws std::bad_variant_access when the value is of another kind.
    bool boolean() const { return std::get<bool>(content_); }
    std::int64_t integer() const { return std::get<std::int64_t>(content_); }
    /// Integer or floating number, as double.
    double number() const;
    const std::string& text() const { return std::get<std::string>(content_); }
    const List& list() const { return std::get<List>(content_); }
    List& list() { return std::get<List>(content_); }
    const Object& object() const { return std::get<Object>(content_); }
    Object& object() { return std::get<Object>(content_); }

    /// Pointers to the content, or nullptr when the value is of another kind.
    const bool* ifBoolean() const { return std::get_if<bool>(&content_); }
    const std::int64_t* ifInteger() const { return std::get_if<std::int64_t>(&content_); }
    const std::string* ifText() const { return std::get_if<std::string>(&content_); }
    const List* ifList() const { return std::get_if<List>(&content_); }
    const Object* ifObject() const { return std::get_if<Object>(&content_); }
    std::optional<double> ifNumber() const;

    /// The member `key` of an object; nullptr when this is no object or has no such member.
    const Value* find(std::string_view key) const;
    /// Member text, or `fallback` when it is absent or no text; never throws.
    std::string textOr(std::string_view key, std::string_view fallback) const;
    std::int64_t integerOr(std::string_view key, std::int64_t fallback) const;
    bool booleanOr(std::string_view key, bool fallback) const;

    /// Same kind and content; an Integer equals a Number of the same value.
    bool operator==(const Value& other) const;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Object> content_;
};

const char* toString(Value::Kind kind);

} // namespace atrium
