#include "sensor_book.h"

namespace atrium::security {

namespace {

std::string keyOf(const Sensor& sensor) { return "sensor:" + std::to_string(sensor.id.value); }

} // namespace

SensorBook::SensorBook(SensorRepository& repository, AlertBook& alerts, Services services, OnChange onChange)
    : repository_(repository), alerts_(alerts), services_(services), onChange_(std::move(onChange)),
      badReadings_(services.metrics.counter("atrium_sensor_bad_readings_total",
                                            "Messages of sensors that could not be read or are of unknown sensors"))
{}

void SensorBook::restore()
{
    const auto sensors = repository_.loadAll();
    std::lock_guard lock(mutex_);
    for (const auto& sensor : sensors) sensors_.emplace(sensor.id, sensor);
}

Sensor SensorBook::add(std::string name, std::string type, std::string location)
{
    Sensor sensor;
    sensor.name = std::move(name);
    sensor.type = std::move(type);
    sensor.location = std::move(location);
    sensor.createdAt = services_.clock.now();
    sensor.id = repository_.add(sensor);
    {
        std::lock_guard lock(mutex_);
        sensors_.emplace(sensor.id, sensor);
    }
    onChange_(sensor);
    return sensor;
}

Result<Sensor> SensorBook::setState(SensorId id, SensorState state)
{
    {
        std::lock_guard lock(mutex_);
        if (!sensors_.contains(id)) return makeError(ErrorCode::NotFound, {"Capteur non trouvé", "Sensor not found"});
    }
    repository_.setState(id, state);
    std::unique_lock lock(mutex_);
    auto& sensor = sensors_.at(id);
    sensor.state = state;
    const Sensor copy = sensor;
    lock.unlock();
    onChange_(copy);
    return copy;
}

void SensorBook::takeReading(SensorId id, std::string_view payload, UtcTime at)
{
    std::unique_lock lock(mutex_);
    const auto found = sensors_.find(id);
    if (found == sensors_.end()) {
        lock.unlock();
        badReadings_.add();
        services_.log.debug("a reading of an unknown sensor", {{"sensor", id.value}});
        return;
    }
    Sensor& sensor = found->second;
    const auto reading = decodeReading(payload, sensor.type);
    if (!reading) {
        lock.unlock();
        badReadings_.add();
        services_.log.warning("a reading that cannot be read",
                              {{"sensor", id.value}, {"reason", reading.error().message.en}});
        return;
    }
    const bool wasTriggered = sensor.triggered;
    const auto battery = sensor.battery;
    if (reading->battery) sensor.battery = reading->battery;
    if (reading->triggered) sensor.triggered = *reading->triggered;
    const bool rises = sensor.triggered && !wasTriggered;
    if (rises) sensor.lastTrigger = at;
    if (sensor.triggered == wasTriggered && sensor.battery == battery) return;
    unsaved_.insert(id);
    const Sensor copy = sensor;
    lock.unlock();

    onChange_(copy);
    if (rises && copy.state == SensorState::Active) announce(copy);
    else if (wasTriggered && !copy.triggered) alerts_.clear(keyOf(copy));
}

void SensorBook::announce(const Sensor& sensor)
{
    AlertReport report;
    report.key = keyOf(sensor);
    report.type = sensor.type;
    report.severity = severityOf(sensor.type);
    report.title = sentenceOf(sensor.type);
    report.message = report.title;
    report.cause = {newCorrelationId(), "sensor:" + std::to_string(sensor.id.value), 0};
    alerts_.raise(std::move(report), {sensor.id, sensor.name, sensor.location});
}

std::vector<Sensor> SensorBook::list() const
{
    std::lock_guard lock(mutex_);
    std::vector<Sensor> sensors;
    for (const auto& [id, sensor] : sensors_) sensors.push_back(sensor);
    return sensors;
}

void SensorBook::tick()
{
    {
        std::lock_guard lock(mutex_);
        if (unsaved_.empty()) return;
    }
    services_.workers.post([this] { flush(); }); // refused: the next tick tries again
}

void SensorBook::flush()
{
    std::vector<Sensor> changed;
    {
        std::lock_guard lock(mutex_);
        for (const auto id : std::exchange(unsaved_, {})) changed.push_back(sensors_.at(id));
    }
    if (changed.empty()) return;
    try {
        repository_.saveReadings(changed);
    }
    catch (const StorageError& error) {
        services_.log.warning("readings of sensors wait for the database", {{"reason", error.what()}});
        std::lock_guard lock(mutex_);
        for (const auto& sensor : changed) unsaved_.insert(sensor.id);
    }
}

} // namespace atrium::security
