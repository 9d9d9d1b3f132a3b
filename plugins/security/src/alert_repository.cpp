#include "alert_repository.h"

#include <algorithm>

namespace atrium::security {

namespace {

constexpr const char* select =
    "SELECT id, alert_key, type, severity, title, message, sensor_id, device_id, source, location, origin, "
    "correlation_id, occurrences, raised_at, last_at, quiet_period, escalate_at, cleared_at, acknowledged_at, "
    "acknowledged_by FROM security_alerts ";
constexpr const char* isOpen = "cleared_at = 0 AND acknowledged_at = 0";
constexpr int pruneBatch = 5000;

Alert fromRow(const SqlRow& row)
{
    Alert alert;
    auto& report = alert.report;
    alert.id = AlertId{row[0].integer()};
    report.key = row[1].text();
    report.type = row[2].text();
    report.severity = static_cast<Severity>(row[3].integer());
    report.title = row[4].text();
    report.message = row[5].text();
    alert.sensor = SensorId{row[6].integer()};
    report.device = DeviceId{row[7].integer()};
    alert.source = row[8].text();
    alert.location = row[9].text();
    report.cause = {row[11].text(), row[10].text(), 0};
    alert.occurrences = row[12].integer();
    alert.raisedAt = fromMicroseconds(row[13].integer());
    alert.lastAt = fromMicroseconds(row[14].integer());
    report.clearAfterQuiet = std::chrono::microseconds{row[15].integer()};
    if (row[16].integer() != 0) report.escalateAfter = fromMicroseconds(row[16].integer()) - alert.raisedAt;
    alert.clearedAt = fromMicroseconds(row[17].integer());
    alert.acknowledgedAt = fromMicroseconds(row[18].integer());
    alert.acknowledgedBy = UserId{row[19].integer()};
    return alert;
}

std::vector<Alert> read(Transaction& transaction, const std::string& where, const SqlParameters& parameters)
{
    std::vector<Alert> alerts;
    for (const auto& row : transaction.query(select + where, parameters)) alerts.push_back(fromRow(row));
    return alerts;
}

std::int64_t clearTime(const Alert& alert)
{
    const auto quiet = alert.report.clearAfterQuiet;
    return quiet.count() > 0 ? toMicroseconds(alert.lastAt + quiet) : 0;
}

void insert(Transaction& transaction, Alert& alert)
{
    const auto& report = alert.report;
    const auto escalate = report.escalateAfter.count() > 0 ? toMicroseconds(alert.raisedAt + report.escalateAfter) : 0;
    transaction.execute(
        "INSERT INTO security_alerts (alert_key, type, severity, title, message, sensor_id, device_id, source, "
        "location, "
        "origin, correlation_id, occurrences, raised_at, last_at, quiet_period, clear_at, escalate_at, cleared_at, "
        "acknowledged_at, acknowledged_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)",
        {report.key, report.type, static_cast<int>(report.severity), report.title, report.message, alert.sensor.value,
         report.device.value, alert.source, alert.location, report.cause.origin, report.cause.correlationId,
         alert.occurrences, toMicroseconds(alert.raisedAt), toMicroseconds(alert.lastAt),
         report.clearAfterQuiet.count(), clearTime(alert), escalate});
    alert.id = AlertId{transaction.lastInsertId()};
}

void clearOne(Transaction& transaction, Alert& alert, UtcTime now)
{
    alert.clearedAt = now;
    transaction.execute("UPDATE security_alerts SET cleared_at = ?, clear_at = 0, escalate_at = 0 WHERE id = ?",
                        {toMicroseconds(now), alert.id.value});
}

} // namespace

std::pair<AlertChange, Alert> AlertRepository::raise(Alert alert)
{
    fit(alert);
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        auto known =
            read(transaction, std::string("WHERE alert_key = ? AND ") + isOpen + " ORDER BY id DESC LIMIT 1 FOR UPDATE",
                 {alert.report.key});
        if (known.empty()) {
            Alert added = alert;
            insert(transaction, added);
            return std::pair{AlertChange::Raised, added};
        }
        Alert& open = known.front();
        ++open.occurrences;
        open.lastAt = alert.lastAt;
        open.report.title = alert.report.title;
        open.report.message = alert.report.message;
        open.report.severity = std::max(open.report.severity, alert.report.severity);
        transaction.execute(
            "UPDATE security_alerts SET occurrences = ?, last_at = ?, title = ?, message = ?, severity = ?, "
            "clear_at = ? WHERE id = ?",
            {open.occurrences, toMicroseconds(open.lastAt), open.report.title, open.report.message,
             static_cast<int>(open.report.severity), clearTime(open), open.id.value});
        return std::pair{AlertChange::Repeated, open};
    });
}

