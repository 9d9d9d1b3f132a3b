#include "functions.h"
#include "times.h"

#include <algorithm>
#include <map>

namespace atrium::jinja {

namespace {

constexpr std::string_view spaces = " \t\n\r\v\f";

Var splitText(const std::string& text, const Call& call)
{
    const Var* separator = call.find(0, "sep");
    const auto most = call.find(1, "maxsplit") ? call.find(1, "maxsplit")->integer() : -1;
    Vars parts;
    const auto isFull = [&] { return most >= 0 && static_cast<std::int64_t>(parts.size()) >= most; };
    if (!separator || separator->isNone()) {
        std::size_t at = text.find_first_not_of(spaces);
        while (at != std::string::npos && !isFull()) {
            const auto end = text.find_first_of(spaces, at);
            parts.emplace_back(text.substr(at, end - at));
            at = end == std::string::npos ? end : text.find_first_not_of(spaces, end);
        }
        if (at != std::string::npos) parts.emplace_back(text.substr(at));
        return Var::list(std::move(parts));
    }
    const std::string by = separator->text();
    if (by.empty()) throw RenderError("an empty separator");
    std::size_t at = 0;
    for (std::size_t found; !isFull() && (found = text.find(by, at)) != std::string::npos; at = found + by.size())
        parts.emplace_back(text.substr(at, found - at));
    parts.emplace_back(text.substr(at));
    return Var::list(std::move(parts));
}

Var splitFromRight(const std::string& text, const Call& call)
{
    const auto most = call.find(1, "maxsplit") ? call.find(1, "maxsplit")->integer() : -1;
    if (most < 0) return splitText(text, call);
    Call unlimited = call;
    unlimited.positional.resize(std::min<std::size_t>(unlimited.positional.size(), 1));
    unlimited.named.clear();
    Vars parts = *splitText(text, unlimited).items();
    const std::string by = call.find(0, "sep") && call.find(0, "sep")->isText() ? call.find(0, "sep")->text() : " ";
    while (static_cast<std::int64_t>(parts.size()) > most + 1) {
        parts[1] = parts[0].text() + by + parts[1].text();
        parts.erase(parts.begin());
    }
    return Var::list(std::move(parts));
}

template <bool left, bool right>
Var stripped(const std::string& text, const Call& call)
{
    const Var* chars = call.find(0, "chars");
    const std::string set = chars && chars->isText() ? chars->text() : std::string(spaces);
    std::size_t begin = 0, end = text.size();
    if (left)
        while (begin < end && set.find(text[begin]) != std::string::npos) ++begin;
    if (right)
        while (end > begin && set.find(text[end - 1]) != std::string::npos) --end;
    return text.substr(begin, end - begin);
}

bool startsOrEnds(const Var& affix, const auto& holds)
{
    if (!affix.items()) return holds(affix.text());
    return std::any_of(affix.items()->begin(), affix.items()->end(), [&](const Var& one) { return holds(one.text()); });
}

bool isAllDigits(const std::string& text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

using TextMethod = Var (*)(const std::string&, const Call&);

const std::map<std::string, TextMethod, std::less<>>& textMethods()
{
    static const std::map<std::string, TextMethod, std::less<>> all{
        {"capitalize", [](const std::string& text, const Call&) { return applyFilter("capitalize", text, {}); }},
        {"count",
         [](const std::string& text, const Call& call) -> Var {
             const std::string what = call.need(0, "sub").text();
             std::int64_t count = 0;
             for (std::size_t at = 0; !what.empty() && (at = text.find(what, at)) != std::string::npos;
                  at += what.size())
                 ++count;
             return count;
         }},
        {"endswith",
         [](const std::string& text, const Call& call) -> Var {
             return startsOrEnds(call.need(0, "suffix"), [&](const std::string& end) { return text.ends_with(end); });
         }},
        {"find",
         [](const std::string& text, const Call& call) -> Var {
             const auto at = text.find(call.need(0, "sub").text());
             return at == std::string::npos ? std::int64_t{-1}
                                            : static_cast<std::int64_t>(letters(text.substr(0, at)).size());
         }},
        {"isdigit", [](const std::string& text, const Call&) -> Var { return isAllDigits(text); }},
        {"isnumeric", [](const std::string& text, const Call&) -> Var { return isAllDigits(text); }},
        {"join",
         [](const std::string& text, const Call& call) {
             return applyFilter("join", call.need(0, "iterable"), {call.now, {text}, {}});
         }},
        {"lower", [](const std::string& text, const Call&) { return applyFilter("lower", text, {}); }},
        {"lstrip", stripped<true, false>},
        {"replace", [](const std::string& text, const Call& call) { return applyFilter("replace", text, call); }},
        {"rsplit", splitFromRight},
        {"rstrip", stripped<false, true>},
        {"split", splitText},
        {"startswith",
         [](const std::string& text, const Call& call) -> Var {
             return startsOrEnds(call.need(0, "prefix"),
                                 [&](const std::string& start) { return text.starts_with(start); });
         }},
        {"strip", stripped<true, true>},
        {"title", [](const std::string& text, const Call&) { return applyFilter("title", text, {}); }},
        {"upper", [](const std::string& text, const Call&) { return applyFilter("upper", text, {}); }},
        {"zfill",
         [](const std::string& text, const Call& call) -> Var {
             const auto width = std::clamp<std::int64_t>(call.need(0, "width").integer(), 0, 1000);
             const bool isSigned = text.starts_with('-') || text.starts_with('+');
             const auto missing = width - static_cast<std::int64_t>(letters(text).size());
             if (missing <= 0) return text;
             const std::string zeros(static_cast<std::size_t>(missing), '0');
             return isSigned ? text[0] + zeros + text.substr(1) : zeros + text;
         }},
    };
    return all;
}

Var dictMethod(const Var& object, std::string_view name)
{
    if (name == "get")
        return Callable([object](const Call& call) -> Var {
            const Var& key = call.need(0, "key");
            if (object.contains(key)) return object.at(key);
            const Var* fallback = call.find(1, "default");
            return fallback ? *fallback : Var(None{});
        });
    if (name == "keys") return Callable([object](const Call&) { return Var::list(object.elements()); });
    if (name == "items") return Callable([object](const Call& call) { return applyFilter("items", object, call); });
    if (name == "values")
        return Callable([object](const Call&) {
            Vars values;
            for (const auto& [key, value] : *object.pairs()) values.push_back(value);
            return Var::list(std::move(values));
        });
    return {};
}

Var momentMember(const Moment& moment, std::string_view name)
{
    const auto part = [&](const char* format) -> Var { return std::stoi(formatMoment(moment, format)); };
    if (name == "year") return part("%Y");
    if (name == "month") return part("%m");
    if (name == "day") return part("%d");
    if (name == "hour") return part("%H");
    if (name == "minute") return part("%M");
    if (name == "second") return part("%S");
    if (name == "weekday")
        return Callable([moment](const Call&) -> Var { return std::stoi(formatMoment(moment, "%u")) - 1; });
    if (name == "isoformat") return Callable([moment](const Call&) -> Var { return Var(moment).repr(); });
    if (name == "timestamp") return Callable([moment](const Call& call) { return asTimestamp(moment, call); });
    if (name == "strftime")
        return Callable(
            [moment](const Call& call) -> Var { return formatMoment(moment, call.need(0, "format").text()); });
    return {};
}

} // namespace

Var findMethod(const Var& object, std::string_view name)
{
    if (const auto* text = object.as<std::string>()) {
        const auto found = textMethods().find(name);
        if (found == textMethods().end()) return {};
        return Callable([text = *text, method = found->second](const Call& call) { return method(text, call); });
    }
    if (object.pairs()) return dictMethod(object, name);
    if (const auto* moment = object.as<Moment>()) return momentMember(*moment, name);
    if (object.items() && name == "index")
        return Callable([object](const Call& call) -> Var {
            for (std::size_t i = 0; i < object.items()->size(); ++i)
                if ((*object.items())[i] == call.need(0, "value")) return static_cast<std::int64_t>(i);
            throw RenderError("not in the list");
        });
    if (object.items() && name == "count")
        return Callable([object](const Call& call) -> Var {
            return static_cast<std::int64_t>(
                std::count(object.items()->begin(), object.items()->end(), call.need(0, "value")));
        });
    // dict.from_keys: pairs or keys into a dict.
    if (object.as<std::shared_ptr<Callable>>() && (name == "from_keys" || name == "fromkeys")) return object;
    return {};
}

} // namespace atrium::jinja
