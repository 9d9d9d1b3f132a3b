#include "filters.h"

#include <algorithm>
#include <sstream>

namespace atrium::jinja {

namespace {

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

Var itemsOf(const Var& value, const Call&)
{
    Vars out;
    if (value.isUndefined()) return Var::list({});
    if (!value.pairs()) throw RenderError("items needs a mapping");
    for (const auto& [key, content] : *value.pairs()) out.push_back(Var::tuple({key, content}));
    return Var::list(std::move(out));
}

} // namespace

const Filters& listFilters()
{
    static const Filters all{
        {"average", averageOf},
        {"count", lengthOf},
        {"first", firstOf},
        {"items", itemsOf},
        {"join", joined},
        {"last", lastOf},
        {"length", lengthOf},
        {"list", toList},
        {"map", mappedList},
        {"max", extreme<false>},
        {"min", extreme<true>},
        {"reject", chosen<false, false>},
        {"rejectattr", chosen<false, true>},
        {"reverse", reversed},
        {"select", chosen<true, false>},
        {"selectattr", chosen<true, true>},
        {"sort", sorted},
        {"sum", sumOf},
        {"unique", uniqueOf},
    };
    return all;
}

} // namespace atrium::jinja
