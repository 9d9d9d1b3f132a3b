#include "automation/automation_service.h"

#include "automation/reasons.h"
#include "runtime/call_gate.h"

#include <stdexcept>
#include <thread>

namespace atrium::automation {

using namespace std::chrono_literals;

std::vector<std::filesystem::path> pathsOf(const std::vector<SourceFolder>& folders)
{
    std::vector<std::filesystem::path> paths;
    for (const auto& folder : folders) paths.push_back(folder.path);
    return paths;
}

std::string fileNameOf(const AutomationRow& row)
{
    if (row.kind == SourceKind::Database) return row.name;
    return row.key.substr(row.key.find('/') + 1);
}

AutomationService::AutomationService(AutomationOptions options, AutomationServices services,
                                     std::shared_ptr<JournalStore> store)
    : options_(std::move(options)), services_(services), store_(std::move(store)),
      journal_(store_, services.core, services.worker, services.scheduler, services.log, services.metrics),
      history_(services.history, services.worker, services.core, services.clock, services.devices, services.log,
               services.metrics),
      web_(options_.web, services.core, services.scheduler, services.clock, services.log, services.metrics),
      watcher_(std::make_shared<SourceWatcher>(options_.folders)),
      libraryFolder_(std::make_shared<LibraryFolder>(pathsOf(options_.folders)))
{
    if (!store_) throw std::invalid_argument("automations need a store");
    engine_ = std::make_unique<Engine>(
        Engine::Services{services.core, services.scheduler, services.clock, services.devices, services.commands,
                         services.mqtt, services.realtime, services.log, services.metrics, services.accounts, &history_,
                         &web_},
        options_.host, options_.site, journal_,
        Engine::Handlers{[this](AutomationId id, const std::vector<RuleView>& rules, std::uint64_t memory) {
                             onLoaded(id, rules, memory);
                         },
                         [this](AutomationId id, const std::string& message) { onFailed(id, message); },
                         [this](AutomationId id, const std::string& reason) { onOffender(id, reason); },
                         [this] {
                             saveMode();
                             auto body = toObject(engine_->surroundings());
                             body.set("type", "house_changed");
                             services_.realtime.publish({"house", std::move(body), "house.read", {}, "house"});
                         }});
}

AutomationService::~AutomationService()
{
    stop();
    *alive_ = false;
}

void AutomationService::start()
{
    auto beginning = std::make_shared<Beginning>();
    beginning->files = watcher_->look();
    beginning->library = libraryFolder_->look().value_or(std::map<std::string, std::string>{});
    rowsFor(beginning->files);
    beginning->rows = store_->automations();
    beginning->unfinished = store_->unfinishedRuns();
    beginning->stores = store_->stores();
    beginning->marks = store_->marks();
    beginning->timers = store_->timers();
    beginning->holds = store_->holds();
    beginning->failureCounts = store_->failureCounts();
    beginning->hookSecrets = store_->hookSecrets();
    beginning->mode = store_->mode();
    const bool posted = services_.core.post([this, alive = alive_, beginning] {
        if (*alive) begin(std::move(*beginning));
    });
    if (!posted) throw std::runtime_error("core does not take tasks");
}

void AutomationService::sayGoodbye(std::chrono::milliseconds patience)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    services_.core.runAndWait([this] { engine_->shutdown(); });
    for (bool busy = true; busy && std::chrono::steady_clock::now() < end;) {
        services_.core.runAndWait([&] { busy = engine_->isShuttingDown(); });
        if (busy) std::this_thread::sleep_for(10ms);
    }
}

void AutomationService::stop()
{
    timer_.reset();
    pruning_.reset();
    web_.stop();
    engine_->stop();
}

