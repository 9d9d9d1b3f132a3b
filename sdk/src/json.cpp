#include "atrium/json.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <unordered_set>

namespace atrium {

namespace {

namespace dom = simdjson::dom;

/// Why a document is refused; thrown only inside this file.
struct Refused {
    Text reason;
};

/// Above this many members a hash set finds duplicates, so that a hostile object costs no quadratic time.
constexpr std::size_t smallObject = 24;

std::string refuseNul(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        throw Refused{{"Caractère NUL dans un texte", "NUL character in a text"}};
    return std::string(text);
}

Value convert(const dom::element& element);

Value convert(const dom::object& source)
{
    Object object;
    std::unordered_set<std::string_view> seen;
    for (const auto [key, element] : source) {
        const bool duplicate = object.size() <= smallObject ? object.contains(key) : !seen.insert(key).second;
        if (duplicate) throw Refused{{"Clé en double : " + std::string(key), "Duplicate key: " + std::string(key)}};
        object.append(refuseNul(key), convert(element));
        if (object.size() == smallObject + 1)
            for (const auto [known, ignored] : source) {
                seen.insert(known);
                if (known == key) break;
            }
    }
    return object;
}

Value convert(const dom::element& element)
{
    switch (element.type()) {
    case dom::element_type::OBJECT: return convert(dom::object(element));
    case dom::element_type::ARRAY: {
        List list;
        for (const auto child : dom::array(element)) list.push_back(convert(child));
        return list;
    }
    case dom::element_type::STRING: return refuseNul(std::string_view(element));
    case dom::element_type::INT64: return Value(std::int64_t(element));
    case dom::element_type::UINT64: return Value(static_cast<unsigned long>(std::uint64_t(element)));
    case dom::element_type::DOUBLE: return Value(double(element));
    case dom::element_type::BOOL: return Value(bool(element));
    case dom::element_type::NULL_VALUE: break;
    }
    return {};
}

Error refusal(Text reason) { return makeError(ErrorCode::InvalidArgument, std::move(reason)); }

} // namespace

Result<Value> parseJson(std::string_view text, JsonLimits limits)
{
    if (text.size() > limits.maxBytes) return makeError(ErrorCode::PayloadTooLarge);
    if (text.empty()) return refusal({"Contenu JSON vide", "Empty JSON"});

    // One parser a thread: its buffers are reused, which is most of what makes simdjson fast on small messages.
    thread_local dom::parser parser;
    if (parser.max_depth() != limits.maxDepth || parser.capacity() < text.size()) {
        if (parser.allocate(std::max<std::size_t>(text.size(), 4096), limits.maxDepth))
            return makeError(ErrorCode::Unavailable);
    }
    dom::element root;
    if (const auto error = parser.parse(text.data(), text.size()).get(root)) {
        if (error == simdjson::DEPTH_ERROR) return refusal({"JSON trop imbriqué", "JSON is nested too deeply"});
        return refusal({"JSON invalide", std::string("Invalid JSON: ") + simdjson::error_message(error)});
    }
    try {
        return convert(root);
    }
    catch (const Refused& refused) {
        return refusal(refused.reason);
    }
}

void appendJsonText(std::string& out, std::string_view text)
{
    out += '"';
    const bool clean = isCleanUtf8(text) || text.empty();
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const char* escape = nullptr;
        char unicode[7];
        switch (c) {
        case '"': escape = "\\\""; break;
        case '\\': escape = "\\\\"; break;
        case '\n': escape = "\\n"; break;
        case '\r': escape = "\\r"; break;
        case '\t': escape = "\\t"; break;
        default:
            if (c < 0x20) {
                std::snprintf(unicode, sizeof unicode, "\\u%04x", c);
                escape = unicode;
            }
            else if (!clean && c >= 0x80) {
                // One bad byte somewhere: keep the sequences that are whole, replace the rest (U+FFFD).
                const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
                if (i + length <= text.size() && isCleanUtf8(text.substr(i, length))) {
                    i += length - 1;
                    continue;
                }
                escape = "\xEF\xBF\xBD";
            }
        }
        if (!escape) continue;
        out.append(text, plain, i - plain);
        out += escape;
        plain = i + 1;
    }
    out.append(text, plain, text.size() - plain);
    out += '"';
}

void appendJson(std::string& out, const Value& value)
{
    switch (value.kind()) {
    case Value::Kind::Null: out += "null"; break;
    case Value::Kind::Boolean: out += value.boolean() ? "true" : "false"; break;
    case Value::Kind::Integer: {
        char buffer[24];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value.integer()).ptr;
        out.append(buffer, end);
        break;
    }
    case Value::Kind::Number: {
        const double number = value.number();
        if (!std::isfinite(number)) {
            out += "null";
            break;
        }
        char buffer[40];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
        out.append(buffer, end);
        break;
    }
    case Value::Kind::Text: appendJsonText(out, value.text()); break;
    case Value::Kind::List: {
        out += '[';
        bool first = true;
        for (const auto& item : value.list()) {
            if (!std::exchange(first, false)) out += ',';
            appendJson(out, item);
        }
        out += ']';
        break;
    }
    case Value::Kind::Object: {
        out += '{';
        bool first = true;
        for (const auto& [key, item] : value.object()) {
            if (!std::exchange(first, false)) out += ',';
            appendJsonText(out, key);
            out += ':';
            appendJson(out, item);
        }
        out += '}';
        break;
    }
    }
}

std::string toJson(const Value& value)
{
    std::string out;
    appendJson(out, value);
    return out;
}

} // namespace atrium
