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
    class Given;

    Object();
    /// `Object{{"id", 1}, {"name", name}}`
    Object(std::initializer_list<Given> members);
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
/// list or object. Integers and floating numbers stay apart, so that counts and money never round. Two words large: a
/// campus holds hundreds of thousands. Thread: a value has no hidden sharing; treat it like a std::string.
class Value {
public:
    enum class Kind : std::uint8_t { Null, Boolean, Integer, Number, Text, List, Object };

    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool boolean) : kind_(Kind::Boolean) { content_.boolean = boolean; }
    Value(int integer) : Value(static_cast<long long>(integer)) {}
    Value(long integer) : Value(static_cast<long long>(integer)) {}
    Value(long long integer) : kind_(Kind::Integer) { content_.integer = integer; }
    Value(unsigned integer) : Value(static_cast<long long>(integer)) {}
    /// Values above 2^63-1 become a floating Number.
    Value(unsigned long integer);
    Value(double number) : kind_(Kind::Number) { content_.number = number; }
    Value(const char* text) : Value(std::string(text)) {}
    Value(std::string_view text) : Value(std::string(text)) {}
    Value(std::string text);
    Value(List list);
    Value(Object object);
    template <class T>
    Value(const std::optional<T>& optional)
    {
        if (optional) *this = Value(*optional);
    }
    Value(const Value& other);
    Value(Value&& other) noexcept : content_(other.content_), kind_(std::exchange(other.kind_, Kind::Null)) {}
    Value& operator=(const Value& other)
    {
        if (this != &other) *this = Value(other);
        return *this;
    }
    Value& operator=(Value&& other) noexcept
    {
        Value taken(std::move(other)); // it may be a part of what is replaced
        std::swap(content_, taken.content_);
        std::swap(kind_, taken.kind_);
        return *this;
    }
    ~Value()
    {
        if (kind_ >= Kind::Text) destroyContent();
    }

    Kind kind() const { return kind_; }
    bool isNull() const { return kind() == Kind::Null; }
    bool isBoolean() const { return kind() == Kind::Boolean; }
    bool isInteger() const { return kind() == Kind::Integer; }
    /// Integer or floating number.
    bool isNumeric() const { return kind() == Kind::Integer || kind() == Kind::Number; }
    bool isText() const { return kind() == Kind::Text; }
    bool isList() const { return kind() == Kind::List; }
    bool isObject() const { return kind() == Kind::Object; }

    /// Each throws std::bad_variant_access when the value is of another kind.
    bool boolean() const { return expect(Kind::Boolean).boolean; }
    std::int64_t integer() const { return expect(Kind::Integer).integer; }
    /// Integer or floating number, as double.
    double number() const;
    const std::string& text() const { return *expect(Kind::Text).text; }
    const List& list() const { return *expect(Kind::List).list; }
    List& list() { return *expect(Kind::List).list; }
    const Object& object() const { return *expect(Kind::Object).object; }
    Object& object() { return *expect(Kind::Object).object; }

    /// Pointers to the content, or nullptr when the value is of another kind.
    const bool* ifBoolean() const { return isBoolean() ? &content_.boolean : nullptr; }
    const std::int64_t* ifInteger() const { return isInteger() ? &content_.integer : nullptr; }
    const std::string* ifText() const { return isText() ? content_.text : nullptr; }
    const List* ifList() const { return isList() ? content_.list : nullptr; }
    const Object* ifObject() const { return isObject() ? content_.object : nullptr; }
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
    /// Texts, lists and objects are owned.
    union Content {
        bool boolean;
        std::int64_t integer;
        double number;
        std::string* text;
        List* list;
        Object* object;
    };
    const Content& expect(Kind kind) const
    {
        if (kind_ != kind) throw std::bad_variant_access();
        return content_;
    }
    void destroyContent();

    Content content_{.integer = 0};
    Kind kind_ = Kind::Null;
};

const char* toString(Value::Kind kind);

/// A key and its value as a braced object is given them. The list of them is const, what it holds is ours alone: moved.
class Object::Given {
public:
    Given(std::string key, Value value) : member_(std::move(key), std::move(value)) {}

private:
    friend class Object;
    mutable Member member_;
};

} // namespace atrium
