#include "functions.h"
#include "times.h"

#include "atrium/json.h"
#include "atrium/text.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/RegularExpression.h>
#include <Poco/URI.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>

namespace atrium::jinja {

namespace {

using FilterFunction = Var (*)(const Var&, const Call&);

constexpr std::size_t maxRegexSubject = 8 * 1024;

std::string mapped(const std::string& text, int (*change)(int))
{
    // Also letters of the Latin-1 supplement and Greek would change in Python; devices send ASCII words.
    std::string out = text;
    for (auto& c : out) c = static_cast<char>(change(static_cast<unsigned char>(c)));
    return out;
}

std::string strip(std::string_view text, std::string_view set = " \t\n\r\v\f")
{
    const auto begin = text.find_first_not_of(set);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(set) - begin + 1));
}

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

Var toFloat(const Var& value, const Call& call)
{
    const auto number = asFloat(value);
    return number ? Var(*number) : orDefault(call, 0, "float", value);
}

std::optional<std::int64_t> whole(double number)
{
    if (!std::isfinite(number) || std::abs(number) > 9.2e18) return {};
    return static_cast<std::int64_t>(std::trunc(number));
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

template <bool wantsLeast>
Var extreme(const Var& value, const Call& call)
{
    // min(1, 2) and [1, 2]|min.
    Vars all = call.positional.empty() ? value.elements() : call.positional;
    if (!call.positional.empty()) all.insert(all.begin(), value);
    if (all.empty()) throw RenderError("nothing to choose from");
    std::size_t best = 0;
    for (std::size_t i = 1; i < all.size(); ++i)
        if (wantsLeast ? all[i].lessThan(all[best]) : all[best].lessThan(all[i])) best = i;
    return all[best];
}

Var absolute(const Var& value, const Call&)
{
    if (value.isIntegral()) return std::abs(value.integer());
    return std::abs(value.number());
}

Var joined(const Var& value, const Call& call)
{
    const std::string separator = call.find(0, "d") ? call.find(0, "d")->text() : "";
    std::string out;
    bool isFirst = true;
    for (const auto& item : value.elements()) {
        if (!std::exchange(isFirst, false)) out += separator;
        out += item.text();
    }
    return out;
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

Var toList(const Var& value, const Call&) { return Var::list(value.elements()); }
Var firstOf(const Var& value, const Call&)
{
    const auto items = value.elements();
    return items.empty() ? Var() : items.front();
}
Var lastOf(const Var& value, const Call&)
{
    const auto items = value.elements();
    return items.empty() ? Var() : items.back();
}
Var lengthOf(const Var& value, const Call&) { return static_cast<std::int64_t>(value.length()); }

Var sumOf(const Var& value, const Call& call)
{
    const Var* start = call.find(1, "start");
    bool isWhole = !start || start->isIntegral();
    double total = start ? start->number() : 0;
    for (const auto& item : value.elements()) {
        isWhole = isWhole && item.isIntegral();
        total += item.number();
    }
    return isWhole ? Var(static_cast<std::int64_t>(total)) : Var(total);
}

Var averageOf(const Var& value, const Call& call)
{
    const auto items = value.elements();
    if (items.empty()) return orDefault(call, 0, "average", value);
    double total = 0;
    for (const auto& item : items) total += item.number();
    return total / static_cast<double>(items.size());
}

Var sorted(const Var& value, const Call& call)
{
    auto items = value.elements();
    std::stable_sort(items.begin(), items.end(), [](const Var& a, const Var& b) { return a.lessThan(b); });
    if (const Var* reverse = call.find(0, "reverse"); reverse && reverse->truth())
        std::reverse(items.begin(), items.end());
    return Var::list(std::move(items));
}

Var reversed(const Var& value, const Call&)
{
    auto items = value.elements();
    std::reverse(items.begin(), items.end());
    if (!value.isText()) return Var::list(std::move(items));
    std::string out;
    for (const auto& letter : items) out += letter.text();
    return out;
}

Var uniqueOf(const Var& value, const Call&)
{
    Vars out;
    for (auto& item : value.elements())
        if (std::find(out.begin(), out.end(), item) == out.end()) out.push_back(item);
    return Var::list(std::move(out));
}

Call after(const Call& call, std::size_t count)
{
    Call rest{call.now, {}, call.named};
    for (std::size_t i = count; i < call.positional.size(); ++i) rest.positional.push_back(call.positional[i]);
    return rest;
}

/// `a.b.0` of an item, as map, selectattr and rejectattr take it.
Var attributeOf(const Var& item, const Var& path)
{
    if (!path.isText()) return item.at(path);
    Var value = item;
    std::stringstream parts(*path.as<std::string>());
    for (std::string part; std::getline(parts, part, '.');) {
        const bool isIndex =
            !part.empty() && part.find_first_not_of("0123456789") == std::string::npos && part.size() < 9;
        value = value.at(isIndex ? Var(std::stoi(part)) : Var(part));
    }
    return value;
}

Var mappedList(const Var& value, const Call& call)
{
    Vars out;
    const auto attribute =
        std::find_if(call.named.begin(), call.named.end(), [](const auto& pair) { return pair.first == "attribute"; });
    for (const auto& item : value.elements())
        out.push_back(attribute != call.named.end() ? attributeOf(item, attribute->second)
                                                    : applyFilter(call.need(0, "filter").text(), item, after(call, 1)));
    return Var::list(std::move(out));
}

template <bool keeps, bool ofAttribute>
Var chosen(const Var& value, const Call& call)
{
    constexpr std::size_t testPlace = ofAttribute ? 1 : 0;
    const bool hasTest = call.positional.size() > testPlace;
    Vars out;
    for (const auto& item : value.elements()) {
        const Var subject = ofAttribute ? attributeOf(item, call.need(0, "attribute")) : item;
        const bool holds = hasTest ? applyTest(call.positional[testPlace].text(), subject, after(call, testPlace + 1))
                                   : subject.truth();
        if (holds == keeps) out.push_back(item);
    }
    return Var::list(std::move(out));
}

std::unique_ptr<Poco::RegularExpression> compiled(const Call& call, const std::string& subject)
{
    if (subject.size() > maxRegexSubject) throw RenderError("too much text for a regular expression");
    int options = Poco::RegularExpression::RE_UTF8;
    for (const auto& [name, value] : call.named)
        if (name == "ignorecase" && value.truth()) options |= Poco::RegularExpression::RE_CASELESS;
    try {
        return std::make_unique<Poco::RegularExpression>(call.need(0, "find").text(), options);
    }
    catch (const Poco::Exception& error) {
        throw RenderError("a broken regular expression: " + error.displayText());
    }
}

/// All matches, each with its groups; the first entry of each is the whole.
std::vector<std::vector<std::string>> allMatches(const Var& value, const Call& call)
{
    const std::string subject = value.text();
    const auto expression = compiled(call, subject);
    std::vector<std::vector<std::string>> all;
    try {
        Poco::RegularExpression::MatchVec match;
        for (std::size_t at = 0; at <= subject.size() && expression->match(subject, at, match) > 0;) {
            auto& groups = all.emplace_back();
            for (const auto& group : match)
                groups.push_back(group.offset == std::string::npos ? "" : subject.substr(group.offset, group.length));
            at = match[0].offset + std::max<std::size_t>(match[0].length, 1);
        }
    }
    catch (const Poco::Exception& error) {
        throw RenderError("a regular expression failed: " + error.displayText());
    }
    return all;
}

Var findAll(const Var& value, const Call& call)
{
    // Python gives as many groups as the pattern has, also those that took no part; PCRE leaves out trailing ones.
    std::size_t groups = 0;
    const std::string pattern = call.need(0, "find").text();
    bool inClass = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') ++i;
        else if (inClass) inClass = pattern[i] != ']';
        else if (pattern[i] == '[') inClass = true;
        else if (pattern[i] == '(' && (pattern.substr(i + 1, 1) != "?" || pattern.substr(i + 1, 3) == "?P<")) ++groups;
    }
    Vars out;
    for (auto& match : allMatches(value, call)) {
        match.resize(groups + 1);
        if (groups == 0) out.emplace_back(match[0]);
        else if (groups == 1) out.emplace_back(match[1]);
        else out.push_back(Var::tuple(Vars(match.begin() + 1, match.end())));
    }
    return Var::list(std::move(out));
}

Var findAllIndex(const Var& value, const Call& call)
{
    const auto all = findAll(value, call);
    const auto index = call.find(1, "index") ? call.find(1, "index")->integer() : 0;
    Var found = all.at(index);
    if (found.isUndefined()) throw RenderError("no such match");
    return found;
}

Var regexMatch(const Var& value, const Call& call)
{
    const std::string subject = value.text();
    Poco::RegularExpression::Match match;
    return compiled(call, subject)->match(subject, 0, match) > 0 && match.offset == 0;
}

Var regexSearch(const Var& value, const Call& call)
{
    const std::string subject = value.text();
    Poco::RegularExpression::Match match;
    return compiled(call, subject)->match(subject, 0, match) > 0;
}

Var regexReplace(const Var& value, const Call& call)
{
    std::string subject = value.text();
    const auto expression = compiled(call, subject);
    std::string to = call.find(1, "replace") ? call.find(1, "replace")->text() : "";
    for (std::size_t i = 0; i + 1 < to.size(); ++i)
        if (to[i] == '\\' && std::isdigit(static_cast<unsigned char>(to[i + 1]))) to[i] = '$';
    expression->subst(subject, to, Poco::RegularExpression::RE_GLOBAL);
    return subject;
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

Var itemsOf(const Var& value, const Call&)
{
    Vars out;
    if (value.isUndefined()) return Var::list({});
    if (!value.pairs()) throw RenderError("items needs a mapping");
    for (const auto& [key, content] : *value.pairs()) out.push_back(Var::tuple({key, content}));
    return Var::list(std::move(out));
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

template <class Operation>
Var bits(const Var& value, const Call& call, Operation operation)
{
    return operation(value.integer(), call.need(0, "value").integer());
}

const std::map<std::string, FilterFunction, std::less<>>& filters()
{
    static const std::map<std::string, FilterFunction, std::less<>> all{
        {"abs", absolute},
        {"add", added},
        {"as_datetime", asMoment},
        {"as_local", asLocal},
        {"as_timestamp", asTimestamp},
        {"attr", [](const Var& value, const Call& call) { return value.at(call.need(0, "name")); }},
        {"average", averageOf},
        {"base64_decode", decodeBase64},
        {"base64_encode", encodeBase64},
        {"bitwise_and", [](const Var& v, const Call& c) { return bits(v, c, [](auto a, auto b) { return a & b; }); }},
        {"bitwise_or", [](const Var& v, const Call& c) { return bits(v, c, [](auto a, auto b) { return a | b; }); }},
        {"bitwise_xor", [](const Var& v, const Call& c) { return bits(v, c, [](auto a, auto b) { return a ^ b; }); }},
        {"bool", toBool},
        {"capitalize", capitalized},
        {"contains", [](const Var& value, const Call& call) -> Var { return value.contains(call.need(0, "value")); }},
        {"count", lengthOf},
        {"d", withDefault},
        {"default", withDefault},
        {"first", firstOf},
        {"float", toFloat},
        {"format", formatted},
        {"from_json", fromJson},
        {"iif", choice},
        {"int", toInt},
        {"is_defined", isDefined},
        {"is_number", [](const Var& v, const Call& c) -> Var { return applyTest("is_number", v, c); }},
        {"items", itemsOf},
        {"join", joined},
        {"last", lastOf},
        {"length", lengthOf},
        {"list", toList},
        {"lower", [](const Var& value, const Call&) -> Var { return mapped(value.text(), std::tolower); }},
        {"map", mappedList},
        {"max", extreme<false>},
        {"min", extreme<true>},
        {"multiply", product},
        {"regex_findall", findAll},
        {"regex_findall_index", findAllIndex},
        {"regex_match", regexMatch},
        {"regex_replace", regexReplace},
        {"regex_search", regexSearch},
        {"reject", chosen<false, false>},
        {"rejectattr", chosen<false, true>},
        {"replace", replaced},
        {"reverse", reversed},
        {"round", toRounded},
        {"safe", [](const Var& value, const Call&) { return value; }},
        {"select", chosen<true, false>},
        {"selectattr", chosen<true, true>},
        {"sort", sorted},
        {"split", split},
        {"string", [](const Var& value, const Call&) -> Var { return value.text(); }},
        {"sum", sumOf},
        {"timestamp_custom", timestampCustom},
        {"timestamp_local", timestampLocal},
        {"timestamp_utc", timestampUtc},
        {"title", titled},
        {"to_json", toJsonFilter},
        {"tojson", toSafeJson},
        {"trim",
         [](const Var& value, const Call& call) -> Var {
             return call.find(0, "chars") ? strip(value.text(), call.find(0, "chars")->text()) : strip(value.text());
         }},
        {"truncate", truncated},
        {"unique", uniqueOf},
        {"upper", [](const Var& value, const Call&) -> Var { return mapped(value.text(), std::toupper); }},
        {"urlencode", urlEncoded},
    };
    return all;
}

} // namespace

bool isFilter(std::string_view name) { return filters().contains(name); }

Var applyFilter(const std::string& name, const Var& value, const Call& call)
{
    const auto found = filters().find(name);
    if (found == filters().end()) throw RenderError("unknown filter '" + name + "'");
    return found->second(value, call);
}

} // namespace atrium::jinja
