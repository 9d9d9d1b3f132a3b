#include "automation/reasons.h"
#include "automation/runner.h"

#include <algorithm>

namespace atrium::automation {

// Which triggers begin a run, which wait for their turn, and which are turned away.

namespace {
using namespace std::chrono_literals;
constexpr std::size_t maxLiveRuns = 20'000;
} // namespace

WhyNot Runner::obstacleOfMode(RuleKey key, const RuleMode& mode, const Queue& queue) const
{
    const auto now = services_.clock.now();
    switch (mode.kind) {
    case RuleMode::Kind::Single:
        if (!queue.running.empty())
            return [began = oldestStart(queue), now] { return reasons::modeSingle(began, now); };
        break;
    case RuleMode::Kind::Throttle: {
        const auto last = lastStarts_.find(key);
        if (last == lastStarts_.end()) break;
        const std::chrono::microseconds period(mode.period);
        if (now < last->second + period && now >= last->second)
            return [period, left = last->second + period - now] { return reasons::modeThrottle(period, left); };
        break;
    }
    case RuleMode::Kind::Queued:
        if (!queue.running.empty() && queue.waiting.size() >= mode.limit)
            return [waits = queue.waiting.size(), limit = mode.limit] { return reasons::queueFull(waits, limit); };
        break;
    case RuleMode::Kind::Parallel:
        if (queue.running.size() >= mode.limit)
            return [runs = queue.running.size(), limit = mode.limit] { return reasons::modeParallel(runs, limit); };
        break;
    case RuleMode::Kind::Restart: break;
    }
    return {};
}

UtcTime Runner::oldestStart(const Queue& queue) const
{
    const auto found = queue.running.empty() ? runs_.end() : runs_.find(queue.running.front());
    return found == runs_.end() ? UtcTime{} : found->second.record.startedAt;
}

const Runner::Queue& Runner::queueOf(RuleKey key) const
{
    static const Queue none;
    const auto found = queues_.find(key);
    return found == queues_.end() ? none : found->second;
}

std::vector<Reason> Runner::obstacles(RuleKey key) const
{
    std::vector<Reason> list;
    const auto rule = handlers_.rule(key);
    if (!rule) return list;
    if (const auto refusal = handlers_.startRefusal(key)) list.push_back(reasons::rights(*refusal));
    const auto& queue = queueOf(key);
    if (const auto why = obstacleOfMode(key, rule->view->mode, queue)) list.push_back(why());
    else if (!queue.waiting.empty())
        list.push_back(reasons::waitsInQueue(queue.waiting.size(), rule->view->mode.limit));
    return list;
}

std::optional<Text> Runner::refusal(RuleKey key, const StepRecord& step) const
{
    Step again;
    again.kind = step.kind;
    again.payload = step.payload;
    return handlers_.stepRefusal(key, again);
}

std::uint64_t Runner::trigger(RuleKey key, Object event, const Cause& cause, Decision decision)
{
    const auto rule = handlers_.rule(key);
    if (!rule) return 0;
    const auto drop = [&](WhyNot why) {
        dropped_.add();
        skip(key, kindOf(event), std::move(why));
        if (!decision.isEmpty()) journal_.keep(std::move(decision));
        return std::uint64_t{0};
    };
    if (cause.hops >= Cause::maxHops) return drop([hops = cause.hops] { return reasons::chainTooLong(hops); });
    if (const auto refusal = handlers_.startRefusal(key))
        return drop([refusal = *refusal] { return reasons::rights(refusal); });
    const auto& mode = rule->view->mode;
    const auto& queue = queueOf(key);
    if (auto obstacle = obstacleOfMode(key, mode, queue)) return drop(std::move(obstacle));
    if (runs_.size() >= maxLiveRuns || handlers_.isCongested())
        return drop([runs = runs_.size()] { return reasons::serverBusy(runs); });
    if (mode.kind == RuleMode::Kind::Queued && !queue.running.empty())
        return enqueue(key, *rule, std::move(event), cause, std::move(decision));
    if (mode.kind == RuleMode::Kind::Throttle) lastStarts_[key] = services_.clock.now();
    if (mode.kind == RuleMode::Kind::Restart) {
        const auto running = queue.running;
        for (const auto id : running) end(id, RunState::Cancelled, "mode restart: the trigger came again");
        const auto still = handlers_.rule(key); // its last run may have been what kept an old version
        if (!still) return 0;
        return begin(key, *still, std::move(event), cause, std::move(decision));
    }
    return begin(key, *rule, std::move(event), cause, std::move(decision));
}

Runner::LiveRun& Runner::create(RuleKey key, const Rule& rule, Object event, const Cause& cause)
{
    const auto now = services_.clock.now();
    lastId_ = std::max(lastId_ + 1, static_cast<std::uint64_t>(toMicroseconds(now)));
    LiveRun run;
    run.key = key;
    run.record.id = lastId_;
    run.record.automation = rule.automation;
    run.record.rule = rule.view->name;
    run.record.version = rule.version;
    run.record.event = std::move(event);
    if (isTooLarge(run.record.event)) {
        run.whole = std::move(run.record.event);
        run.record.event = leftOut(*run.whole);
    }
    run.record.store = storeOf(rule.automation, *rule.view);
    run.record.correlationId = cause.correlationId;
    run.record.hops = cause.hops;
    run.record.startedAt = now;
    return runs_.emplace(lastId_, std::move(run)).first->second;
}

std::uint64_t Runner::begin(RuleKey key, const Rule& rule, Object event, const Cause& cause, Decision decision)
{
    auto& live = create(key, rule, std::move(event), cause);
    const auto id = live.record.id;
    queues_[key].running.push_back(id);
    // Whoever called from outside is told that it will be done.
    if (!decision.isEmpty() || kindOf(live.record.event) == "webhook") beginWhenKept(live, std::move(decision));
    else if (rule.inHost) {
        sendStart(live);
        handlers_.flush();
    }
    return id;
}

void Runner::beginWhenKept(LiveRun& run, Decision decision)
{
    run.durable = run.committing = true;
    journal_.begins(run.record, std::move(decision), [this, id = run.record.id](bool kept) {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        if (!kept) services_.log.error("a run would not survive a restart", {{"run", std::to_string(id)}});
        found->second.committing = false;
        if (found->second.record.state == RunState::Queued) return;
        const auto rule = handlers_.rule(found->second.key);
        if (!rule || !rule->inHost) return; // onLoaded() sends it
        sendStart(found->second);
        handlers_.flush();
    });
}

std::uint64_t Runner::enqueue(RuleKey key, const Rule& rule, Object event, const Cause& cause, Decision decision)
{
    auto& run = create(key, rule, std::move(event), cause);
    run.record.state = RunState::Queued;
    auto& queue = queues_[key];
    queue.waiting.push_back(run.record.id);
    if (!decision.isEmpty() || kindOf(run.record.event) == "webhook") beginWhenKept(run, std::move(decision));
    // Nobody can take up a run whose event is not whole.
    else if (!run.record.event.booleanOr("too_large", false)) {
        // Behind a run that lasts it would be lost with the server; else its turn is there in a moment.
        const bool lasts = std::any_of(queue.running.begin(), queue.running.end(), [&](std::uint64_t id) {
            return runs_.at(id).record.state == RunState::Waiting;
        });
        journal_.queues(run.record, lasts ? Journal::Urgency::AtOnce : Journal::Urgency::Soon);
    }
    return run.record.id;
}

void Runner::beginNext(RuleKey key)
{
    const auto queue = queues_.find(key);
    const auto rule = handlers_.rule(key);
    if (queue == queues_.end() || !rule || !queue->second.running.empty() || queue->second.waiting.empty()) return;
    const auto id = queue->second.waiting.front();
    queue->second.waiting.pop_front();
    queue->second.running.push_back(id);
    auto& run = runs_.at(id);
    run.record.state = RunState::Running;
    run.record.version = rule->version;
    run.record.startedAt = services_.clock.now();
    run.record.store = storeOf(rule->automation, *rule->view);
    if (run.committing) return; // begins when it is kept
    if (run.durable || !journal_.withdraw(id)) {
        run.durable = true;
        journal_.progressed(run.record);
    }
    if (!rule->inHost) return; // onLoaded() sends it
    sendStart(run);
    handlers_.flush();
}

void Runner::beginQueued(std::uint32_t instance)
{
    std::vector<RuleKey> keys;
    for (auto queue = queues_.lower_bound({instance, 0}); queue != queues_.end() && queue->first.instance == instance;
         ++queue)
        keys.push_back(queue->first);
    for (const auto key : keys) beginNext(key);
}

} // namespace atrium::automation
