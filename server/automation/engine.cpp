#include "automation/engine.h"

#include "automation/suggestion.h"

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t offencesAllowed = 3;
constexpr auto offencesWithin = 10min;
constexpr auto reloadDelay = 500ms;

DeviceView viewOf(const Device& device)
{
    DeviceView view{device.info.id.value, device.info.uid, device.info.name, {}};
    for (const auto& attribute : device.attributes)
        view.attributes.push_back({attribute.spec.name, attribute.spec.writable, attribute.value});
    return view;
}

} // namespace

std::string versionOf(const std::string& source)
{
    // FNV-1a: tells versions of one text apart, nothing secret hangs on it.
    std::uint64_t hash = 0xcbf29ce484222325ull;
    for (const unsigned char c : source) hash = (hash ^ c) * 0x100000001b3ull;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

Engine::Engine(Services services, HostOptions hostOptions, std::string siteZone, Journal& journal, Handlers handlers)
    : services_(services), effects_(services.commands, services.mqtt),
      dispatcher_(
          services.devices, services.mqtt, services.scheduler, services.clock, std::move(siteZone),
          {[this](RuleKey key, Object event, const Cause& cause) { runner_.trigger(key, std::move(event), cause); },
           [this](RuleKey key, const std::string& reason) { runner_.skip(key, "mqtt", reason); },
           [this](const MirrorUpdate& update) {
               host_.send(update);
               if (flushPosted_) return;
               // Values without a run behind them leave together, once a turn of core.
               flushPosted_ = services_.core.post([this, alive = alive_] {
                   if (!*alive) return;
                   flushPosted_ = false;
                   host_.flush();
               });
           }}),
      runner_({services.scheduler, services.clock, services.realtime, services.log, services.metrics}, effects_,
              journal, runLog_,
              {[this](const ToHost& message) { host_.send(message); }, [this] { host_.flush(); },
               [this] { return host_.isCongested(); },
               [this](RuleKey key) -> std::optional<Runner::Rule> {
                   const auto found = instances_.find(key.instance);
                   if (found == instances_.end() || key.rule >= found->second.rules.size()) return {};
                   const auto& instance = found->second;
                   return Runner::Rule{instance.script.automation, instance.version, &instance.rules[key.rule],
                                       instance.inHost};
               },
               [this](std::uint32_t id) {
                   const auto found = instances_.find(id);
                   if (found != instances_.end() && found->second.state == State::Retiring) unload(id);
               },
               [this](AutomationId automation, const std::string& reason) { offended(automation, reason); }}),
      host_(std::move(hostOptions), services.core, services.log, services.metrics,
            {[this] { onStarted(); }, [this](FromHost& message) { onMessage(message); },
             [this](const LuaHost::Death& death) { onDied(death); }}),
      handlers_(std::move(handlers))
{
    deviceChanges_ = services_.devices.onDeviceChanged([this](const DeviceChanged& change) {
        if (!change.after) return;
        host_.send(DefineDevice{viewOf(*change.after)});
        // Attributes appear with a device's first report: a script that names one may load now.
        if (!change.before || change.before->attributes.size() < change.after->attributes.size()) reloadFailed();
    });
}

Engine::~Engine()
{
    stop();
    *alive_ = false;
}

void Engine::stop() { host_.stop(); }

void Engine::onStarted()
{
    host_.send(DefineModules{effects_.modules()});
    for (auto& [id, instance] : instances_)
        if (instance.state != State::Failed) load(id, instance);
    host_.flush();
}

void Engine::load(std::uint32_t id, Instance& instance)
{
    instance.inHost = false;
    host_.send(LoadScript{id, instance.script.name, instance.script.source});
}

void Engine::apply(Script script, Triggers triggers)
{
    if (const auto waiting = find(script.automation, State::Loading)) unload(waiting);
    if (const auto failed = find(script.automation, State::Failed)) unload(failed);
    const auto id = ++lastInstance_;
    auto& instance = instances_[id];
    instance.version = versionOf(script.source);
    instance.startup = started_.insert(script.automation).second;
    instance.script = std::move(script);
    instance.triggers = triggers;
    load(id, instance);
    host_.flush();
}

void Engine::validate(const std::string& name, const std::string& source,
                      std::function<void(Result<std::vector<std::string>>)> done)
{
    const auto id = ++lastInstance_;
    auto& instance = instances_[id];
    instance.state = State::Validating;
    instance.script = {{}, name, source};
    instance.validated = std::move(done);
    load(id, instance);
    host_.flush();
}

std::uint32_t Engine::find(AutomationId automation, State state) const
{
    for (const auto& [id, instance] : instances_)
        if (instance.script.automation == automation && instance.state == state) return id;
    return 0;
}

void Engine::unload(std::uint32_t id)
{
    dispatcher_.remove(id);
    dispatcher_.removeMirror(id);
    instances_.erase(id);
    host_.send(UnloadScript{id});
    host_.flush();
}

void Engine::remove(AutomationId automation)
{
    std::vector<std::uint32_t> ids;
    for (const auto& [id, instance] : instances_)
        if (instance.script.automation == automation) ids.push_back(id);
    for (const auto id : ids) {
        dispatcher_.remove(id);
        runner_.cancel(id, "the automation was removed");
        if (instances_.contains(id)) unload(id);
    }
    runner_.forget(automation);
    runLog_.forget(automation);
    kept_.erase(automation);
    started_.erase(automation);
    offences_.erase(automation);
}

void Engine::setTriggers(AutomationId automation, Triggers triggers)
{
    if (const auto loading = find(automation, State::Loading)) instances_[loading].triggers = triggers;
    if (triggers == Triggers::Armed) offences_.erase(automation);
    const auto id = find(automation, State::Active);
    if (!id || instances_[id].triggers == triggers) return;
    auto& instance = instances_[id];
    instance.triggers = triggers;
    if (triggers == Triggers::Armed) {
        if (const auto added = dispatcher_.add(id, instance.rules); !added)
            handlers_.failed(automation, added.error().message.en);
        return;
    }
    dispatcher_.remove(id);
    runner_.cancel(id, "the automation was disabled");
}

Result<std::vector<std::uint64_t>> Engine::runNow(AutomationId automation, const std::string& rule, const Cause& cause)
{
    const auto id = find(automation, State::Active);
    if (!id)
        return makeError(ErrorCode::Conflict, {"L'automatisation n'est pas chargée", "The automation is not loaded"});
    std::vector<std::uint64_t> runs;
    bool known = rule.empty();
    const auto count = instances_[id].rules.size();
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!rule.empty() && instances_[id].rules[i].name != rule) continue;
        known = true;
        const Object event{{"kind", "manual"},
                           {"at", static_cast<double>(toMicroseconds(services_.clock.now())) / 1e6}};
        if (const auto run = runner_.trigger({id, i}, event, cause)) runs.push_back(run);
    }
    if (!known) return makeError(ErrorCode::NotFound, {"Règle inconnue", "There is no such rule"});
    return runs;
}

