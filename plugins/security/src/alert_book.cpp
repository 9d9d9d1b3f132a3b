#include "alert_book.h"

namespace atrium::security {

AlertBook::AlertBook(AlertRepository& repository, Services services, OnChange onChange)
    : repository_(repository), services_(services), onChange_(std::move(onChange)),
      dropped_(
          services.metrics.counter("atrium_alerts_dropped_total", "Alerts that were lost because the queue was full")),
      depth_(services.metrics.gauge("atrium_queue_depth", "Entries that wait in a queue", {{"queue", "alerts"}}))
{}

void AlertBook::raise(AlertReport report, Written written)
{
    Alert alert;
    if (const auto device = services_.devices.find(report.device)) {
        alert.source = device->info->name;
        alert.location = device->info->room;
    }
    alert.report = std::move(report);
    put({std::move(alert), std::move(written)});
}

void AlertBook::raise(AlertReport report, SensorSource source)
{
    Alert alert;
    alert.report = std::move(report);
    alert.sensor = source.sensor;
    alert.source = std::move(source.name);
    alert.location = std::move(source.location);
    put({std::move(alert), {}});
}

void AlertBook::clear(const std::string& key, Written written) { put({Clearing{key}, std::move(written)}); }

void AlertBook::put(Entry entry)
{
    if (auto* alert = std::get_if<Alert>(&entry.what)) alert->raisedAt = alert->lastAt = services_.clock.now();
    {
        std::unique_lock lock(mutex_);
        if (queue_.size() >= queueLimit) {
            dropped_.add();
            if (!std::exchange(overflowing_, true)) services_.log.error("too many alerts wait; some are lost");
            lock.unlock();
            if (entry.written) entry.written(false);
            return;
        }
        overflowing_ = false;
        queue_.push_back(std::move(entry));
        depth_.set(static_cast<double>(queue_.size()));
    }
    wake();
}

void AlertBook::wake()
{
    if (draining_.exchange(true)) return;
    // Refused or failed: the next tick tries again.
    if (!services_.workers.post([this] {
            const bool done = drain();
            draining_ = false;
            std::unique_lock lock(mutex_);
            const bool more = done && !queue_.empty(); // came in after the last look
            lock.unlock();
            if (more) wake();
        }))
        draining_ = false;
}

void AlertBook::tick()
{
    bool waits = false;
    {
        std::lock_guard lock(mutex_);
        waits = !queue_.empty();
    }
    if (waits || toMicroseconds(services_.clock.now()) >= nextTime_) wake();
}

void AlertBook::flush() { drain(); }

bool AlertBook::drain()
{
    std::lock_guard writing(writing_);
    try {
        for (;;) {
            Entry entry;
            {
                std::lock_guard lock(mutex_);
                if (queue_.empty()) break;
                entry = queue_.front();
            }
            write(entry);
            {
                std::lock_guard lock(mutex_);
                queue_.pop_front();
                depth_.set(static_cast<double>(queue_.size()));
            }
            if (entry.written) entry.written(true);
        }
        const auto now = services_.clock.now();
        if (toMicroseconds(now) >= nextTime_) tell(repository_.applyTimes(now));
        const auto next = repository_.nextTime();
        nextTime_ = next ? toMicroseconds(*next) : INT64_MAX;
        return true;
    }
    catch (const StorageError& error) {
        services_.log.warning("alerts wait for the database", {{"reason", error.what()}});
        return false;
    }
}

void AlertBook::write(const Entry& entry)
{
    if (const auto* alert = std::get_if<Alert>(&entry.what)) tell({repository_.raise(*alert)});
    else tell(repository_.clear(std::get<Clearing>(entry.what).key, services_.clock.now()));
}

void AlertBook::tell(const AlertChanges& changes)
{
    for (const auto& [change, alert] : changes) onChange_(change, alert);
}

Result<Alert> AlertBook::acknowledge(AlertId id, UserId user)
{
    const auto result = repository_.acknowledge(id, user, services_.clock.now());
    if (!result) return makeError(ErrorCode::NotFound, {"Alerte non trouvée", "Alert not found"});
    const auto& [first, alert] = *result;
    if (first) onChange_(AlertChange::Acknowledged, alert);
    return alert;
}

} // namespace atrium::security
