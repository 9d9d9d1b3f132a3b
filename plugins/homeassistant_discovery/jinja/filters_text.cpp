#include "filters.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace atrium::jinja {

namespace {

Var truncated(const Var& value, const Call& call)
{
    const auto length = call.find(0, "length") ? call.find(0, "length")->integer() : 255;
    const bool cutsWords = call.find(1, "killwords") && call.find(1, "killwords")->truth();
    const std::string end = call.find(2, "end") ? call.find(2, "end")->text() : "...";
    const auto leeway = call.find(3, "leeway") ? call.find(3, "leeway")->integer() : 5;
    const auto text = letters(value.text());
    const auto most = std::max<std::int64_t>(length, 0);
    if (static_cast<std::int64_t>(text.size()) <= most + leeway) return value.text();
    std::string out;
    const auto kept = std::max<std::int64_t>(0, most - static_cast<std::int64_t>(letters(end).size()));
    for (std::size_t i = 0; i < static_cast<std::size_t>(kept); ++i) out += text[i];
    if (!cutsWords)
        if (const auto space = out.rfind(' '); space != std::string::npos) out.resize(space);
    return out + end;
}

Var toJsonFilter(const Var& value, const Call&) { return toJson(value.json()); }

/// For HTML attributes, as Jinja does.
Var toSafeJson(const Var& value, const Call&)
{
    std::string out;
    for (const char c : toJson(value.json())) {
        if (c == '<') out += "\\u003c";
        else if (c == '>') out += "\\u003e";
        else if (c == '&') out += "\\u0026";
        else if (c == '\'') out += "\\u0027";
        else out += c;
    }
    return out;
}

Var fromJson(const Var& value, const Call& call)
{
    const auto json = parseJson(value.text());
    if (json) return Var::from(*json);
    if (const Var* fallback = call.find(0, "default")) return *fallback;
    throw RenderError("from_json got no JSON");
}

Var replaced(const Var& value, const Call& call)
{
    const std::string from = call.need(0, "old").text(), to = call.need(1, "new").text();
    std::string text = value.text();
    if (from.empty()) return text;
    std::string out;
    std::size_t at = 0;
    for (std::size_t found; (found = text.find(from, at)) != std::string::npos; at = found + from.size()) {
        out.append(text, at, found - at);
        out += to;
        if (out.size() > 256 * 1024) throw RenderError("the text becomes too long");
    }
    return out += text.substr(at);
}

/// Python's % formatting, as far as `d i u x X o f e g s r %`.
Var formatted(const Var& value, const Call& call)
{
    const std::string pattern = value.text();
    std::string out;
    std::size_t next = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '%') {
            out += pattern[i];
            continue;
        }
        const auto end = pattern.find_first_not_of("0123456789.-+ #", i + 1);
        if (end == std::string::npos) throw RenderError("an incomplete format");
        const char kind = pattern[end];
        if (kind == '%') {
            out += '%';
            i = end;
            continue;
        }
        std::string spec = pattern.substr(i, end - i);
        if (spec.size() > 12 || next >= call.positional.size()) throw RenderError("a format without its value");
        const Var& argument = call.positional[next++];
        char text[512];
        if (std::string_view("diuxXo").find(kind) != std::string_view::npos) {
            const auto number = argument.as<double>() ? whole(argument.number()).value_or(0) : argument.integer();
            std::snprintf(text, sizeof text, (spec + "ll" + (kind == 'i' || kind == 'u' ? 'd' : kind)).c_str(),
                          static_cast<long long>(number));
        }
        else if (std::string_view("eEfFgG").find(kind) != std::string_view::npos)
            std::snprintf(text, sizeof text, (spec + kind).c_str(), argument.number());
        else if (kind == 's' || kind == 'r')
            std::snprintf(text, sizeof text, (spec + 's').c_str(),
                          (kind == 's' ? argument.text() : argument.repr()).substr(0, 400).c_str());
        else throw RenderError("an unknown format");
        out += text;
        i = end;
    }
    return out;
}

Var capitalized(const Var& value, const Call&)
{
    std::string out = mapped(value.text(), std::tolower);
    if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
    return out;
}

Var titled(const Var& value, const Call&)
{
    std::string out = value.text();
    bool starts = true;
    for (auto& c : out) {
        const auto letter = static_cast<unsigned char>(c);
        c = static_cast<char>(starts ? std::toupper(letter) : std::tolower(letter));
        starts = !std::isalnum(letter) && letter < 0x80;
    }
    return out;
}

Var encodeBase64(const Var& value, const Call&)
{
    std::ostringstream out;
    Poco::Base64Encoder encoder(out);
    encoder.rdbuf()->setLineLength(0);
    encoder << value.text();
    encoder.close();
    return out.str();
}

Var decodeBase64(const Var& value, const Call&)
{
    std::istringstream in(value.text());
    Poco::Base64Decoder decoder(in);
    std::string out{std::istreambuf_iterator<char>(decoder), {}};
    if (!isCleanUtf8(out)) throw RenderError("base64 of no text");
    return out;
}

Var urlEncoded(const Var& value, const Call&)
{
    std::string out;
    Poco::URI::encode(value.text(), "!#$&'()*+,:;=?@[]", out);
    return out;
}

Var split(const Var& value, const Call& call)
{
    const Var method = findMethod(value.text(), "split");
    return (**method.as<std::shared_ptr<Callable>>())(call);
}

} // namespace

std::string mapped(const std::string& text, int (*change)(int))
{
    // Also letters of the Latin-1 supplement and Greek would change in Python; devices send ASCII words.
    std::string out = text;
    for (auto& c : out) c = static_cast<char>(change(static_cast<unsigned char>(c)));
    return out;
}

std::string strip(std::string_view text, std::string_view set)
{
    const auto begin = text.find_first_not_of(set);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(set) - begin + 1));
}

const Filters& textFilters()
{
    static const Filters all{
        {"base64_decode", decodeBase64},
        {"base64_encode", encodeBase64},
        {"capitalize", capitalized},
        {"format", formatted},
        {"from_json", fromJson},
        {"replace", replaced},
        {"split", split},
        {"title", titled},
        {"to_json", toJsonFilter},
        {"tojson", toSafeJson},
        {"truncate", truncated},
        {"urlencode", urlEncoded},
    };
    return all;
}

} // namespace atrium::jinja
