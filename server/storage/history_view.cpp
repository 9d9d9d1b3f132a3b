#include "storage/history_view.h"

#include "atrium/json.h"
#include "storage/stored_value.h"

namespace atrium::storage {

namespace {

bool isSummary(const HistoryAnswer& answer) { return answer.resolution != HistoryResolution::Raw; }

Value toValue(const std::optional<double>& number) { return number ? Value(*number) : Value(); }

Object pointView(const HistoryPoint& point, bool summary)
{
    Object view{{"at", toIso8601(point.at)}, {"value", point.value}};
    if (!summary) return view;
    if (point.count > 0) {
        view.append("min", point.minimum);
        view.append("max", point.maximum);
    }
    if (point.mean) view.append("mean", *point.mean);
    view.append("count", point.count);
    return view;
}

Object statisticsView(const HistoryStatistics& statistics)
{
    List states;
    for (const auto& state : statistics.states)
        states.push_back(Object{{"value", state.value}, {"seconds", state.seconds}, {"times", state.times}});
    return Object{{"min", toValue(statistics.minimum)},
                  {"max", toValue(statistics.maximum)},
                  {"mean", toValue(statistics.mean)},
                  {"samples", statistics.samples},
                  {"knownSeconds", statistics.knownSeconds},
                  {"unknownSeconds", statistics.unknownSeconds},
                  {"states", std::move(states)}};
}

std::string csvCell(const Value& value)
{
    if (value.isNull()) return {};
    if (!value.isText()) return value.isList() || value.isObject() ? csvCell(Value(toJson(value))) : toJson(value);
    const auto& text = value.text();
    std::string cell = "\"";
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) cell += '\'';
    for (const char c : text) {
        if (c == '"') cell += '"';
        cell += c;
    }
    return cell + '"';
}

} // namespace

const char* const historySchema =
    R"({"type":"object","required":["deviceId","attribute","resolution","from","to","points","gaps","cut"],"properties":{
      "deviceId":{"type":"integer"},"attribute":{"type":"string"},"unit":{"type":"string"},"resolution":{"type":"string"},
      "from":{"type":"string","description":"what the points stand for: whole intervals"},"to":{"type":"string"},
      "cut":{"type":"boolean","description":"there are older points than the limit let through"},
      "points":{"type":"array","items":{"type":"object","required":["at"],"properties":{"at":{"type":"string"},
        "value":{"description":"holds until the next point or gap; null where a gap begins"},"min":{"type":"number"},
        "max":{"type":"number"},"mean":{"type":"number","description":"each value weighed by how long it held"},
        "count":{"type":"integer"}}}},
      "gaps":{"type":"array","description":"when nobody knew the value: the device or the server was away",
        "items":{"type":"object","required":["from","to"],"properties":{"from":{"type":"string"},"to":{"type":"string"}}}},
      "statistics":{"type":"object","properties":{"min":{"type":["number","null"]},"max":{"type":["number","null"]},
        "mean":{"type":["number","null"]},"samples":{"type":"integer"},"knownSeconds":{"type":"number"},
        "unknownSeconds":{"type":"number"},"states":{"type":"array","items":{"type":"object","properties":{"value":{},
          "seconds":{"type":"number"},"times":{"type":"integer"}}}}}}}})";

Object toView(const HistoryHeading& heading, const HistoryAnswer& answer, const HistoryStatistics* statistics)
{
    List points;
    points.reserve(answer.points.size());
    for (const auto& point : answer.points) points.push_back(pointView(point, isSummary(answer)));
    List gaps;
    for (const auto& gap : answer.gaps)
        gaps.push_back(Object{{"from", toIso8601(gap.from)}, {"to", toIso8601(gap.to)}});
    Object view{{"deviceId", heading.device.value},
                {"attribute", heading.attribute},
                {"unit", heading.unit},
                {"resolution", toString(answer.resolution)},
                {"from", toIso8601(answer.from)},
                {"to", toIso8601(answer.to)},
                {"cut", answer.cut},
                {"points", std::move(points)},
                {"gaps", std::move(gaps)}};
    if (statistics) view.append("statistics", statisticsView(*statistics));
    return view;
}

std::string toCsv(const HistoryAnswer& answer)
{
    std::string csv = isSummary(answer) ? "at,value,min,max,mean,count\r\n" : "at,value\r\n";
    for (const auto& point : answer.points) {
        csv += toIso8601(point.at) + ',' + csvCell(point.value);
        if (isSummary(answer)) {
            const bool any = point.count > 0;
            csv += ',' + (any ? toJson(Value(point.minimum)) : "") + ',' + (any ? toJson(Value(point.maximum)) : "");
            csv += ',' + csvCell(toValue(point.mean)) + ',' + std::to_string(point.count);
        }
        csv += "\r\n";
    }
    return csv;
}

} // namespace atrium::storage
