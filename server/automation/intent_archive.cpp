#include "automation/intent_archive.h"

#include "automation/stored_value.h"

namespace atrium::automation {

void writeMarks(Transaction& transaction, const std::vector<ScheduleMark>& marks, const std::set<std::int64_t>& known)
{
    for (const auto& mark : marks) {
        if (!known.contains(mark.automation.value)) continue;
        transaction.execute("DELETE FROM automation_marks WHERE automation_id = ? AND rule_name = ?",
                            {mark.automation.value, mark.rule});
        transaction.execute(
            "INSERT INTO automation_marks (automation_id, rule_name, version, decided_until) VALUES (?, ?, ?, ?)",
            {mark.automation.value, mark.rule, mark.version, toMicroseconds(mark.decided)});
    }
}

std::vector<ScheduleMark> readMarks(Transaction& transaction)
{
    std::vector<ScheduleMark> marks;
    for (const auto& row :
         transaction.query("SELECT automation_id, rule_name, version, decided_until FROM automation_marks"))
        marks.push_back(
            {AutomationId{row[0].integer()}, row[1].text(), row[2].text(), fromMicroseconds(row[3].integer())});
    return marks;
}

void writeTimers(Transaction& transaction, const std::vector<TimerChange>& timers)
{
    for (const auto& [device, command] : timers) {
        transaction.execute("DELETE FROM automation_timers WHERE device_id = ?", {device.value});
        if (command)
            transaction.execute("INSERT INTO automation_timers (device_id, uid, rule_name, command, arguments, "
                                "state, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                                {device.value, command->uid, command->rule, command->name, packed(command->arguments),
                                 command->state, toMicroseconds(command->due)});
    }
}

std::vector<TimedCommand> readTimers(Transaction& transaction)
{
    std::vector<TimedCommand> timers;
    for (const auto& row : transaction.query("SELECT device_id, uid, rule_name, command, arguments, state, due_at "
                                             "FROM automation_timers ORDER BY due_at"))
        timers.push_back({DeviceId{row[0].integer()}, row[1].text(), row[2].text(), row[3].text(), unpacked(row[4]),
                          row[5].boolean(), fromMicroseconds(row[6].integer())});
    return timers;
}

void writeHolds(Transaction& transaction, const std::vector<HoldChange>& holds, const std::set<std::int64_t>& known)
{
    for (const auto& [key, hold] : holds) {
        if (!known.contains(key.automation.value)) continue;
        transaction.execute(
            "DELETE FROM automation_holds WHERE automation_id = ? AND rule_name = ? AND trigger_key = ?",
            {key.automation.value, key.rule, key.trigger});
        if (hold)
            transaction.execute(
                "INSERT INTO automation_holds (automation_id, rule_name, trigger_key, began_at, due_at, "
                "event, correlation_id, origin, hops) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                {key.automation.value, key.rule, key.trigger, toMicroseconds(hold->began), toMicroseconds(hold->due),
                 packed(Value(hold->event)), hold->cause.correlationId, hold->cause.origin, hold->cause.hops});
    }
}

std::vector<HoldChange> readHolds(Transaction& transaction)
{
    std::vector<HoldChange> holds;
    for (const auto& row : transaction.query("SELECT automation_id, rule_name, trigger_key, began_at, due_at, event, "
                                             "correlation_id, origin, hops FROM automation_holds")) {
        auto event = unpacked(row[5]);
        if (!event.isObject()) continue;
        PendingHold hold{fromMicroseconds(row[3].integer()),
                         fromMicroseconds(row[4].integer()),
                         std::move(event.object()),
                         {row[6].text(), row[7].text(), static_cast<int>(row[8].integer())}};
        holds.push_back({{AutomationId{row[0].integer()}, row[1].text(), row[2].text()}, std::move(hold)});
    }
    return holds;
}

void writeFailureCounts(Transaction& transaction, const std::vector<FailureCount>& counts,
                        const std::set<std::int64_t>& known)
{
    for (const auto& count : counts) {
        if (!known.contains(count.automation.value)) continue;
        transaction.execute("DELETE FROM automation_failures WHERE automation_id = ? AND rule_name = ?",
                            {count.automation.value, count.rule});
        if (count.failures > 0)
            transaction.execute(
                "INSERT INTO automation_failures (automation_id, rule_name, version, failures) VALUES (?, ?, ?, ?)",
                {count.automation.value, count.rule, count.version, static_cast<std::int64_t>(count.failures)});
    }
}

std::vector<FailureCount> readFailureCounts(Transaction& transaction)
{
    std::vector<FailureCount> counts;
    for (const auto& row :
         transaction.query("SELECT automation_id, rule_name, version, failures FROM automation_failures"))
        counts.push_back({AutomationId{row[0].integer()}, row[1].text(), row[2].text(),
                          static_cast<std::uint32_t>(row[3].integer())});
    return counts;
}

void writeStores(Transaction& transaction, const std::vector<JournalBatch::Store>& stores,
                 const std::set<std::int64_t>& known)
{
    for (const auto& store : stores) {
        if (!known.contains(store.automation.value)) continue;
        transaction.execute("DELETE FROM automation_state WHERE automation_id = ? AND rule_name = ?",
                            {store.automation.value, store.rule});
        transaction.execute("INSERT INTO automation_state (automation_id, rule_name, content) VALUES (?, ?, ?)",
                            {store.automation.value, store.rule, packed(store.content)});
    }
}

std::vector<JournalBatch::Store> readStores(Transaction& transaction)
{
    std::vector<JournalBatch::Store> stores;
    for (const auto& row : transaction.query("SELECT automation_id, rule_name, content FROM automation_state"))
        stores.push_back({AutomationId{row[0].integer()}, row[1].text(), unpacked(row[2])});
    return stores;
}

} // namespace atrium::automation