AlertChanges AlertRepository::clear(const std::string& key, UtcTime now)
{
    Alert fitted; // the key as raise() keeps it
    fitted.report.key = key;
    fit(fitted);
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        AlertChanges changes;
        for (auto& alert :
             read(transaction, "WHERE alert_key = ? AND cleared_at = 0 FOR UPDATE", {fitted.report.key})) {
            clearOne(transaction, alert, now);
            changes.emplace_back(AlertChange::Cleared, alert);
        }
        return changes;
    });
}

AlertChanges AlertRepository::applyTimes(UtcTime now)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        AlertChanges changes;
        const auto time = toMicroseconds(now);
        for (auto& alert : read(transaction, "WHERE clear_at > 0 AND clear_at <= ? FOR UPDATE", {time})) {
            clearOne(transaction, alert, now);
            changes.emplace_back(AlertChange::Cleared, alert);
        }
        for (auto& alert : read(transaction, "WHERE escalate_at > 0 AND escalate_at <= ? FOR UPDATE", {time})) {
            const bool escalates = alert.isOpen() && alert.report.severity != Severity::Critical;
            if (escalates) alert.report.severity = Severity::Critical;
            transaction.execute("UPDATE security_alerts SET severity = ?, escalate_at = 0 WHERE id = ?",
                                {static_cast<int>(alert.report.severity), alert.id.value});
            if (escalates) changes.emplace_back(AlertChange::Escalated, alert);
        }
        return changes;
    });
}

std::optional<UtcTime> AlertRepository::nextTime()
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) -> std::optional<UtcTime> {
        std::optional<UtcTime> next;
        for (const char* column : {"clear_at", "escalate_at"}) {
            const auto rows = transaction.query(std::string("SELECT MIN(") + column + ") FROM security_alerts WHERE " +
                                                column + " > 0");
            if (rows.empty() || rows[0][0].isNull()) continue;
            const auto time = fromMicroseconds(rows[0][0].integer());
            if (!next || time < *next) next = time;
        }
        return next;
    });
}

std::optional<std::pair<bool, Alert>> AlertRepository::acknowledge(AlertId id, UserId user, UtcTime now)
{
    return database_.transact(
        TransactionKind::Durable, [&](Transaction& transaction) -> std::optional<std::pair<bool, Alert>> {
            auto found = read(transaction, "WHERE id = ? FOR UPDATE", {id.value});
            if (found.empty()) return {};
            Alert& alert = found.front();
            if (alert.acknowledgedAt != UtcTime{}) return std::pair{false, alert};
            alert.acknowledgedAt = now;
            alert.acknowledgedBy = user;
            transaction.execute(
                "UPDATE security_alerts SET acknowledged_at = ?, acknowledged_by = ?, escalate_at = 0 WHERE id = ?",
                {toMicroseconds(now), user.value, id.value});
            return std::pair{true, alert};
        });
}

std::vector<Alert> AlertRepository::newest(std::int64_t limit)
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return read(transaction, "ORDER BY raised_at DESC, id DESC LIMIT ?", {limit});
    });
}

AlertCounts AlertRepository::counts()
{
    return database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        const auto rows =
            transaction.query("SELECT COUNT(*), COUNT(CASE WHEN acknowledged_at = 0 THEN 1 END), "
                              "COUNT(CASE WHEN acknowledged_at = 0 AND severity = ? THEN 1 END) FROM security_alerts",
                              {static_cast<int>(Severity::Critical)});
        const auto& row = rows.at(0);
        return AlertCounts{row[0].integer(), row[1].integer(), row[2].integer()};
    });
}

std::int64_t AlertRepository::prune(UtcTime before)
{
    return database_.transact(TransactionKind::Write, [&](Transaction& transaction) {
        const auto rows = transaction.query("SELECT id FROM security_alerts WHERE raised_at < ? AND (cleared_at > 0 OR "
                                            "acknowledged_at > 0) ORDER BY raised_at LIMIT ? FOR UPDATE",
                                            {toMicroseconds(before), pruneBatch});
        std::vector<SqlParameters> ids;
        for (const auto& row : rows) ids.push_back({row[0].integer()});
        if (!ids.empty()) transaction.executeMany("DELETE FROM security_alerts WHERE id = ?", ids);
        return static_cast<std::int64_t>(ids.size());
    });
}

} // namespace atrium::security
