#include "var.h"

#include "atrium/json.h"

#include <charconv>
#include <cmath>
#include <ctime>

namespace atrium::jinja {

namespace {

std::string quoted(const std::string& text)
{
    const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
    std::string out(1, quote);
    for (const char c : text) {
        if (c == quote || c == '\\') (out += '\\') += c;
        else if (c == '\n') out += "\\n";
        else if (c == '\r') out += "\\r";
        else if (c == '\t') out += "\\t";
        else if (static_cast<unsigned char>(c) < 0x20) {
            constexpr char hex[] = "0123456789abcdef";
            ((out += "\\x") += hex[c >> 4]) += hex[c & 15];
        }
        else out += c;
    }
    return out += quote;
}

std::string joined(const Vars& items)
{
    std::string out;
    for (const auto& item : items) {
        if (!out.empty()) out += ", ";
        out += item.repr();
    }
    return out;
}

std::string momentText(const Moment& moment, char separator)
{
    const auto micros = toMicroseconds(moment.at);
    const std::time_t seconds =
        static_cast<std::time_t>(micros >= 0 ? micros / 1'000'000 : (micros - 999'999) / 1'000'000);
    std::tm parts{};
    if (moment.isLocal) localtime_r(&seconds, &parts);
    else gmtime_r(&seconds, &parts);
    char text[64];
    std::string out(text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts));
    out += separator;
    out.append(text, std::strftime(text, sizeof text, "%H:%M:%S", &parts));
    if (const auto rest = micros - seconds * 1'000'000LL; rest != 0) {
        std::string digits = std::to_string(rest);
        out += '.' + std::string(6 - digits.size(), '0') + digits;
    }
    const long offset = moment.isLocal ? parts.tm_gmtoff / 60 : 0;
    std::snprintf(text, sizeof text, "%c%02ld:%02ld", offset < 0 ? '-' : '+', std::abs(offset) / 60,
                  std::abs(offset) % 60);
    return out + text;
}

} // namespace

std::string floatText(double number)
{
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
    std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    const auto e = text.find('e');
    int exponent = 0;
    const auto* from = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
    std::from_chars(from, text.data() + text.size(), exponent);
    if (exponent < -4 || exponent >= 16) return std::string(text);
    const auto fixed = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed).ptr;
    std::string out(buffer, fixed);
    if (out.find('.') == std::string::npos) out += ".0";
    return out;
}

std::vector<std::string> letters(std::string_view text)
{
    std::vector<std::string> out;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0) == 0x80 && !out.empty()) out.back() += c;
        else out.emplace_back(1, c);
    }
    return out;
}

std::optional<double> parseFloat(std::string_view text)
{
    const auto isSpace = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
    std::string clean(text);
    for (std::size_t i = 0; (i = clean.find('_', i)) != std::string::npos;) {
        const bool between = i > 0 && i + 1 < clean.size() && std::isdigit(clean[i - 1]) && std::isdigit(clean[i + 1]);
        if (!between) return {};
        clean.erase(i, 1);
    }
    if (clean.find_first_of("xXpP(") != std::string::npos) return {}; // C's hexadecimal floats and nan(...)
    const char* begin = clean.c_str() + (clean.starts_with('+') && clean.size() > 1 && clean[1] != '-' ? 1 : 0);
    double number = 0;
    const auto [end, error] = std::from_chars(begin, clean.c_str() + clean.size(), number);
    if (begin == end || end != clean.c_str() + clean.size()) return {};
    if (error == std::errc::result_out_of_range) return std::strtod(begin, nullptr);
    if (error != std::errc{}) return {};
    return number;
}

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

std::string Var::text() const
{
    if (const auto* text = as<std::string>()) return *text;
    if (const auto* moment = as<Moment>()) return momentText(*moment, ' ');
    return repr();
}

std::string Var::repr() const
{
    if (isUndefined()) return {};
    if (isNone()) return "None";
    if (const auto* flag = as<bool>()) return *flag ? "True" : "False";
    if (const auto* whole = as<std::int64_t>()) return std::to_string(*whole);
    if (const auto* real = as<double>()) return floatText(*real);
    if (const auto* text = as<std::string>()) return quoted(*text);
    if (const auto* moment = as<Moment>()) return momentText(*moment, 'T');
    if (const auto* list = items()) {
        if (!as<Sequence>()->isTuple) return '[' + joined(*list) + ']';
        return '(' + joined(*list) + (list->size() == 1 ? ",)" : ")");
    }
    if (const auto* mapping = pairs()) {
        std::string out = "{";
        for (const auto& [key, value] : *mapping) {
            if (out.size() > 1) out += ", ";
            out += key.repr() + ": " + value.repr();
        }
        return out + '}';
    }
    return "<function>";
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
