#pragma once

#include "atrium/clock.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/realtime.h"
#include "atrium/scheduler.h"
#include "automation/dispatcher.h"
#include "automation/effects.h"
#include "automation/journal.h"
#include "automation/run_reports.h"

#include <deque>
#include <map>
#include <unordered_map>

namespace atrium::automation {

/// When the run of this event is due, if it is the retry of one that failed.
std::optional<UtcTime> retryTimeOf(const Value& event);
/// Which trigger an event is of: `mqtt`, `attribute`, ...
std::string kindOf(const Value& event);
/// Whether a journal leaves the event of a trigger out: it has more than 16 KiB.
bool isTooLarge(const Value& event);
/// What it keeps then: `too_large`.
Value leftOut(const Value& event);

/// The runs that live: begins them as their rules' modes say, does their steps, keeps their journals, and takes them
/// up again after the script host or the server died. Thread: core.
class Runner {
public:
    /// A rule as the runner needs it.
    struct Rule {
        AutomationId automation;
        std::string version;
        const RuleView* view = nullptr;
        bool inHost = false;  ///< loaded in the process that is up
        std::string provided; ///< PluginAutomation::key; empty = people's
    };
    struct Handlers {
        std::function<void(const ToHost&)> send;
        std::function<void()> flush;
        std::function<bool()> isCongested;
        /// Empty when there is no such rule any more.
        std::function<std::optional<Rule>(RuleKey)> rule;
        /// Why the rule must not start, or must not do a step; empty = it may.
        std::function<std::optional<Text>(RuleKey)> startRefusal;
        std::function<std::optional<Text>(RuleKey, const Step&)> stepRefusal;
        /// Dispatcher::watch.
        std::function<Result<Subscription>(std::vector<Trigger>, RuleKey, Dispatcher::Listener)> watch;
        /// The last run of an instance ended.
        std::function<void(std::uint32_t instance)> idle;
        /// A run went over a budget.
        std::function<void(AutomationId, const std::string& reason)> offended;
        /// A rule failed so often that its automation is to stop.
        std::function<void(AutomationId, const std::string& reason)> disable;
        /// An event tells the rule of a device that its file may not name.
        std::function<void(RuleKey, DeviceId)> show;
        /// The devices of a selection (their uids) that the rule may know of.
        std::function<Value(RuleKey, const Value& selection)> select;
    };
    struct Services : RunReports::Services {
        int effectsPerMinute; ///< of one automation, log lines included; over it the run ends
    };

    Runner(Services services, Effects& effects, Journal& journal, RunLog& runLog, Handlers handlers);

    /// Begins a run, or queues or drops it as the mode says. The id of the run, or 0. With a decision the run begins
    /// when both are on the disk.
    std::uint64_t trigger(RuleKey key, Object event, const Cause& cause, Decision decision = {});
    void skip(RuleKey key, const std::string& trigger, WhyNot why, std::vector<ReadValue> reads = {});
    /// Takes up a run that the store kept.
    void resume(RunRecord record, RuleKey key);
    /// After all runs of an instance were taken up: those that wait for their turn get it.
    void beginQueued(std::uint32_t instance);
    /// Ends a run that the store kept and that cannot go on.
    void abandon(RunRecord record, std::string reason);

    /// The text of a rule changed: its runs become what `policy` says, those that begin anew in `next` (empty = the
    /// new text has no such rule).
    void changed(RuleKey old, ChangePolicy policy, std::optional<RuleKey> next);

    void onStep(Step& step);
    void onEnded(RunEnded& ended);
    /// The instance is loaded in the host: its runs go (on) there.
    void onLoaded(std::uint32_t instance);
    void onHostDied();
    /// Ends a run for a fault that the host cannot tell of any more.
    void fail(std::uint64_t run, RunState state, const std::string& message);
    void cancel(std::uint32_t instance, const std::string& reason);
    bool hasRuns(std::uint32_t instance) const;
    /// The run log holds all that is over.
    void report() { reports_.tell(); }
    /// Unfinished runs of an automation, newest first.
    std::vector<const RunRecord*> live(AutomationId automation) const;
    std::size_t liveRuns() const { return runs_.size(); }
    /// What keeps a new run of the rule from beginning now: its mode, its author's rights; in no order.
    std::vector<Reason> obstacles(RuleKey key) const;
    /// Why the rule may not do a step that it asked for; empty = it may.
    std::optional<Text> refusal(RuleKey key, const StepRecord& step) const;
    /// Empty unless the automation has used up its effects of this minute.
    std::optional<Reason> budgetUsedUp(AutomationId automation) const;
    void restore(std::vector<FailureCount> counts);
    /// Whether a run does something at this moment, other than to wait; runs that `except` names do not count.
    bool isBusy(const std::function<bool(const RunRecord&)>& except) const;

