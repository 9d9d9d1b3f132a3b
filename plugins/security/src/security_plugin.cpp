#include "security_plugin.h"

#include "alert_feed.h"
#include "alert_module.h"
#include "security_api.h"

#include "atrium/mqtt.h"
#include "atrium/plugin_context.h"
#include "atrium/scheduler.h"
#include "atrium/services.h"
#include "atrium/settings.h"

namespace atrium::security {

namespace {
constexpr std::chrono::seconds tickPeriod{1};
constexpr std::chrono::hours prunePeriod{6};
} // namespace

/// In the order of their dependence; destroyed in reverse.
struct SecurityPlugin::Parts {
    explicit Parts(PluginContext& context)
        : sensorRepository(context.database()), alertRepository(context.database()),
          feed(context.realtime(), context.automation(), context.mqtt(), context.core(),
               context.settings().text("topicPrefix")),
          alerts(alertRepository,
                 {context.clock(), context.devices(), context.workers(), context.log(), context.metrics()},
                 [this](AlertChange change, const Alert& alert) { feed.changed(change, alert); }),
          sensors(sensorRepository, alerts, {context.clock(), context.workers(), context.log(), context.metrics()},
                  [this](const Sensor& sensor) { feed.changed(sensor); }),
          api(sensors, alerts, alertRepository)
    {}

    SensorRepository sensorRepository;
    AlertRepository alertRepository;
    AlertFeed feed;
    AlertBook alerts;
    SensorBook sensors;
    SecurityApi api;
};

void SecurityPlugin::configure(PluginContext& context)
{
    context_ = &context;
    parts_ = std::make_shared<Parts>(context);
    const auto prefix = context.settings().text("topicPrefix");
    parts_->api.registerRoutes(context.http(), registrations_);
    // The service shares ownership: another plugin may hold it longer than this one runs.
    registrations_ +=
        context.services().provide<Alerts>(std::shared_ptr<Alerts>(parts_, static_cast<Alerts*>(&parts_->alerts)));
    registrations_ += context.automation().addModule(alertModule(parts_->alerts, context.scheduler()));
    registrations_ += context.mqtt().subscribe(prefix + "/sensors/+/data", [this, prefix](const MqttMessage& message) {
        parts_->sensors.takeReading(sensorOfTopic(prefix, message.topic), message.payload, message.receivedAt);
    });
    registrations_ += context.scheduler().every(tickPeriod, [this] {
        parts_->alerts.tick();
        parts_->sensors.tick();
    });
    const std::chrono::hours keep{24 * context.settings().integer("keepDays")};
    registrations_ += context.scheduler().every(prunePeriod, [this, keep] {
        context_->workers().post(
            [parts = parts_, before = context_->clock().now() - keep] { parts->alertRepository.prune(before); });
    });
}

void SecurityPlugin::start()
{
    parts_->sensors.restore();
    if (!context_->settings().boolean("demo") || !parts_->sensors.list().empty()) return;
    for (const auto& [name, type, location] : {std::tuple{"Mouvement entrée", "motion", "Entrée"},
                                               {"Fumée cuisine", "smoke", "Cuisine"},
                                               {"Feu garage", "fire", "Garage"},
                                               {"Fuite salle de bain", "water", "Salle de bain"}})
        parts_->sensors.add(name, type, location);
}

void SecurityPlugin::stop(SteadyTime)
{
    parts_->alerts.flush();
    parts_->sensors.flush();
}

} // namespace atrium::security

ATRIUM_PLUGIN(atrium::security::SecurityPlugin, "security", "1.0.0")
