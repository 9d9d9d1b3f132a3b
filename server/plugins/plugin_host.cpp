#include "plugins/plugin_host.h"

#include "atrium/plugin.h"
#include "runtime/thread.h"

#include <fstream>
#include <future>

namespace atrium::plugins {

namespace {

constexpr const char* stateNames[] = {"discovered", "resolved", "loaded",   "configured", "running", "stopping",
                                      "stopped",    "disabled", "rejected", "failed",     "retrying"};

bool hasObject(PluginState state)
{
    return state == PluginState::Loaded || state == PluginState::Configured || state == PluginState::Running;
}

/// Keeps for ever what a plugin that hangs may still touch.
void giveUp(std::unique_ptr<HostContext> context)
{
    static std::mutex mutex;
    static auto* const kept =
        new std::vector<std::unique_ptr<HostContext>>; // survives the end of main, as the thread may
    std::lock_guard lock(mutex);
    kept->push_back(std::move(context));
}

} // namespace

const char* toString(PluginState state) { return stateNames[static_cast<std::size_t>(state)]; }

/// Everything about one plugin. Written on the host thread, the shown part under the host's mutex.
struct PluginHost::Entry {
    Manifest manifest;
    PluginState state = PluginState::Discovered;
    HealthState health = HealthState::Healthy;
    std::string reason;
    int retries = 0;
    Subscription retryTimer;
    const AtriumPluginDescriptor* descriptor = nullptr;
    std::shared_ptr<PluginGuard> guard;
    std::unique_ptr<HostContext> context;
    Plugin* plugin = nullptr;
};

PluginHost::PluginHost(PluginHostOptions options, const ServerServices& server, ServiceRegistry& services,
                       ManifestPermissionCatalog& permissions, ConfigurationLookup configuration)
    : options_(std::move(options)), server_(server), services_(services), permissions_(permissions),
      configuration_(std::move(configuration)), log_(server.log("plugins"))
{
    host_ = std::make_unique<runtime::WorkerPool>("host", 1, 1000, [this](const std::string& what) {
        log_.error("the plugin host failed", {{"reason", what}});
    });
}

PluginHost::~PluginHost()
{
    stopAll();
    host_->stop();
}

void PluginHost::startAll()
{
    std::promise<void> done;
    host_->post([&] {
        readDisabled();
        discover();
        startReady();
        done.set_value();
    });
    done.get_future().get();
}

void PluginHost::stopAll()
{
    if (stopping_.exchange(true)) return;
    std::promise<void> done;
    const bool posted = host_->post([&] {
        const auto order = startOrder_;
        for (auto entry = order.rbegin(); entry != order.rend(); ++entry)
            if (hasObject((*entry)->state)) takeDown(*entry, PluginState::Stopped, "the server stops");
        done.set_value();
    });
    if (posted) done.get_future().get();
}

void PluginHost::discover()
{
    for (const auto& folder : options_.folders) {
        std::error_code error;
        for (const auto& child : std::filesystem::directory_iterator(folder, error))
            if (child.is_directory() && std::filesystem::exists(child.path() / "plugin.json"))
                discoverOne(child.path());
    }
}

bool PluginHost::discoverOne(const std::filesystem::path& folder)
{
    const std::string id = folder.filename().string();
    if (find(id)) return true;
    auto entry = std::make_shared<Entry>();
    const auto manifest = readManifest(folder);
    entry->manifest.id = id;
    if (manifest) {
        entry->manifest = *manifest;
        permissions_.declare(manifest->permissions);
        if (disabled_.contains(id)) entry->state = PluginState::Disabled;
    }
    else {
        entry->state = PluginState::Rejected;
        entry->reason = manifest.error().message.en;
        log_.error("a plugin is rejected", {{"plugin", id}, {"reason", entry->reason}});
    }
    std::lock_guard lock(mutex_);
    entries_.emplace(id, std::move(entry));
    return true;
}

bool PluginHost::dependenciesMet(const Entry& entry) const
{
    return std::all_of(entry.manifest.requiredServices.begin(), entry.manifest.requiredServices.end(),
                       [this](const std::string& service) { return services_.has(service); });
}

void PluginHost::startReady()
{
    // Start whatever has its services until nothing more becomes ready; what is left names what it misses.
    for (bool progress = true; progress;) {
        progress = false;
        std::vector<EntryPtr> waiting;
        for (const auto& [id, entry] : entries_)
            if (entry->state == PluginState::Discovered) waiting.push_back(entry);
        for (const auto& entry : waiting) {
            if (!dependenciesMet(*entry)) continue;
            setState(*entry, PluginState::Resolved);
            start(entry);
            progress = true;
        }
    }
    for (const auto& [id, entry] : entries_) {
        if (entry->state != PluginState::Discovered) continue;
        std::string missing;
        for (const auto& service : entry->manifest.requiredServices)
            if (!services_.has(service)) missing += (missing.empty() ? "" : ", ") + service;
        std::lock_guard lock(mutex_);
        entry->reason = "waits for " + missing;
    }
}

void PluginHost::start(const EntryPtr& entry)
{
    const auto outcome = bringUp(entry);
    if (outcome) {
        setState(*entry, PluginState::Running);
        entry->retries = 0;
        startOrder_.push_back(entry);
        log_.info("plugin runs", {{"plugin", entry->manifest.id}, {"version", entry->manifest.version}});
        return;
    }
    const auto& error = outcome.error();
    const std::string reason = error.detail.empty() ? error.message.en : error.detail;
    if (entry->state == PluginState::Resolved) {
        setState(*entry, PluginState::Rejected, reason);
        log_.error("a plugin is rejected", {{"plugin", entry->manifest.id}, {"reason", reason}});
    }
    else if (entry->state == PluginState::Configured && error.code != ErrorCode::Timeout) scheduleRetry(entry, reason);
    else takeDown(entry, PluginState::Failed, reason);
}

Result<void> PluginHost::bringUp(const EntryPtr& entry)
{
    const Manifest& manifest = entry->manifest;
    auto settings = PluginSettings::read(manifest, configuration_);
    if (!settings) return settings.error();
    if (!entry->descriptor) {
        if (auto probed = probePlugin(options_.probe, manifest, options_.probeTimeout); !probed) return probed;
        const auto descriptor = openPlugin(manifest);
        if (!descriptor) return descriptor.error();
        entry->descriptor = *descriptor;
    }
    try {
        server_.migrate(manifest.id, manifest.folder / "migrations");
    }
    catch (const std::exception& error) {
        return makeError(ErrorCode::Unprocessable, {}, error.what());
    }
    const std::weak_ptr<Entry> weak = entry;
    const auto health = [this, weak](HealthState state, const std::string& reason) { onHealth(weak, state, reason); };
    entry->guard = std::make_shared<PluginGuard>(manifest.id, server_.clock, log_, server_.metrics, health);
    entry->context =
        std::make_unique<HostContext>(manifest.id, std::move(*settings), server_, services_, entry->guard, health);
    {
        std::lock_guard lock(mutex_);
        entry->health = HealthState::Healthy;
    }
    // What runs in the other thread has its own copies: when it hangs, the entry goes on without it.
    const auto object = std::make_shared<Plugin*>(nullptr);
    if (auto created = callBounded(entry, "constructor", options_.startTimeout,
                                   [object, descriptor = entry->descriptor] { *object = descriptor->create(); });
        !created)
        return created;
    Plugin* const plugin = entry->plugin = *object;
    setState(*entry, PluginState::Loaded);
    if (auto configured = callBounded(entry, "configure", options_.startTimeout,
                                      [plugin, context = entry->context.get()] { plugin->configure(*context); });
        !configured)
        return configured;
    setState(*entry, PluginState::Configured);
    return callBounded(entry, "start", options_.startTimeout, [plugin] { plugin->start(); });
}

Result<void> PluginHost::callBounded(const EntryPtr& entry, const char* what, std::chrono::milliseconds timeout,
                                     std::function<void()> call)
{
    // A thread of its own, because a call that hangs can only be left behind.
    auto outcome = std::make_shared<std::promise<std::string>>();
    auto future = outcome->get_future();
    auto thread = runtime::startThread("plugin-" + entry->manifest.id, [call = std::move(call), outcome, entry] {
        std::string reason;
        try {
            call();
        }
        catch (const std::exception& error) {
            reason = std::string("threw: ") + error.what();
        }
        catch (...) {
            reason = "threw something that is no std::exception";
        }
        outcome->set_value(reason);
    });
    if (future.wait_for(timeout) != std::future_status::ready) {
        thread.detach();
        entry->guard->abandon();
        entry->context->withdrawAll();
        // Whatever it still touches must stay: the object and its context are given up, not destroyed.
        entry->plugin = nullptr;
        giveUp(std::move(entry->context));
        entry->guard.reset();
        return makeError(ErrorCode::Timeout, {},
                         std::string(what) + " took longer than " + std::to_string(timeout.count()) +
                             " ms and was given up");
    }
    thread.join();
    const auto reason = future.get();
    if (reason.empty()) return {};
    return makeError(ErrorCode::Internal, {}, std::string(what) + ' ' + reason);
}

void PluginHost::takeDown(const EntryPtr& entry, PluginState next, const std::string& reason)
{
    const bool wasRunning = entry->state == PluginState::Running;
    setState(*entry, PluginState::Stopping, reason);
    takeDownDependents(*entry);
    std::erase(startOrder_, entry);
    if (entry->plugin && wasRunning) {
        const auto deadline = std::chrono::steady_clock::now() + options_.stopTimeout;
        const auto stopped = callBounded(entry, "stop", options_.stopTimeout,
                                         [plugin = entry->plugin, deadline] { plugin->stop(deadline); });
        if (!stopped)
            log_.warning("a plugin did not stop cleanly",
                         {{"plugin", entry->manifest.id}, {"reason", stopped.error().detail}});
    }
    if (entry->context) entry->context->withdrawAll();
    if (entry->guard) entry->guard->close();
    if (entry->plugin) {
        const auto destroyed = callBounded(entry, "destructor", options_.stopTimeout, [entry] {
            entry->descriptor->destroy(std::exchange(entry->plugin, nullptr));
        });
        if (!destroyed)
            log_.warning("a plugin could not be destroyed",
                         {{"plugin", entry->manifest.id}, {"reason", destroyed.error().detail}});
    }
    if (entry->context) entry->context->withdrawAll();
    entry->context.reset();
    setState(*entry, next, reason);
    if (next == PluginState::Failed)
        log_.error("a plugin failed", {{"plugin", entry->manifest.id}, {"reason", reason}});
}

void PluginHost::takeDownDependents(const Entry& entry)
{
    const auto order = startOrder_;
    for (auto other = order.rbegin(); other != order.rend(); ++other) {
        if ((*other)->state != PluginState::Running || other->get() == &entry) continue;
        for (const auto& service : (*other)->manifest.requiredServices) {
            const auto& provided = entry.manifest.providedServices;
            if (std::find(provided.begin(), provided.end(), service) == provided.end()) continue;
            takeDown(*other, PluginState::Discovered, "waits for " + service);
            break;
        }
    }
}

void PluginHost::scheduleRetry(const EntryPtr& entry, const std::string& reason)
{
    if (entry->retries >= options_.maxRetries || stopping_) {
        takeDown(entry, PluginState::Failed, reason);
        return;
    }
    takeDown(entry, PluginState::Retrying, reason);
    const auto pause = options_.firstRetry * (1 << entry->retries++);
    log_.warning("a plugin did not start and is tried again",
                 {{"plugin", entry->manifest.id}, {"reason", reason}, {"in_ms", pause.count()}});
    entry->retryTimer = server_.scheduler.after(pause, [this, weak = std::weak_ptr(entry)] {
        host_->post([this, weak] {
            const auto again = weak.lock();
            if (!again || again->state != PluginState::Retrying || stopping_) return;
            setState(*again, PluginState::Resolved);
            start(again);
            startReady();
        });
    });
}

void PluginHost::onHealth(const std::weak_ptr<Entry>& weak, HealthState state, const std::string& reason)
{
    const auto entry = weak.lock();
    if (!entry) return;
    {
        std::lock_guard lock(mutex_);
        if (entry->health == HealthState::Failed) return;
        entry->health = state;
        entry->reason = reason;
    }
    if (state != HealthState::Failed) return;
    host_->post([this, entry, reason] {
        if (entry->state == PluginState::Running) takeDown(entry, PluginState::Failed, reason);
    });
}

void PluginHost::setState(Entry& entry, PluginState state, const std::string& reason)
{
    std::lock_guard lock(mutex_);
    entry.state = state;
    entry.reason = reason;
    if (state == PluginState::Failed || state == PluginState::Rejected) entry.health = HealthState::Failed;
}

PluginHost::EntryPtr PluginHost::find(const std::string& id) const
{
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second;
}

PluginStatus PluginHost::statusOf(const Entry& entry) const
{
    const Manifest& manifest = entry.manifest;
    return {manifest.id, manifest.name, manifest.version, manifest.description,      manifest.stability,
            entry.state, entry.health,  entry.reason,     manifest.requiredServices, manifest.providedServices};
}

std::vector<PluginStatus> PluginHost::status() const
{
    std::vector<PluginStatus> all;
    std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : entries_) all.push_back(statusOf(*entry));
    return all;
}

