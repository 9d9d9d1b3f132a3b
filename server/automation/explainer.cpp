#include "automation/explainer.h"

#include "atrium/json.h"
#include "automation/automation_errors.h"
#include "automation/reasons.h"
#include "automation/trigger_text.h"

#include <algorithm>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;

/// What a step asked for, as a script says it.
std::string toText(const StepRecord& step)
{
    const auto& asked = step.payload;
    switch (step.kind) {
    case StepKind::Command: return asked.textOr("uid", "?") + ':' + asked.textOr("name", "?");
    case StepKind::Publish: return "mqtt.publish " + asked.textOr("topic", "");
    case StepKind::Call: return asked.textOr("module", "?") + '.' + asked.textOr("function", "?");
    case StepKind::Web: return asked.textOr("method", "?") + ' ' + asked.textOr("url", "?");
    default: return toString(step.kind);
    }
}

constexpr std::size_t membersShown = 10;
constexpr std::size_t stepsShown = 5;
/// How far back an instant is looked for that exceptions left out.
constexpr auto lookBack = 48h;

/// The same schedule, were a time that a clock change skips not left out.
ScheduleTrigger withoutSkips(ScheduleTrigger trigger)
{
    const auto change = [](auto& when) {
        if constexpr (requires { when.dst; })
            if (when.dst == DstPolicy::Skip) when.dst = DstPolicy::Once;
    };
    std::visit(change, trigger.when);
    return trigger;
}

/// What keeps a device from saying anything comes before what it says.
int weightOf(const Reason& reason)
{
    static constexpr const char* order[] = {"rights",           "device_gone", "device_offline", "never_reported",
                                            "report_refused",   "wrong_type",  "hold_running",   "hold_unknown",
                                            "debounce_running", "not_rearmed", "already_beyond", "already_so",
                                            "not_crossed",      "not_so"};
    const auto found = std::find(std::begin(order), std::end(order), reason.code);
    return static_cast<int>(found - std::begin(order));
}

} // namespace

std::vector<RuleExplanation> Explainer::explain(const Subject& subject) const
{
    std::vector<RuleExplanation> list;
    const auto states = dispatcher_.states(subject.instance);
    const auto runs = runLog_.runs(subject.automation, RunLog::runsKept);
    const auto live = runner_.live(subject.automation);
    for (std::uint32_t i = 0; i < subject.rules.size(); ++i) {
        const auto& rule = subject.rules[i];
        if (rule.isTest) continue;
        const RuleKey key{subject.instance, i};
        RuleExplanation told{rule.name, rule.line, runner_.obstacles(key), {}, {}, false, {}, {}};
        if (subject.isArmed)
            for (std::uint32_t t = 0; t < rule.triggers.size(); ++t)
                told.triggers.push_back(explain(subject, key, t, states));
        for (const auto& skip : runLog_.skips(subject.automation))
            if (skip.rule == rule.name) told.notRun.push_back(skip);
        const RunRecord* newest = nullptr;
        const auto note = [&](const RunRecord* run) {
            if (run->rule == rule.name && run->state != RunState::Queued)
                if (!newest || run->startedAt > newest->startedAt) newest = run;
        };
        std::for_each(runs.begin(), runs.end(), note);
        std::for_each(live.begin(), live.end(), note);
        if (newest) {
            told.lastRun = newest->startedAt;
            told.lastOutcome = outcomeOf(*newest, key);
        }
        list.push_back(std::move(told));
    }
    return list;
}

std::vector<Reason> Explainer::outcomeOf(const RunRecord& run, RuleKey key) const
{
    std::vector<Reason> list;
    const auto now = clock_.now();
    for (std::size_t i = 0; i < run.steps.size() && list.size() < stepsShown; ++i) {
        const auto& step = run.steps[i];
        if (!step.done || step.ok) continue;
        // What may not be done today either is told as that.
        if (const auto refusal = runner_.refusal(key, step)) list.push_back(reasons::rights(*refusal));
        else
            list.push_back(reasons::stepFailed(
                toText(step), i + 1, step.result.isText() ? step.result.text() : toJson(step.result), step.at, now));
    }
    if (run.state == RunState::Failed || run.state == RunState::OverBudget)
        list.push_back(reasons::runFailed(run.message, lineOfMessage(run.message), run.startedAt, now));
    return list;
}

