#include "automation/simulation/world.h"

#include "atrium/json.h"

#include <set>
#include <thread>

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s;
constexpr std::size_t effectsKept = 10'000;

/// What a device shows after it obeyed: the attributes that the command names, as far as it has them.
Object obeyed(const Device& device, const Command& command)
{
    Object values;
    const auto set = [&](const std::string& name, const Value& value) {
        const auto* attribute = device.find(name);
        if (!attribute) return;
        const auto kind = attribute->spec->kind;
        if (kind == Value::Kind::Number && value.ifNumber()) values.set(name, *value.ifNumber());
        else if (kind == value.kind() || kind == Value::Kind::Null) values.set(name, value);
    };
    if (command.name == "on" || command.name == "off") set("status", command.name == "on");
    if (command.arguments.isObject())
        for (const auto& [name, value] : command.arguments.object()) set(name, value);
    return values;
}

} // namespace

std::string toText(const SimulatedEffect& effect)
{
    auto text = effect.target + " " + effect.name;
    const bool nothing =
        effect.arguments.isNull() || (effect.arguments.isObject() && effect.arguments.object().empty());
    if (!nothing) text += " " + toJson(effect.arguments);
    return text;
}

Object toObject(const SimulatedEffect& effect)
{
    return Object{{"at", toIso8601(effect.at)}, {"kind", toString(effect.kind)}, {"target", effect.target},
                  {"name", effect.name},        {"arguments", effect.arguments}, {"rule", effect.rule}};
}

World::World(WorldPlan plan) : plan_(std::move(plan)), devices_(clock_), commands_(devices_), mqtt_(clock_)
{
    clock_.jumpTo(plan_.begin);
    plan_.host.effectsPerMinute = 1'000'000;
    plan_.host.mirroring = Mirroring::BeforeRuns;
    std::set<std::string> integrations;
    for (const auto& device : plan_.devices) {
        auto info = *device->info;
        if (info.integration.empty()) info.integration = "none";
        integrations.insert(info.integration);
        (void)devices_.put(std::move(info), device->attributes, device->entities);
    }
    for (const auto& integration : integrations)
        handling_.push_back(
            commands_.handle(integration, [](const Device& device, const Command& command) -> Result<CommandPlan> {
                CommandPlan commandPlan;
                commandPlan.assumed = obeyed(device, command);
                return commandPlan;
            }));
    // What rules read of a real past is not mixed with what was simulated.
    if (!plan_.history)
        recording_ = devices_.onAttributeChanged([this](const AttributeChanged& change) {
            history_.add(change.device.info->id, change.attribute.spec->name, clock_.now(), change.attribute.value);
        });
    open();
}

World::~World() { close(); }

void World::open()
{
    loop_ = std::make_unique<runtime::CoreLoop>(clock_, [this](const std::string& text) { exception_ = text; });
    journal_ = std::make_unique<Journal>(nullptr, *loop_, worker_, *loop_, log_, metrics_);
    auto& history = plan_.history ? *plan_.history : history_;
    historyDesk_ = std::make_unique<HistoryDesk>(history, worker_, *loop_, clock_, devices_, log_, metrics_);
    engine_ = std::make_unique<Engine>(
        Engine::Services{
            *loop_, *loop_, clock_, devices_, commands_, mqtt_, realtime_, log_, metrics_, {}, historyDesk_.get()},
        plan_.host, plan_.site, *journal_,
        Engine::Handlers{[this](AutomationId, const std::vector<RuleView>& rules, std::uint64_t) { loaded_ = rules; },
                         [this](AutomationId, const std::string& message) {
                             loaded_ = makeError(ErrorCode::Unprocessable, {message, message});
                         },
                         [](AutomationId, const std::string&) {}});
    for (const auto& module : plan_.modules) engine_->effects().addModule(module);
    if (!plan_.mode.empty()) (void)engine_->surroundings().setMode(plan_.mode, Cause{newCorrelationId(), "system", 0});
    engine_->setLibrary(plan_.library);
    engine_->effects().intercept(
        [this](const Effects::Request& request, const Effects::Done& done) { return take(request, done); });
    engine_->start();
}

void World::close()
{
    if (!engine_) return;
    engine_->stop();
    engine_.reset();
    historyDesk_.reset();
    journal_.reset();
    loop_->stop();
    loop_.reset();
}

