#include "automation/runner.h"

#include "automation/reasons.h"

#include <algorithm>

namespace atrium::automation {

namespace {
constexpr std::size_t largestKeptEvent = 16 * 1024;
} // namespace

std::string kindOf(const Value& event) { return event.textOr("kind", "unknown"); }

bool isTooLarge(const Value& event) { return wireSize(event) > largestKeptEvent; }

Value leftOut(const Value& event) { return Object{{"kind", kindOf(event)}, {"too_large", true}}; }

Runner::Runner(Services services, Effects& effects, Journal& journal, RunLog& runLog, Handlers handlers)
    : services_(services), effects_(effects), journal_(journal), runLog_(runLog), handlers_(std::move(handlers)),
      reports_(services, journal, runLog),
      dropped_(services.metrics.counter("atrium_rule_triggers_dropped_total", "Triggers that a full queue dropped"))
{}

void Runner::sendStart(LiveRun& run)
{
    run.inHost = true;
    const auto& event = run.event();
    if (const auto device = event.integerOr("device", 0); device > 0) handlers_.show(run.key, DeviceId{device});
    handlers_.send(StartRun{run.record.id, run.key.instance, run.key.rule, event, run.record.store, run.journal});
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
    std::erase_if(failures_, [&](const auto& entry) { return entry.first.first == automation; });
    minutes_.erase(automation);
}

void Runner::forget(std::uint32_t instance)
{
    std::erase_if(lastStarts_, [&](const auto& entry) { return entry.first.instance == instance; });
}

void Runner::skip(RuleKey key, const std::string& trigger, WhyNot why, std::vector<ReadValue> reads)
{
    if (!runLog_.notesSkips()) return;
    const auto rule = handlers_.rule(key);
    if (!rule) return;
    runLog_.add(rule->automation, {rule->view->name, trigger, std::move(why), std::move(reads), services_.clock.now()});
}

void Runner::onEnded(RunEnded& ended)
{
    const auto found = runs_.find(ended.run);
    if (found == runs_.end()) return;
    auto& record = found->second.record;
    record.cpuMicroseconds += ended.cpuMicroseconds;
    if (ended.end == RunEnd::Skipped) {
        const auto key = found->second.key;
        skip(
            key, kindOf(record.event), [clause = ended.message] { return reasons::conditionFalse(clause); },
            std::move(ended.reads));
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
    if (state == RunState::Finished) succeeded(automation, record.rule);
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
    for (auto queue = queues_.lower_bound({instance, 0}); queue != queues_.end() && queue->first.instance == instance;
         ++queue)
        for (const auto id : queue->second.running)
            if (auto& run = runs_.at(id); !run.inHost && !run.committing) sendStart(run);
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
    std::vector<std::uint64_t> ids;
    for (auto queue = queues_.lower_bound({instance, 0}); queue != queues_.end() && queue->first.instance == instance;
         ++queue) {
        // What waits goes first, or its turn would come.
        ids.insert(ids.end(), queue->second.waiting.begin(), queue->second.waiting.end());
        ids.insert(ids.end(), queue->second.running.begin(), queue->second.running.end());
    }
    for (const auto id : ids) end(id, RunState::Cancelled, reason);
}

bool Runner::hasRuns(std::uint32_t instance) const
{
    // A queue without runs is erased.
    const auto queue = queues_.lower_bound({instance, 0});
    return queue != queues_.end() && queue->first.instance == instance;
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
        const auto state = entry.second.record.state;
        return state != RunState::Waiting && state != RunState::Queued && !except(entry.second.record);
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
    else if (run.durable) journal_.ended(std::make_shared<const RunRecord>(std::move(record)));
    const auto key = run.key;
    auto& queue = queues_[key];
    std::erase(queue.running, id);
    std::erase(queue.waiting, id);
    if (queue.running.empty()) beginNext(key);
    leave(key);
}

void Runner::leave(RuleKey key)
{
    const auto queue = queues_.find(key);
    if (queue == queues_.end() || !queue->second.running.empty() || !queue->second.waiting.empty()) return;
    queues_.erase(queue);
    if (!hasRuns(key.instance)) handlers_.idle(key.instance);
}

void Runner::conclude(RunRecord record)
{
    const bool isQuick = record.state == RunState::Finished && !journal_.knows(record.id);
    auto run = std::make_shared<const RunRecord>(std::move(record));
    if (isQuick) reports_.endedSoon(std::move(run));
    else reports_.ended(std::move(run));
}

} // namespace atrium::automation
