#include "var.h"

#include <charconv>
#include <cmath>
#include <ctime>

namespace atrium::jinja {

// How values are written: as Python writes them.

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

} // namespace

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

} // namespace atrium::jinja
