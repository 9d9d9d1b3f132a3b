#include "away_repository.h"

namespace atrium::away {

AwayState AwayRepository::load()
{
    const auto rows = database_.transact(TransactionKind::Read, [](Transaction& transaction) {
        return transaction.query("SELECT enabled, owner_id, since FROM away_mode WHERE id = 1");
    });
    if (rows.empty()) return {};
    const auto& row = rows.front();
    return {row[0].boolean(), UserId{row[1].integer()}, fromMicroseconds(row[2].integer())};
}

void AwayRepository::save(const AwayState& state)
{
    database_.transact(TransactionKind::Durable, [&](Transaction& transaction) {
        transaction.execute("DELETE FROM away_mode WHERE id = 1");
        transaction.execute("INSERT INTO away_mode (id, enabled, owner_id, since) VALUES (1, ?, ?, ?)",
                            {state.enabled, state.owner.value, toMicroseconds(state.since)});
    });
}

} // namespace atrium::away
