#include "http/percent.h"

#include "atrium/text.h"

namespace atrium::http {

namespace {
int hexDigit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}
} // namespace

std::optional<std::string> decodePercent(std::string_view text, PlusSign plus)
{
    std::string decoded;
    decoded.reserve(text.size());
    bool ascii = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return {};
            const int high = hexDigit(text[i + 1]), low = hexDigit(text[i + 2]);
            if (high < 0 || low < 0) return {};
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        else if (c == '+' && plus == PlusSign::Space) {
            c = ' ';
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return {};
        if (byte >= 0x80) ascii = false;
        decoded += c;
    }
    if (!ascii && !isCleanUtf8(decoded)) return {};
    return decoded;
}

std::optional<QueryPairs> parseQuery(std::string_view query)
{
    QueryPairs pairs;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto part = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (part.empty()) continue;
        const auto equals = part.find('=');
        auto name = decodePercent(part.substr(0, equals), PlusSign::Space);
        auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                      : decodePercent(part.substr(equals + 1), PlusSign::Space);
        if (!name || !value) return {};
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return pairs;
}

} // namespace atrium::http
