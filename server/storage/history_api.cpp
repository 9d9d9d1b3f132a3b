#include "storage/history_api.h"

#include "storage/history_view.h"

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
    route.query.push_back(
        {"statistics", Value::Kind::Boolean, "Also minimum, maximum, mean, and how long each state lasted", false});
    route.query.push_back({"format", Value::Kind::Text, "json, or csv: a file with the points", "json", 10});
    route.responseSchema = historySchema;
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
    const auto format = query.textOr("format", "json");
    if (format != "json" && format != "csv") return badParameter("format");

    const HistoryQuery wanted{device->info->id,
                              attribute,
                              known->spec->kind,
                              *from,
                              *to,
                              clock_.now(),
                              *resolution,
                              static_cast<std::size_t>(limit)};
    const auto answer = reader_.query(wanted);
    if (format == "csv") {
        HttpResponse response;
        response.body = toCsv(answer);
        response.contentType = "text/csv; charset=utf-8; header=present";
        response.headers.emplace_back("Content-Disposition", "attachment; filename=\"device-" +
                                                                 std::to_string(device->info->id.value) + ".csv\"");
        return response;
    }
    std::optional<HistoryStatistics> statistics;
    if (query.booleanOr("statistics", false)) statistics = reader_.statistics(wanted);
    return HttpResponse::json(
        toView({device->info->id, attribute, known->spec->unit}, answer, statistics ? &*statistics : nullptr));
}

} // namespace atrium::storage
