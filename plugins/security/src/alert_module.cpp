#include "alert_module.h"

#include <charconv>

namespace atrium::security {

namespace {

constexpr std::size_t longestKey = 150;
constexpr std::chrono::seconds longestWait{2};

Error wrong(const char* sentence) { return makeError(ErrorCode::InvalidArgument, {sentence, sentence}); }

std::string ruleKey(const std::string& key) { return "rule:" + key; }

/// The period under `name`: zero when it is absent, empty when it is none.
std::optional<std::chrono::microseconds> periodOf(const Value& options, const char* name)
{
    const Value* value = options.find(name);
    if (!value) return std::chrono::microseconds{0};
    return value->isText() ? parseDuration(value->text()) : std::nullopt;
}

/// What goes back to a rule: true, or that there were too many at once.
AlertBook::Written answering(AutomationFunction::Done done, Scheduler& scheduler)
{
    return [done = answerWithin(longestWait, scheduler, std::move(done))](bool ok) {
        done(ok ? Result<Value>(true)
                : makeError(ErrorCode::Unavailable, {"trop d'alertes attendent déjà", "too many alerts wait already"}));
    };
}

Result<AlertReport> reportOf(const AutomationCall& call)
{
    if (call.arguments.size() != 1 || !call.arguments[0].isObject())
        return wrong("alert.raise takes a table: alert.raise{ key = ..., severity = ..., text = ... }");
    const Value& options = call.arguments[0];
    const auto key = options.textOr("key", "");
    const auto severity = parseSeverity(options.textOr("severity", "warning"));
    AlertReport report;
    report.title = options.textOr("text", "");
    if (key.empty() || key.size() > longestKey) return wrong("alert.raise: key is a text of 1 to 150 bytes");
    if (report.title.empty()) return wrong("alert.raise: text is missing");
    if (!severity) return wrong("alert.raise: severity is info, warning, major or critical");
    const auto quiet = periodOf(options, "clear_after_quiet");
    if (!quiet) return wrong("alert.raise: clear_after_quiet is a duration such as 30m");
    if (const Value* escalate = options.find("escalate")) {
        const auto after = periodOf(*escalate, "after");
        if (!after || after->count() == 0 || escalate->textOr("to", "critical") != "critical")
            return wrong("alert.raise: escalate is { after = \"10m\", to = \"critical\" }");
        report.escalateAfter = *after;
    }
    report.key = ruleKey(key);
    report.type = options.textOr("type", "rule");
    report.severity = *severity;
    report.message = report.title;
    report.cause = call.cause;
    report.clearAfterQuiet = *quiet;
    return report;
}

void raise(AlertBook& alerts, Scheduler& scheduler, const AutomationCall& call, AutomationFunction::Done done)
{
    auto report = reportOf(call);
    if (!report) return done(report.error());
    alerts.raise(std::move(*report), answering(std::move(done), scheduler));
}

void clear(AlertBook& alerts, Scheduler& scheduler, const AutomationCall& call, AutomationFunction::Done done)
{
    if (call.arguments.size() != 1 || !call.arguments[0].isText())
        return done(wrong("alert.clear takes the key of an alert"));
    alerts.clear(ruleKey(call.arguments[0].text()), answering(std::move(done), scheduler));
}

} // namespace

std::optional<std::chrono::microseconds> parseDuration(std::string_view text)
{
    if (text.empty()) return {};
    std::chrono::seconds unit{0};
    switch (text.back()) {
    case 's': unit = std::chrono::seconds{1}; break;
    case 'm': unit = std::chrono::minutes{1}; break;
    case 'h': unit = std::chrono::hours{1}; break;
    case 'd': unit = std::chrono::hours{24}; break;
    default: return {};
    }
    int count = 0;
    const char* end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    constexpr int mostDays = 366;
    if (error != std::errc{} || stop != end || count <= 0 ||
        unit * static_cast<std::int64_t>(count) > std::chrono::hours{24 * mostDays})
        return {};
    return unit * static_cast<std::int64_t>(count);
}

AutomationModule alertModule(AlertBook& alerts, Scheduler& scheduler)
{
    return {"alert",
            {{"raise",
              "raise{ key, severity, text }: tells people; the same key counts up while it is open",
              {},
              [&alerts, &scheduler](const AutomationCall& call, AutomationFunction::Done done) {
                  raise(alerts, scheduler, call, std::move(done));
              }},
             {"clear",
              "clear(key): the reason of an alert is gone",
              {},
              [&alerts, &scheduler](const AutomationCall& call, AutomationFunction::Done done) {
                  clear(alerts, scheduler, call, std::move(done));
              }}}};
}

} // namespace atrium::security
