#include "http/header_text.h"

#include <array>
#include <cstdlib>

namespace atrium::http {

namespace {

constexpr std::array<bool, 256> tokenBytes = [] {
    std::array<bool, 256> table{};
    for (int c = 0; c < 256; ++c) table[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    for (const char c : {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

/// Cuts the next element off a comma-separated list.
std::string_view nextElement(std::string_view& list)
{
    const auto comma = list.find(',');
    const auto element = trimBlanks(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

} // namespace

bool isTokenByte(char c) { return tokenBytes[static_cast<unsigned char>(c)]; }

bool isHeaderValue(std::string_view value)
{
    for (const char c : value)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) return false;
    return true;
}

char toLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string toLowerText(std::string_view text)
{
    std::string lower(text);
    for (char& c : lower) c = toLower(c);
    return lower;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (toLower(a[i]) != toLower(b[i])) return false;
    return true;
}

std::string_view trimBlanks(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool listContains(std::string_view value, std::string_view word)
{
    while (!value.empty()) {
        const auto element = nextElement(value);
        if (equalsIgnoringCase(trimBlanks(element.substr(0, element.find(';'))), word)) return true;
    }
    return false;
}

double acceptedQuality(std::string_view header, std::string_view word)
{
    double any = 0;
    while (!header.empty()) {
        const auto element = nextElement(header);
        const auto name = trimBlanks(element.substr(0, element.find(';')));
        double quality = 1;
        if (const auto q = element.find("q="); q != std::string_view::npos)
            quality = std::strtod(std::string(element.substr(q + 2, 5)).c_str(), nullptr);
        if (equalsIgnoringCase(name, word)) return quality;
        if (name == "*") any = quality;
    }
    return any;
}

} // namespace atrium::http
