#include "alert.h"

#include "atrium/text.h"

namespace atrium::security {

namespace {

void fitText(std::string& text, std::size_t limit)
{
    if (!isCleanUtf8(text)) text = "?";
    if (text.size() <= limit) return;
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    text.resize(limit);
}

Value timeOrNull(UtcTime time) { return time == UtcTime{} ? Value() : Value(toIso8601(time)); }

template <class Tag>
Value idOrNull(Id<Tag> id)
{
    return id ? Value(id.value) : Value();
}

} // namespace

const char* toString(AlertChange change)
{
    switch (change) {
    case AlertChange::Raised: return "raised";
    case AlertChange::Repeated: return "repeated";
    case AlertChange::Escalated: return "escalated";
    case AlertChange::Cleared: return "cleared";
    case AlertChange::Acknowledged: break;
    }
    return "acknowledged";
}

const char* toString(Severity severity)
{
    switch (severity) {
    case Severity::Info: return "info";
    case Severity::Warning: return "warning";
    case Severity::Critical: break;
    }
    return "critical";
}

std::optional<Severity> parseSeverity(std::string_view word)
{
    if (word == "info") return Severity::Info;
    if (word == "warning" || word == "major") return Severity::Warning;
    if (word == "critical") return Severity::Critical;
    return {};
}

void fit(Alert& alert)
{
    auto& report = alert.report;
    fitText(report.key, 190);
    fitText(report.type, 60);
    fitText(report.title, 300);
    fitText(report.message, 2000);
    fitText(report.cause.origin, 120);
    fitText(report.cause.correlationId, 60);
    fitText(alert.source, 200);
    fitText(alert.location, 200);
}

Object toView(const Alert& alert)
{
    const auto& report = alert.report;
    return {{"id", alert.id.value},
            {"key", report.key},
            {"type", report.type},
            {"severity", toString(report.severity)},
            {"title", report.title},
            {"message", report.message.empty() ? report.title : report.message},
            {"sensor", alert.source},
            {"sensorId", idOrNull(alert.sensor)},
            {"deviceId", idOrNull(report.device)},
            {"location", alert.location},
            {"timestamp", toIso8601(alert.raisedAt)},
            {"lastTimestamp", toIso8601(alert.lastAt)},
            {"count", alert.occurrences},
            {"acknowledged", alert.acknowledgedAt != UtcTime{}},
            {"acknowledgedAt", timeOrNull(alert.acknowledgedAt)},
            {"clearedAt", timeOrNull(alert.clearedAt)}};
}

} // namespace atrium::security