    /// What a rule keeps between runs.
    const std::map<std::pair<AutomationId, std::string>, Value>& stores() const { return stores_; }
    void setStore(AutomationId automation, const std::string& rule, Value content);
    void forget(AutomationId automation);
    /// The instance is gone.
    void forget(std::uint32_t instance);

private:
    struct LiveRun {
        RunRecord record;
        RuleKey key;
        std::optional<Value> whole; ///< the event, where the record leaves it out for its size
        std::vector<RecordedStep> journal;
        bool inHost = false;
        bool committing = false; ///< begins later: when its journal is on the disk, or when a retry is due
        bool durable = false;    ///< has waited, or can be taken up from the store
        Subscription wait;       ///< timer of the step that it waits in
        Subscription listener;   ///< what wait_for listens to
        // Of a wait_for that an earlier life of the server began.
        std::optional<UtcTime> due;
        WaitHolds holds;

        const Value& event() const { return whole ? *whole : record.event; }
    };
    struct Queue {
        std::vector<std::uint64_t> running;
        std::deque<std::uint64_t> waiting; ///< for their turn
    };
    struct Minute {
        UtcTime began{};
        int effects = 0;
    };

    std::uint64_t begin(RuleKey key, const Rule& rule, Object event, const Cause& cause, Decision decision);
    /// In no queue yet.
    LiveRun& create(RuleKey key, const Rule& rule, Object event, const Cause& cause);
    void beginWhenKept(LiveRun& run, Decision decision);
    /// Puts a run where it waits for its turn.
    std::uint64_t enqueue(RuleKey key, const Rule& rule, Object event, const Cause& cause, Decision decision);
    /// The first that waits has its turn, if nothing runs.
    void beginNext(RuleKey key);
    /// Why a trigger starts nothing now; empty = it may. `queue` is the rule's.
    WhyNot obstacleOfMode(RuleKey key, const RuleMode& mode, const Queue& queue) const;
    UtcTime oldestStart(const Queue& queue) const;
    /// An empty one when nothing of the rule runs or waits. Valid until a run of the rule begins or ends.
    const Queue& queueOf(RuleKey key) const;
    /// Begins the next attempt of a run that failed, in its time; false when none is left.
    bool retry(const LiveRun& failed);
    void startAt(LiveRun& run, UtcTime due);
    void failedForGood(RuleKey key, const RunRecord& run);
    void sendStart(LiveRun& run);
    void perform(const LiveRun& run, const Step& step);
    void keepAndPerform(LiveRun& run, Step step);
    void beginWait(LiveRun& run, UtcTime due);
    void beginWaitFor(LiveRun& run, Step& step);
    void keepHold(std::uint64_t id, std::size_t step, const AttributeTrigger& trigger,
                  const std::optional<PendingHold>& hold);
    /// The journal that lets the wait survive; then its timer.
    void keepWait(LiveRun& run);
    void startWait(LiveRun& run, std::chrono::microseconds duration);
    void finishWait(std::uint64_t id, std::size_t step, bool ok, Value result);
    /// Notes the result of the run's last step; false when the run or the step is over.
    bool complete(std::uint64_t id, std::size_t step, bool ok, Value result);
    void answer(const LiveRun& run, std::size_t step);
    void logLine(const LiveRun& run, const Value& payload);
    bool withinBudget(AutomationId automation);
    void succeeded(AutomationId automation, const std::string& rule);
    void end(std::uint64_t id, RunState state, std::string message);
    /// Forgets the queue of a rule that has no run any more.
    void leave(RuleKey key);
    void conclude(RunRecord record);
    const Value& storeOf(AutomationId automation, const RuleView& rule);

    Services services_;
    Effects& effects_;
    Journal& journal_;
    RunLog& runLog_;
    Handlers handlers_;
    RunReports reports_;
    Counter& dropped_;

    std::map<std::uint64_t, LiveRun> runs_;
    std::map<RuleKey, Queue> queues_;
    std::map<RuleKey, UtcTime> lastStarts_; ///< of rules with mode throttle
    std::map<std::pair<AutomationId, std::string>, Value> stores_;
    std::map<AutomationId, Minute> minutes_;
    std::map<std::pair<AutomationId, std::string>, FailureCount> failures_; ///< in a row
    std::uint64_t lastId_ = 0;
};

} // namespace atrium::automation