bool World::take(const Effects::Request& request, const Effects::Done& done)
{
    if (request.kind == StepKind::History) return false; // reading changes nothing
    SimulatedEffect effect;
    effect.at = clock_.now();
    effect.kind = request.kind;
    effect.rule = request.rule;
    const auto& payload = request.payload;
    if (request.kind == StepKind::Command) {
        effect.target = payload.textOr("uid", "");
        effect.name = payload.textOr("name", "");
        if (const auto* arguments = payload.find("arguments")) effect.arguments = *arguments;
    }
    else if (request.kind == StepKind::Publish) {
        effect.target = "mqtt";
        effect.name = payload.textOr("topic", "");
        effect.arguments = payload.textOr("payload", "");
    }
    else if (request.kind == StepKind::Web) {
        effect.target = "http";
        effect.name = payload.textOr("method", "");
        Object asked{{"url", payload.textOr("url", "")}};
        if (const auto* body = payload.find("body")) asked.set("body", *body);
        effect.arguments = std::move(asked);
    }
    else {
        effect.target = payload.textOr("module", "");
        effect.name = payload.textOr("function", "");
        const auto* arguments = payload.find("arguments");
        const List none;
        const auto& list = arguments && arguments->isList() ? arguments->list() : none;
        if (effect.target == "test") {
            pending_ = TestCall{effect.name, list, done};
            return true;
        }
        if (!list.empty()) effect.arguments = list[0];
    }
    if (effects_.size() < effectsKept) effects_.push_back(std::move(effect));
    else ++notKept_;
    if (request.kind == StepKind::Web) {
        const auto answer = webAnswers_.find(payload.textOr("url", ""));
        if (answer == webAnswers_.end()) done(false, "no server is asked in a simulation");
        else done(true, answer->second);
        return true;
    }
    if (request.kind != StepKind::Call) return false;
    done(true, {}); // what a plugin would do is not done
    return true;
}

void World::answer(bool ok, Value result)
{
    const auto call = std::exchange(pending_, {});
    call->done(ok, std::move(result));
}

Result<std::vector<RuleView>> World::load(const std::string& name, const std::string& source, Engine::Triggers triggers)
{
    scriptName_ = name;
    triggers_ = triggers;
    source_ = source;
    loaded_.reset();
    engine_->apply({automation, name, source}, triggers);
    settle();
    return *loaded_;
}

void World::settle()
{
    if (plan_.nobodyWaits.stop_requested()) throw SimulationError("nobody waits for the answer any more");
    loop_->turn();
    if (loaded_ && exception_.empty() && engine_->runner().liveRuns() == 0) return; // the usual case
    const auto end = std::chrono::steady_clock::now() + patience;
    const auto isTest = [](const RunRecord& run) { return run.event.textOr("kind", "") == "test"; };
    for (;;) {
        loop_->turn();
        if (!exception_.empty()) throw SimulationError(exception_);
        const auto live = engine_->runner().live(automation);
        const bool testRuns = std::any_of(live.begin(), live.end(), [&](const auto* run) { return isTest(*run); });
        if (loaded_ && !engine_->runner().isBusy(isTest) && (!testRuns || pending_)) return;
        if (plan_.nobodyWaits.stop_requested()) throw SimulationError("nobody waits for the answer any more");
        if (std::chrono::steady_clock::now() > end) throw SimulationError("the simulation takes too long");
        std::this_thread::sleep_for(50us);
    }
}

void World::advanceTo(UtcTime time)
{
    settle();
    if (const auto due = loop_->nextDue(); !due || *due > time) {
        // Nothing is due on the way, so nothing can happen.
        if (time > clock_.now()) clock_.advance(time - clock_.now());
        return;
    }
    for (auto due = loop_->nextDue(); due && *due <= time; due = loop_->nextDue()) {
        if (*due > clock_.now()) clock_.advance(*due - clock_.now());
        settle();
    }
    if (time > clock_.now()) clock_.advance(time - clock_.now());
    settle();
}

void World::finishRuns(UtcTime time)
{
    settle();
    while (!engine_->runner().live(automation).empty()) {
        const auto due = loop_->nextDue();
        if (!due || *due > time) return;
        if (*due > clock_.now()) clock_.advance(*due - clock_.now());
        settle();
    }
}

std::uint64_t World::runsOf(const std::string& rule)
{
    engine_->runLog(); // what is over is counted by now
    std::uint64_t count = 0;
    for (const auto state : {RunState::Finished, RunState::Failed, RunState::OverBudget, RunState::Cancelled})
        count += metrics_.count("atrium_rule_runs_total", {{"rule", rule}, {"result", toString(state)}});
    return count;
}

void World::report(DeviceId device, const std::string& attribute, Value value)
{
    // One report with one id for all: making them anew for each of millions of values would take longer than the rest.
    report_.device = device;
    report_.values.front().first = attribute;
    report_.values.front().second = std::move(value);
    report_.at = clock_.now();
    devices_.report(report_);
}

void World::shutdown()
{
    engine_->shutdown();
    settle();
}

void World::restart()
{
    std::vector<RunRecord> unfinished;
    for (const auto* run : engine_->runner().live(automation)) unfinished.push_back(*run);
    const auto stores = engine_->runner().stores();
    const auto timers = engine_->timedCommands().list();
    auto holds = engine_->holds();
    plan_.mode = engine_->surroundings().mode();
    close();
    open();
    for (const auto& [key, content] : stores) engine_->runner().setStore(key.first, key.second, content);
    engine_->keepForResume(std::move(unfinished));
    engine_->timedCommands().restore(timers);
    engine_->restoreHolds(std::move(holds));
    loaded_.reset();
    engine_->apply({automation, scriptName_, source_}, triggers_);
    settle();
}

} // namespace atrium::automation
