#pragma once

#include "app/configuration.h"
#include "app/installation.h"
#include "automation/automation_service.h"
#include "http/config.h"
#include "mqtt/managed_broker.h"
#include "observability/logging.h"
#include "plugins/plugin_host.h"
#include "realtime/realtime_config.h"
#include "storage/history_writer.h"

#include <filesystem>

namespace atrium::app {

// What each part wants to know, from the keys of the configuration. Each throws ConfigurationError where a value that
// is text to the configuration turns out to be no URL, level or time zone.

observability::LogFormat logFormat(const Configuration& configuration);
/// Sets the levels of single components.
void applyLogLevels(const Configuration& configuration, observability::Logging& logging);
storage::HistoryOptions historyOptions(const Configuration& configuration,
                                       std::function<std::vector<storage::HistorySample>(DeviceId)> lastValuesOf);
mqtt::ManagedBrokerOptions brokerOptions(const Configuration& configuration, const std::filesystem::path& dataFolder);
mqtt::BrokerAddress externalBroker(const Configuration& configuration);
automation::AutomationOptions automationOptions(const Configuration& configuration, const Installation& installation,
                                                const std::filesystem::path& dataFolder);
realtime::RealtimeConfig realtimeConfig(const Configuration& configuration);
http::HttpConfig httpConfig(const Configuration& configuration, const Installation& installation);
plugins::PluginHostOptions pluginHostOptions(const Configuration& configuration, const Installation& installation,
                                             const std::filesystem::path& dataFolder);
/// A setting of a plugin: its own key, or the server's key that stands for it (`admin.email` for the auth plugin).
std::optional<std::string> pluginSetting(const Configuration& configuration, const std::string& key);

} // namespace atrium::app
