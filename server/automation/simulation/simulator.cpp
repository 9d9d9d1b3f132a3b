#include "automation/simulation/simulator.h"

namespace atrium::automation {

namespace {

constexpr std::size_t mostWaiting = 4;

Error tooManyWait()
{
    return makeError(ErrorCode::Unavailable,
                     {"Trop de simulations attendent, réessayez", "Too many simulations wait already, try again"});
}

} // namespace

Simulator::Simulator(AutomationService& service, Executor& core, const Clock& clock, const Devices& devices,
                     RecordedHistory& history, Log& log)
    : service_(service), core_(core), clock_(clock), devices_(devices), history_(history), log_(log),
      worker_("simulate", 1, mostWaiting, [&log](const std::string& text) {
          log.error("a simulation failed", {{"reason", text}});
      })
{}

Simulator::~Simulator() { stop(); }

WorldPlan Simulator::plan(const Principal& who) const
{
    WorldPlan plan;
    plan.host = service_.hostOptions();
    const auto& surroundings = service_.engine().surroundings();
    plan.site = surroundings.site();
    plan.mode = surroundings.mode();
    const auto list = devices_.list();
    for (const auto& device : list->devices)
        if (who.may(RuleRights::readPermission, accessObjectOf(*device))) plan.devices.push_back(device);
    plan.begin = clock_.now();
    plan.library = service_.library();
    plan.modules = service_.engine().effects().definitions();
    return plan;
}

template <class Answer>
void Simulator::perform(std::function<Result<Answer>()> work, std::function<void(Result<Answer>)> done)
{
    const bool posted = worker_.post([this, work = std::move(work), done] {
        Result<Answer> answer = tooManyWait();
        try {
            answer = work();
        }
        catch (const std::exception& error) {
            log_.error("a simulation failed", {{"reason", error.what()}});
            answer = makeError(ErrorCode::Internal);
        }
        core_.post([done, answer = std::move(answer)] { done(answer); });
    });
    if (!posted) done(tooManyWait());
}

void Simulator::test(const std::string& name, const std::string& source, const Principal& who,
                     std::function<void(Result<std::vector<RuleTestResult>>)> done)
{
    perform<std::vector<RuleTestResult>>([plan = plan(who), name, source] { return runRuleTests(plan, name, source); },
                                         std::move(done));
}

void Simulator::tryOut(DryRun dryRun, const Principal& who, std::function<void(Result<Object>)> done)
{
    perform<Object>(
        [this, plan = plan(who), dryRun = std::move(dryRun)] { return automation::tryOut(plan, dryRun, history_); },
        std::move(done));
}

} // namespace atrium::automation
