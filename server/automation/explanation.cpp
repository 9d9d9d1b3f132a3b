#include "automation/explanation.h"

#include "automation/reasons.h"

#include <algorithm>

namespace atrium::automation {

namespace {

Object toObject(const TriggerExplanation& trigger, Language language);

template <class Items>
List toList(const Items& items, Language language)
{
    List list;
    for (const auto& item : items) list.push_back(toObject(item, language));
    return list;
}

Object toObject(const TriggerExplanation& trigger, Language language)
{
    return Object{{"kind", trigger.kind}, {"what", trigger.what}, {"reasons", toList(trigger.reasons, language)}};
}

Object toObject(const ConditionState& condition)
{
    List reads;
    for (const auto& read : condition.reads)
        reads.push_back(Object{{"device", read.device}, {"attribute", read.attribute}, {"value", read.value}});
    return Object{{"clause", condition.text},
                  {"depth", condition.depth},
                  {"holds", condition.error.empty() ? Value(condition.holds) : Value()},
                  {"error", condition.error.empty() ? Value() : Value(condition.error)},
                  {"read", std::move(reads)}};
}

/// What is wrong for sure, then what nearly made the rule run, then what it waits for.
std::vector<Reason> causesOf(const Explanation& whole, const RuleExplanation& rule)
{
    auto causes = whole.reasons;
    causes.insert(causes.end(), rule.obstacles.begin(), rule.obstacles.end());
    if (!rule.notRun.empty() && (!rule.lastRun || rule.notRun.front().at > *rule.lastRun))
        causes.push_back(rule.notRun.front().why());
    causes.insert(causes.end(), rule.lastOutcome.begin(), rule.lastOutcome.end());
    for (const auto& condition : rule.conditions) {
        if (condition.depth > 0 || condition.holds) continue;
        auto reason = condition.error.empty() ? reasons::conditionFalse(condition.text)
                                              : reasons::conditionUnknown(condition.text, condition.error);
        const auto isSame = [&](const Reason& known) {
            return known.code == reason.code && known.facts == reason.facts;
        };
        if (std::none_of(causes.begin(), causes.end(), isSame)) causes.push_back(std::move(reason));
    }
    for (const auto& trigger : rule.triggers)
        causes.insert(causes.end(), trigger.reasons.begin(), trigger.reasons.end());
    return causes;
}

} // namespace

Object toObject(const Reason& reason, Language language)
{
    return Object{{"code", reason.code}, {"text", reason.text.in(language)}, {"facts", reason.facts}};
}

Object toObject(const Explanation& explanation, Language language)
{
    List rules;
    for (const auto& rule : explanation.rules) {
        List conditions;
        for (const auto& condition : rule.conditions) conditions.push_back(toObject(condition));
        rules.push_back(Object{{"rule", rule.rule},
                               {"line", rule.line},
                               {"causes", toList(causesOf(explanation, rule), language)},
                               {"triggers", toList(rule.triggers, language)},
                               {"conditions", rule.conditionsKnown ? Value(std::move(conditions)) : Value()},
                               {"not_run", toList(rule.notRun, language)},
                               {"last_run", rule.lastRun ? Value(toIso8601(*rule.lastRun)) : Value()}});
    }
    return Object{{"at", toIso8601(explanation.at)},
                  {"causes", toList(explanation.reasons, language)},
                  {"rules", std::move(rules)}};
}

} // namespace atrium::automation
