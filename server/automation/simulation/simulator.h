#pragma once

#include "automation/automation_service.h"
#include "automation/simulation/dry_run.h"
#include "automation/simulation/rule_tests.h"
#include "runtime/worker_pool.h"

namespace atrium::automation {

/// Tries automations on a thread of its own, `simulate`, one after the other; at most four wait. The simulated house
/// begins as the real one is at that moment. Thread of methods: core.
class Simulator {
public:
    /// All outlive the simulator.
    Simulator(AutomationService& service, Executor& core, const Clock& clock, const Devices& devices,
              RecordedHistory& history, Log& log);
    ~Simulator();

    /// `done` runs on core. Errors beside those of runRuleTests and tryOut: Unavailable (too many wait).
    void test(const std::string& name, const std::string& source,
              std::function<void(Result<std::vector<RuleTestResult>>)> done);
    void tryOut(DryRun dryRun, std::function<void(Result<Object>)> done);
    void stop() { worker_.stop(); }

private:
    WorldPlan plan() const;
    template <class Answer>
    void perform(std::function<Result<Answer>()> work, std::function<void(Result<Answer>)> done);

    AutomationService& service_;
    Executor& core_;
    const Clock& clock_;
    const Devices& devices_;
    RecordedHistory& history_;
    Log& log_;
    runtime::WorkerPool worker_;
};

} // namespace atrium::automation
