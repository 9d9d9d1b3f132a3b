#include "filters.h"
#include "times.h"

namespace atrium::jinja {

namespace {

const Filters& filters()
{
    static const Filters all = [] {
        Filters known{
            {"as_datetime", asMoment},
            {"as_local", asLocal},
            {"as_timestamp", asTimestamp},
            {"attr", [](const Var& value, const Call& call) { return value.at(call.need(0, "name")); }},
            {"contains",
             [](const Var& value, const Call& call) -> Var { return value.contains(call.need(0, "value")); }},
            {"is_number", [](const Var& v, const Call& c) -> Var { return applyTest("is_number", v, c); }},
            {"lower", [](const Var& value, const Call&) -> Var { return mapped(value.text(), std::tolower); }},
            {"safe", [](const Var& value, const Call&) { return value; }},
            {"string", [](const Var& value, const Call&) -> Var { return value.text(); }},
            {"timestamp_custom", timestampCustom},
            {"timestamp_local", timestampLocal},
            {"timestamp_utc", timestampUtc},
            {"trim",
             [](const Var& value, const Call& call) -> Var {
                 return call.find(0, "chars") ? strip(value.text(), call.find(0, "chars")->text())
                                              : strip(value.text());
             }},
            {"upper", [](const Var& value, const Call&) -> Var { return mapped(value.text(), std::toupper); }},
        };
        for (const auto* group : {&valueFilters(), &textFilters(), &listFilters(), &regexFilters()})
            known.insert(group->begin(), group->end());
        return known;
    }();
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