Result<PluginStatus> PluginHost::onHostThread(const std::string& id,
                                              const std::function<Result<void>(const EntryPtr&)>& work)
{
    std::promise<Result<PluginStatus>> done;
    const bool posted = host_->post([&] {
        const auto entry = find(id);
        if (!entry) {
            done.set_value(makeError(ErrorCode::NotFound, {"Extension introuvable", "Plugin not found"}));
            return;
        }
        const auto outcome = work(entry);
        if (!outcome) {
            done.set_value(outcome.error());
            return;
        }
        std::lock_guard lock(mutex_);
        done.set_value(statusOf(*entry));
    });
    if (!posted) return makeError(ErrorCode::Unavailable);
    return done.get_future().get();
}

Result<PluginStatus> PluginHost::load(const std::string& id)
{
    if (!isPluginId(id)) return makeError(ErrorCode::InvalidArgument, {"Nom d'extension invalide", "Not a plugin id"});
    host_->post([this, id] {
        const auto known = find(id);
        const bool retry = known && (known->state == PluginState::Rejected || known->state == PluginState::Failed);
        if (known && !retry) return;
        if (retry && known->descriptor) {
            // Its code is in the process already and cannot be replaced; only starting it again makes sense.
            setState(*known, PluginState::Discovered);
            return;
        }
        {
            std::lock_guard lock(mutex_);
            entries_.erase(id);
        }
        for (const auto& folder : options_.folders)
            if (std::filesystem::exists(folder / id / "plugin.json")) {
                discoverOne(folder / id);
                break;
            }
    });
    return onHostThread(id, [this](const EntryPtr&) -> Result<void> {
        startReady();
        return {};
    });
}

