#include "automation/automation_service.h"

namespace atrium::automation {

namespace {
constexpr const char* keyPrefix = "plugin/";
} // namespace

void AutomationService::check(std::string source, std::function<void(Result<void>)> done)
{
    const auto shared = std::make_shared<std::function<void(Result<void>)>>(std::move(done));
    const bool posted = services_.core.post([this, alive = alive_, source = std::move(source), shared] {
        if (!*alive) return (*shared)(makeError(ErrorCode::Unavailable));
        engine_->validate({{}, "check", source, {}}, [shared](const Result<std::vector<std::string>>& valid) {
            (*shared)(valid ? Result<void>() : Result<void>(valid.error()));
        });
    });
    if (!posted) (*shared)(makeError(ErrorCode::Unavailable));
}

std::string providedKey(const AutomationRow& row)
{
    return row.kind == SourceKind::Plugin ? row.key.substr(std::string_view(keyPrefix).size()) : std::string();
}

void AutomationService::provide(PluginAutomation automation)
{
    services_.core.post([this, alive = alive_, automation = std::move(automation)] {
        if (!*alive) return;
        provided_[keyPrefix + automation.key] = automation;
        if (begun_) takeProvided(automation);
    });
}

void AutomationService::withdraw(std::string key)
{
    services_.core.post([this, alive = alive_, key = keyPrefix + key] {
        if (!*alive) return;
        provided_.erase(key);
        const auto row = pluginRows_.find(key);
        if (row == pluginRows_.end()) return;
        const auto id = row->second;
        pluginRows_.erase(row);
        engine_->remove(id);
        entries_.erase(id);
        store(
            [store = store_, id]() -> Result<AutomationId> {
                store->remove(id);
                return id;
            },
            [](Result<AutomationId>) {});
    });
}

void AutomationService::takeProvided(const PluginAutomation& automation)
{
    AutomationRow row{{},
                      keyPrefix + automation.key,
                      SourceKind::Plugin,
                      automation.name,
                      {},
                      automation.triggers == PluginAutomation::Triggers::Armed,
                      automation.since};
    if (const auto known = pluginRows_.find(row.key); known != pluginRows_.end()) {
        row.id = known->second;
        return loadProvided(row, automation);
    }
    store([store = store_, row]() -> Result<AutomationId> { return store->save(row); },
          [this, row](Result<AutomationId> saved) mutable {
              const auto newest = provided_.find(row.key);
              if (!saved || newest == provided_.end()) return;
              row.id = *saved;
              pluginRows_[row.key] = row.id;
              loadProvided(row, newest->second);
          });
}

void AutomationService::loadProvided(AutomationRow row, const PluginAutomation& automation)
{
    const auto triggers =
        automation.triggers == PluginAutomation::Triggers::Armed ? Engine::Triggers::Armed : Engine::Triggers::Disarmed;
    row.name = automation.name;
    row.enabled = triggers == Engine::Triggers::Armed;
    row.updatedAt = automation.since;
    auto& entry = entries_[row.id];
    const bool sameText = entry.row.source == automation.source && entry.state == AutomationEntry::State::Active;
    entry.row = row;
    entry.row.source = automation.source;
    if (sameText) return engine_->setTriggers(row.id, triggers);
    apply(entry, automation.source);
}

std::vector<UpcomingRun> AutomationService::upcoming(std::string_view key, UtcTime until, std::size_t limit) const
{
    const auto row = pluginRows_.find(keyPrefix + std::string(key));
    std::vector<UpcomingRun> runs;
    if (row == pluginRows_.end()) return runs;
    for (auto& next : engine_->upcomingOf(row->second, until, limit))
        runs.push_back({next.at, std::move(next.localTime), std::move(next.zone)});
    return runs;
}

} // namespace atrium::automation
