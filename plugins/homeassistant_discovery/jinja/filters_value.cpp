#include "filters.h"

#include <charconv>
#include <cmath>

namespace atrium::jinja {

namespace {

Var toFloat(const Var& value, const Call& call)
{
    const auto number = asFloat(value);
    return number ? Var(*number) : orDefault(call, 0, "float", value);
}

Var toInt(const Var& value, const Call& call)
{
    refuseUndefined(value);
    if (value.isIntegral()) return value.integer();
    if (const auto* text = value.as<std::string>()) {
        const Var* base = call.find(1, "base");
        std::string clean = strip(*text);
        if (base && base->integer() != 10) {
            const auto radix = static_cast<int>(base->integer());
            if (radix == 16 && (clean.starts_with("0x") || clean.starts_with("0X"))) clean.erase(0, 2);
            if (radix == 2 && (clean.starts_with("0b") || clean.starts_with("0B"))) clean.erase(0, 2);
            std::int64_t number = 0;
            const auto [end, error] = std::from_chars(clean.data(), clean.data() + clean.size(), number, radix);
            if (error == std::errc{} && end == clean.data() + clean.size() && !clean.empty()) return number;
            return orDefault(call, 0, "int", value);
        }
        std::int64_t number = 0;
        const char* begin = clean.data() + (clean.starts_with('+') ? 1 : 0);
        const auto [end, error] = std::from_chars(begin, clean.data() + clean.size(), number);
        if (error == std::errc{} && end == clean.data() + clean.size()) return number;
    }
    if (const auto number = asFloat(value))
        if (const auto result = whole(*number)) return *result;
    return orDefault(call, 0, "int", value);
}

/// Python's round(): exact decimal digits of the binary number, half to even.
double rounded(double number, std::int64_t digits)
{
    if (!std::isfinite(number) || digits > 300) return number;
    if (digits >= 0) {
        char text[700];
        std::snprintf(text, sizeof text, "%.*f", static_cast<int>(digits), number);
        return std::strtod(text, nullptr);
    }
    const double unit = std::pow(10.0, static_cast<double>(-std::max<std::int64_t>(digits, -300)));
    return std::nearbyint(number / unit) * unit;
}

Var toRounded(const Var& value, const Call& call)
{
    const auto number = asFloat(value);
    if (!number) return orDefault(call, 2, "round", value);
    const auto digits = call.find(0, "precision") ? call.find(0, "precision")->integer() : 0;
    const std::string method = call.find(1, "method") ? call.find(1, "method")->text() : "common";
    const double factor = std::pow(10.0, static_cast<double>(digits));
    double result = 0;
    if (method == "ceil") result = std::ceil(*number * factor) / factor;
    else if (method == "floor") result = std::floor(*number * factor) / factor;
    else if (method == "half") result = std::nearbyint(*number * 2) / 2;
    else result = rounded(*number, digits);
    if (digits != 0) return result;
    if (const auto integer = whole(result)) return *integer;
    throw RenderError("round got '" + value.text() + "'");
}

Var toBool(const Var& value, const Call& call)
{
    if (const auto* flag = value.as<bool>()) return *flag;
    if (value.isNumeric()) return value.number() != 0;
    if (const auto* text = value.as<std::string>()) {
        const auto word = mapped(strip(*text), std::tolower);
        for (const auto* yes : {"1", "true", "yes", "on", "enable"})
            if (word == yes) return true;
        for (const auto* no : {"0", "false", "no", "off", "disable"})
            if (word == no) return false;
    }
    return orDefault(call, 0, "bool", value);
}

Var withDefault(const Var& value, const Call& call)
{
    const Var* fallback = call.find(0, "default_value");
    const Var* alsoFalse = call.find(1, "boolean");
    if (value.isUndefined() || (alsoFalse && alsoFalse->truth() && !value.truth()))
        return fallback ? *fallback : Var("");
    return value;
}

Var isDefined(const Var& value, const Call&)
{
    refuseUndefined(value);
    return value;
}

Var product(const Var& value, const Call& call)
{
    const auto number = asFloat(value);
    return number ? Var(*number * call.need(0, "amount").number()) : orDefault(call, 1, "multiply", value);
}

Var added(const Var& value, const Call& call)
{
    const auto number = asFloat(value);
    return number ? Var(*number + call.need(0, "amount").number()) : orDefault(call, 1, "add", value);
}

Var absolute(const Var& value, const Call&)
{
    if (value.isIntegral()) return std::abs(value.integer());
    return std::abs(value.number());
}

Var choice(const Var& value, const Call& call)
{
    const Var* yes = call.find(0, "if_true");
    const Var* no = call.find(1, "if_false");
    const Var* none = call.find(2, "if_none");
    if (none && value.isNone()) return *none;
    if (value.truth()) return yes ? *yes : Var(true);
    return no ? *no : Var(false);
}

template <class Operation>
Var bits(const Var& value, const Call& call, Operation operation)
{
    return operation(value.integer(), call.need(0, "value").integer());
}

} // namespace

void refuseUndefined(const Var& value)
{
    if (value.isUndefined()) throw RenderError("the value is undefined");
}

std::optional<double> asFloat(const Var& value)
{
    refuseUndefined(value);
    if (value.isNumeric()) return value.number();
    if (const auto* text = value.as<std::string>()) return parseFloat(*text);
    return {};
}

Var orDefault(const Call& call, std::size_t place, const char* filter, const Var& value)
{
    if (const Var* fallback = call.find(place, "default")) return *fallback;
    throw RenderError(std::string(filter) + " got '" + value.text() + "' and no default");
}

std::optional<std::int64_t> whole(double number)
{
    if (!std::isfinite(number) || std::abs(number) > 9.2e18) return {};
    return static_cast<std::int64_t>(std::trunc(number));
}

const Filters& valueFilters()
{
    static const Filters all{
        {"abs", absolute},
        {"add", added},
        {"bitwise_and", [](const Var& v, const Call& c) { return bits(v, c, [](auto a, auto b) { return a & b; }); }},
        {"bitwise_or", [](const Var& v, const Call& c) { return bits(v, c, [](auto a, auto b) { return a | b; }); }},
        {"bitwise_xor", [](const Var& v, const Call& c) { return bits(v, c, [](auto a, auto b) { return a ^ b; }); }},
        {"bool", toBool},
        {"d", withDefault},
        {"default", withDefault},
        {"float", toFloat},
        {"iif", choice},
        {"int", toInt},
        {"is_defined", isDefined},
        {"multiply", product},
        {"round", toRounded},
    };
    return all;
}

} // namespace atrium::jinja
