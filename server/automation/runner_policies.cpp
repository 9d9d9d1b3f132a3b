#include "automation/runner.h"

#include <algorithm>

namespace atrium::automation {

// What a rule says of its failures and of changes of its text: retries, whom to tell, which runs begin anew.

namespace {
using namespace std::chrono_literals;
constexpr std::chrono::microseconds longestBackoff = 24h;
constexpr const char* attemptKey = "attempt";
constexpr const char* retryKey = "retry_at";
} // namespace

std::optional<UtcTime> retryTimeOf(const Value& event)
{
    const auto at = event.integerOr(retryKey, 0);
    return at > 0 ? std::optional(fromMicroseconds(at)) : std::nullopt;
}

bool Runner::retry(const LiveRun& failed)
{
    const auto rule = handlers_.rule(failed.key);
    if (!rule || !rule->view->onError) return false;
    const auto& policy = *rule->view->onError;
    const auto attempt = failed.record.event.integerOr(attemptKey, 1);
    const auto* event = failed.record.event.ifObject();
    // Of an event that the journal cannot keep nothing is known when the time has come.
    if (attempt > policy.retries || !event || failed.record.event.booleanOr("too_large", false)) return false;
    auto delay = std::chrono::microseconds(policy.backoff);
    for (std::int64_t i = 1; i < attempt && delay < longestBackoff; ++i) delay *= 2;
    const auto due = services_.clock.now() + std::min(delay, longestBackoff);
    auto next = *event;
    next.set(attemptKey, attempt + 1).set(retryKey, toMicroseconds(due));
    const Cause cause{failed.record.correlationId, {}, failed.record.hops};
    auto& run = create(failed.key, *rule, std::move(next), cause);
    queues_[failed.key].running.push_back(run.record.id);
    run.record.state = RunState::Waiting;
    run.durable = run.committing = true;
    reports_.changed(run.record);
    journal_.waits(run.record, [this, id = run.record.id, due](bool kept) {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        if (!kept) services_.log.error("a retry would not survive a restart", {{"run", std::to_string(id)}});
        startAt(found->second, due);
    });
    return true;
}

void Runner::startAt(LiveRun& run, UtcTime due)
{
    run.committing = true;
    const auto delay = std::max<std::chrono::microseconds>(due - services_.clock.now(), 0us);
    run.wait = services_.scheduler.after(delay, [this, id = run.record.id] {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        auto& live = found->second;
        live.wait.reset();
        live.committing = false;
        live.record.state = RunState::Running;
        const auto rule = handlers_.rule(live.key);
        if (!rule || !rule->inHost) return; // onLoaded() sends it
        sendStart(live);
        handlers_.flush();
    });
}

void Runner::failedForGood(RuleKey key, const RunRecord& run)
{
    const auto rule = handlers_.rule(key);
    if (!rule || !rule->view->onError) return;
    const auto policy = *rule->view->onError;
    auto& known = failures_[{run.automation, run.rule}];
    if (known.version != rule->version) known = {run.automation, run.rule, rule->version, 0};
    const auto count = ++known.failures;
    if (policy.disableAfter > 0) journal_.keep(known);
    if (!policy.notify.isNull()) {
        const Value payload(Object{
            {"module", "notify"},
            {"function", "send"},
            {"arguments", List{Object{{"to", policy.notify}, {"text", "Rule \"" + run.rule + "\": " + run.message}}}}});
        Step step;
        step.kind = StepKind::Call;
        step.payload = payload;
        const auto refusal = handlers_.stepRefusal(key, step);
        const auto told = [this, name = run.rule](bool ok, const Value& reason) {
            if (!ok)
                services_.log.warning("nobody could be told of a failed rule",
                                      {{"rule", name}, {"reason", reason.ifText() ? reason.text() : ""}});
        };
        const Effects::Request request{StepKind::Call,
                                       payload,
                                       run.rule,
                                       Cause{run.correlationId, "rule:" + run.rule, run.hops + 1},
                                       std::to_string(run.id) + ":failed",
                                       rule->provided};
        if (refusal) told(false, refusal->en);
        else effects_.perform(request, told);
    }
    if (policy.disableAfter == 0 || count < policy.disableAfter) return;
    succeeded(run.automation, run.rule); // enabled again it begins anew
    handlers_.disable(run.automation, "rule \"" + run.rule + "\" failed " + std::to_string(count) +
                                          " times in a row, the last time: " + run.message);
}

void Runner::succeeded(AutomationId automation, const std::string& rule)
{
    const auto node = failures_.extract({automation, rule});
    if (!node.empty()) journal_.keep(FailureCount{automation, rule, {}, 0});
}

void Runner::restore(std::vector<FailureCount> counts)
{
    for (auto& count : counts) {
        std::pair key{count.automation, count.rule};
        failures_.insert_or_assign(std::move(key), std::move(count));
    }
}

void Runner::changed(RuleKey old, ChangePolicy policy, std::optional<RuleKey> next)
{
    if (policy == ChangePolicy::FinishOld) return;
    const auto found = queues_.find(old);
    if (found == queues_.end()) return;
    struct Begun {
        Value event;
        Cause cause;
    };
    std::vector<Begun> anew;
    auto ids = found->second.running;
    ids.insert(ids.end(), found->second.waiting.begin(), found->second.waiting.end());
    for (const auto id : ids) {
        const auto& run = runs_.at(id);
        anew.push_back({run.event(), Cause{run.record.correlationId, {}, run.record.hops}});
    }
    // From behind: the turn of one that waits must not come.
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) end(*id, RunState::Cancelled, "the automation was changed");
    if (policy == ChangePolicy::Cancel || !next) return;
    for (auto& run : anew)
        if (run.event.isObject()) trigger(*next, std::move(run.event.object()), run.cause);
}

} // namespace atrium::automation
