#pragma once

#include "atrium/database.h"
#include "atrium/health.h"
#include "atrium/plugin_context.h"
#include "testing/fake_automation.h"
#include "testing/fake_commands.h"
#include "testing/fake_devices.h"
#include "testing/fake_history.h"
#include "testing/fake_http.h"
#include "testing/fake_mqtt.h"
#include "testing/fake_realtime.h"
#include "testing/fake_scheduler.h"
#include "testing/fake_services.h"
#include "testing/fake_settings.h"
#include "testing/immediate_executor.h"
#include "testing/manual_clock.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <filesystem>
#include <stdexcept>

namespace atrium::testing {

/// The last health that a plugin reported. Thread: any.
class FakeHealth : public Health {
public:
    void report(HealthState state, std::string reason) override
    {
        std::lock_guard lock(mutex_);
        state_ = state;
        reason_ = std::move(reason);
    }
    HealthState state() const
    {
        std::lock_guard lock(mutex_);
        return state_;
    }
    std::string reason() const
    {
        std::lock_guard lock(mutex_);
        return reason_;
    }

private:
    mutable std::mutex mutex_;
    HealthState state_ = HealthState::Healthy;
    std::string reason_;
};

/// Everything that a plugin gets from the server, in memory and under the test's control: time stands still, tasks run
/// at once, routes, messages and commands are captured. The database is the one given by the test (TempDatabase).
/// Declare it before the plugin object, so that it lives longer.
class FakePluginContext : public PluginContext {
public:
    /// `dataFolder` is made on first use.
    FakePluginContext(std::string pluginId, std::filesystem::path dataFolder)
        : pluginId_(std::move(pluginId)), dataFolder_(std::move(dataFolder))
    {}
    FakePluginContext(std::string pluginId, std::filesystem::path dataFolder, Database& database)
        : FakePluginContext(std::move(pluginId), std::move(dataFolder))
    {
        database_ = &database;
    }

    const std::string& pluginId() const override { return pluginId_; }
    FakeAutomation& automation() override { return automation_; }
    const ManualClock& clock() const override { return clock_; }
    FakeCommands& commands() override { return commands_; }
    Database& database() override
    {
        if (!database_) throw std::logic_error("this test gave the plugin no database");
        return *database_;
    }
    FakeDevices& devices() override { return devices_; }
    FakeHealth& health() override { return health_; }
    FakeHistory& history() { return history_; }
    const FakeHistory& history() const override { return history_; }
    FakeHttp& http() override { return http_; }
    RecordingLog& log() override { return log_; }
    MemoryMetrics& metrics() override { return metrics_; }
    FakeMqtt& mqtt() override { return mqtt_; }
    FakeRealtime& realtime() override { return realtime_; }
    FakeScheduler& scheduler() override { return scheduler_; }
    FakeServices& services() override { return services_; }
    FakeSettings& settings() { return settings_; }
    const FakeSettings& settings() const override { return settings_; }
    Executor& core() override { return executor_; }
    Executor& workers() override { return executor_; }
    std::string dataFolder() override
    {
        std::filesystem::create_directories(dataFolder_);
        return dataFolder_.string();
    }

    /// Time passes; timers that are due run.
    void advance(std::chrono::microseconds duration) { scheduler_.advance(duration); }

private:
    const std::string pluginId_;
    const std::filesystem::path dataFolder_;
    Database* database_ = nullptr;
    ManualClock clock_;
    FakeAutomation automation_;
    FakeDevices devices_{clock_};
    FakeCommands commands_{devices_};
    FakeHealth health_;
    FakeHistory history_;
    FakeHttp http_;
    RecordingLog log_;
    MemoryMetrics metrics_;
    FakeMqtt mqtt_{clock_};
    FakeRealtime realtime_;
    FakeScheduler scheduler_{clock_};
    FakeServices services_;
    FakeSettings settings_;
    ImmediateExecutor executor_;
};

} // namespace atrium::testing