const AutomationEntry* AutomationService::find(AutomationId id) const
{
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

void AutomationService::onLoaded(AutomationId id, const std::vector<RuleView>& rules, std::uint64_t memoryBytes)
{
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    auto& entry = found->second;
    entry.state = AutomationEntry::State::Active;
    entry.error.clear();
    entry.rules = rules;
    entry.memoryBytes = memoryBytes;
    makeHookSecrets(id, rules);
    services_.log.info("automation loaded", {{"automation", entry.row.key}, {"rules", rules.size()}});
    publish(id);
}

void AutomationService::onFailed(AutomationId id, const std::string& message)
{
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second.state = AutomationEntry::State::Failed;
    found->second.error = message;
    services_.log.warning("automation not loaded", {{"automation", found->second.row.key}, {"error", message}});
    publish(id);
}

void AutomationService::onOffender(AutomationId id, const std::string& reason)
{
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    services_.log.error("automation disabled", {{"automation", found->second.row.key}, {"reason", reason}});
    setEnabled(id, Engine::Triggers::Disarmed, {{}, services_.clock.now(), reason}, [](Result<AutomationId>) {});
}

void AutomationService::explain(AutomationId id, std::function<void(Result<Explanation>)> done)
{
    if (!find(id)) return done(unknownAutomation());
    engine_->explain(id, [this, id, done](Explanation told) {
        const auto* entry = find(id);
        if (!entry) return done(unknownAutomation());
        if (!entry->row.enabled) {
            const auto& [by, at, reason] = entry->row.stop;
            std::string name;
            if (const auto accounts = by ? services_.accounts() : nullptr)
                if (const auto who = accounts->principalOf(by)) name = who->name;
            told.reasons.insert(told.reasons.begin(), reason.empty() ? reasons::disabled(by, name, at, told.at)
                                                                     : reasons::stoppedByServer(reason, at));
        }
        if (entry->row.kind == SourceKind::Database) return explainVersion(id, std::move(told), done);
        done(std::move(told));
    });
}

void AutomationService::publish(AutomationId id)
{
    const auto& entry = entries_.at(id);
    Object body{{"type", "automation_changed"},
                {"automation", id.value},
                {"name", entry.row.name},
                {"enabled", entry.row.enabled},
                {"error", entry.error.empty() ? Value() : Value(entry.error)}};
    services_.realtime.publish(
        {"automations", std::move(body), "automations.read", {}, "automation:" + std::to_string(id.value)});
}

void AutomationService::store(std::function<Result<AutomationId>()> work, Saved then)
{
    const bool posted = services_.worker.post([this, alive = alive_, work = std::move(work), then] {
        Result<AutomationId> result = busy();
        try {
            result = work();
        }
        catch (const std::exception& error) {
            services_.log.error("automations not stored", {{"reason", error.what()}});
            result = makeError(ErrorCode::Unavailable, {}, error.what());
        }
        services_.core.postPatiently([alive, result, then] {
            if (*alive) then(result);
        });
    });
    if (!posted) then(busy());
}

void AutomationService::setEnabled(AutomationId id, Engine::Triggers triggers, AutomationStop stop, Saved done)
{
    const auto found = entries_.find(id);
    if (found == entries_.end()) return done(unknownAutomation());
    auto row = found->second.row;
    row.enabled = triggers == Engine::Triggers::Armed;
    row.stop = row.enabled ? AutomationStop{} : std::move(stop);
    if (row.kind != SourceKind::Database) row.source.clear();
    store([store = store_, row]() -> Result<AutomationId> { return store->save(row); },
          [this, id, triggers, stop = row.stop, done](Result<AutomationId> saved) {
              const auto entry = entries_.find(id);
              if (entry == entries_.end()) return done(unknownAutomation());
              if (saved) {
                  entry->second.row.enabled = triggers == Engine::Triggers::Armed;
                  entry->second.row.stop = stop;
                  engine_->setTriggers(id, triggers);
                  publish(id);
              }
              done(std::move(saved));
          });
}

void AutomationService::runs(AutomationId id, std::size_t limit, std::function<void(Result<List>)> done)
{
    if (!find(id)) return done(unknownAutomation());
    auto list = std::make_shared<List>();
    auto known = std::make_shared<std::set<std::uint64_t>>();
    const auto add = [=](const RunRecord& run) {
        if (list->size() < limit && known->insert(run.id).second) list->push_back(toObject(run));
    };
    for (const auto* run : engine_->runner().live(id)) add(*run);
    for (const auto* run : engine_->runLog().runs(id, limit)) add(*run);
    if (list->size() >= limit) return done(std::move(*list));
    auto old = std::make_shared<std::vector<RunRecord>>();
    store(
        [store = store_, id, limit, old]() -> Result<AutomationId> {
            *old = store->lastRuns(id, limit);
            return id;
        },
        [=](Result<AutomationId> read) {
            if (!read) return done(read.error());
            for (const auto& run : *old) add(run);
            done(std::move(*list));
        });
}

std::vector<Upcoming> AutomationService::upcoming(std::optional<UtcTime> until, std::size_t limit) const
{
    constexpr std::chrono::hours lookAhead{24};
    return engine_->upcoming(until.value_or(services_.clock.now() + lookAhead), limit);
}

Subscription AutomationService::addModule(AutomationModule module)
{
    {
        std::lock_guard lock(moduleMutex_);
        if (!moduleNames_.insert(module.name).second)
            throw std::invalid_argument("automation module \"" + module.name + "\" is taken");
    }
    const auto name = module.name;
    auto gate = std::make_shared<runtime::CallGate>();
    for (auto& function : module.functions) {
        if (function.call)
            function.call = [gate, call = std::move(function.call)](const AutomationCall& request) {
                Result<Value> result = makeError(ErrorCode::Unavailable);
                gate->pass([&] { result = call(request); });
                return result;
            };
        if (function.start)
            function.start = [gate, start = std::move(function.start)](const AutomationCall& request,
                                                                       const AutomationFunction::Done& done) {
                if (!gate->pass([&] { start(request, done); })) done(makeError(ErrorCode::Unavailable));
            };
    }
    services_.core.post([this, alive = alive_, module = std::move(module)] {
        if (!*alive) return;
        try {
            engine_->effects().addModule(module);
        }
        catch (const std::invalid_argument& error) {
            services_.log.error("automation module refused", {{"reason", error.what()}});
            return;
        }
        engine_->onModulesChanged();
    });
    return Subscription([this, alive = alive_, gate, name] {
        gate->close();
        if (!*alive) return;
        {
            std::lock_guard lock(moduleMutex_);
            moduleNames_.erase(name);
        }
        services_.core.post([this, alive, name] {
            if (!*alive) return;
            engine_->effects().removeModule(name);
            engine_->onModulesChanged();
        });
    });
}

void AutomationService::raiseEvent(std::string name, Object data, const Cause& cause)
{
    engine_->raiseEvent(name, std::move(data), cause);
}

} // namespace atrium::automation
