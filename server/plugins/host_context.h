#pragma once

#include "atrium/plugin_context.h"
#include "plugins/plugin_guard.h"
#include "plugins/plugin_settings.h"
#include "plugins/registration_list.h"
#include "plugins/server_services.h"
#include "plugins/service_registry.h"

#include <memory>

namespace atrium::plugins {

/// The PluginContext of one plugin: the server's services with every handler guarded and every registration recorded.
class HostContext : public PluginContext {
public:
    HostContext(std::string pluginId, PluginSettings settings, const ServerServices& server, ServiceRegistry& services,
                std::shared_ptr<PluginGuard> guard, std::function<void(HealthState, std::string)> onHealth);
    ~HostContext() override;

    const std::string& pluginId() const override { return pluginId_; }
    Automation& automation() override;
    const Clock& clock() const override { return server_.clock; }
    Commands& commands() override;
    Database& database() override { return server_.database; }
    Devices& devices() override;
    Health& health() override;
    const History& history() const override { return server_.history; }
    Http& http() override;
    Log& log() override { return log_; }
    Metrics& metrics() override { return server_.metrics; }
    Mqtt& mqtt() override;
    Realtime& realtime() override;
    Scheduler& scheduler() override;
    Services& services() override;
    const Settings& settings() const override { return settings_; }
    Executor& core() override;
    Executor& workers() override;
    std::string dataFolder() override;

    /// Withdraws everything that the plugin registered.
    void withdrawAll() { registrations_.clear(); }

private:
    struct Facades;

    const std::string pluginId_;
    const PluginSettings settings_;
    const ServerServices& server_;
    Log& log_;
    RegistrationList registrations_;
    std::unique_ptr<Facades> facades_;
};

} // namespace atrium::plugins
