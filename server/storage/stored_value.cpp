#include "storage/stored_value.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <charconv>
#include <cmath>

namespace atrium::storage {

namespace {

/// Integers up to here are exact in a double.
constexpr std::int64_t exactInDouble = std::int64_t{1} << 53;

} // namespace

StoredValue toStored(const Value& value)
{
    const auto kind = static_cast<std::int64_t>(value.kind());
    switch (value.kind()) {
    case Value::Kind::Null: return {kind, nullptr, nullptr};
    case Value::Kind::Boolean: return {kind, value.boolean() ? 1.0 : 0.0, nullptr};
    case Value::Kind::Integer: {
        const auto integer = value.integer();
        const bool exact = integer >= -exactInDouble && integer <= exactInDouble;
        return {kind, static_cast<double>(integer), exact ? SqlValue() : SqlValue(std::to_string(integer))};
    }
    case Value::Kind::Number: return {kind, value.number(), nullptr};
    case Value::Kind::Text: return {kind, nullptr, value.text()};
    default: return {kind, nullptr, toJson(value)};
    }
}

Value fromStored(const SqlValue& kind, const SqlValue& number, const SqlValue& text)
{
    switch (static_cast<Value::Kind>(kind.integer())) {
    case Value::Kind::Null: return {};
    case Value::Kind::Boolean: return number.number() != 0;
    case Value::Kind::Integer: {
        if (text.isNull()) return static_cast<std::int64_t>(number.number());
        std::int64_t integer = 0;
        std::from_chars(text.text().data(), text.text().data() + text.text().size(), integer);
        return integer;
    }
    case Value::Kind::Number: return number.number();
    case Value::Kind::Text: return text.text();
    default: return parseJson(text.text()).value();
    }
}

std::optional<double> summaryNumber(const Value& value)
{
    if (const auto* boolean = value.ifBoolean()) return *boolean ? 1.0 : 0.0;
    return value.ifNumber();
}

bool isStorable(const Value& value)
{
    constexpr std::size_t maxBytes = 60'000;
    switch (value.kind()) {
    case Value::Kind::Number: return std::isfinite(value.number());
    case Value::Kind::Text: return value.text().size() <= maxBytes / 6 && isCleanUtf8(value.text());
    case Value::Kind::List:
    case Value::Kind::Object: return toJson(value).size() <= maxBytes;
    default: return true;
    }
}

} // namespace atrium::storage
