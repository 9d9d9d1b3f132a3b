#include "automation/runner.h"

#include <algorithm>

namespace atrium::automation {

namespace {
using namespace std::chrono_literals;
constexpr std::size_t largestKeptEvent = 16 * 1024;
constexpr std::size_t maxLiveRuns = 20'000;

std::string kindOf(const Value& event) { return event.textOr("kind", "unknown"); }
} // namespace

Value keptEvent(Value event)
{
    if (wireSize(event) <= largestKeptEvent) return event;
    return Object{{"kind", kindOf(event)}, {"too_large", true}};
}

Runner::Runner(Services services, Effects& effects, Journal& journal, RunLog& runLog, Handlers handlers)
    : services_(services), effects_(effects), journal_(journal), runLog_(runLog), handlers_(std::move(handlers)),
      duration_(
          services.metrics.histogram("atrium_rule_duration_seconds", "Time from the trigger to the end of a run")),
      dropped_(services.metrics.counter("atrium_rule_triggers_dropped_total", "Triggers that a full queue dropped"))
{}

std::uint64_t Runner::trigger(RuleKey key, Object event, const Cause& cause, std::optional<ScheduleMark> mark)
{
    const auto rule = handlers_.rule(key);
    if (!rule) return 0;
    const auto drop = [&](const std::string& reason) {
        dropped_.add();
        skip(key, kindOf(event), reason);
        if (mark) journal_.keep(std::move(*mark));
        return std::uint64_t{0};
    };
    if (cause.hops >= Cause::maxHops) return drop("the chain of rules that set each other off is too long");
    if (const auto refusal = handlers_.startRefusal(key); !refusal.empty()) return drop(refusal);
    const auto& mode = rule->view->mode;
    auto& queue = queues_[key];
    switch (mode.kind) {
    case RuleMode::Kind::Single:
        if (!queue.running.empty()) return drop("mode single: the last run has not ended");
        break;
    case RuleMode::Kind::Restart: {
        const auto running = queue.running;
        for (const auto id : running) end(id, RunState::Cancelled, "mode restart: the trigger came again");
        break;
    }
    case RuleMode::Kind::Throttle: {
        const auto now = services_.clock.now();
        auto& last = lastStarts_[key];
        if (last != UtcTime{} && now < last + std::chrono::microseconds(mode.period) && now >= last)
            return drop("mode throttle: the last run began too short ago");
        last = now;
        break;
    }
    case RuleMode::Kind::Queued:
        if (queue.running.empty()) break;
        if (queue.waiting.size() >= mode.limit) return drop("mode queued: too many wait already");
        queue.waiting.push_back({std::move(event), cause, std::move(mark)});
        return 0;
    case RuleMode::Kind::Parallel:
        if (queue.running.size() >= mode.limit) return drop("mode parallel: too many run already");
        break;
    }
    if (runs_.size() >= maxLiveRuns || handlers_.isCongested()) return drop("too many runs in the server");
    return begin(key, *rule, std::move(event), cause, std::move(mark));
}

Runner::LiveRun& Runner::create(RuleKey key, const Rule& rule, Object event, const Cause& cause)
{
    const auto now = services_.clock.now();
    lastId_ = std::max(lastId_ + 1, static_cast<std::uint64_t>(toMicroseconds(now)));
    LiveRun run;
    run.key = key;
    run.event = std::move(event);
    run.record.id = lastId_;
    run.record.automation = rule.automation;
    run.record.rule = rule.view->name;
    run.record.version = rule.version;
    run.record.event = keptEvent(run.event);
    run.record.store = storeOf(rule.automation, *rule.view);
    run.record.correlationId = cause.correlationId;
    run.record.hops = cause.hops;
    run.record.startedAt = now;
    queues_[key].running.push_back(lastId_);
    return runs_.emplace(lastId_, std::move(run)).first->second;
}

std::uint64_t Runner::begin(RuleKey key, const Rule& rule, Object event, const Cause& cause,
                            std::optional<ScheduleMark> mark)
{
    auto& live = create(key, rule, std::move(event), cause);
    const auto id = live.record.id;
    // Whoever called from outside is told that it will be done.
    if (mark || kindOf(live.event) == "webhook") beginWhenKept(live, std::move(mark));
    else if (rule.inHost) {
        sendStart(live);
        handlers_.flush();
    }
    return id;
}

void Runner::beginWhenKept(LiveRun& run, std::optional<ScheduleMark> mark)
{
    run.durable = run.committing = true;
    journal_.begins(run.record, std::move(mark), [this, id = run.record.id](bool kept) {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        if (!kept) services_.log.error("a run would not survive a restart", {{"run", std::to_string(id)}});
        found->second.committing = false;
        const auto rule = handlers_.rule(found->second.key);
        if (!rule || !rule->inHost) return; // onLoaded() sends it
        sendStart(found->second);
        handlers_.flush();
    });
}

void Runner::sendStart(LiveRun& run)
{
    run.inHost = true;
    if (const auto device = run.event.integerOr("device", 0); device > 0) handlers_.show(run.key, DeviceId{device});
    handlers_.send(StartRun{run.record.id, run.key.instance, run.key.rule, run.event, run.record.store, run.journal});
}

const Value& Runner::storeOf(AutomationId automation, const RuleView& rule)
{
    auto& store = stores_[{automation, rule.name}];
    if (store.isNull()) store = rule.store;
    return store;
}

void Runner::setStore(AutomationId automation, const std::string& rule, Value content)
{
    stores_[{automation, rule}] = std::move(content);
}

void Runner::forget(AutomationId automation)
{
    std::erase_if(stores_, [&](const auto& entry) { return entry.first.first == automation; });
    minutes_.erase(automation);
}

void Runner::forget(std::uint32_t instance)
{
    std::erase_if(lastStarts_, [&](const auto& entry) { return entry.first.instance == instance; });
    std::erase_if(failures_, [&](const auto& entry) { return entry.first.instance == instance; });
}

void Runner::skip(RuleKey key, const std::string& trigger, std::string reason, std::vector<ReadValue> reads)
{
    const auto rule = handlers_.rule(key);
    if (!rule) return;
    runLog_.add(rule->automation,
                {rule->view->name, trigger, std::move(reason), std::move(reads), services_.clock.now()});
}

void Runner::onEnded(RunEnded& ended)
{
    const auto found = runs_.find(ended.run);
    if (found == runs_.end()) return;
    auto& record = found->second.record;
    record.cpuMicroseconds += ended.cpuMicroseconds;
    if (ended.end == RunEnd::Skipped) {
        const auto key = found->second.key;
        skip(key, kindOf(record.event), ended.message, std::move(ended.reads));
        return end(ended.run, RunState::Cancelled, {});
    }
    const auto automation = record.automation;
    if (ended.store) {
        setStore(automation, record.rule, *ended.store);
        journal_.keep({automation, record.rule, std::move(*ended.store)});
    }
    const auto state = ended.end == RunEnd::Finished ? RunState::Finished
                       : ended.end == RunEnd::Failed ? RunState::Failed
                                                     : RunState::OverBudget;
    const auto key = found->second.key;
    std::optional<RunRecord> failed;
    if (state == RunState::Finished) failures_.erase(key);
    // Before the end, so that what is queued waits for the next attempt.
    if (state == RunState::Failed && !retry(found->second)) failed = record;
    end(ended.run, state, ended.message);
    if (failed) {
        failed->message = ended.message;
        failedForGood(key, *failed);
    }
    if (state == RunState::OverBudget) handlers_.offended(automation, ended.message);
}

void Runner::onLoaded(std::uint32_t instance)
{
    for (auto& [id, run] : runs_)
        if (run.key.instance == instance && !run.inHost && !run.committing) sendStart(run);
    handlers_.flush();
}

void Runner::onHostDied()
{
    for (auto& [id, run] : runs_) run.inHost = false;
}

void Runner::fail(std::uint64_t run, RunState state, const std::string& message)
{
    const auto found = runs_.find(run);
    if (found == runs_.end()) return;
    const auto automation = found->second.record.automation;
    end(run, state, message);
    if (state == RunState::OverBudget) handlers_.offended(automation, message);
}

void Runner::cancel(std::uint32_t instance, const std::string& reason)
{
    for (auto& [key, queue] : queues_)
        if (key.instance == instance) queue.waiting.clear();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, run] : runs_)
        if (run.key.instance == instance) ids.push_back(id);
    for (const auto id : ids) end(id, RunState::Cancelled, reason);
}

