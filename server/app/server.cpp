#include "app/server.h"

#include "app/admin_api.h"
#include "app/build_info.h"
#include "app/control_token.h"
#include "app/data_folder.h"
#include "app/installation.h"
#include "app/part_options.h"
#include "app/service_manager.h"
#include "commands/command_dispatcher.h"
#include "commands/command_store.h"
#include "http/http_server.h"
#include "mqtt/managed_broker.h"
#include "mqtt/mqtt_service.h"
#include "observability/health_board.h"
#include "observability/logging.h"
#include "observability/metrics_registry.h"
#include "plugins/plugin_api.h"
#include "plugins/plugin_host.h"
#include "realtime/realtime_hub.h"
#include "runtime/core_loop.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "state/device_registry.h"
#include "storage/history_api.h"
#include "storage/history_reader.h"
#include "storage/history_recorder.h"
#include "storage/history_writer.h"
#include "storage/migration_runner.h"
#include "storage/sql_database.h"

#include <fstream>

namespace atrium::app {

namespace {

using namespace std::chrono_literals;

constexpr auto unsentCommandLife = 1h;
constexpr auto healthPeriod = 5s;

/// Where scripts and people find the running server: `http=` and `mqtt=` lines in `addresses`.
void writeAddresses(const std::filesystem::path& dataFolder, const std::vector<std::uint16_t>& ports,
                    const std::string& broker)
{
    const auto draft = dataFolder / "addresses.new";
    {
        std::ofstream file(draft, std::ios::trunc);
        for (const auto port : ports) file << "http=http://localhost:" << port << '\n';
        file << "mqtt=" << broker << '\n';
    }
    std::filesystem::rename(draft, dataFolder / "addresses");
}

} // namespace

const char* const Server::version = ATRIUM_VERSION;

/// All parts. Members are in the order in which they need each other, so that destruction runs backwards.
struct Server::Parts {
    explicit Parts(const Configuration& settings);

    Result<Principal> authenticate(std::string_view token) const;
    void startBroker();
    void watchHealth();
    void start();
    void stop();

    const Configuration configuration;
    const Installation installation = Installation::find();
    const DataFolder folder;
    observability::Logging logging;
    observability::MetricsRegistry metrics;
    observability::HealthBoard health;
    Log& log;
    const ControlToken controlToken;
    const runtime::SystemClock clock;

    runtime::CoreLoop core;
    runtime::WorkerPool workers;

    storage::SqlDatabase database;
    storage::MigrationRunner migrations;
    storage::AttributeNames attributeNames;
    storage::HistoryWriter historyWriter;
    storage::HistoryReader historyReader;

    state::DeviceRegistry devices;
    storage::HistoryRecorder historyRecorder;

    std::unique_ptr<mqtt::ManagedBroker> broker;
    const mqtt::BrokerAddress brokerAddress;
    mqtt::MqttService mqtt;
    commands::CommandStore commandStore;
    commands::CommandDispatcher commandDispatcher;

    plugins::ServiceRegistry services;
    const std::shared_ptr<plugins::ManifestPermissionCatalog> permissions =
        std::make_shared<plugins::ManifestPermissionCatalog>();
    Subscription permissionService;

    http::HttpServer http;
    realtime::RealtimeHub realtime;

    plugins::ServerServices pluginServices;
    plugins::PluginHost pluginHost;

    storage::HistoryApi historyApi;
    plugins::PluginApi pluginApi;
    AdminApi adminApi;
    ServiceManager serviceManager;
    Subscription healthTimer;
    std::atomic<bool> healthCheckRuns{false};
    bool stopped = false;
};

Server::Parts::Parts(const Configuration& settings)
    : configuration(settings), folder(configuration.text("data.dir")),
      logging(logFormat(configuration), *observability::parseLogLevel(configuration.text("log.level"))),
      log(logging.component("server")), controlToken(folder.path()),
      core(clock,
           [this](const std::string& what) {
               log.error("a task on core failed", {{"reason", what}});
           }),
      workers("work", static_cast<std::size_t>(configuration.integer("http.workers")), 256,
              [this](const std::string& what) {
                  log.error("a task on the pool failed", {{"reason", what}});
              }),
      database(storage::parseDatabaseUrl(configuration.text("database.url"), folder.path().string()),
               {[this] { return !core.isCurrent(); }}),
      migrations(database, clock), historyWriter(database, attributeNames, clock, logging.component("history"), metrics,
                                                 historyOptions(configuration)),
      historyReader(database, attributeNames), devices(clock, core, core, metrics),
      historyRecorder(devices, core, attributeNames, historyWriter),
      broker(configuration.text("mqtt.url").empty()
                 ? std::make_unique<mqtt::ManagedBroker>(brokerOptions(configuration, folder.path()),
                                                         logging.component("broker"))
                 : nullptr),
      brokerAddress(broker ? broker->address() : externalBroker(configuration)),
      mqtt(brokerAddress, configuration.text("mqtt.client.id"), core, logging.component("mqtt"), metrics),
      commandStore(database, workers, clock, logging.component("commands"), metrics),
      commandDispatcher(devices, mqtt, commandStore, core, clock, logging.component("commands"), metrics),
      http(httpConfig(configuration, installation), {clock, workers, metrics, logging.component("http"),
                                                     [this](std::string_view token) { return authenticate(token); },
                                                     [open = configuration.boolean("home.open")] { return open; }}),
      realtime(realtimeOptions(configuration), {clock, metrics, logging.component("realtime"),
                                                [this](std::string_view token) { return authenticate(token); }}),
      pluginServices{realtime,
                     clock,
                     commandDispatcher,
                     database,
                     devices,
                     http.routes(),
                     metrics,
                     mqtt,
                     realtime,
                     core,
                     core,
                     workers,
                     [this](const std::string& name) -> Log& { return logging.component(name); },
                     [this](const std::string& owner, const std::filesystem::path& scripts) {
                         migrations.migrate(owner, scripts);
                     },
                     folder.path()},
      pluginHost(pluginHostOptions(configuration, installation, folder.path()), pluginServices, services, *permissions,
                 [this](const std::string& key) { return pluginSetting(configuration, key); }),
      historyApi(historyReader, devices, clock, http.routes()), pluginApi(pluginHost, http.routes()),
      adminApi({clock, logging, metrics, health,
                [this] { health.set("mqtt", mqtt.connected() ? HealthState::Healthy : HealthState::Degraded); }},
               http.routes()),
      serviceManager(core)
{}

} // namespace atrium::app
