#include "automation/run_log.h"

#include "automation/automation_errors.h"

#include <algorithm>

namespace atrium::automation {

namespace {

constexpr const char* stateNames[] = {"running", "waiting", "finished", "failed", "over-budget", "cancelled", "queued"};
constexpr std::size_t stepsShown = 100;

bool looksSecret(std::string_view key)
{
    std::string lower(key);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const char* word : {"password", "passwd", "secret", "token", "apikey", "api_key", "authorization", "pin_code"})
        if (lower.find(word) != std::string::npos) return true;
    return false;
}

Value redacted(const Value& value)
{
    if (const auto* list = value.ifList()) {
        List copy;
        for (const auto& item : *list) copy.push_back(redacted(item));
        return copy;
    }
    if (const auto* object = value.ifObject()) {
        Object copy;
        for (const auto& [key, member] : *object) copy.append(key, looksSecret(key) ? Value("***") : redacted(member));
        return copy;
    }
    return value;
}

List toList(const std::vector<ReadValue>& reads)
{
    List list;
    for (const auto& read : reads)
        list.push_back(Object{{"device", read.device}, {"attribute", read.attribute}, {"value", read.value}});
    return list;
}

Value timeText(UtcTime time) { return time == UtcTime{} ? Value() : Value(toIso8601(time)); }

} // namespace

const char* toString(RunState state) { return stateNames[static_cast<std::size_t>(state)]; }

bool hasEnded(RunState state)
{
    return state != RunState::Running && state != RunState::Waiting && state != RunState::Queued;
}

RunState parseRunState(std::string_view word)
{
    for (std::size_t i = 0; i < std::size(stateNames); ++i)
        if (word == stateNames[i]) return static_cast<RunState>(i);
    return RunState::Running;
}

void RunLog::add(KeptRun run)
{
    auto& ring = runs_[run->automation];
    ring.push_front(std::move(run));
    if (ring.size() > runsKept) ring.pop_back();
}

void RunLog::add(AutomationId automation, SkipRecord skip)
{
    if (!notesSkips()) return;
    auto& ring = skips_[automation];
    ring.push_front(std::move(skip));
    if (ring.size() > skipsKept) ring.pop_back();
}

void RunLog::forget(AutomationId automation)
{
    runs_.erase(automation);
    skips_.erase(automation);
}

std::vector<const RunRecord*> RunLog::runs(AutomationId automation, std::size_t limit) const
{
    std::vector<const RunRecord*> list;
    const auto found = runs_.find(automation);
    if (found == runs_.end()) return list;
    for (const auto& run : found->second) {
        if (list.size() >= limit) break;
        list.push_back(run.get());
    }
    return list;
}

const std::deque<SkipRecord>& RunLog::skips(AutomationId automation) const
{
    static const std::deque<SkipRecord> none;
    const auto found = skips_.find(automation);
    return found == skips_.end() ? none : found->second;
}

const RunRecord* RunLog::last(AutomationId automation) const
{
    const auto found = runs_.find(automation);
    return found == runs_.end() || found->second.empty() ? nullptr : found->second.front().get();
}

Object toObject(const RunRecord& run)
{
    Object object{{"id", std::to_string(run.id)},
                  {"rule", run.rule},
                  {"state", toString(run.state)},
                  {"started_at", timeText(run.startedAt)},
                  {"ended_at", timeText(run.endedAt)},
                  {"duration_ms", run.endedAt == UtcTime{}
                                      ? Value()
                                      : Value(static_cast<double>((run.endedAt - run.startedAt).count()) / 1000.0)},
                  {"cpu_us", run.cpuMicroseconds},
                  {"correlation_id", run.correlationId},
                  {"event", redacted(run.event)}};
    if (!run.message.empty()) {
        object.append("error", run.message);
        if (const auto line = lineOfMessage(run.message)) object.append("line", line);
    }
    List steps;
    for (const auto& step : run.steps) {
        if (steps.size() >= stepsShown) break;
        Object shown{{"step", static_cast<std::int64_t>(steps.size()) + 1},
                     {"kind", toString(step.kind)},
                     {"at", timeText(step.at)},
                     {"what", redacted(step.payload)},
                     {"done", step.done}};
        if (step.done) shown.append("ok", step.ok);
        if (!step.result.isNull()) shown.append("result", redacted(step.result));
        if (step.due != UtcTime{}) shown.append("due", timeText(step.due));
        if (!step.reads.empty()) shown.append("read", toList(step.reads));
        steps.push_back(std::move(shown));
    }
    object.append("steps", std::move(steps));
    object.append("step_count", static_cast<std::int64_t>(run.steps.size()));
    return object;
}

Object toObject(const SkipRecord& skip, Language language)
{
    const auto reason = skip.why();
    return Object{{"rule", skip.rule},         {"trigger", skip.trigger},
                  {"code", reason.code},       {"reason", reason.text.in(language)},
                  {"facts", reason.facts},     {"at", timeText(skip.at)},
                  {"read", toList(skip.reads)}};
}

} // namespace atrium::automation
