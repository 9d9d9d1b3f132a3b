#pragma once

#include "automation/automation_service.h"
#include "automation/simulation/dry_run.h"
#include "automation/simulation/rule_tests.h"
#include "runtime/worker_pool.h"

#include <list>

namespace atrium::automation {

/// A simulation that waits or runs.
struct SimulationJob {
    enum class State { Waiting, Running };
    std::int64_t id = 0;
    UserId user;      ///< who asked
    std::string name; ///< of the automation or text
    std::atomic<State> state{State::Waiting};
    DryRunProgress progress;
    std::stop_source stop;
};

/// Tries automations on a thread of its own, `simulate`, one after the other; at most four wait. The simulated house
/// begins as the real one is at that moment, as far as whoever asks may see it. A simulation for which nobody waits any
/// more ends within a moment. Thread of methods: core.
class Simulator {
public:
    /// All outlive the simulator.
    Simulator(AutomationService& service, Executor& core, const Clock& clock, const Devices& devices,
              RecordedHistory& history, Log& log, Metrics& metrics);
    ~Simulator();

    struct Asker {
        Principal who;
        std::stop_token nobodyWaits;
    };
    /// `done` runs on core. Errors beside those of runRuleTests and tryOut: Unavailable (too many wait).
    void test(const std::string& name, const std::string& source, const Asker& asker,
              std::function<void(Result<std::vector<RuleTestResult>>)> done);
    void tryOut(DryRun dryRun, const Asker& asker, std::function<void(Result<Object>)> done);
    /// The ones that wait or run for somebody, in the order in which they were asked for.
    std::vector<std::shared_ptr<const SimulationJob>> jobs(UserId user) const;
    /// Ends what runs or waits, and the thread. Thread: any but core.
    void stop();

private:
    WorldPlan plan(const Principal& who) const;
    template <class Answer>
    void perform(const std::string& name, const Asker& asker,
                 std::function<Result<Answer>(const WorldPlan& plan, SimulationJob& job)> work,
                 std::function<void(Result<Answer>)> done);

    AutomationService& service_;
    Executor& core_;
    const Clock& clock_;
    const Devices& devices_;
    RecordedHistory& history_;
    Log& log_;
    Gauge& depth_;
    std::list<std::shared_ptr<SimulationJob>> jobs_;
    std::int64_t lastJob_ = 0;
    std::stop_source stopping_;
    runtime::WorkerPool worker_;
};

} // namespace atrium::automation
