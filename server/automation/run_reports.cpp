#include "automation/run_reports.h"

#include <utility>

namespace atrium::automation {

namespace {
using namespace std::chrono_literals;
constexpr auto gatherFor = 10ms;
constexpr std::size_t mostGathered = 64;
} // namespace

RunReports::RunReports(Services services, Journal& journal, RunLog& runLog)
    : services_(services), journal_(journal), runLog_(runLog),
      duration_(services.metrics.histogram("atrium_rule_duration_seconds", "Time from the trigger to the end of a run"))
{}

void RunReports::endedSoon(KeptRun run)
{
    gathered_.push_back(std::move(run));
    if (gathered_.size() >= mostGathered) tell();
    else if (!timer_) timer_ = services_.scheduler.after(gatherFor, [this] { tell(); });
}

void RunReports::ended(KeptRun run)
{
    tell();
    tell(run);
}

void RunReports::tell()
{
    timer_.reset();
    for (const auto& run : std::exchange(gathered_, {})) tell(run);
}

void RunReports::tell(const KeptRun& run)
{
    if (run->state == RunState::Failed || run->state == RunState::OverBudget)
        services_.log.warning("rule failed", {{"rule", run->rule}, {"error", run->message}});
    duration_.observe(std::chrono::duration<double>(run->endedAt - run->startedAt).count());
    services_.metrics
        .counter("atrium_rule_runs_total", "Runs of rules by result",
                 {{"rule", run->rule}, {"result", toString(run->state)}})
        .add();
    journal_.ended(run);
    changed(*run);
    runLog_.add(run);
}

void RunReports::changed(const RunRecord& run)
{
    Object body{{"type", "automation_run"},
                {"automation", run.automation.value},
                {"rule", run.rule},
                {"run", std::to_string(run.id)},
                {"state", toString(run.state)},
                {"timestamp", toMilliseconds(services_.clock.now())}};
    if (!run.message.empty()) body.append("error", run.message);
    services_.realtime.publish({"automations",
                                std::move(body),
                                "automations.read",
                                {},
                                "automation_run:" + std::to_string(run.automation.value) + ":" + run.rule});
}

} // namespace atrium::automation