void Engine::keepForResume(std::vector<RunRecord> runs)
{
    for (auto& run : runs) kept_[run.automation].push_back(std::move(run));
}

void Engine::resumeKept(std::uint32_t id, const Instance& instance)
{
    auto node = kept_.extract(instance.script.automation);
    if (node.empty()) return;
    for (auto& run : node.mapped()) {
        std::uint32_t rule = 0;
        while (rule < instance.rules.size() && instance.rules[rule].name != run.rule) ++rule;
        const bool sameCode = run.version == instance.version && rule < instance.rules.size();
        runner_.resume(std::move(run), {id, sameCode ? rule : 0});
        // The steps of another text mean something else: such a run must not go on.
        if (!sameCode)
            runner_.fail(runner_.live(instance.script.automation).front()->id, RunState::Cancelled,
                         "the automation was changed while the server was down");
    }
}

void Engine::reloadFailed()
{
    if (reload_) return;
    // Together: at start many devices appear at once.
    reload_ = services_.scheduler.after(reloadDelay, [this] {
        reload_.reset();
        for (auto& [id, instance] : instances_) {
            if (instance.state != State::Failed) continue;
            instance.state = State::Loading;
            load(id, instance);
        }
        host_.flush();
    });
}

void Engine::onModulesChanged()
{
    host_.send(DefineModules{effects_.modules()});
    host_.flush();
    reloadFailed();
}

