#pragma once

#include "plugins/host_context.h"
#include "plugins/manifest.h"
#include "plugins/permission_catalog.h"
#include "plugins/plugin_module.h"
#include "plugins/server_services.h"
#include "plugins/service_registry.h"
#include "runtime/worker_pool.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace atrium::plugins {

enum class PluginState {
    Discovered,
    Resolved,
    Loaded,
    Configured,
    Running,
    Stopping,
    Stopped,
    Disabled, ///< by an administrator; stays so after a restart
    Rejected, ///< its files or its library do not fit; nothing of it runs
    Failed,   ///< it threw, hung, or failed too often
    Retrying, ///< its start failed and will be tried again
};

const char* toString(PluginState state);

/// What people see of a plugin.
struct PluginStatus {
    std::string id;
    Text name;
    std::string version;
    std::string description;
    std::string stability;
    PluginState state = PluginState::Discovered;
    HealthState health = HealthState::Healthy;
    std::string reason;
    std::vector<std::string> requiredServices;
    std::vector<std::string> providedServices;
};

struct PluginHostOptions {
    std::vector<std::filesystem::path> folders; ///< searched in this order; the first of two equal ids wins
    std::filesystem::path probe;                ///< the program atrium-plugin-probe
    std::chrono::milliseconds probeTimeout{5'000};
    std::chrono::milliseconds startTimeout{10'000};
    std::chrono::milliseconds stopTimeout{3'000};
    std::chrono::milliseconds firstRetry{1'000}; ///< doubled each time
    int maxRetries = 5;
};

/// Finds, checks, loads, starts and stops plugins. Whatever one of them does, the others and the server go on; those
/// that require a service of a plugin that ended are stopped with it. Thread: its own, `host`, for all lifecycle work.
class PluginHost {
public:
    PluginHost(PluginHostOptions options, const ServerServices& server, ServiceRegistry& services,
               ManifestPermissionCatalog& permissions, ConfigurationLookup configuration);
    ~PluginHost();

    /// Discovers and starts all plugins that are not disabled; returns when each is running, failed or waiting for a
    /// retry.
    void startAll();
    /// Stops all plugins in reverse order of start.
    void stopAll();

    std::vector<PluginStatus> status() const;

    /// Each waits for the host thread. Errors: NotFound, Conflict with the reason. Thread: any that may block.
    Result<PluginStatus> load(const std::string& id);
    Result<PluginStatus> enable(const std::string& id);
    Result<PluginStatus> disable(const std::string& id);

private:
    struct Entry;
    using EntryPtr = std::shared_ptr<Entry>;

    void discover();
    bool discoverOne(const std::filesystem::path& folder);
    void startReady();
    bool dependenciesMet(const Entry& entry) const;
    void start(const EntryPtr& entry);
    Result<void> bringUp(const EntryPtr& entry);
    Result<void> callBounded(const EntryPtr& entry, const char* what, std::chrono::milliseconds timeout,
                             std::function<void()> call);
    void takeDown(const EntryPtr& entry, PluginState next, const std::string& reason);
    void takeDownDependents(const Entry& entry);
    void scheduleRetry(const EntryPtr& entry, const std::string& reason);
    void onHealth(const std::weak_ptr<Entry>& weak, HealthState state, const std::string& reason);
    void setState(Entry& entry, PluginState state, const std::string& reason = {});
    Result<PluginStatus> onHostThread(const std::string& id, const std::function<Result<void>(const EntryPtr&)>& work);
    PluginStatus statusOf(const Entry& entry) const;
    EntryPtr find(const std::string& id) const;
    void readDisabled();
    void writeDisabled() const;

    const PluginHostOptions options_;
    const ServerServices& server_;
    ServiceRegistry& services_;
    ManifestPermissionCatalog& permissions_;
    ConfigurationLookup configuration_;
    Log& log_;

    mutable std::mutex mutex_; ///< guards entries_ and what PluginStatus shows
    std::map<std::string, EntryPtr> entries_;
    std::vector<EntryPtr> startOrder_; // host thread
    std::set<std::string> disabled_;   // host thread
    std::atomic<bool> stopping_{false};
    std::unique_ptr<runtime::WorkerPool> host_;
};

} // namespace atrium::plugins
