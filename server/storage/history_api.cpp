#include "storage/history_api.h"

#include "atrium/json.h"

namespace atrium::storage {

namespace {

constexpr std::chrono::hours defaultSpan{24};

Error badParameter(const char* name)
{
    return makeError(ErrorCode::InvalidArgument,
                     {std::string("Paramètre invalide : ") + name, std::string("Invalid parameter: ") + name});
}

/// The time in a query parameter; `fallback` when it is absent, empty when it is no time.
std::optional<UtcTime> timeOf(const Object& query, const char* name, UtcTime fallback)
{
    const Value* value = query.find(name);
    if (!value || !value->isText()) return fallback;
    return parseTime(value->text());
}

} // namespace

HistoryApi::HistoryApi(const HistoryReader& reader, const Devices& devices, const Clock& clock, Http& http)
    : reader_(reader), devices_(devices), clock_(clock)
{
    auto route = makeRoute(HttpMethod::Get, "/api/devices/{id}/history", "getDeviceHistory", "devices",
                           {"Historique d'un attribut", "History of one attribute, raw or summarised"},
                           RouteAccess::home("devices.read").perObject());
    route.execution = RouteExecution::Blocking;
    route.query = {{"attribute", Value::Kind::Text, "Name of the attribute", "power", 60},
                   {"from",
                    Value::Kind::Text,
                    "RFC 3339 time or milliseconds since 1970; 24 hours before `to` by default",
                    {},
                    40},
                   {"to", Value::Kind::Text, "RFC 3339 time or milliseconds since 1970; now by default", {}, 40},
                   {"resolution", Value::Kind::Text, "raw, 5min, hour, day or auto", "auto", 10},
                   {"limit", Value::Kind::Integer, "At most this many points, the newest", 10'000}};
    route.responseSchema =
        R"({"type":"object","properties":{"deviceId":{"type":"integer"},"attribute":{"type":"string"},
      "unit":{"type":"string"},"resolution":{"type":"string"},"from":{"type":"string"},"to":{"type":"string"},
      "points":{"type":"array","items":{"type":"object","required":["at"],"properties":{"at":{"type":"string"},
        "value":{},"min":{"type":"number"},"max":{"type":"number"},"mean":{"type":"number"},"count":{"type":"integer"}}}}}})";
    route.errors = {ErrorCode::NotFound};
    route_ = http.route(route, [this](const HttpRequest& request) { return history(request); });
}

Result<HttpResponse> HistoryApi::history(const HttpRequest& request) const
{
    const auto device = devices_.find(DeviceId(request.idParameter("id")));
    if (!device || !request.principal.may("devices.read", accessObjectOf(*device)))
        return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"});
    const Value query(request.query);
    const auto attribute = query.textOr("attribute", "power");
    const Attribute* known = device->find(attribute);
    if (!known)
        return makeError(ErrorCode::NotFound, {"Attribut inconnu : " + attribute, "Unknown attribute: " + attribute});
    const auto to = timeOf(request.query, "to", clock_.now());
    if (!to) return badParameter("to");
    const auto from = timeOf(request.query, "from", *to - defaultSpan);
    if (!from || *from >= *to) return badParameter("from");
    const auto resolution = parseHistoryResolution(query.textOr("resolution", "auto"));
    if (!resolution) return badParameter("resolution");
    const auto limit = query.integerOr("limit", 10'000);
    if (limit < 1 || limit > 100'000) return badParameter("limit");

    const auto answer =
        reader_.query(device->info.id, attribute, *from, *to, *resolution, static_cast<std::size_t>(limit));
    List points;
    points.reserve(answer.points.size());
    for (const auto& point : answer.points) {
        Object view{{"at", toIso8601(point.at)}, {"value", point.value}};
        if (answer.resolution != HistoryResolution::Raw) {
            view.append("min", point.minimum);
            view.append("max", point.maximum);
            view.append("mean", point.mean);
            view.append("count", point.count);
        }
        points.push_back(std::move(view));
    }
    return HttpResponse::json(Object{{"deviceId", device->info.id.value},
                                     {"attribute", attribute},
                                     {"unit", known->spec->unit},
                                     {"resolution", toString(answer.resolution)},
                                     {"from", toIso8601(*from)},
                                     {"to", toIso8601(*to)},
                                     {"points", std::move(points)}});
}

} // namespace atrium::storage
