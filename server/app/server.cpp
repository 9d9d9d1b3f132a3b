#include "app/server.h"

#include "app/admin_api.h"
#include "app/build_info.h"
#include "app/control_token.h"
#include "app/data_folder.h"
#include "app/history_replay.h"
#include "app/installation.h"
#include "app/part_options.h"
#include "app/service_manager.h"
#include "automation/automation_api.h"
#include "automation/automation_service.h"
#include "automation/blueprints/blueprint_api.h"
#include "automation/hook_api.h"
#include "automation/house_api.h"
#include "automation/simulation/simulation_api.h"
#include "automation/sql_journal_store.h"
#include "automation/version_api.h"
#include "automation/why_api.h"
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
#include "runtime/heap_keeper.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "state/device_registry.h"
#include "storage/history_api.h"
#include "storage/history_reader.h"
#include "storage/history_recorder.h"
#include "storage/history_writer.h"
#include "storage/migration_runner.h"
#include "storage/recorded_samples.h"
#include "storage/sql_database.h"

#include <fstream>

namespace atrium::app {

namespace {

using namespace std::chrono_literals;

constexpr auto unsentCommandLife = 1h;
constexpr auto healthPeriod = 5s;
// Together well below the ten seconds that a service manager gives us.
constexpr auto requestPatience = 2s;
constexpr auto brokerPatience = 1s;
constexpr auto rulePatience = 3s;

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

/// A connection that HTTP has upgraded, as the hub wants it.
realtime::IncomingClient toIncomingClient(http::UpgradedConnection connection)
{
    const auto value = [](const auto& pairs, std::string_view name) -> std::string {
        for (const auto& [key, text] : pairs)
            if (key == name) return text;
        return {};
    };
    constexpr std::string_view bearer = "Bearer ";
    const auto authorization = value(connection.headers, "authorization");
    realtime::IncomingClient client;
    client.descriptor = connection.descriptor;
    client.token =
        authorization.starts_with(bearer) ? authorization.substr(bearer.size()) : value(connection.query, "token");
    client.origin = value(connection.headers, "origin");
    client.host = value(connection.headers, "host");
    client.leftover = std::move(connection.leftover);
    return client;
}

} // namespace

const char* const Server::version = ATRIUM_VERSION;

/// All parts. Members are in the order in which they need each other, so that destruction runs backwards.
struct Server::Parts {
    explicit Parts(const Configuration& settings);

    Result<Principal> authenticate(std::string_view token) const;
    void audit(AuditEntry entry) const;
    void restoreState();
    std::vector<storage::HistorySample> lastValues(DeviceId id);
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
    storage::RecordedSamples recordedSamples;

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
    Subscription brokerService;

    http::HttpServer http;
    realtime::RealtimeHub realtime;
    Subscription webSocketPath;

    HistoryReplay historyReplay;
    automation::AutomationService automation;
    plugins::ServerServices pluginServices;
    plugins::PluginHost pluginHost;