bool Runner::hasRuns(std::uint32_t instance) const
{
    return std::any_of(queues_.begin(), queues_.end(), [&](const auto& entry) {
        return entry.first.instance == instance && !(entry.second.running.empty() && entry.second.waiting.empty());
    });
}

std::vector<const RunRecord*> Runner::live(AutomationId automation) const
{
    std::vector<const RunRecord*> list;
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run)
        if (run->second.record.automation == automation) list.push_back(&run->second.record);
    return list;
}

bool Runner::isBusy(const std::function<bool(const RunRecord&)>& except) const
{
    return std::any_of(runs_.begin(), runs_.end(), [&](const auto& entry) {
        return entry.second.record.state != RunState::Waiting && !except(entry.second.record);
    });
}

void Runner::end(std::uint64_t id, RunState state, std::string message)
{
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    auto run = std::move(found->second);
    runs_.erase(found);
    run.wait.reset();
    run.listener.reset();
    auto& record = run.record;
    record.state = state;
    record.message = std::move(message);
    record.endedAt = services_.clock.now();
    const bool byServer = state == RunState::Cancelled || state == RunState::OverBudget;
    if (run.inHost && byServer) {
        handlers_.send(CancelRun{id});
        handlers_.flush();
    }
    // A run that `when` turned away left no trace but the note why.
    const bool skipped = state == RunState::Cancelled && record.message.empty();
    if (!skipped) conclude(std::move(record));
    else if (run.durable) journal_.ended(record);
    const auto key = run.key;
    auto& queue = queues_[key];
    std::erase(queue.running, id);
    if (!queue.waiting.empty() && queue.running.empty()) {
        auto next = std::move(queue.waiting.front());
        queue.waiting.pop_front();
        if (const auto rule = handlers_.rule(key))
            begin(key, *rule, std::move(next.event), next.cause, std::move(next.mark));
    }
    if (queue.running.empty() && queue.waiting.empty()) {
        queues_.erase(key);
        if (!hasRuns(key.instance)) handlers_.idle(key.instance);
    }
}

void Runner::conclude(RunRecord record)
{
    const auto state = record.state;
    if (state == RunState::Failed || state == RunState::OverBudget)
        services_.log.warning("rule failed", {{"rule", record.rule}, {"error", record.message}});
    duration_.observe(std::chrono::duration<double>(record.endedAt - record.startedAt).count());
    services_.metrics
        .counter("atrium_rule_runs_total", "Runs of rules by result",
                 {{"rule", record.rule}, {"result", toString(state)}})
        .add();
    journal_.ended(record);
    publish(record);
    runLog_.add(std::move(record));
}

void Runner::publish(const RunRecord& record)
{
    Object body{{"type", "automation_run"},
                {"automation", record.automation.value},
                {"rule", record.rule},
                {"run", std::to_string(record.id)},
                {"state", toString(record.state)},
                {"timestamp", toMilliseconds(services_.clock.now())}};
    if (!record.message.empty()) body.append("error", record.message);
    services_.realtime.publish({"automations",
                                std::move(body),
                                "automations.read",
                                {},
                                "automation_run:" + std::to_string(record.automation.value) + ":" + record.rule});
}

} // namespace atrium::automation
