#include "functions.h"

#include "times.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace atrium::jinja {

const Var* Call::find(std::size_t place, std::string_view name) const
{
    if (place < positional.size()) return &positional[place];
    for (const auto& [known, value] : named)
        if (known == name) return &value;
    return nullptr;
}

const Var& Call::need(std::size_t place, std::string_view name) const
{
    if (const Var* value = find(place, name)) return *value;
    throw RenderError("argument '" + std::string(name) + "' is missing");
}

namespace {

using TestFunction = bool (*)(const Var&, const Call&);

bool isNumber(const Var& value, const Call&)
{
    if (value.isUndefined()) throw RenderError("the value is undefined");
    if (value.isNumeric()) return std::isfinite(value.number());
    const auto* text = value.as<std::string>();
    const auto number = text ? parseFloat(*text) : std::nullopt;
    return number && std::isfinite(*number);
}

bool isEqual(const Var& value, const Call& call) { return value == call.need(0, "other"); }
bool isLess(const Var& value, const Call& call) { return value.lessThan(call.need(0, "other")); }
bool isMore(const Var& value, const Call& call) { return call.need(0, "other").lessThan(value); }

const std::map<std::string, TestFunction, std::less<>>& tests()
{
    static const std::map<std::string, TestFunction, std::less<>> all{
        {"boolean", [](const Var& value, const Call&) { return value.as<bool>() != nullptr; }},
        {"defined", [](const Var& value, const Call&) { return !value.isUndefined(); }},
        {"divisibleby",
         [](const Var& v, const Call& c) {
             return v.integer() % std::max<std::int64_t>(1, c.need(0, "num").integer()) == 0;
         }},
        {"eq", isEqual},
        {"equalto", isEqual},
        {"even", [](const Var& value, const Call&) { return value.integer() % 2 == 0; }},
        {"false", [](const Var& value, const Call&) { return value.as<bool>() && !*value.as<bool>(); }},
        {"float", [](const Var& value, const Call&) { return value.as<double>() != nullptr; }},
        {"ge", [](const Var& value, const Call& call) { return !isLess(value, call); }},
        {"greaterthan", isMore},
        {"gt", isMore},
        {"in", [](const Var& value, const Call& call) { return call.need(0, "seq").contains(value); }},
        {"integer", [](const Var& value, const Call&) { return value.as<std::int64_t>() != nullptr; }},
        {"is_number", isNumber},
        {"iterable", [](const Var& v, const Call&) { return v.isUndefined() || v.isText() || v.items() || v.pairs(); }},
        {"le", [](const Var& value, const Call& call) { return !isMore(value, call); }},
        {"lessthan", isLess},
        {"list", [](const Var& value, const Call&) { return value.items() && !value.as<Sequence>()->isTuple; }},
        {"lower", [](const Var& v, const Call& c) { return applyFilter("lower", v, c) == v; }},
        {"lt", isLess},
        {"mapping", [](const Var& value, const Call&) { return value.pairs() != nullptr; }},
        {"match", [](const Var& value, const Call& call) { return applyFilter("regex_match", value, call).truth(); }},
        {"ne", [](const Var& value, const Call& call) { return !isEqual(value, call); }},
        {"none", [](const Var& value, const Call&) { return value.isNone(); }},
        {"number", [](const Var& value, const Call&) { return value.isNumeric(); }},
        {"odd", [](const Var& value, const Call&) { return value.integer() % 2 != 0; }},
        {"search", [](const Var& value, const Call& call) { return applyFilter("regex_search", value, call).truth(); }},
        {"sequence", [](const Var& value, const Call&) { return value.isText() || value.items() || value.pairs(); }},
        {"string", [](const Var& value, const Call&) { return value.isText(); }},
        {"true", [](const Var& value, const Call&) { return value.as<bool>() && *value.as<bool>(); }},
        {"tuple", [](const Var& value, const Call&) { return value.items() && value.as<Sequence>()->isTuple; }},
        {"undefined", [](const Var& value, const Call&) { return value.isUndefined(); }},
        {"upper", [](const Var& v, const Call& c) { return applyFilter("upper", v, c) == v; }},
    };
    return all;
}

/// A filter called as a function: its first argument is the value.
Var functionOfFilter(const char* filter)
{
    return Callable([filter](const Call& call) {
        Call rest = call;
        const Var value = call.need(0, "value");
        if (!rest.positional.empty()) rest.positional.erase(rest.positional.begin());
        return applyFilter(filter, value, rest);
    });
}

Var makeDictionary(const Call& call)
{
    Pairs pairs;
    if (!call.positional.empty()) {
        if (const auto* known = call.positional[0].pairs()) pairs = *known;
        else
            for (const auto& item : call.positional[0].elements()) {
                const auto parts = item.elements();
                if (parts.size() != 2) throw RenderError("a dict is made of pairs");
                const auto old =
                    std::find_if(pairs.begin(), pairs.end(), [&](const auto& p) { return p.first == parts[0]; });
                if (old != pairs.end()) old->second = parts[1];
                else pairs.emplace_back(parts[0], parts[1]);
            }
    }
    for (const auto& [name, value] : call.named) pairs.emplace_back(name, value);
    return Var::dict(std::move(pairs));
}

Var zipped(const Call& call)
{
    std::vector<Vars> columns;
    for (const auto& column : call.positional) columns.push_back(column.elements());
    std::size_t rows = columns.empty() ? 0 : columns[0].size();
    for (const auto& column : columns) rows = std::min(rows, column.size());
    Vars out;
    for (std::size_t row = 0; row < rows; ++row) {
        Vars cells;
        for (const auto& column : columns) cells.push_back(column[row]);
        out.push_back(Var::tuple(std::move(cells)));
    }
    return Var::list(std::move(out));
}

Var range(const Call& call)
{
    const auto count = call.positional.size();
    const auto start = count > 1 ? call.positional[0].integer() : 0;
    const auto stop = call.need(count > 1 ? 1 : 0, "stop").integer();
    const auto step = count > 2 ? call.positional[2].integer() : 1;
    if (step == 0) throw RenderError("a range cannot step by 0");
    Vars out;
    for (auto i = start; step > 0 ? i < stop : i > stop; i += step) {
        if (out.size() >= 10'000) throw RenderError("a range is too long");
        out.emplace_back(i);
    }
    return Var::list(std::move(out));
}

} // namespace

bool isTest(std::string_view name) { return tests().contains(name); }

bool applyTest(const std::string& name, const Var& value, const Call& call)
{
    const auto found = tests().find(name);
    if (found == tests().end()) throw RenderError("unknown test '" + name + "'");
    return found->second(value, call);
}

Var findFunction(std::string_view name)
{
    static const std::map<std::string, Var, std::less<>> all = [] {
        std::map<std::string, Var, std::less<>> functions;
        for (const char* filter : {"float", "int", "bool", "min", "max", "as_timestamp", "as_datetime", "as_local",
                                   "iif", "is_number", "average", "round", "abs"})
            functions.emplace(filter, functionOfFilter(filter));
        functions.emplace("now", Callable([](const Call& call) -> Var { return Moment{call.now, true}; }));
        functions.emplace("utcnow", Callable([](const Call& call) -> Var { return Moment{call.now, false}; }));
        functions.emplace("dict", Callable(makeDictionary));
        functions.emplace("zip", Callable(zipped));
        functions.emplace("range", Callable(range));
        functions.emplace("list", Callable([](const Call& call) {
                              return call.positional.empty() ? Var::list({}) : Var::list(call.positional[0].elements());
                          }));
        functions.emplace("namespace", Callable([](const Call& call) -> Var {
                              return Mapping{makeDictionary(call).as<Mapping>()->items, true};
                          }));
        // Other entities cannot be asked here: as in a house that does not have them.
        functions.emplace("states", Callable([](const Call&) -> Var { return "unknown"; }));
        functions.emplace("is_state", Callable([](const Call&) -> Var { return false; }));
        functions.emplace("state_attr", Callable([](const Call&) -> Var { return None{}; }));
        return functions;
    }();
    const auto found = all.find(name);
    return found == all.end() ? Var() : found->second;
}

} // namespace atrium::jinja