TriggerExplanation Explainer::explain(const Subject& subject, RuleKey key, std::uint32_t position,
                                      const std::vector<TriggerState>& states) const
{
    const auto& rule = subject.rules[key.rule];
    const auto& trigger = rule.triggers[position];
    TriggerExplanation told{kindOf(trigger), toText(trigger, devices_), {}};
    std::vector<const TriggerState*> own;
    for (const auto& state : states)
        if (state.rule == key.rule && state.trigger == position) own.push_back(&state);
    const auto now = clock_.now();
    const auto* state = own.empty() ? nullptr : own.front();
    if (const auto* schedule = std::get_if<ScheduleTrigger>(&trigger)) told.reasons = ofSchedule(*schedule);
    else if (const auto* event = std::get_if<EventTrigger>(&trigger)) told.reasons = {ofEvent(event->name)};
    else if (std::holds_alternative<StartupTrigger>(trigger)) told.reasons = {reasons::onlyAtStart()};
    else if (std::holds_alternative<ShutdownTrigger>(trigger)) told.reasons = {reasons::onlyAtStop()};
    else if (const auto* selected = std::get_if<SelectedTrigger>(&trigger))
        told.reasons = ofSelection(subject, rule, *selected, own);
    else if (!state) return told;
    else if (const auto* attribute = std::get_if<AttributeTrigger>(&trigger))
        told.reasons = ofAttribute(*attribute, *state);
    else if (const auto* silence = std::get_if<SilenceTrigger>(&trigger))
        told.reasons = {ofSilence(subjectOf(state->device, silence->attribute, devices_), *state)};
    else if (const auto* mqtt = std::get_if<MqttTrigger>(&trigger)) told.reasons = {ofTopic(*mqtt, *state)};
    else if (std::holds_alternative<EveryTrigger>(trigger)) told.reasons = {reasons::nextPeriod(state->next, now)};
    else if (const auto* hook = std::get_if<WebhookTrigger>(&trigger))
        told.reasons = {state->lastAt == UtcTime{} ? reasons::noCall(hook->name)
                                                   : reasons::lastCall(hook->name, state->lastAt, now)};
    return told;
}

std::vector<Reason> Explainer::ofAttribute(const AttributeTrigger& trigger, const TriggerState& state) const
{
    const auto what = subjectOf(state.device, trigger.attribute, devices_);
    const auto now = clock_.now();
    const auto device = surroundings_.find(state.device, devices_);
    if (!device) return {reasons::deviceGone(state.device.value)};
    std::vector<Reason> list;
    const bool isOnline = trigger.attribute == onlineAttribute && !device->find(onlineAttribute);
    if (!device->online && !isOnline) list.push_back(reasons::deviceOffline(what, device->lastSeen, now));
    const auto online = onlineOf(*device);
    const auto* attribute = isOnline ? &online : device->find(trigger.attribute);
    if (const auto refused = devices_.refused(state.device);
        refused && attribute && refused->at >= attribute->reportedAt &&
        (refused->attribute.empty() || refused->attribute == trigger.attribute))
        list.push_back(reasons::reportRefused(what, refused->reason, refused->at, now));
    if (!attribute || attribute->value.isNull()) {
        list.push_back(reasons::neverReported(what, device->lastSeen, now));
        return list;
    }
    const auto& value = attribute->value;
    const auto since = attribute->changedAt;
    const auto& watch = state.watch;
    const bool isThreshold = trigger.test == AttributeTest::Above || trigger.test == AttributeTest::Below;
    const auto number = value.ifNumber();
    if (watch.isUnknown && watch.due) list.push_back(reasons::holdUnknown(what, watch.began, *watch.due));
    else if (watch.due && trigger.hold > 0)
        list.push_back(reasons::holdRunning(what, std::chrono::microseconds(trigger.hold), *watch.due, now));
    else if (watch.due)
        list.push_back(reasons::debounceRunning(what, std::chrono::microseconds(trigger.quiet), *watch.due, now));
    else if (isThreshold && !number) list.push_back(reasons::wrongType(what, value));
    else if (isThreshold) {
        const reasons::Crossing crossing{*number, trigger.operand.ifNumber().value_or(0), watch.rearmAt,
                                         trigger.test == AttributeTest::Above};
        if (!watch.isCrossed) list.push_back(reasons::notCrossed(what, crossing, watch.nearest, watch.nearestAt, now));
        else if (watch.isBeyond) list.push_back(reasons::alreadyBeyond(what, crossing, since, now));
        else list.push_back(reasons::notRearmed(what, crossing));
    }
    else if (trigger.test == AttributeTest::Changes) list.push_back(reasons::noChange(what, value, since, now));
    else if (value == trigger.operand) list.push_back(reasons::alreadySo(what, value, since, now));
    else list.push_back(reasons::notSo(what, value, trigger.operand, since, now));
    if (!isOnline && device->lastSeen > attribute->reportedAt)
        list.push_back(reasons::notInReport(what, attribute->reportedAt, device->lastSeen, now));
    return list;
}

