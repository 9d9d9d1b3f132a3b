#include "schedule_repository.h"

#include "atrium/json.h"

namespace atrium::schedules {

std::vector<Schedule> ScheduleRepository::loadAll()
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query(
            "SELECT id, device_id, owner_id, enabled, spec, created_at, changed_at FROM schedules ORDER BY id");
    });
    std::vector<Schedule> schedules;
    for (const auto& row : rows) {
        const auto spec = parseJson(row[4].text());
        auto read = spec.ok() ? readSchedule(*spec) : Result<Schedule>(spec.error());
        if (!read) continue; // written by a later version: it stays where it is
        auto& schedule = schedules.emplace_back(std::move(*read));
        schedule.id = ScheduleId{row[0].integer()};
        schedule.device = DeviceId{row[1].integer()};
        schedule.owner = UserId{row[2].integer()};
        schedule.state = row[3].boolean() ? ScheduleState::Active : ScheduleState::Paused;
        schedule.createdAt = fromMicroseconds(row[5].integer());
        schedule.changedAt = fromMicroseconds(row[6].integer());
    }
    return schedules;
}

ScheduleId ScheduleRepository::add(const Schedule& schedule)
{
    return database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("INSERT INTO schedules (device_id, owner_id, enabled, spec, created_at, changed_at) "
                            "VALUES (?, ?, ?, ?, ?, ?)",
                            {schedule.device.value, schedule.owner.value, schedule.state == ScheduleState::Active,
                             toJson(toSpec(schedule)), toMicroseconds(schedule.createdAt),
                             toMicroseconds(schedule.changedAt)});
        return ScheduleId{transaction.lastInsertId()};
    });
}

void ScheduleRepository::update(const Schedule& schedule)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("UPDATE schedules SET owner_id = ?, enabled = ?, spec = ?, changed_at = ? WHERE id = ?",
                            {schedule.owner.value, schedule.state == ScheduleState::Active, toJson(toSpec(schedule)),
                             toMicroseconds(schedule.changedAt), schedule.id.value});
    });
}

void ScheduleRepository::remove(ScheduleId id)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM schedules WHERE id = ?", {id.value});
    });
}

} // namespace atrium::schedules