Result<PluginStatus> PluginHost::enable(const std::string& id)
{
    return onHostThread(id, [this, id](const EntryPtr& entry) -> Result<void> {
        disabled_.erase(id);
        writeDisabled();
        if (entry->state == PluginState::Disabled || entry->state == PluginState::Failed ||
            entry->state == PluginState::Stopped)
            setState(*entry, PluginState::Discovered);
        startReady();
        return {};
    });
}

Result<PluginStatus> PluginHost::disable(const std::string& id)
{
    return onHostThread(id, [this, id](const EntryPtr& entry) -> Result<void> {
        if (entry->state == PluginState::Rejected)
            return makeError(ErrorCode::Conflict, {"Cette extension n'est pas chargée", "This plugin is not loaded"});
        disabled_.insert(id);
        writeDisabled();
        if (hasObject(entry->state)) takeDown(entry, PluginState::Disabled, "");
        else setState(*entry, PluginState::Disabled);
        return {};
    });
}

void PluginHost::readDisabled()
{
    std::ifstream file(server_.dataFolder / "disabled_plugins");
    for (std::string id; std::getline(file, id);)
        if (isPluginId(id)) disabled_.insert(id);
}

void PluginHost::writeDisabled() const
{
    const auto path = server_.dataFolder / "disabled_plugins";
    const auto draft = server_.dataFolder / "disabled_plugins.new";
    {
        std::ofstream file(draft, std::ios::trunc);
        for (const auto& id : disabled_) file << id << '\n';
    }
    std::filesystem::rename(draft, path);
}

} // namespace atrium::plugins
