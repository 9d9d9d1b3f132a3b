#include "schedule_book.h"

#include "schedule_script.h"

#include "atrium/services/accounts.h"

namespace atrium::schedules {

namespace {

std::string keyOf(ScheduleId id) { return "schedules/" + std::to_string(id.value); }

Error unknownSchedule() { return makeError(ErrorCode::NotFound, {"Programmation non trouvée", "Schedule not found"}); }

} // namespace

std::string draftOf(const Schedule& schedule) { return toLua(schedule, "draft"); }

void ScheduleBook::restore()
{
    auto all = repository_.loadAll();
    std::lock_guard lock(mutex_);
    for (auto& schedule : all) {
        provide(schedule);
        schedules_[schedule.id] = std::move(schedule);
    }
}

std::vector<Schedule> ScheduleBook::list() const
{
    std::lock_guard lock(mutex_);
    std::vector<Schedule> list;
    for (const auto& [id, schedule] : schedules_) list.push_back(schedule);
    return list;
}

std::optional<Schedule> ScheduleBook::find(ScheduleId id) const
{
    std::lock_guard lock(mutex_);
    const auto found = schedules_.find(id);
    return found == schedules_.end() ? std::nullopt : std::optional(found->second);
}

void ScheduleBook::provide(const Schedule& schedule)
{
    const auto device = in_.devices.find(schedule.device);
    const auto name = device ? device->info->name : std::to_string(schedule.device.value);
    in_.automation.provide({keyOf(schedule.id), titleOf(schedule, name), toLua(schedule, name),
                            schedule.state == ScheduleState::Active ? PluginAutomation::Triggers::Armed
                                                                    : PluginAutomation::Triggers::Paused,
                            schedule.changedAt});
}

Result<Schedule> ScheduleBook::add(Schedule schedule)
{
    {
        std::lock_guard lock(mutex_);
        if (schedules_.size() >= in_.limit)
            return makeError(ErrorCode::TooManyRequests, {"Trop de programmations", "Too many schedules"});
    }
    schedule.createdAt = schedule.changedAt = in_.clock.now();
    schedule.id = repository_.add(schedule);
    std::lock_guard lock(mutex_);
    schedules_[schedule.id] = schedule;
    provide(schedule);
    return schedule;
}

Result<Schedule> ScheduleBook::store(Schedule schedule)
{
    schedule.changedAt = in_.clock.now();
    repository_.update(schedule);
    std::lock_guard lock(mutex_);
    const auto found = schedules_.find(schedule.id);
    if (found == schedules_.end()) return unknownSchedule();
    found->second = schedule;
    provide(schedule);
    return schedule;
}

Result<Schedule> ScheduleBook::replace(Schedule schedule)
{
    const auto known = find(schedule.id);
    if (!known) return unknownSchedule();
    schedule.device = known->device;
    schedule.createdAt = known->createdAt;
    return store(std::move(schedule));
}

Result<Schedule> ScheduleBook::setState(ScheduleId id, ScheduleState state)
{
    auto known = find(id);
    if (!known) return unknownSchedule();
    known->state = state;
    return store(std::move(*known));
}

Result<void> ScheduleBook::remove(ScheduleId id)
{
    if (!find(id)) return unknownSchedule();
    repository_.remove(id);
    std::lock_guard lock(mutex_);
    schedules_.erase(id);
    in_.automation.withdraw(keyOf(id));
    return {};
}

void ScheduleBook::removeOf(DeviceId device)
{
    for (const auto& schedule : list())
        if (schedule.device == device) (void)remove(schedule.id);
}

void ScheduleBook::removeOf(UserId owner)
{
    for (const auto& schedule : list())
        if (schedule.owner == owner) (void)remove(schedule.id);
}

Result<void> ScheduleBook::allowed(const Schedule& schedule, const Device& device) const
{
    if (!schedule.owner) {
        if (in_.openHome) return {};
        return makeError(ErrorCode::Forbidden,
                         {"La maison n'est plus ouverte : cette programmation n'appartient à personne",
                          "The home is no longer open: this schedule belongs to nobody"});
    }
    const auto accounts = in_.services.find<Accounts>();
    if (!accounts) return makeError(ErrorCode::Unavailable, {}, "no plugin knows accounts");
    const auto person = accounts->principalOf(schedule.owner);
    if (!person) return person.error();
    if (!person->may("devices.control", accessObjectOf(device)))
        return makeError(ErrorCode::Forbidden, {"La personne n'a plus le droit de commander cet appareil",
                                                "The person may no longer command this device"});
    return {};
}

Result<Value> ScheduleBook::run(const AutomationCall& call)
{
    const auto* number = call.arguments.empty() ? nullptr : call.arguments.front().ifInteger();
    const auto schedule = number ? find(ScheduleId{*number}) : std::nullopt;
    if (!schedule) return unknownSchedule();
    // It acts with the rights of the schedule's owner: nobody else's rules may set it off.
    if (call.provided != keyOf(schedule->id))
        return makeError(ErrorCode::Forbidden,
                         {"Cette programmation s'exécute elle-même", "A schedule runs by itself"});
    const auto device = in_.devices.find(schedule->device);
    if (!device) return makeError(ErrorCode::NotFound, {"Appareil non trouvé", "Device not found"});
    if (const auto may = allowed(*schedule, *device); !may) return may.error();
    Command command;
    command.device = schedule->device;
    command.name = schedule->action;
    command.arguments = schedule->arguments;
    command.cause = call.cause;
    command.cause.origin = "schedule:" + std::to_string(schedule->id.value);
    command.idempotencyKey = call.idempotencyKey;
    in_.commands.send(std::move(command), [log = &in_.log, id = schedule->id](const Result<CommandReceipt>& receipt) {
        if (!receipt)
            log->warning("a scheduled command was refused",
                         {{"schedule", id.value}, {"reason", receipt.error().message.en}});
    });
    return Value(schedule->action);
}

std::vector<UpcomingRun> ScheduleBook::upcoming(ScheduleId id, UtcTime until, std::size_t limit) const
{
    return in_.automation.upcoming(keyOf(id), until, limit);
}

} // namespace atrium::schedules