void Engine::raiseEvent(const std::string& name, Object data, const Cause& cause)
{
    dispatcher_.raise(name, std::move(data), cause);
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

void Engine::onMessage(FromHost& message)
{
    std::visit(
        [this](auto& content) {
            using T = std::decay_t<decltype(content)>;
            if constexpr (std::is_same_v<T, ScriptLoaded>) onLoaded(content);
            else if constexpr (std::is_same_v<T, ScriptFailed>) onFailed(content.instance, content.message);
            else if constexpr (std::is_same_v<T, MirrorMore>) {
                const auto found = instances_.find(content.instance);
                if (found == instances_.end()) return;
                dispatcher_.addMirror(content.instance, content.wish);
            }
            else if constexpr (std::is_same_v<T, DeviceQuery>) onDeviceQuery(content);
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
    if (const auto device = services_.devices.find(query.name)) {
        answer.device = viewOf(*device);
        // Followed from this moment on; onLoaded() narrows it to the attributes that the text names.
        MirrorWish wish{device->info.id.value, {}};
        for (const auto& attribute : answer.device->attributes) wish.attributes.push_back(attribute.name);
        dispatcher_.addMirror(query.instance, wish);
    }
    else {
        Suggestion suggestion(query.name);
        const auto list = services_.devices.list();
        for (const auto& known : list->devices) suggestion.consider(known->info.uid);
        answer.suggestion = suggestion.best();
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
        for (const auto& rule : loaded.rules) names.push_back(rule.name);
        auto done = std::move(instance.validated);
        for (const auto& rule : loaded.rules)
            for (const auto& trigger : rule.triggers)
                if (const auto* at = std::get_if<AtTrigger>(&trigger))
                    if (const auto schedule = LocalSchedule::make(*at, "UTC"); !schedule) {
                        unload(id);
                        return done(makeError(ErrorCode::Unprocessable, schedule.error().message));
                    }
        unload(id);
        return done(std::move(names));
    }
    for (const auto& wish : loaded.mirror) dispatcher_.addMirror(id, wish);
    instance.inHost = true;
    if (instance.state == State::Loading) {
        instance.rules = std::move(loaded.rules);
        activate(id, instance, loaded.memoryBytes);
    }
    else runner_.onLoaded(id); // a new host process: the rules are the ones that we know
}

void Engine::activate(std::uint32_t id, Instance& instance, std::uint64_t memoryBytes)
{
    const auto automation = instance.script.automation;
    if (instance.triggers == Triggers::Armed) {
        if (const auto added = dispatcher_.add(id, instance.rules); !added) {
            host_.send(UnloadScript{id});
            instance.state = State::Failed;
            return handlers_.failed(automation, instance.script.name + ": " + added.error().message.en);
        }
    }
    if (const auto old = find(automation, State::Active)) {
        dispatcher_.remove(old);
        instances_[old].state = State::Retiring;
        if (!runner_.hasRuns(old)) unload(old);
    }
    instance.state = State::Active;
    handlers_.loaded(automation, instance.rules, memoryBytes);
    resumeKept(id, instance);
    if (instance.startup && instance.triggers == Triggers::Armed) dispatcher_.startup(id);
    instance.startup = false;
}

void Engine::onFailed(std::uint32_t id, const std::string& message)
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
    onFailed(death.instance, message);
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

} // namespace atrium::automation
