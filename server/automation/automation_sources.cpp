#include "automation/automation_service.h"

namespace atrium::automation {

namespace {
using namespace std::chrono_literals;
constexpr std::size_t largestStoredSource = 48 * 1024;
} // namespace

std::map<std::string, AutomationRow> AutomationService::rowsFor(const std::vector<SourceChange>& files)
{
    std::map<std::string, AutomationRow> rows;
    for (auto& row : store_->automations()) rows.emplace(row.key, row);
    for (const auto& file : files) {
        if (file.removed || rows.contains(file.key)) continue;
        AutomationRow row{
            {}, file.key, file.kind, file.file.substr(0, file.file.size() - 4), {}, true, services_.clock.now()};
        row.id = store_->save(row);
        rows.emplace(row.key, row);
    }
    return rows;
}

void AutomationService::begin(Beginning beginning)
{
    auto& rows = beginning.rows;
    const auto& files = beginning.files;
    engine_->restoreMarks(std::move(beginning.marks));
    // A mode that the configuration does not name any more is forgotten.
    savedMode_ = beginning.mode;
    if (!savedMode_.empty()) (void)engine_->surroundings().setMode(savedMode_, Cause{newCorrelationId(), "system", 0});
    for (auto& store : beginning.stores)
        engine_->runner().setStore(store.automation, store.rule, std::move(store.content));
    engine_->runner().restore(std::move(beginning.failureCounts));
    engine_->restoreHolds(std::move(beginning.holds));
    engine_->keepForResume(std::move(beginning.unfinished));
    for (auto& secret : beginning.hookSecrets)
        hookSecrets_[{secret.automation, secret.name}] = std::move(secret.secret);
    setLibrary(std::move(beginning.library));
    engine_->timedCommands().restore(std::move(beginning.timers));
    engine_->start();
    std::map<std::string, AutomationRow> byKey;
    for (auto& row : rows) {
        byKey.emplace(row.key, row);
        if (row.kind == SourceKind::Plugin) pluginRows_.emplace(row.key, row.id);
        if (row.kind != SourceKind::Database) continue;
        auto& entry = entries_[row.id];
        entry.row = row;
        apply(entry, row.source);
    }
    for (const auto& file : files)
        if (const auto row = byKey.find(file.key); row != byKey.end()) take(file, row->second);
    begun_ = true;
    for (const auto& [key, automation] : provided_) takeProvided(automation);
    timer_ = services_.scheduler.every(options_.lookAtFolders, [this] { lookAtFolders(); });
    pruning_ = services_.scheduler.every(1h, [this] {
        const auto before = services_.clock.now() - options_.keepRuns;
        store(
            [store = store_, before]() -> Result<AutomationId> {
                store->prune(before);
                return AutomationId{};
            },
            [](Result<AutomationId>) {});
    });
}

/// One write at a time, so that the last mode is the one that stays.
void AutomationService::saveMode()
{
    const auto mode = engine_->surroundings().mode();
    if (savingMode_ || mode == savedMode_) return;
    savingMode_ = true;
    store(
        [store = store_, mode]() -> Result<AutomationId> {
            store->saveMode(mode);
            return AutomationId{};
        },
        [this, mode](Result<AutomationId> saved) {
            savingMode_ = false;
            if (!saved) return; // logged; the next change tries again
            savedMode_ = mode;
            saveMode();
        });
}

void AutomationService::setLibrary(std::map<std::string, std::string> library)
{
    library_ = library;
    engine_->setLibrary(std::move(library));
}

void AutomationService::lookAtFolders()
{
    if (std::exchange(looking_, true)) return;
    struct Look {
        std::optional<std::map<std::string, std::string>> library;
        std::vector<SourceChange> changes;
        std::map<std::string, AutomationRow> rows;
    };
    auto look = std::make_shared<Look>();
    store(
        [this, alive = alive_, watcher = watcher_, library = libraryFolder_, look]() -> Result<AutomationId> {
            look->library = library->look();
            look->changes = watcher->look();
            if (!look->changes.empty()) look->rows = rowsFor(look->changes);
            return AutomationId{};
        },
        [this, look](Result<AutomationId> looked) {
            looking_ = false;
            if (!looked) return;
            if (look->library) setLibrary(std::move(*look->library));
            for (const auto& change : look->changes)
                if (const auto row = look->rows.find(change.key); row != look->rows.end()) take(change, row->second);
        });
}

void AutomationService::take(const SourceChange& change, const AutomationRow& row)
{
    if (change.removed) {
        engine_->remove(row.id);
        entries_.erase(row.id);
        services_.log.info("automation removed", {{"file", change.key}});
        return;
    }
    auto& entry = entries_[row.id];
    if (!entry.row.id) entry.row = row;
    entry.path = change.path;
    if (!change.error.empty()) return onFailed(row.id, change.error);
    apply(entry, change.source);
}

void AutomationService::apply(AutomationEntry& entry, std::string source)
{
    entry.row.source = source;
    // When the text of a file was changed is not known.
    const bool isFile = entry.row.kind == SourceKind::Shipped || entry.row.kind == SourceKind::LocalFile;
    engine_->apply({entry.row.id, fileNameOf(entry.row), std::move(source), entry.row.author,
                    isFile ? std::nullopt : std::optional(entry.row.updatedAt), providedKey(entry.row)},
                   entry.row.enabled ? Engine::Triggers::Armed : Engine::Triggers::Disarmed);
}

void AutomationService::saveSource(AutomationId id, std::string name, std::string source, UserId author, Saved done,
                                   std::optional<Engine::Triggers> triggers)
{
    AutomationRow row;
    if (id) {
        const auto* entry = find(id);
        if (!entry) return done(unknownAutomation());
        if (entry->row.kind == SourceKind::Plugin) return done(ownedByPlugin());
        if (entry->row.kind != SourceKind::Database)
            return done(makeError(ErrorCode::Conflict, {"Cette automatisation est un fichier : modifiez le fichier",
                                                        "This automation is a file: edit the file"}));
        row = entry->row;
    }
    else {
        row.kind = SourceKind::Database;
        row.key = "db/" + newCorrelationId();
    }
    if (!name.empty()) row.name = std::move(name);
    if (source.size() > largestStoredSource)
        return done(
            makeError(ErrorCode::PayloadTooLarge, {"Le texte dépasse 48 Kio", "The text is larger than 48 KiB"}));
    row.source = std::move(source);
    row.updatedAt = services_.clock.now();
    row.author = author;
    if (triggers) row.enabled = *triggers == Engine::Triggers::Armed;
    engine_->validate({{}, row.name, row.source, author}, [this, row, done](Result<std::vector<std::string>> valid) {
        if (!valid) return done(valid.error());
        store([store = store_, row]() -> Result<AutomationId> { return store->save(row); },
              [this, row, done](Result<AutomationId> saved) {
                  if (!saved) return done(std::move(saved));
                  auto& entry = entries_[*saved];
                  entry.row = row;
                  entry.row.id = *saved;
                  apply(entry, row.source);
                  done(std::move(saved));
              });
    });
}

void AutomationService::remove(AutomationId id, std::function<void(Result<void>)> done)
{
    const auto* entry = find(id);
    if (!entry) return done(unknownAutomation());
    if (entry->row.kind == SourceKind::Plugin) return done(ownedByPlugin());
    if (entry->row.kind != SourceKind::Database)
        return done(makeError(ErrorCode::Conflict, {"Cette automatisation est un fichier : supprimez le fichier",
                                                    "This automation is a file: delete the file"}));
    store(
        [store = store_, id]() -> Result<AutomationId> {
            store->remove(id);
            return id;
        },
        [this, id, done](Result<AutomationId> removed) {
            if (!removed) return done(removed.error());
            engine_->remove(id);
            entries_.erase(id);
            done({});
        });
}

} // namespace atrium::automation
