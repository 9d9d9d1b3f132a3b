#include "automation/engine.h"

#include <algorithm>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t offencesAllowed = 3;
constexpr auto offencesWithin = 10min;
constexpr auto reloadDelay = 500ms;

Error notLoaded()
{
    return makeError(ErrorCode::Conflict, {"L'automatisation n'est pas chargée", "The automation is not loaded"});
}

} // namespace

DeviceView viewOf(const Device& device)
{
    DeviceView view{device.info->id.value, device.info->uid, device.info->name, {}};
    for (const auto& attribute : device.attributes)
        view.attributes.push_back({attribute.spec->name, attribute.spec->writable, attribute.value});
    if (!device.find(onlineAttribute)) view.attributes.push_back({onlineAttribute, false, device.online});
    return view;
}

std::string versionOf(const std::string& text)
{
    // FNV-1a: tells versions of one text apart, nothing secret hangs on it.
    std::uint64_t hash = 0xcbf29ce484222325ull;
    for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ull;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
    return digits;
}

Engine::Engine(Services services, HostOptions hostOptions, Site site, Journal& journal, Handlers handlers)
    : services_(services), journal_(journal), rights_(services_.devices, services_.accounts),
      surroundings_(std::move(site), services.scheduler, services.clock,
                    [this](const AttributeChanged& change) { changed(change); }),
      effects_(services.commands, services.mqtt, surroundings_, services.history, services.web, timedCommands_,
               services.clock),
      timedCommands_(services.devices, services.scheduler, services.clock, journal, services.log,
                     [this](const TimedCommand& command) { perform(command); }),
      dispatcher_(
          services.devices, services.mqtt, services.scheduler, services.clock, surroundings_,
          {[this](RuleKey key, Object event, const Cause& cause) { runner_.trigger(key, std::move(event), cause); },
           [this](RuleKey key, const char* trigger, const std::string& reason) { runner_.skip(key, trigger, reason); },
           // Nobody looks at a value before the next run or step, which leaves behind it in the same stream.
           [this](const MirrorUpdate& update) { host_.sendWithNext(update); },
           [this](RuleKey key, Object event, const Cause& cause, UtcTime due) {
               runner_.trigger(key, std::move(event), cause, mark(key, due));
           },
           [this](RuleKey key, const char* kind, const std::string& reason, UtcTime until) {
               runner_.skip(key, kind, reason);
               if (auto passed = mark(key, until)) journal_.keep(std::move(*passed));
           },
           [this](RuleKey key) { return decided(key); },
           [this](RuleKey key, const Device& device) { return sees(key, device); }}),
      runner_({services.scheduler, services.clock, services.realtime, services.log, services.metrics,
               hostOptions.effectsPerMinute},
              effects_, journal, runLog_,
              {[this](const ToHost& message) { host_.send(message); }, [this] { host_.flush(); },
               [this] { return host_.isCongested(); },
               [this](RuleKey key) -> std::optional<Runner::Rule> {
                   const auto found = instances_.find(key.instance);
                   if (found == instances_.end() || key.rule >= found->second.rules.size()) return {};
                   const auto& instance = found->second;
                   return Runner::Rule{instance.script.automation, instance.version, &instance.rules[key.rule],
                                       instance.inHost, instance.script.provided};
               },
               [this](RuleKey key) { return rights_.refusal(actorOf(key)); },
               [this](RuleKey key, const Step& step) { return rights_.refusal(actorOf(key), step); },
               [this](std::vector<Trigger> triggers, RuleKey key, std::function<void(Object)> tell) {
                   return dispatcher_.watch(
                       std::move(triggers), key,
                       [tell = std::move(tell)](Object event, const Cause&) { tell(std::move(event)); });
               },
               [this](std::uint32_t id) {
                   const auto found = instances_.find(id);
                   if (found != instances_.end() && found->second.state == State::Retiring) unload(id);
               },
               [this](AutomationId automation, const std::string& reason) { offended(automation, reason); },
               [this](AutomationId automation, const std::string& reason) {
                   setTriggers(automation, Triggers::Disarmed);
                   handlers_.offender(automation, reason);
               },
               [this](RuleKey key, DeviceId device) { show(key, device); },
               [this](RuleKey key, const Value& selection) { return select(key, selection); }}),
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

Engine::~Engine() { stop(); }

void Engine::stop() { host_.stop(); }

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

void Engine::validate(const std::string& name, const std::string& source, UserId author,
                      std::function<void(Result<std::vector<std::string>>)> done)
{
    const auto id = ++lastInstance_;
    auto& instance = instances_[id];
    instance.state = State::Validating;
    instance.script = {{}, name, source, author};
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
    runner_.forget(id);
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
    marks_.forget(automation);
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
        decideUpToNow(id, instance);
        if (const auto added = dispatcher_.add(id, instance.rules); !added)
            handlers_.failed(automation, added.error().message.en);
        return;
    }
    dispatcher_.remove(id);
    runner_.cancel(id, "the automation was disabled");
}

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

void Engine::keepForResume(std::vector<RunRecord> runs)
{
    for (auto& run : runs) kept_[run.automation].push_back(std::move(run));
}

void Engine::reloadFailed()
{
    if (reload_) return;
    // Together: at start many devices appear at once.
    reload_ = services_.scheduler.after(reloadDelay, [this] {
        reload_.reset();
        for (auto& [id, instance] : instances_) {
            if (instance.state != State::Failed || !instance.retry) continue;
            instance.state = State::Loading;
            load(id, instance);
        }
        host_.flush();
    });
}

void Engine::onModulesChanged()
{
    host_.send(definitions());
    host_.flush();
    reloadFailed();
}

DefineModules Engine::definitions() const
{
    DefineModules definitions{effects_.modules(), {}};
    for (const auto& device : surroundings_.all()) definitions.surroundings.push_back(viewOf(*device));
    return definitions;
}

void Engine::changed(const AttributeChanged& change)
{
    // Every script can name them, so the host always knows them.
    host_.send(MirrorUpdate{change.device.info->id.value, change.attribute.spec->name, change.attribute.value});
    dispatcher_.onChange(change);
    host_.flush();
    if (handlers_.surroundings) handlers_.surroundings();
}

void Engine::raiseEvent(const std::string& name, Object data, const Cause& cause)
{
    dispatcher_.raise(name, std::move(data), cause);
}

RuleActor Engine::actorOf(RuleKey key) const
{
    const auto found = instances_.find(key.instance);
    if (found == instances_.end() || key.rule >= found->second.rules.size()) return {};
    return {found->second.script.author, &found->second.rules[key.rule], &found->second.devices};
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
