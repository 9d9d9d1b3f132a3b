#include "alert_feed.h"

#include "atrium/json.h"

namespace atrium::security {

namespace {
constexpr const char* readPermission = "security.read";
}

void AlertFeed::changed(AlertChange change, const Alert& alert)
{
    const auto view = toView(alert);
    realtime_.publish(
        {"alerts", Object{{"type", "alert"}, {"change", toString(change)}, {"alert", view}}, readPermission});
    if (change == AlertChange::Raised)
        realtime_.publish({"notifications",
                           Object{{"type", "notification"},
                                  {"message", *view.find("message")},
                                  {"timestamp", *view.find("timestamp")},
                                  {"severity", *view.find("severity")},
                                  {"alertId", alert.id.value}},
                           readPermission});
    // Refused when the house is overloaded: rules and the broker's clients miss this one, the table has it.
    core_.post([this, change, alert, view] {
        const std::string name = std::string("alert.") + toString(change);
        auto cause = alert.report.cause;
        ++cause.hops;
        automation_.raiseEvent(name, view, cause);
        if (name.size() + alert.report.key.size() < 100)
            automation_.raiseEvent(name + ':' + alert.report.key, view, cause);
        if (change != AlertChange::Repeated)
            // Lost when the outbox is full: clients read the list when they connect.
            (void)mqtt_.publish({prefix_ + "/alerts/" + std::to_string(alert.id.value), toJson(view), 1, false});
    });
}

void AlertFeed::changed(const Sensor& sensor)
{
    realtime_.publish({"sensors",
                       Object{{"type", "sensor_update"}, {"sensor", toView(sensor)}},
                       readPermission,
                       {},
                       "sensor:" + std::to_string(sensor.id.value)});
}

} // namespace atrium::security
