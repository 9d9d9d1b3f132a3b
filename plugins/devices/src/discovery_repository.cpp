#include "discovery_repository.h"

namespace atrium::devices {

std::vector<StoredDescription> DiscoveryRepository::load(DeviceId after, std::size_t limit)
{
    const auto rows = database_.transact(TransactionKind::Read, [&](Transaction& transaction) {
        return transaction.query("SELECT id, uid, description FROM discovered_devices WHERE id > ? ORDER BY id LIMIT ?",
                                 {after.value, static_cast<std::int64_t>(limit)});
    });
    std::vector<StoredDescription> all;
    for (const auto& row : rows) all.push_back({DeviceId(row[0].integer()), row[1].text(), row[2].text()});
    return all;
}

void DiscoveryRepository::write(const std::vector<StoredDescription>& rows)
{
    std::vector<SqlParameters> old, fresh;
    for (const auto& row : rows) {
        old.push_back({row.id.value});
        if (!row.uid.empty()) fresh.push_back({row.id.value, row.uid, row.description});
    }
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        if (!old.empty()) transaction.executeMany("DELETE FROM discovered_devices WHERE id = ?", old);
        if (!fresh.empty())
            transaction.executeMany("INSERT INTO discovered_devices (id, uid, description) VALUES (?, ?, ?)", fresh);
    });
}

} // namespace atrium::devices
