#include "automation/engine.h"

#include <algorithm>
#include <set>

namespace atrium::automation {

// Up to when the instants of rules are decided, what they wait for, what comes next, and what a rule looks at.

std::optional<ScheduleMark> Engine::mark(RuleKey key, UtcTime until)
{
    const auto found = instances_.find(key.instance);
    if (found == instances_.end() || key.rule >= found->second.rules.size()) return {};
    ScheduleMark mark{found->second.script.automation, found->second.rules[key.rule].name, found->second.version,
                      until};
    marks_.put(mark);
    return mark;
}

UtcTime Engine::decided(RuleKey key)
{
    const auto& instance = instances_.at(key.instance);
    if (const auto known = marks_.of(instance.script.automation, instance.rules[key.rule].name, instance.version))
        // A pause or an edit decides as well, even if the mark was lost with the server.
        return std::max(*known, instance.script.since.value_or(*known));
    auto since = instance.script.since.value_or(services_.clock.now());
    // Another text, of the automation or of what it requires: what was decided before stays so.
    if (const auto before = marks_.of(instance.script.automation, instance.rules[key.rule].name))
        since = std::max(since, *before);
    if (auto first = mark(key, since)) journal_.keep(Decision{std::move(*first), {}});
    return since;
}

void Engine::decideUpToNow(std::uint32_t id, const Instance& instance)
{
    for (std::uint32_t rule = 0; rule < instance.rules.size(); ++rule) {
        const auto& triggers = instance.rules[rule].triggers;
        const bool scheduled = std::any_of(triggers.begin(), triggers.end(), [](const Trigger& trigger) {
            return std::holds_alternative<ScheduleTrigger>(trigger);
        });
        if (!scheduled) continue;
        if (auto now = mark({id, rule}, services_.clock.now())) journal_.keep(Decision{std::move(*now), {}});
    }
}

HoldKey Engine::holdKey(RuleKey key, const AttributeTrigger& trigger) const
{
    return {automationOf(key), ruleName(key), fingerprintOf(trigger)};
}

void Engine::keepHold(RuleKey key, const AttributeTrigger& trigger, const std::optional<PendingHold>& hold)
{
    HoldChange change{holdKey(key, trigger), hold};
    const auto* before = holds_.of(change.key);
    if (!before && !hold) return;
    // A quiet time that is put off again and again: the disk need not follow at once.
    const bool isPutOff = before && hold && before->isDue() && hold->isDue();
    holds_.put(change);
    journal_.keep(std::move(change), isPutOff ? Journal::Urgency::Soon : Journal::Urgency::AtOnce);
}

void Engine::dropHolds(AutomationId automation, const std::vector<RuleView>& armed)
{
    const auto gone = holds_.take(automation, [&](const HoldKey& key) {
        return std::none_of(armed.begin(), armed.end(), [&](const RuleView& rule) { return rule.name == key.rule; });
    });
    for (const auto& key : gone) journal_.keep(HoldChange{key, {}}, Journal::Urgency::Soon);
}

std::vector<Upcoming> Engine::upcomingOf(AutomationId automation, UtcTime until, std::size_t limit) const
{
    const auto id = find(automation, State::Active);
    return id ? dispatcher_.upcoming(until, limit, id) : std::vector<Upcoming>{};
}

std::vector<MirrorWish> Engine::attributesOf(AutomationId automation) const
{
    const auto found = instances_.find(find(automation, State::Active));
    if (found == instances_.end()) return {};
    std::map<std::int64_t, std::set<std::string>> attributes;
    for (const auto& wish : found->second.mirror)
        attributes[wish.device].insert(wish.attributes.begin(), wish.attributes.end());
    const auto list = services_.devices.list();
    for (const auto& rule : found->second.rules)
        for (const auto& trigger : rule.triggers)
            if (const auto* selected = std::get_if<SelectedTrigger>(&trigger))
                for (const auto& device : list->devices)
                    if (fits(selected->selection, *device) && device->find(selected->attribute.attribute))
                        attributes[device->info->id.value].insert(selected->attribute.attribute);
    std::vector<MirrorWish> wishes;
    for (const auto& [device, names] : attributes) wishes.push_back({device, {names.begin(), names.end()}});
    return wishes;
}

} // namespace atrium::automation
