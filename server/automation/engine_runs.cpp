#include "automation/engine.h"

namespace atrium::automation {

// What starts rules beside their triggers, in whose name they run, and what stops them for good.

namespace {

using namespace std::chrono_literals;

Error notLoaded()
{
    return makeError(ErrorCode::Conflict, {"L'automatisation n'est pas chargée", "The automation is not loaded"});
}

} // namespace

Result<std::vector<std::uint64_t>> Engine::runNow(AutomationId automation, const std::string& rule, const Cause& cause)
{
    const Object event{{"kind", "manual"}, {"at", static_cast<double>(toMicroseconds(services_.clock.now())) / 1e6}};
    return runWith(automation, rule, event, cause);
}

Result<std::vector<std::uint64_t>> Engine::runWith(AutomationId automation, const std::string& rule,
                                                   const Object& event, const Cause& cause)
{
    const auto id = find(automation, State::Active);
    if (!id) return notLoaded();
    std::vector<std::uint64_t> runs;
    bool known = rule.empty();
    const auto count = instances_[id].rules.size();
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto& view = instances_[id].rules[i];
        if (view.isTest || (!rule.empty() && view.name != rule)) continue;
        known = true;
        if (const auto run = runner_.trigger({id, i}, event, cause)) runs.push_back(run);
    }
    if (!known) return makeError(ErrorCode::NotFound, {"Règle inconnue", "There is no such rule"});
    return runs;
}

Result<std::uint64_t> Engine::startTest(AutomationId automation, const std::string& name)
{
    const auto id = find(automation, State::Active);
    if (!id) return notLoaded();
    for (std::uint32_t i = 0; i < instances_[id].rules.size(); ++i)
        if (instances_[id].rules[i].isTest && instances_[id].rules[i].name == name)
            return runner_.trigger({id, i}, Object{{"kind", "test"}}, Cause{newCorrelationId(), "test", 0});
    return makeError(ErrorCode::NotFound, {"Test inconnu", "There is no such test"});
}

AutomationId Engine::automationOf(RuleKey key) const
{
    const auto found = instances_.find(key.instance);
    return found == instances_.end() ? AutomationId{} : found->second.script.automation;
}

std::string Engine::ruleName(RuleKey key) const
{
    const auto found = instances_.find(key.instance);
    return found == instances_.end() || key.rule >= found->second.rules.size() ? ""
                                                                               : found->second.rules[key.rule].name;
}

RuleActor Engine::actorOf(RuleKey key) const
{
    const auto found = instances_.find(key.instance);
    if (found == instances_.end() || key.rule >= found->second.rules.size()) return {};
    return {found->second.script.author, &found->second.rules[key.rule], &found->second.devices};
}

void Engine::offended(AutomationId automation, const std::string& reason)
{
    auto& times = offences_[automation];
    const auto now = services_.clock.now();
    times.push_back(now);
    while (!times.empty() && now - times.front() > offencesWithin) times.pop_front();
    if (times.size() < offencesAllowed) return;
    times.clear();
    setTriggers(automation, Triggers::Disarmed);
    handlers_.offender(automation, reason);
}

bool Engine::isShuttingDown() const
{
    for (const auto& [id, instance] : instances_)
        for (const auto* run : runner_.live(instance.script.automation))
            if (run->event.textOr("kind", "") == "shutdown" && run->state == RunState::Running) return true;
    return false;
}

std::vector<WebhookTrigger> Engine::hooks(AutomationId automation, const std::string& name) const
{
    const auto id = find(automation, State::Active);
    return id ? dispatcher_.hooks(id, name) : std::vector<WebhookTrigger>{};
}

std::size_t Engine::hook(AutomationId automation, const std::string& name, const std::string& method,
                         const Object& event, const Cause& cause)
{
    const auto id = find(automation, State::Active);
    return id ? dispatcher_.hook(id, name, method, event, cause) : 0;
}

void Engine::perform(const TimedCommand& command)
{
    const Value payload(Object{{"device", command.device.value},
                               {"uid", command.uid},
                               {"name", command.name},
                               {"arguments", command.arguments}});
    const Effects::Request request{StepKind::Command,
                                   payload,
                                   command.rule,
                                   Cause{newCorrelationId(), "rule:" + command.rule, 1},
                                   "timer:" + std::to_string(command.device.value) + ":" +
                                       std::to_string(toMicroseconds(command.due)),
                                   {}};
    effects_.perform(request, [this, command](bool ok, const Value& reason) {
        if (!ok)
            services_.log.warning("a timed command failed",
                                  {{"device", command.uid},
                                   {"rule", command.rule},
                                   {"reason", reason.isText() ? reason.text() : std::string()}});
    });
}

} // namespace atrium::automation