std::vector<Reason> Explainer::ofSelection(const Subject& subject, const RuleView& rule, const SelectedTrigger& trigger,
                                           const std::vector<const TriggerState*>& members) const
{
    if (members.empty()) return {reasons::noMember()};
    std::vector<Reason> list;
    for (const auto* member : members) {
        if (const auto refusal = subject.hides(rule, member->device)) list.push_back(reasons::rights(*refusal));
        else if (!member->isSilence)
            for (auto& reason : ofAttribute(trigger.attribute, *member)) list.push_back(std::move(reason));
        else list.push_back(ofSilence(subjectOf(member->device, trigger.attribute.attribute, devices_), *member));
    }
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return weightOf(a) < weightOf(b); });
    if (list.size() > membersShown) list.resize(membersShown);
    return list;
}

Reason Explainer::ofSilence(const std::string& what, const TriggerState& state) const
{
    const auto now = clock_.now();
    if (!surroundings_.find(state.device, devices_)) return reasons::deviceGone(state.device.value);
    const auto& [last, due, isTold] = state.silence;
    return isTold ? reasons::silenceTold(what, last, now) : reasons::notSilent(what, last, due, now);
}

Reason Explainer::ofTopic(const MqttTrigger& trigger, const TriggerState& state) const
{
    const auto now = clock_.now();
    if (state.lastAt == UtcTime{}) return reasons::noMessage(trigger.filter, {}, now);
    if (!state.isRetained) return reasons::lastMessage(state.last, state.lastAt, now);
    return trigger.retained ? reasons::lastMessage(trigger.filter, state.lastAt, now)
                            : reasons::onlyRetained(trigger.filter, state.lastAt, now);
}

Reason Explainer::ofEvent(const std::string& name) const
{
    std::string similar;
    const auto at = dispatcher_.lastRaised(name, &similar);
    return at == UtcTime{} ? reasons::noEvent(name, similar) : reasons::lastEvent(name, at, clock_.now());
}

std::vector<Reason> Explainer::ofSchedule(const ScheduleTrigger& trigger) const
{
    const auto now = clock_.now();
    const auto schedule = LocalSchedule::make(trigger, surroundings_.site());
    if (!schedule) return {};
    std::vector<Reason> list;
    const auto next = schedule->next(now);
    // The first instant that a variant of the schedule has lately, or before the next one, and it has not.
    const auto leftOutOf = [&](const LocalSchedule& whole) -> std::optional<UtcTime> {
        std::optional<UtcTime> leftOut;
        for (auto at = whole.next(now - lookBack); at && *at <= now; at = whole.next(*at))
            leftOut = schedule->next(*at - 1us) == at ? std::nullopt : at;
        if (const auto coming = whole.next(now); !leftOut && coming && coming != next) leftOut = coming;
        return leftOut;
    };
    if (const auto once = LocalSchedule::make(withoutSkips(trigger), surroundings_.site()))
        if (const auto at = leftOutOf(*once))
            list.push_back(reasons::localTimeSkipped(once->toLocalText(*at), once->zone(), *at, now));
    auto everyDay = trigger;
    everyDay.days = {};
    if (const auto whole = LocalSchedule::make(everyDay, surroundings_.site()))
        if (const auto at = leftOutOf(*whole))
            list.push_back(reasons::exceptionDay(whole->toLocalText(*at), whole->zone(), next, now));
    if (next) list.push_back(reasons::nextTime(*next, schedule->toLocalText(*next), schedule->zone(), now));
    else list.push_back(reasons::scheduleOver());
    return list;
}

} // namespace atrium::automation
