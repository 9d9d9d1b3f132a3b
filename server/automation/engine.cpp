#include "automation/engine.h"

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr auto reloadDelay = 500ms;

} // namespace

DeviceView viewOf(const Device& device)
{
    DeviceView view{device.info->id.value, device.info->uid, device.info->name, {}};
    for (const auto& attribute : device.attributes)
        view.attributes.push_back({attribute.spec->name, attribute.spec->writable, attribute.value});
    if (!device.find(onlineAttribute)) view.attributes.push_back({onlineAttribute, false, device.online});
    return view;
}

Engine::Engine(Services services, HostOptions hostOptions, Site site, Journal& journal, Handlers handlers)
    : services_(services), journal_(journal), rights_(services_.devices, services_.accounts),
      surroundings_(std::move(site), services.scheduler, services.clock,
                    [this](const AttributeChanged& change) { changed(change); }),
      effects_(services.core, services.commands, services.mqtt, surroundings_, services.history, services.web,
               timedCommands_, services.clock),
      timedCommands_(services.devices, services.scheduler, services.clock, journal, services.log,
                     [this](const TimedCommand& command) { perform(command); }),
      dispatcher_(
          services.devices, services.mqtt, services.scheduler, services.clock, surroundings_,
          {[this](RuleKey key, Object event, const Cause& cause) { runner_.trigger(key, std::move(event), cause); },
           [this](RuleKey key, const char* trigger, WhyNot why) { runner_.skip(key, trigger, std::move(why)); },
           // Nobody looks at a value before the next run or step, which leaves behind it in the same stream.
           [this](const MirrorUpdate& update) { host_.mirror(update); },
           [this](RuleKey key, Object event, const Cause& cause, UtcTime due) {
               runner_.trigger(key, std::move(event), cause, {mark(key, due), {}});
           },
           [this](RuleKey key, const char* kind, WhyNot why, UtcTime until) {
               runner_.skip(key, kind, std::move(why));
               if (auto passed = mark(key, until)) journal_.keep(Decision{std::move(*passed), {}});
           },
           [this](RuleKey key) { return decided(key); },
           [this](RuleKey key, const Device& device) { return sees(key, device); },
           [this](RuleKey key, Object event, const Cause& cause, const AttributeTrigger& trigger) {
               HoldChange over{holdKey(key, trigger), {}};
               if (trigger.hold > 0) over.hold.emplace().began = services_.clock.now(); // spent
               holds_.put(over);
               runner_.trigger(key, std::move(event), cause, {{}, std::move(over)});
           },
           [this](RuleKey key, const AttributeTrigger& trigger, const std::optional<PendingHold>& hold) {
               keepHold(key, trigger, hold);
           },
           [this](RuleKey key, const AttributeTrigger& trigger) { return holds_.of(holdKey(key, trigger)); }}),
      runner_({{services.scheduler, services.clock, services.realtime, services.log, services.metrics},
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
               [this](std::vector<Trigger> triggers, RuleKey key, Dispatcher::Listener listener) {
                   return dispatcher_.watch(std::move(triggers), key, std::move(listener));
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

RunLog& Engine::runLog()
{
    runner_.report();
    return runLog_;
}

void Engine::load(std::uint32_t id, Instance& instance)
{
    instance.inHost = false;
    instance.missing.reset();
    host_.send(LoadScript{id, instance.script.name, instance.script.source});
}

void Engine::apply(Script script, Triggers triggers)
{
    if (const auto waiting = find(script.automation, State::Loading)) unload(waiting);
    if (const auto failed = find(script.automation, State::Failed)) unload(failed);
    const auto id = ++lastInstance_;
    auto& instance = create(id, script.automation);
    instance.version = versionOf(script.source);
    instance.startup = started_.insert(script.automation).second;
    instance.script = std::move(script);
    instance.triggers = triggers;
    load(id, instance);
    host_.flush();
}

void Engine::validate(Script script, std::function<void(Result<std::vector<std::string>>)> done)
{
    const auto id = ++lastInstance_;
    auto& instance = create(id, {});
    instance.state = State::Validating;
    instance.script = std::move(script);
    instance.validated = std::move(done);
    load(id, instance);
    host_.flush();
}

std::uint32_t Engine::find(AutomationId automation, State state) const
{
    const auto ids = instancesOf_.find(automation);
    if (ids == instancesOf_.end()) return 0;
    for (const auto id : ids->second)
        if (instances_.at(id).state == state) return id;
    return 0;
}

Engine::Instance& Engine::create(std::uint32_t id, AutomationId automation)
{
    instancesOf_[automation].insert(id);
    return instances_[id];
}

void Engine::erase(std::uint32_t id)
{
    const auto instance = instances_.find(id);
    if (instance == instances_.end()) return;
    const auto ids = instancesOf_.find(instance->second.script.automation);
    if (ids != instancesOf_.end() && ids->second.erase(id) > 0 && ids->second.empty()) instancesOf_.erase(ids);
    instances_.erase(instance);
}

void Engine::unload(std::uint32_t id)
{
    dispatcher_.remove(id);
    dispatcher_.removeMirror(id);
    runner_.forget(id);
    erase(id);
    host_.send(UnloadScript{id});
    host_.flush();
}

void Engine::remove(AutomationId automation)
{
    const auto known = instancesOf_.find(automation);
    const auto ids = known == instancesOf_.end() ? std::set<std::uint32_t>{} : known->second;
    for (const auto id : ids) {
        dispatcher_.remove(id);
        runner_.cancel(id, "the automation was removed");
        if (instances_.contains(id)) unload(id);
    }
    runner_.forget(automation);
    runLog().forget(automation);
    kept_.erase(automation);
    marks_.forget(automation);
    dropHolds(automation, {});
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
    dropHolds(automation, {});
    runner_.cancel(id, "the automation was disabled");
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

} // namespace atrium::automation
