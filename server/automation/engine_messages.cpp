#include "automation/engine.h"

#include "automation/suggestion.h"

#include <algorithm>

namespace atrium::automation {

namespace {

/// Of a device that there is not.
constexpr std::int64_t standInId = std::int64_t{1} << 52;

/// What is wrong with the schedules of a text, with the line of the rule; the script host knows no time zones.
std::optional<std::string> scheduleFault(const std::string& name, const std::vector<RuleView>& rules)
{
    for (const auto& rule : rules)
        for (const auto& trigger : rule.triggers)
            if (const auto* when = std::get_if<ScheduleTrigger>(&trigger))
                if (const auto schedule = LocalSchedule::make(*when, {}); !schedule)
                    return name + ":" + std::to_string(rule.line) + ": " + schedule.error().message.en;
    return {};
}

} // namespace

void Engine::onStarted()
{
    host_.send(definitions());
    for (auto& [id, instance] : instances_)
        if (instance.state != State::Failed) load(id, instance);
    host_.flush();
}

void Engine::resumeKept(std::uint32_t id, const Instance& instance)
{
    auto node = kept_.extract(instance.script.automation);
    if (node.empty()) return;
    auto& runs = node.mapped();
    // In the order in which they began: a queue goes on as it stood.
    std::stable_sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    for (auto& run : runs) {
        std::uint32_t rule = 0;
        while (rule < instance.rules.size() && instance.rules[rule].name != run.rule) ++rule;
        // The steps of another text mean something else: such a run must not go on.
        const bool isRule = rule < instance.rules.size();
        if (isRule && (run.version == instance.version || run.state == RunState::Queued)) {
            runner_.resume(std::move(run), {id, rule});
            continue;
        }
        const bool anew = isRule && instance.rules[rule].onChange == ChangePolicy::Restart;
        auto event = run.event;
        const Cause cause{run.correlationId, {}, run.hops};
        runner_.abandon(std::move(run), "the automation was changed while the server was down");
        if (anew && event.isObject()) runner_.trigger({id, rule}, std::move(event.object()), cause);
    }
    runner_.beginQueued(id);
}

void Engine::onMessage(FromHost& message)
{
    std::visit(
        [this](auto& content) {
            using T = std::decay_t<decltype(content)>;
            if constexpr (std::is_same_v<T, ScriptLoaded>) onLoaded(content);
            else if constexpr (std::is_same_v<T, ScriptFailed>)
                onFailed(content.instance, content.message, content.overBudget ? Retry::No : Retry::Yes);
            else if constexpr (std::is_same_v<T, ConditionsProbed>) onConditions(content);
            else if constexpr (std::is_same_v<T, MirrorMore>) {
                const auto found = instances_.find(content.instance);
                if (found == instances_.end()) return;
                dispatcher_.addMirror(content.instance, content.wish);
            }
            else if constexpr (std::is_same_v<T, DeviceQuery>) onDeviceQuery(content);
            else if constexpr (std::is_same_v<T, SelectionQuery>) onSelectionQuery(content);
            else if constexpr (std::is_same_v<T, ModuleQuery>) onModuleQuery(content);
            else if constexpr (std::is_same_v<T, Step>) runner_.onStep(content);
            else if constexpr (std::is_same_v<T, LoadLog>) {
                const auto found = instances_.find(content.instance);
                if (found == instances_.end()) return;
                services_.log.info(content.text, {{"automation", found->second.script.name}, {"level", content.level}});
            }
            else if constexpr (std::is_same_v<T, RunEnded>) runner_.onEnded(content);
        },
        message);
}

void Engine::onDeviceQuery(const DeviceQuery& query)
{
    DeviceAnswer answer{query.instance, query.run, {}, {}};
    const auto asking = instances_.find(query.instance);
    const auto author = asking == instances_.end() ? UserId{} : asking->second.script.author;
    if (asking != instances_.end() && asking->second.script.standIns.contains(query.name)) {
        answer.device = DeviceView{standInId, query.name, query.name, {}, true};
        host_.send(answer);
        return host_.flush();
    }
    const auto device = services_.devices.find(query.name);
    // What its author may not see is to a script as if it did not exist.
    if (device && rights_.maySee(author, *device)) {
        answer.device = viewOf(*device);
        if (asking != instances_.end()) asking->second.devices.insert(device->info->id);
        // Followed from this moment on; onLoaded() narrows it to the attributes that the text names.
        MirrorWish wish{device->info->id.value, {}};
        for (const auto& attribute : answer.device->attributes) wish.attributes.push_back(attribute.name);
        dispatcher_.addMirror(query.instance, wish);
    }
    else {
        Suggestion suggestion(query.name);
        const auto list = services_.devices.list();
        for (const auto& known : list->devices)
            if (rights_.maySee(author, *known)) suggestion.consider(known->info->uid);
        answer.suggestion = suggestion.best();
        if (asking != instances_.end() && query.run == 0)
            asking->second.missing = MissingDevice{query.name, answer.suggestion};
    }
    host_.send(answer);
    host_.flush();
}

void Engine::onLoaded(ScriptLoaded& loaded)
{
    const auto found = instances_.find(loaded.instance);
    if (found == instances_.end()) return;
    const auto id = loaded.instance;
    auto& instance = found->second;
    dispatcher_.removeMirror(id);
    if (instance.state == State::Validating) {
        std::vector<std::string> names;
        for (const auto& rule : loaded.rules)
            if (!rule.isTest) names.push_back(rule.name);
        auto done = std::move(instance.validated);
        const auto fault = scheduleFault(instance.script.name, loaded.rules);
        unload(id);
        if (fault) return done(makeError(ErrorCode::Unprocessable, {*fault, *fault}));
        return done(std::move(names));
    }
    for (const auto& wish : loaded.mirror) dispatcher_.addMirror(id, wish);
    instance.mirror = std::move(loaded.mirror);
    instance.inHost = true;
    instance.shown.clear();
    if (instance.state == State::Loading) {
        instance.rules = std::move(loaded.rules);
        auto text = instance.script.source;
        for (const auto& [name, source] : instance.modules) text += '\0' + name + '\0' + source.value_or("");
        instance.version = versionOf(text);
        activate(id, instance, loaded.memoryBytes);
    }
    else runner_.onLoaded(id); // a new host process: the rules are the ones that we know
}

void Engine::activate(std::uint32_t id, Instance& instance, std::uint64_t memoryBytes)
{
    const auto automation = instance.script.automation;
    auto fault = scheduleFault(instance.script.name, instance.rules);
    if (!fault && instance.triggers == Triggers::Armed)
        if (const auto added = dispatcher_.add(id, instance.rules); !added)
            fault = instance.script.name + ": " + added.error().message.en;
    if (fault) {
        host_.send(UnloadScript{id});
        instance.state = State::Failed;
        instance.error = *fault;
        return handlers_.failed(automation, *fault);
    }
    if (const auto old = find(automation, State::Active)) {
        dispatcher_.remove(old);
        instances_[old].state = State::Retiring;
        instance.state = State::Active;
        if (runner_.hasRuns(old)) followChange(old, id);
        else unload(old);
    }
    instance.state = State::Active;
    dropHolds(automation, instance.triggers == Triggers::Armed ? instance.rules : std::vector<RuleView>{});
    handlers_.loaded(automation, instance.rules, memoryBytes);
    resumeKept(id, instance);
    if (instance.startup && instance.triggers == Triggers::Armed) dispatcher_.startup(id);
    instance.startup = false;
}

void Engine::onFailed(std::uint32_t id, const std::string& message, Retry retry)
{
    const auto found = instances_.find(id);
    if (found == instances_.end()) return;
    auto& instance = found->second;
    const auto automation = instance.script.automation;
    dispatcher_.removeMirror(id);
    if (instance.state == State::Validating) {
        auto done = std::move(instance.validated);
        unload(id);
        return done(makeError(ErrorCode::Unprocessable, {message, message}));
    }
    host_.send(UnloadScript{id});
    dispatcher_.remove(id);
    instance.inHost = false;
    instance.state = State::Failed;
    instance.retry = retry == Retry::Yes;
    instance.error = message;
    runner_.cancel(id, "the automation does not load any more: " + message);
    handlers_.failed(automation, message);
}

void Engine::onDied(const LuaHost::Death& death)
{
    runner_.onHostDied();
    for (auto& [id, instance] : instances_) instance.inHost = false;
    if (!death.busy || !(death.overdue || death.crashed)) return;
    const auto reason = death.overdue ? death.reason : "the script crashed the script host (" + death.reason + ")";
    const auto found = instances_.find(death.instance);
    if (found == instances_.end()) return;
    const auto message = found->second.script.name + ": " + reason;
    if (death.run != 0) return runner_.fail(death.run, RunState::OverBudget, message);
    onFailed(death.instance, message, Retry::No);
}

} // namespace atrium::automation
