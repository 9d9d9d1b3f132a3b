#pragma once

#include "atrium/executor.h"
#include "atrium/log.h"
#include "atrium/metrics.h"
#include "atrium/scheduler.h"
#include "automation/journal_store.h"

#include <functional>
#include <memory>
#include <set>

namespace atrium::automation {

/// Writes runs to the store from a worker thread, many in one transaction: while one write is on its way, the next
/// gathers. A run that ended without waiting is written within some 200 ms; one that begins to wait at once, and
/// `committed` follows when it is on the disk. Thread: core.
///
/// Bounds: at most 5,000 ended runs gather, the oldest are dropped and counted; of one automation at most 20 in one
/// write (a storm of runs would only write history that nobody reads). Waiting runs are never dropped; their number is
/// that of live runs. Holds and counts are kept once a trigger and rule.
class Journal {
public:
    /// `store` may be null: then nothing is kept and a wait counts as committed at once.
    Journal(std::shared_ptr<JournalStore> store, Executor& core, Executor& worker, Scheduler& scheduler, Log& log,
            Metrics& metrics);
    ~Journal();

    /// A run that must not be lost, and what is decided with it: written at once, together.
    void begins(const RunRecord& run, Decision decision, std::function<void(bool)> committed);
    enum class Urgency { AtOnce, Soon };
    /// A run that waits for its turn.
    void queues(const RunRecord& run, Urgency urgency);
    /// Its turn came: true when nothing of it was written, and nothing is to be.
    bool withdraw(std::uint64_t run);
    /// When all that was put before is on the disk; maybe at once.
    void settle(std::function<void(bool)> kept);
    /// What is decided without a run: the instants before were missed, the run was turned away.
    void keep(Decision decision);
    /// A hold that began, was put off or ended. One that is only put off is written soon, the rest at once.
    void keep(HoldChange change, Urgency urgency);
    void keep(FailureCount count);
    void ended(KeptRun run);
    /// Written at once; `committed` (may be empty) follows when it is on the disk.
    void keep(TimerChange change, std::function<void(bool)> committed);
    /// `committed(false)`: it could not be written; the wait would not survive a restart.
    void waits(const RunRecord& run, std::function<void(bool)> committed);
    /// A run that waited before did another step: written soon, so that a restart repeats as little as possible.
    void progressed(const RunRecord& run);
    /// The triggers of the wait_for in which a run waits stand otherwise than before.
    void waitsOn(const RunRecord& run, Urgency urgency);
    void keep(JournalBatch::Store store);
    /// The run has a row with this many steps (it was read from the store).
    void know(std::uint64_t run, std::size_t steps) { stored_[run] = steps; }

    /// Something of the run is on the disk, on its way there or waits to be.
    bool knows(std::uint64_t run) const { return stored_.contains(run) || pending_.contains(run); }

    bool isIdle() const { return !writing_ && !hasWork(); }

private:
    struct Pending {
        KeptRun run;
        std::vector<std::function<void(bool)>> committed;
    };
    bool hasWork() const
    {
        return !(pending_.empty() && stores_.empty() && marks_.empty() && timers_.empty() && holds_.empty() &&
                 failureCounts_.empty());
    }
    /// A copy of it as it is now.
    void put(const RunRecord& run, std::function<void(bool)> committed);
    void put(KeptRun run, std::function<void(bool)> committed);
    void writeSoon();
    void write();

    std::shared_ptr<JournalStore> store_;
    Executor& core_;
    Executor& worker_;
    Scheduler& scheduler_;
    Log& log_;
    Counter& dropped_;
    Counter& failures_;
    Gauge& depth_;

    std::map<std::uint64_t, Pending> pending_; ///< by run; run ids grow with time
    std::vector<JournalBatch::Store> stores_;
    std::vector<ScheduleMark> marks_;
    std::vector<TimerChange> timers_;
    std::map<HoldKey, std::optional<PendingHold>> holds_;
    std::map<std::pair<AutomationId, std::string>, FailureCount> failureCounts_;
    using Answers = std::vector<std::function<void(bool)>>;
    Answers answers_;                             ///< to the next write
    std::shared_ptr<Answers> onTheWay_;           ///< to the one that is being done
    std::map<std::uint64_t, std::size_t> stored_; ///< unfinished runs with a row: how many steps it has
    bool urgent_ = false;
    bool writing_ = false;
    Subscription timer_;
    Subscription refused_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace atrium::automation
