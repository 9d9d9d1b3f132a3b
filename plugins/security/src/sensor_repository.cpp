#include "sensor_repository.h"

namespace atrium::security {

namespace {

SqlValue toSql(const std::optional<double>& number) { return number ? SqlValue(*number) : SqlValue(); }

} // namespace

std::vector<Sensor> SensorRepository::loadAll()
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query(
            "SELECT id, name, type, location, enabled, triggered, battery, last_trigger, created_at "
            "FROM security_sensors ORDER BY id");
    });
    std::vector<Sensor> sensors;
    for (const auto& row : rows) {
        Sensor sensor;
        sensor.id = SensorId{row[0].integer()};
        sensor.name = row[1].text();
        sensor.type = row[2].text();
        sensor.location = row[3].text();
        sensor.state = row[4].boolean() ? SensorState::Active : SensorState::Inactive;
        sensor.triggered = row[5].boolean();
        if (!row[6].isNull()) sensor.battery = row[6].number();
        sensor.lastTrigger = fromMicroseconds(row[7].integer());
        sensor.createdAt = fromMicroseconds(row[8].integer());
        sensors.push_back(std::move(sensor));
    }
    return sensors;
}

SensorId SensorRepository::add(const Sensor& sensor)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("INSERT INTO security_sensors (name, type, location, enabled, triggered, battery, "
                            "last_trigger, created_at) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                            {sensor.name, sensor.type, sensor.location, sensor.state == SensorState::Active,
                             sensor.triggered, toSql(sensor.battery), toMicroseconds(sensor.lastTrigger),
                             toMicroseconds(sensor.createdAt)});
        return SensorId{transaction.lastInsertId()};
    });
}

void SensorRepository::setState(SensorId id, SensorState state)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE security_sensors SET enabled = ? WHERE id = ?",
                            {state == SensorState::Active, id.value});
    });
}

void SensorRepository::saveReadings(const std::vector<Sensor>& sensors)
{
    std::vector<SqlParameters> rows;
    for (const auto& sensor : sensors)
        rows.push_back({sensor.triggered, toSql(sensor.battery), toMicroseconds(sensor.lastTrigger), sensor.id.value});
    database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        transaction.executeMany("UPDATE security_sensors SET triggered = ?, battery = ?, last_trigger = ? WHERE id = ?",
                                rows);
    });
}

} // namespace atrium::security