    storage::HistoryApi historyApi;
    automation::AutomationApi automationApi;
    automation::HouseApi houseApi;
    automation::HookApi hookApi;
    automation::WhyApi whyApi;
    automation::VersionApi versionApi;
    automation::BlueprintShelf blueprints;
    automation::BlueprintApi blueprintApi;
    automation::Simulator simulator;
    automation::SimulationApi simulationApi;
    plugins::PluginApi pluginApi;
    AdminApi adminApi;
    ServiceManager serviceManager;
    runtime::HeapKeeper heapKeeper;
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
      migrations(database, clock),
      historyWriter(database, attributeNames, clock, logging.component("history"), metrics,
                    historyOptions(configuration, [this](DeviceId id) { return lastValues(id); })),
      historyReader(database, attributeNames), recordedSamples(historyReader), devices(clock, core, core, metrics),
      historyRecorder(devices, core, clock, attributeNames, historyWriter),
      broker(configuration.text("mqtt.url").empty()
                 ? std::make_unique<mqtt::ManagedBroker>(brokerOptions(configuration, folder.path()),
                                                         logging.component("broker"))
                 : nullptr),
      brokerAddress(broker ? broker->address() : externalBroker(configuration)),
      mqtt(brokerAddress, configuration.text("mqtt.client.id"), core, logging.component("mqtt"), metrics),
      commandStore(database, workers, clock, logging.component("commands"), metrics),
      commandDispatcher(devices, mqtt, commandStore, core, core, clock, logging.component("commands"), metrics),
      http(httpConfig(configuration, installation), {clock, workers, metrics, logging.component("http"),
                                                     [this](std::string_view token) { return authenticate(token); },
                                                     [open = configuration.boolean("home.open")] { return open; },
                                                     [this](AuditEntry entry) { audit(std::move(entry)); }}),
      realtime(realtimeConfig(configuration), {clock, metrics, logging.component("realtime"),
                                               [this](std::string_view token) { return authenticate(token); }}),
      historyReplay(historyReader), automation(automationOptions(configuration, installation, folder.path()),
                                               {core, workers, core, clock, devices, commandDispatcher, mqtt, realtime,
                                                logging.component("automation"), metrics,
                                                [this] { return services.find<Accounts>(); }, historyReplay},
                                               std::make_shared<automation::SqlJournalStore>(database)),
      pluginServices{automation,
                     clock,
                     commandDispatcher,
                     database,
                     devices,
                     recordedSamples,
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
      historyApi(historyReader, devices, clock, http.routes()), automationApi(automation, core, http.routes()),
      houseApi(automation, core, http.routes()), hookApi(automation, core, http.routes()),
      whyApi(automation, core, http.routes()), versionApi(automation, core, http.routes()),
      blueprints(automation, database, devices, clock, core, workers, logging.component("automation")),
      blueprintApi(blueprints, automation, core, http.routes()),
      simulator(automation, core, clock, devices, historyReplay, logging.component("automation"), metrics),
      simulationApi(simulator, automation, core, http.routes()), pluginApi(pluginHost, http.routes()),
      adminApi({clock, logging, metrics, health,
                [this] { health.set("mqtt", mqtt.connected() ? HealthState::Healthy : HealthState::Degraded); }},
               http.routes()),
      serviceManager(core), heapKeeper(core, workers)
{}

Result<Principal> Server::Parts::authenticate(std::string_view token) const
{
    if (controlToken.matches(token)) {
        Principal administrator;
        administrator.user = UserId(-1);
        administrator.name = "atriumctl";
        administrator.role = Role::SuperAdmin;
        administrator.permissions = permissions->permissionsOf(Role::SuperAdmin);
        return administrator;
    }
    const auto authenticator = services.find<Authenticator>();
    if (!authenticator)
        return makeError(ErrorCode::Unauthenticated, {"Token invalide", "Invalid token"}, "no plugin knows accounts");
    return authenticator->authenticate(token);
}

void Server::Parts::audit(AuditEntry entry) const
{
    if (const auto log = services.find<Audit>()) log->record(std::move(entry));
}

std::vector<storage::HistorySample> Server::Parts::lastValues(DeviceId id)
{
    const auto device = devices.find(id);
    return device ? storage::lastValuesOf(*device, attributeNames) : std::vector<storage::HistorySample>{};
}

void Server::Parts::restoreState()
{
    migrations.migrate("core", installation.migrations);
    attributeNames.load(database);
    state::RestoredState restored;
    for (auto& value : historyReader.lastValues())
        restored[value.device][value.attribute] = {std::move(value.value), value.changedAt, value.reportedAt, {}};
    // What a command assumed and no report has contradicted since is as much part of the state.
    for (const auto& command : commandStore.lastAssumed())
        for (const auto& [attribute, value] : command.values) {
            auto& last = restored[command.device][attribute];
            if (command.at <= last.reportedAt) continue;
            DesiredValue desired{value, std::move(last.value), command.at};
            last = {value, command.at, last.reportedAt, std::move(desired)};
        }
    devices.restore(std::move(restored));
}

void Server::Parts::watchHealth()
{
    mqtt.onConnection([this](bool connected) {
        health.set("mqtt", connected ? HealthState::Healthy : HealthState::Degraded,
                   connected ? "" : "the broker is away");
    });
    health.set("database", HealthState::Healthy);
    // A look at the database may block: it happens on a worker, one at a time.
    healthTimer = core.every(healthPeriod, [this] {
        if (healthCheckRuns.exchange(true)) return;
        const bool posted = workers.post([this] {
            const bool answers = database.answers();
            health.set("database", answers ? HealthState::Healthy : HealthState::Failed,
                       answers ? "" : "it does not answer");
            healthCheckRuns = false;
        });
        if (!posted) healthCheckRuns = false;
    });
    metrics.gaugeFunction("atrium_queue_depth", "Tasks or messages that wait", {{"queue", "core"}},
                          [this] { return static_cast<double>(core.queued()); });
    metrics.gaugeFunction("atrium_queue_depth", "Tasks or messages that wait", {{"queue", "work"}},
                          [this] { return static_cast<double>(workers.queued()); });
    metrics.gaugeFunction("atrium_devices", "Known devices", {},
                          [this] { return static_cast<double>(devices.page(0, 0).total); });
    metrics.gauge("atrium_build_info", "Always 1", {{"version", ATRIUM_VERSION}}).set(1);
}

void Server::Parts::start()
{
    applyLogLevels(configuration, logging);
    restoreState();
    permissions->declare(plugins::PluginApi::permissions());
    permissions->declare(AdminApi::permissions());
    permissions->declare(automation::AutomationApi::permissions());
    permissions->declare(automation::HouseApi::permissions());
    permissionService = services.provide<PermissionCatalog>(permissions);
    // The broker is a part of the server and outlives whoever finds the service.
    if (broker)
        brokerService = services.provide<BrokerAccounts>(std::shared_ptr<BrokerAccounts>(broker.get(), [](auto*) {}));

    historyWriter.start();
    // Before anybody sends commands: what runs do again after a crash is known here, and nothing of it is "unsent".
    const auto unsent = commandStore.loadUnsent(unsentCommandLife);
    commandDispatcher.recall(
        commandStore.recentKeys(commands::CommandDispatcher::keyLifetime, commands::CommandDispatcher::keyLimit));
    core.start();
    if (broker) broker->start();
    watchHealth();
    pluginHost.startAll();
    automation.start();
    blueprints.start();
    // Plugins and automations have subscribed: nothing that waits at the broker is missed. Then whoever waits for
    // commands gets them.
    mqtt.start();
    core.runAndWait([&] { commandDispatcher.resend(unsent); });
    realtime.start();
    webSocketPath = http.upgrades().onUpgrade("/ws", [this](http::UpgradedConnection connection) {
        realtime.accept(toIncomingClient(std::move(connection)));
    });
    http.start();
    writeAddresses(folder.path(), http.ports(), (broker ? broker->networkAddress() : brokerAddress).display());
    serviceManager.ready();
    for (const auto port : http.ports()) log.info("ready", {{"url", "http://localhost:" + std::to_string(port)}});
}

void Server::Parts::stop()
{
    if (std::exchange(stopped, true)) return;
    log.info("stopping");
    serviceManager.stopping();
    http.stop(requestPatience);
    webSocketPath.reset();
    realtime.stop();
    simulator.stop();
    automation.sayGoodbye(rulePatience);
    automation.stop();
    pluginHost.stopAll();
    mqtt.stop(brokerPatience);
    core.runAndWait([this] { historyRecorder.flush(); });
    healthTimer.reset();
    core.stop();
    commandStore.flush();
    workers.stop();
    historyWriter.stop();
    if (broker) broker->stop();
    log.info("stopped");
}

Server::Server(const Configuration& configuration) : parts_(std::make_unique<Parts>(configuration)) {}

Server::~Server()
{
    if (parts_) parts_->stop();
}

void Server::start() { parts_->start(); }

void Server::stop() { parts_->stop(); }

void Server::setTracing(automation::Tracing tracing)
{
    parts_->core.runAndWait([&] { parts_->automation.engine().setTracing(tracing); });
}

} // namespace atrium::app
