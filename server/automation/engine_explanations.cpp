#include "automation/engine.h"

#include "automation/automation_errors.h"
#include "automation/explainer.h"
#include "automation/reasons.h"

namespace atrium::automation {

// Why rules do not run, when somebody asks.

namespace {
using namespace std::chrono_literals;
/// The script host may be busy with a rule for as long as its budget lasts.
constexpr auto hostPatience = 1s;
} // namespace

void Engine::setTracing(Tracing tracing)
{
    dispatcher_.setTracing(tracing);
    runLog_.setTracing(tracing);
}

Explanation Engine::explanationOf(AutomationId automation) const
{
    Explanation told;
    told.at = services_.clock.now();
    const auto active = find(automation, State::Active);
    if (const auto failed = find(automation, State::Failed)) {
        const auto& [error, missing] = std::tie(instances_.at(failed).error, instances_.at(failed).missing);
        const auto line = lineOfMessage(error);
        if (missing) told.reasons.push_back(reasons::unknownDevice(missing->name, missing->suggestion, error, line));
        else if (!active) told.reasons.push_back(reasons::notLoaded(error, line));
        if (active) told.reasons.push_back(reasons::oldVersion(error, line));
    }
    else if (!active) told.reasons.push_back(reasons::loading());
    if (auto reason = runner_.budgetUsedUp(automation)) told.reasons.push_back(std::move(*reason));
    if (const auto offences = offences_.find(automation); offences != offences_.end()) {
        const auto& times = offences->second;
        if (!times.empty() && told.at - times.back() <= offencesWithin)
            told.reasons.push_back(reasons::nearlyStopped(times.size(), offencesAllowed, times.back()));
    }
    if (!active) return told;
    const auto& instance = instances_.at(active);
    const Explainer explainer(services_.devices, surroundings_, services_.clock, dispatcher_, runner_, runLog_);
    const auto hides = [&](const RuleView& rule, DeviceId device) {
        const std::set<DeviceId> only{device};
        return rights_.refusal({instance.script.author, &rule, &only});
    };
    told.rules = explainer.explain({automation, active, instance.rules, instance.triggers == Triggers::Armed, hides});
    return told;
}

void Engine::explain(AutomationId automation, std::function<void(Explanation)> done)
{
    runner_.report();
    auto told = explanationOf(automation);
    const auto active = find(automation, State::Active);
    if (!active || !instances_.at(active).inHost) return done(std::move(told));
    const auto number = ++lastProbe_;
    auto timeout = services_.scheduler.after(hostPatience, [this, number] {
        auto probe = probes_.extract(number);
        if (!probe.empty()) probe.mapped().done(std::move(probe.mapped().explanation));
    });
    probes_[number] = {std::move(told), active, std::move(done), std::move(timeout)};
    host_.send(ProbeConditions{number, active});
    host_.flush();
}

void Engine::onConditions(ConditionsProbed& answer)
{
    auto probe = probes_.extract(answer.probe);
    if (probe.empty()) return;
    auto& [told, instance, done, timeout] = probe.mapped();
    const auto found = instances_.find(instance);
    if (found != instances_.end()) {
        std::size_t place = 0;
        for (std::uint32_t i = 0; i < found->second.rules.size() && place < told.rules.size(); ++i) {
            if (found->second.rules[i].isTest) continue;
            auto& rule = told.rules[place++];
            rule.conditionsKnown = true;
            for (auto& condition : answer.conditions)
                if (condition.rule == i) rule.conditions.push_back(std::move(condition));
        }
    }
    done(std::move(told));
}

} // namespace atrium::automation
