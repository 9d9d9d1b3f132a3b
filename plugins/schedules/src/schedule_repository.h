#pragma once

#include "schedule.h"

#include "atrium/database.h"

namespace atrium::schedules {

/// Table `schedules`. Thread: any that may block. Throws StorageError.
class ScheduleRepository {
public:
    explicit ScheduleRepository(Database& database) : database_(database) {}

    std::vector<Schedule> loadAll();
    ScheduleId add(const Schedule& schedule);
    void update(const Schedule& schedule);
    void remove(ScheduleId id);

private:
    Database& database_;
};

} // namespace atrium::schedules
