#include "decisions.h"

namespace atrium::devices {

const char* toString(Decision decision)
{
    if (decision == Decision::Accepted) return "accepted";
    return decision == Decision::Ignored ? "ignored" : "new";
}

std::optional<Decision> parseDecision(std::string_view word)
{
    for (const auto decision : {Decision::New, Decision::Accepted, Decision::Ignored})
        if (word == toString(decision)) return decision;
    return {};
}

void Decisions::restore()
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT device_id, decision FROM device_decisions");
    });
    std::lock_guard lock(mutex_);
    known_.clear();
    for (const auto& row : rows)
        if (const auto decision = parseDecision(row[1].text())) known_[DeviceId(row[0].integer())] = *decision;
}

Decision Decisions::of(DeviceId device) const
{
    std::lock_guard lock(mutex_);
    const auto found = known_.find(device);
    return found == known_.end() ? Decision::New : found->second;
}

void Decisions::decide(const std::vector<DeviceId>& devices, Decision decision, UserId by)
{
    std::vector<SqlParameters> old, fresh;
    for (const auto device : devices) {
        old.push_back({device.value});
        if (decision != Decision::New)
            fresh.push_back({device.value, toString(decision), by.value, toMicroseconds(clock_.now())});
    }
    if (old.empty()) return;
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.executeMany("DELETE FROM device_decisions WHERE device_id = ?", old);
        if (!fresh.empty())
            transaction.executeMany(
                "INSERT INTO device_decisions (device_id, decision, decided_by, decided_at) VALUES (?, ?, ?, ?)",
                fresh);
    });
    std::lock_guard lock(mutex_);
    for (const auto device : devices) {
        if (decision == Decision::New) known_.erase(device);
        else known_[device] = decision;
    }
}

} // namespace atrium::devices
