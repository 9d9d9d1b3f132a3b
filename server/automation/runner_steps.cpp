#include "automation/reasons.h"
#include "automation/runner.h"

namespace atrium::automation {

namespace {
using namespace std::chrono_literals;
constexpr std::size_t largestShownPayload = 8 * 1024;

/// Whether a step is to be done rather not at all than twice.
bool isAtMostOnce(const Value& payload) { return payload.textOr("once", "") == "at_most"; }

/// What the journal keeps of what was asked for.
Value shownPayload(const Value& payload)
{
    if (wireSize(payload) <= largestShownPayload) return payload;
    if (isAtMostOnce(payload)) return Object{{"once", "at_most"}, {"shown", "(too large to show)"}};
    return "(too large to show)";
}
} // namespace

void Runner::resume(RunRecord record, RuleKey key)
{
    lastId_ = std::max(lastId_, record.id);
    journal_.know(record.id, record.steps.size());
    LiveRun run;
    run.key = key;
    run.durable = true;
    if (record.state == RunState::Queued) {
        const auto id = record.id;
        run.record = std::move(record);
        runs_.emplace(id, std::move(run));
        queues_[key].waiting.push_back(id);
        return;
    }
    std::optional<UtcTime> due;
    for (auto& step : record.steps) {
        if (step.done) run.journal.push_back({step.kind, step.ok, step.result, step.reads});
        else if (step.kind == StepKind::Wait) due = step.due;
        else if (step.kind == StepKind::WaitFor) {
            if (step.due != UtcTime{}) run.due = step.due;
            run.holds = step.holds;
        }
    }
    // A step that was neither done nor a wait is asked for again by the run itself, with the same idempotency key; a
    // wait_for too, because only the script knows what it waits for.
    if (!due && !record.steps.empty() && !record.steps.back().done) {
        auto& last = record.steps.back();
        if (isAtMostOnce(last.payload)) {
            last.done = true;
            last.ok = false;
            last.result = "the server ended while this was being done: it may or may not have been";
            run.journal.push_back({last.kind, last.ok, last.result, last.reads});
        }
        else record.steps.pop_back();
    }
    if (!due) record.state = RunState::Running;
    run.record = std::move(record);
    const auto id = run.record.id;
    auto& live = runs_.emplace(id, std::move(run)).first->second;
    queues_[key].running.push_back(id);
    const auto retryAt = live.record.steps.empty() ? retryTimeOf(live.record.event) : std::nullopt;
    if (retryAt) startAt(live, *retryAt);
    if (due) startWait(live, std::max<std::chrono::microseconds>(*due - services_.clock.now(), 0us));
    if (const auto rule = handlers_.rule(key); rule && rule->inHost && !live.committing) {
        sendStart(live);
        handlers_.flush();
    }
}

void Runner::abandon(RunRecord record, std::string reason)
{
    lastId_ = std::max(lastId_, record.id);
    journal_.know(record.id, record.steps.size());
    record.state = RunState::Cancelled;
    record.message = std::move(reason);
    record.endedAt = services_.clock.now();
    conclude(std::move(record));
}

void Runner::onStep(Step& step)
{
    const auto found = runs_.find(step.run);
    if (found == runs_.end()) return;
    auto& run = found->second;
    auto& steps = run.record.steps;
    if (step.step <= steps.size()) {
        // Asked for again by a new life of the host. Done meanwhile: tell; else the answer is on its way.
        if (step.awaited && step.step <= run.journal.size()) answer(run, step.step);
        return;
    }
    if (!withinBudget(run.record.automation)) {
        const auto automation = run.record.automation;
        const auto reason =
            "more than " + std::to_string(services_.effectsPerMinute) + " effects and log lines in a minute";
        end(step.run, RunState::OverBudget, reason);
        return handlers_.offended(automation, reason);
    }
    steps.push_back({step.kind, shownPayload(step.payload), false, true, {}, step.reads, services_.clock.now(), {}});
    const auto id = step.run;
    const std::size_t number = step.step;
    if (const auto refusal = handlers_.stepRefusal(run.key, step)) {
        if (complete(id, number, false, "not permitted: " + refusal->en) && step.awaited) answer(run, number);
        return;
    }
    switch (step.kind) {
    case StepKind::Log:
        logLine(run, step.payload);
        steps.back().done = true;
        run.journal.push_back({step.kind, true, {}, std::move(step.reads)});
        return;
    case StepKind::Wait:
        return beginWait(run,
                         services_.clock.now() + std::chrono::microseconds(step.payload.integerOr("microseconds", 0)));
    case StepKind::WaitFor: return beginWaitFor(run, step);
    case StepKind::Select:
        if (complete(id, number, true, handlers_.select(run.key, step.payload))) answer(run, number);
        return;
    default: break;
    }
    if (isAtMostOnce(step.payload)) return keepAndPerform(run, std::move(step));
    perform(run, step);
}

void Runner::perform(const LiveRun& run, const Step& step)
{
    const auto id = step.run;
    const std::size_t number = step.step;
    Effects::Request request{step.kind,
                             step.payload,
                             run.record.rule,
                             Cause{run.record.correlationId, "rule:" + run.record.rule, run.record.hops + 1},
                             std::to_string(id) + ":" + std::to_string(number),
                             {},
                             run.record.automation};
    if (step.kind == StepKind::Call)
        if (const auto rule = handlers_.rule(run.key)) request.provided = rule->provided;
    // What another life might be answered otherwise must be on the disk before the run goes on: else it would take
    // another way there, and do under new keys what it has done already.
    const bool isRepeatable =
        (step.kind == StepKind::Command || step.kind == StepKind::Publish) && !isAtMostOnce(step.payload);
    effects_.perform(request, [this, id, number, awaited = step.awaited, isRepeatable](bool ok, Value result) {
        if (!complete(id, number, ok, std::move(result)) || !awaited) return;
        if (isRepeatable || !runs_.at(id).durable) return answer(runs_.at(id), number);
        journal_.settle([this, id, number](bool) {
            const auto found = runs_.find(id);
            if (found != runs_.end() && found->second.record.steps.size() == number) answer(found->second, number);
        });
    });
}

/// The journal says that it is being done before it is: whoever finds that after a crash does not do it again.
void Runner::keepAndPerform(LiveRun& run, Step step)
{
    const auto id = step.run;
    const std::size_t number = step.step;
    const auto refuse = [this, id, number](const char* reason) {
        if (complete(id, number, false, reason)) answer(runs_.at(id), number);
    };
    if (run.record.event.booleanOr("too_large", false)) return refuse("the event is too large for a run that is kept");
    run.durable = true;
    journal_.waits(run.record, [this, id, number, refuse, step = std::move(step)](bool kept) {
        const auto found = runs_.find(id);
        if (found == runs_.end()) return;
        const auto& steps = found->second.record.steps;
        if (steps.size() != number || steps.back().done) return;
        if (kept) perform(found->second, step);
        else refuse("the journal could not be written, so it was not done");
    });
}

void Runner::beginWait(LiveRun& run, UtcTime due)
{
    const auto id = run.record.id;
    const auto number = run.record.steps.size();
    if (run.record.event.booleanOr("too_large", false))
        return finishWait(id, number, false, "the event is too large for a run that waits");
    run.record.steps.back().due = due;
    keepWait(run);
}

void Runner::beginWaitFor(LiveRun& run, Step& step)
{
    const auto id = run.record.id;
    const auto number = run.record.steps.size();
    if (run.record.event.booleanOr("too_large", false))
        return finishWait(id, number, false, "the event is too large for a run that waits");
    const auto kept = std::make_shared<const WaitHolds>(std::exchange(run.holds, {}));
    auto watch =
        handlers_.watch(std::move(step.triggers), run.key,
                        {[this, id, number](Object event, const Cause&) {
                             Value result(std::move(event));
                             finishWait(id, number, true, isTooLarge(result) ? leftOut(result) : std::move(result));
                         },
                         [this, id, number](const AttributeTrigger& trigger, const std::optional<PendingHold>& hold) {
                             keepHold(id, number, trigger, hold);
                         },
                         [kept](const AttributeTrigger& trigger) {
                             const auto found = kept->find(fingerprintOf(trigger));
                             return found == kept->end() ? nullptr : &found->second;
                         }});
    if (!watch) return finishWait(id, number, false, watch.error().message.en);
    run.listener = std::move(*watch);
    if (const auto timeout = step.payload.integerOr("timeout", 0); timeout > 0)
        run.record.steps.back().due = run.due.value_or(services_.clock.now() + std::chrono::microseconds(timeout));
    run.due.reset();
    keepWait(run);
}

void Runner::keepHold(std::uint64_t id, std::size_t step, const AttributeTrigger& trigger,
                      const std::optional<PendingHold>& hold)
{
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    auto& record = found->second.record;
    if (record.steps.size() != step || record.steps.back().done) return;
    auto& holds = record.steps.back().holds;
    const auto key = fingerprintOf(trigger);
    const auto before = holds.find(key);
    if (before == holds.end() && !hold) return;
    // A quiet time that is put off again and again: the disk need not follow at once.
    const bool isPutOff = hold && before != holds.end() && before->second.isDue() && hold->isDue();
    if (hold) holds.insert_or_assign(key, *hold);
    else holds.erase(before);
    // Of a wait that is about to begin, keepWait() writes all.
    if (record.state == RunState::Waiting)
        journal_.waitsOn(record, isPutOff ? Journal::Urgency::Soon : Journal::Urgency::AtOnce);
}

void Runner::keepWait(LiveRun& run)
{
    const auto id = run.record.id;
    const auto number = run.record.steps.size();
    run.record.state = RunState::Waiting;
    run.durable = true;
    reports_.changed(run.record);
    // The wait counts from now, but is over only when the journal that lets it survive is on the disk.
    journal_.waits(run.record, [this, id, number](bool kept) {
        const auto waiting = runs_.find(id);
        if (waiting == runs_.end() || waiting->second.record.steps.size() != number) return;
        if (!kept) services_.log.error("a wait would not survive a restart", {{"run", std::to_string(id)}});
        const auto due = waiting->second.record.steps.back().due;
        if (due != UtcTime{} && !waiting->second.record.steps.back().done)
            startWait(waiting->second, std::max<std::chrono::microseconds>(due - services_.clock.now(), 0us));
    });
}

void Runner::startWait(LiveRun& run, std::chrono::microseconds duration)
{
    const auto id = run.record.id;
    const auto step = run.record.steps.size();
    // A wait that ends is what was asked for; a wait_for that ends so has seen nothing: false.
    const Value result = run.record.steps.back().kind == StepKind::WaitFor ? Value(false) : Value();
    run.wait = services_.scheduler.after(duration, [this, id, step, result] { finishWait(id, step, true, result); });
}

void Runner::finishWait(std::uint64_t id, std::size_t step, bool ok, Value result)
{
    if (!complete(id, step, ok, std::move(result))) return;
    auto& run = runs_.at(id);
    run.wait.reset();
    run.listener.reset();
    answer(run, step);
}

bool Runner::complete(std::uint64_t id, std::size_t step, bool ok, Value result)
{
    const auto found = runs_.find(id);
    if (found == runs_.end()) return false;
    auto& run = found->second;
    if (run.record.steps.size() != step || run.record.steps.back().done) return false;
    auto& record = run.record.steps.back();
    record.done = true;
    record.holds.clear();
    record.ok = ok;
    record.result = result;
    run.record.state = RunState::Running;
    run.journal.push_back({record.kind, ok, std::move(result), record.reads});
    if (run.durable) journal_.progressed(run.record);
    return true;
}

void Runner::answer(const LiveRun& run, std::size_t step)
{
    if (!run.inHost) return; // it reads the result from its journal when it starts again
    const auto& recorded = run.journal[step - 1];
    if (recorded.kind == StepKind::WaitFor)
        if (const auto device = recorded.result.integerOr("device", 0); device > 0)
            handlers_.show(run.key, DeviceId{device});
    handlers_.send(StepAnswer{run.record.id, static_cast<std::uint32_t>(step), recorded.ok, recorded.result});
    handlers_.flush();
}

void Runner::logLine(const LiveRun& run, const Value& payload)
{
    const auto level = payload.textOr("level", "info");
    const auto text = payload.textOr("text", "");
    services_.log.write(level == "error"   ? LogLevel::Error
                        : level == "warn"  ? LogLevel::Warning
                        : level == "debug" ? LogLevel::Debug
                                           : LogLevel::Info,
                        text, {{"rule", run.record.rule}, {"correlation_id", run.record.correlationId}});
    services_.realtime.publish({"automation_logs",
                                {{"type", "automation_log"},
                                 {"automation", run.record.automation.value},
                                 {"rule", run.record.rule},
                                 {"run", std::to_string(run.record.id)},
                                 {"level", level},
                                 {"message", text},
                                 {"timestamp", toMilliseconds(services_.clock.now())}},
                                "automations.read",
                                {},
                                {}});
}

std::optional<Reason> Runner::budgetUsedUp(AutomationId automation) const
{
    const auto minute = minutes_.find(automation);
    const auto now = services_.clock.now();
    if (minute == minutes_.end() || minute->second.effects <= services_.effectsPerMinute ||
        now - minute->second.began >= 60s || now < minute->second.began)
        return {};
    return reasons::budget(minute->second.effects, services_.effectsPerMinute, minute->second.began + 60s);
}

bool Runner::withinBudget(AutomationId automation)
{
    auto& minute = minutes_[automation];
    const auto now = services_.clock.now();
    if (now - minute.began >= 60s || now < minute.began) minute = {now, 0};
    return ++minute.effects <= services_.effectsPerMinute;
}

} // namespace atrium::automation
